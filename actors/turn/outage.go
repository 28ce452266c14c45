package turn

import (
	"fmt"
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// An outage is what a turn knows of a model that is not available.
type outage struct {
	wait  time.Duration // how old the question may be to wait for its end; 0 for not at all
	cause messages.Cause
	after time.Duration
	place string // what people read meanwhile; "" for nothing yet
	tried bool   // the waitlist let the question go
	line  bool   // others wait already
}

// outlasts reports whether a question whose generation has failed so waits until
// the model is back. What has come of an answer is not taken back for that.
func (s *state) outlasts(cause messages.Cause, after time.Duration, now time.Time) bool {
	down := cause == messages.CauseOverloaded || cause == messages.CauseUnreachable
	if !down || strings.TrimSpace(s.text) != "" || s.outageLeft(now) <= 0 {
		return false
	}
	s.outage.cause, s.outage.after = cause, after
	return true
}

// outageKnown takes whether others wait for the model already; nil if that is not
// known.
func (s *state) outageKnown(o *messages.Outage) {
	s.outage.line = o != nil && o.Waiting > 0
}

// joinsLine reports, once, that the question is to wait behind others, untried.
func (s *state) joinsLine(now time.Time) bool {
	line := s.outage.line
	s.outage.line = false
	return line && s.outlasts(messages.CauseOverloaded, 0, now)
}

// outageLeft returns how long the question may still wait.
func (s *state) outageLeft(now time.Time) time.Duration {
	return s.outage.wait - now.Sub(s.trigger.Accepted)
}

// standBy waits until the model may be asked again.
func (a *turn) standBy(c *actor.Context, untried bool) {
	t := &a.state.trigger
	a.state.outage.tried = false
	actors.Ask(c, a.cfg.Waitlist, &messages.StandBy{
		Trigger: t.ID, Guild: t.Guild, Channel: t.Channel, After: a.state.outage.after, Untried: untried,
	}, a.state.outageLeft(time.Now()), standByAsked{})
}

// placed shows where the question stands in line.
func (a *turn) placed(c *actor.Context, p *messages.Place) {
	a.state.outage.place = inLine(p.Ahead, a.state.trigger.Guild != 0)
	if a.state.opens() && !a.state.decided() {
		a.tellOutbox(c, &messages.GrowReply{Trigger: a.state.trigger.ID, Text: a.state.outage.place})
	}
}

// proceedAgain asks the model again, or says that it is not available: it was not
// for too long, or too many wait. A waitlist that crashed is asked anew by who
// fails again.
func (a *turn) proceedAgain(c *actor.Context, m actors.Answered) {
	s := &a.state
	_, proceeds := m.Message.(*messages.Proceed)
	_, crashed := m.Err.(*actors.Failed) //nolint:errorlint // what an ask ends in is never wrapped
	switch {
	case proceeds:
		s.outage.tried, s.outage.place = true, "" // what is shown already becomes the answer
		a.join(c)
	case crashed && s.tries < maxTries:
		s.tries++
		actors.After(c, againAfter, again{})
	default:
		s.fail(s.outage.cause, s.outage.after, time.Now())
		a.deliver(c)
	}
}

// tellServed tells the waitlist that the model has answered.
func (a *turn) tellServed(c *actor.Context, result any) {
	if _, ok := result.(*messages.Generation); ok && a.state.outage.tried {
		c.Send(a.cfg.Waitlist, &messages.Served{Trigger: a.state.trigger.ID})
	}
}

// inLine is what people read while the model is not available.
func inLine(ahead int, guild bool) string {
	where := "here"
	if guild {
		where = "in this server"
	}
	const begin, end = "Gemini is not available right now. I will answer this as soon as it is back; ", "."
	switch ahead {
	case 0:
		return begin + "no question " + where + " is before it" + end
	case 1:
		return begin + "1 question " + where + " is before it" + end
	}
	return fmt.Sprintf("%s%d questions %s are before it%s", begin, ahead, where, end)
}
