package actors

import (
	"time"

	"github.com/anthdm/hollywood/actor"
)

// An Alarm is the timer of an actor whose state says when there is something to do
// next. The zero value is ready.
type Alarm struct {
	at    time.Time // zero if none is set
	unset func()
}

// Set has m sent to the actor at a time, unless it is to be sent sooner; for the zero
// time, not at all.
func (a *Alarm) Set(c *actor.Context, at time.Time, m any) {
	if !at.IsZero() && a.IsSet() && !at.Before(a.at) {
		return
	}
	a.Unset()
	if !at.IsZero() {
		a.at, a.unset = at, After(c, time.Until(at), m)
	}
}

// IsSet reports whether something is to be sent.
func (a *Alarm) IsSet() bool { return !a.at.IsZero() }

// Unset has nothing sent.
func (a *Alarm) Unset() {
	if a.unset != nil {
		a.unset()
	}
	a.Rang()
}

// Rang takes note that what was to be sent has come.
func (a *Alarm) Rang() { *a = Alarm{} }
