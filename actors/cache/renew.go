package cache

import (
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	// minGiven is how often an answer was given again that is made anew before
	// somebody asks: so often that one more will save a wait, in all likelihood.
	minGiven = 3

	renewWait = time.Minute // for an answer that is made anew
)

// A renewal is an answer that is being made anew, first of all by finding out
// whether that is in nobody's way.
type renewal struct {
	key   string
	entry *entry
	job   *messages.Job
	calm  *actors.Calm
}

// renewAsked tags the ask for an answer that is made anew.
type renewAsked struct{}

// renewNext begins with the answer that is to be made anew next, if there is one
// and none under way.
func (a *cache) renewNext(c *actor.Context) {
	if a.cfg.Pool == nil || a.renewing != nil {
		return
	}
	key, e := a.state.due(time.Now())
	if e == nil {
		return
	}
	job := e.renew()
	of := actors.CalmOf{Health: a.cfg.Health, Quota: a.cfg.Quota, Pool: a.cfg.Pool}
	a.renewing = &renewal{key: key, entry: e, job: job, calm: actors.AskCalm(c, of, job.Reserve)}
}

func (a *cache) answered(c *actor.Context, m actors.Answered) {
	if m.Tag == (renewAsked{}) {
		a.renewed(c, m)
		return
	}
	r := a.renewing
	settled, quiet := r.calm.Take(m, time.Now())
	switch {
	case !settled:
	case !a.state.holds(r.key, r.entry): // the question may be gone: it is asked no more
		a.renewing = nil
		a.renewNext(c)
	case !quiet: // the next sweep looks again
		a.renewing = nil
		a.metrics.renewed(outcomeWithheld)
	default:
		actors.Ask(c, a.cfg.Pool, r.job, renewWait, renewAsked{})
	}
}

// renewed takes what the model was asked for, and goes on with the next.
func (a *cache) renewed(c *actor.Context, m actors.Answered) {
	r := a.renewing
	a.renewing = nil
	outcome := outcomeFailed
	if a.state.renewed(r.key, r.entry, wholeText(m.Message), time.Now()) {
		outcome = outcomeRenewed
	}
	a.metrics.renewed(outcome)
	a.metrics.stand(a.state)
	a.renewNext(c)
}

// wholeText returns the text of a generation that is whole and nothing but text;
// "" if it is not, or there is none.
func wholeText(answer any) string {
	done, _ := answer.(*messages.JobDone)
	if done == nil {
		return ""
	}
	g, ok := done.Result.(*messages.Generation)
	if !ok || !g.Plain() || strings.TrimSpace(g.Text) == "" {
		return ""
	}
	return g.Text
}

// due returns the answer that is to be made anew next, of those that are about to
// be too old and are asked for often: the one that is most; nil if there is none.
// Two sweeps see each, unless it is too old soon after it is made.
func (s *state) due(now time.Time) (key string, next *entry) {
	from := max(s.limits.ttl/2, s.limits.ttl-2*sweepEvery)
	for _, k := range s.kept.Keys() {
		e, _ := s.kept.Peek(k)
		age := now.Sub(e.made)
		if e.renew == nil || e.given < minGiven || age < from || age >= s.limits.ttl {
			continue
		}
		if next == nil || e.given > next.given {
			key, next = k, e
		}
	}
	return key, next
}

// holds reports whether an entry is still the one of its key.
func (s *state) holds(key string, e *entry) bool {
	at, ok := s.kept.Peek(key)
	return ok && at == e
}

// renewed has an entry hold what its answer is now, and reports whether it does.
// One that was dropped or replaced meanwhile is not touched: what asked for it may
// be gone. The messages that are noted stay so. Where there is no text, the entry
// stays as it is, and is not tried again.
func (s *state) renewed(key string, e *entry, text string, now time.Time) bool {
	if !s.holds(key, e) {
		return false
	}
	if text == "" {
		s.bytes -= e.weight
		e.renew, e.weight = nil, 0
		return false
	}
	s.bytes += len(text) - len(e.text)
	e.text, e.made, e.given = text, now, 0
	s.makeRoom()
	return true
}
