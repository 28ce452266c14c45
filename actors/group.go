package actors

import (
	"errors"
	"time"

	"github.com/anthdm/hollywood/actor"
)

// A Group is several asks that an actor waits for together. The actor keeps it,
// asks through it, and tells it how each part ends; the group says when it is
// complete. It has no goroutine and never blocks. Each part has the deadline of
// its own ask: what is late is left out, and recorded as such.
//
// [All], [AllSettled] and [FirstOf] make one. A group that is complete before all
// of its parts have ended withdraws the others. To add a part to a complete group
// is of use only if that is one of [AllSettled], which is open again then.
type Group struct {
	rule  rule
	parts []Part
}

// A Part is one ask of a group, or something else that its actor waits for along
// with those.
type Part struct {
	Tag    any // of the ask
	Began  time.Time
	Took   time.Duration // until it ended
	End    End
	Err    error  // why it failed or was left out
	cancel func() // of the ask; nil if it is none
}

// Late reports whether the part was left out since nothing came in time.
func (p *Part) Late() bool { return errors.Is(p.Err, ErrTimeout) }

// An End says how a part of a group ended.
type End int

// The ends of a part.
const (
	EndNone      End = iota // it is open
	EndAnswered             // it came to something
	EndFailed               // it came to an error
	EndLeftOut              // it was late, or nobody could tell
	EndWithdrawn            // the group needed it no more
)

type rule int

const (
	all rule = iota
	allSettled
	firstOf
)

// All returns a group that is complete when each part is answered or left out, or
// as soon as one has failed.
func All() Group { return Group{rule: all} }

// AllSettled returns a group that is complete when each part has ended, however.
func AllSettled() Group { return Group{rule: allSettled} }

// FirstOf returns a group that is complete as soon as one part is answered, or
// when none is open any more.
func FirstOf() Group { return Group{rule: firstOf} }

// Ask adds an ask: see [Ask]. Tags are comparable and name one part each; a part
// that was added by Await becomes the ask.
func (g *Group) Ask(c *actor.Context, target *actor.PID, m any, timeout time.Duration, tag any) {
	p := g.open(tag)
	if p == nil {
		g.Await(tag, time.Now())
		p = &g.parts[len(g.parts)-1]
	}
	p.cancel = Ask(c, target, m, timeout, tag)
}

// Await adds a part that is no ask, or not yet: its actor ends it when it likes.
func (g *Group) Await(tag any, now time.Time) {
	g.parts = append(g.parts, Part{Tag: tag, Began: now})
}

// open returns the part of a tag if it has not ended, else nil.
func (g *Group) open(tag any) *Part {
	for i := range g.parts {
		if p := &g.parts[i]; p.Tag == tag && p.End == EndNone {
			return p
		}
	}
	return nil
}

// Settle takes how an ask ended. One that came to nothing in time is left out.
func (g *Group) Settle(m Answered, now time.Time) {
	switch {
	case m.Err == nil:
		g.Answer(m.Tag, now)
	case errors.Is(m.Err, ErrTimeout):
		g.LeaveOut(m.Tag, m.Err, now)
	default:
		g.Fail(m.Tag, m.Err, now)
	}
}

// Vote ends a part whose answer was a yes or a no: a no fails it.
func (g *Group) Vote(tag any, yes bool, now time.Time) {
	if yes {
		g.Answer(tag, now)
	} else {
		g.Fail(tag, nil, now)
	}
}

// Answer ends a part that came to something.
func (g *Group) Answer(tag any, now time.Time) { g.end(tag, EndAnswered, nil, now) }

// Fail ends a part that came to an error.
func (g *Group) Fail(tag any, err error, now time.Time) { g.end(tag, EndFailed, err, now) }

// LeaveOut ends a part that is done without: it neither answers nor fails.
func (g *Group) LeaveOut(tag any, err error, now time.Time) { g.end(tag, EndLeftOut, err, now) }

// end ends a part, if it is open. What the group needs no more then is withdrawn.
func (g *Group) end(tag any, how End, err error, now time.Time) {
	if p := g.open(tag); p != nil {
		p.End, p.Err, p.Took = how, err, now.Sub(p.Began)
	}
	if g.Done() {
		g.Withdraw(now)
	}
}

// Withdraw ends all parts that are open: nobody waits for them any more.
func (g *Group) Withdraw(now time.Time) {
	for i := range g.parts {
		p := &g.parts[i]
		if p.End != EndNone {
			continue
		}
		p.End, p.Took = EndWithdrawn, now.Sub(p.Began)
		if p.cancel != nil {
			p.cancel()
		}
	}
}

// Done reports whether the group is complete. One without parts is.
func (g *Group) Done() bool {
	switch g.rule {
	case all:
		return g.count(EndNone) == 0 || g.count(EndFailed) > 0
	case firstOf:
		return g.count(EndNone) == 0 || g.count(EndAnswered) > 0
	case allSettled:
	}
	return g.count(EndNone) == 0
}

// Agreed reports whether each part was answered.
func (g *Group) Agreed() bool { return g.count(EndAnswered) == len(g.parts) }

// Parts returns the parts in the order in which they were added. They are not to
// be changed.
func (g *Group) Parts() []Part { return g.parts }

// count returns how many parts have ended so.
func (g *Group) count(how End) (n int) {
	for i := range g.parts {
		if g.parts[i].End == how {
			n++
		}
	}
	return n
}
