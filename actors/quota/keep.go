package quota

import (
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

func (a *quota) load(c *actor.Context) {
	q := &messages.GetAttempts{Since: a.state.since(time.Now())}
	actors.Ask(c, a.cfg.Journal, q, journalWait, loadAsked{})
}

func (a *quota) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case loadAsked:
		a.found(c, m)
	case keepAsked:
		a.kept(c, tag.id, m.Err)
	}
}

// found goes on with what the journal knows, and with who waited for it.
func (a *quota) found(c *actor.Context, m actors.Answered) {
	attempts, ok := m.Message.(*messages.Attempts)
	if !ok {
		a.cfg.Log.Warn("attempts cannot be read: nothing is asked of gemini until they are", "err", m.Err)
		actors.After(c, loadPause, loadAgain{})
		return
	}
	unkept, unused := a.state.load(attempts.Attempts, time.Now())
	a.loaded = true
	a.keep(c, unkept...)
	for _, id := range unused {
		a.unintend(c, id)
	}
	waiting := a.waiting
	a.waiting = nil
	for _, l := range waiting {
		a.read(c, l)
	}
	a.metrics.stand(a.state, time.Now())
}

// keep has the journal keep attempts. Nobody waits for it: what it does not keep
// it is told again.
func (a *quota) keep(c *actor.Context, attempts ...*messages.AttemptMade) {
	for _, m := range attempts {
		actors.Ask(c, a.cfg.Journal, m, journalWait, keepAsked{m.ID})
	}
}

func (a *quota) kept(c *actor.Context, id uint64, err error) {
	if err == nil {
		a.state.kept(id)
		return
	}
	if failed, crashed := errors.AsType[*actors.Failed](err); crashed && failed.Quarantine {
		a.cfg.Log.Error("an attempt is not kept: it counts as it was reserved after the next start", "err", err)
		a.state.kept(id)
		return
	}
	if len(a.failed) == 0 {
		a.cfg.Log.Warn("attempts are not kept: again in a moment", "err", err, "pause", keepPause)
		actors.After(c, keepPause, keepAgain{})
	}
	a.failed = append(a.failed, id)
}

func (a *quota) keepAgain(c *actor.Context) {
	failed := a.failed
	a.failed = nil
	for _, id := range failed {
		if m := a.state.unkept[id]; m != nil {
			a.keep(c, m)
		}
	}
}
