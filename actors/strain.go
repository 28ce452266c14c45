package actors

import (
	"time"

	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A Strained tells health of an actor's strain, no more often than it must be told.
type Strained struct {
	Health *actor.PID // nil for nobody
	Of     string     // the actor

	level messages.Level // told last
	told  time.Time
}

// Tell says what level the actor would have, if it is not the normal one.
func (s *Strained) Tell(c *actor.Context, level messages.Level, why string, now time.Time) {
	if s.Health == nil || level == messages.LevelNormal || level <= s.level && now.Sub(s.told) < messages.StrainPause {
		return
	}
	s.level, s.told = level, now
	c.Send(s.Health, &messages.Strain{Of: s.Of, Level: level, Why: why})
}
