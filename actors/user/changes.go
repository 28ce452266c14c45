package user

import (
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	// changeWait is longer than the journal tries to commit: what it says then holds.
	changeWait = 40 * time.Second
	lastPause  = 10 * time.Second // before what is on disk is read again
	maxLearned = 16               // changes that wait, for analyzers to add one: they come again
	maxChanges = 32               // for anybody
)

// changing tags the asks of the journal by which a change goes on.
type changing struct {
	then func(c *actor.Context, answer any)
}

// tidy is a change by which what was learned without consent is forgotten: the
// process died before it was.
type tidy struct{}

// change takes in a change, or refuses it.
func (a *user) change(c *actor.Context, m any, most int) {
	if !a.changes.Add(actors.Change{Message: m, Asker: c.Sender()}, most) {
		c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: reload})
		return
	}
	a.next(c)
}

// next begins the next change, once it is known what is on disk.
func (a *user) next(c *actor.Context) {
	if a.reading {
		return
	}
	change, ok := a.changes.Next()
	if !ok {
		return
	}
	switch m := change.Message.(type) {
	case *messages.Learned:
		a.learn(c, m)
	case *messages.SetConsent:
		a.setConsent(c, m)
	case tidy:
		a.become(c, a.state.lent(), &messages.Kept{})
	case *messages.ForgetFacts:
		next := a.state.known.forget(m.Key)
		a.become(c, next, &messages.FactsForgotten{Forgotten: len(a.state.known.facts) - len(next.facts)})
	case *messages.EditFact:
		a.editFact(c, m)
	case *messages.DeletePerson:
		a.state.erase()
		a.erase(c)
	}
}

// write asks the journal for a step of the change under way. If that fails, so does
// the change.
func (a *user) write(c *actor.Context, m any, then func(c *actor.Context, answer any)) {
	actors.Ask(c, a.cfg.Journal, m, changeWait, changing{then})
}

// end ends the change under way and begins the next, when it is known what is on disk.
func (a *user) end(c *actor.Context, answer any) {
	a.reply(c, a.changes.End(), answer)
	if a.stale && !a.reading {
		a.load(c)
	}
	a.next(c)
}

// fail ends a change of which it is not known whether it is on disk: that is read
// again, after a pause.
func (a *user) fail(c *actor.Context, err error) {
	a.cfg.Log.Error("change not kept", "user_id", a.cfg.User, "err", err)
	a.reading = true
	actors.After(c, actors.Doubled(reload, a.failures, lastPause), load{})
	a.failures++
	failure := &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryOnce, Detail: "not kept"}
	if _, erasing := a.changes.Under().Message.(*messages.DeletePerson); erasing {
		a.endErasure(c, failure)
	}
	a.end(c, failure)
}

// know takes note that the journal has kept what is known. If sources went meanwhile,
// that is for the disk to tell.
func (a *user) know(next known) {
	a.failures = 0
	if !a.stale {
		a.state.known = next
	}
}

// become has something else known, and then answers so.
func (a *user) become(c *actor.Context, next known, done any) {
	keep, drop := actors.Difference(a.state.known.derived(a.cfg.User), next.derived(a.cfg.User))
	if len(keep)+len(drop) == 0 {
		a.end(c, done)
		return
	}
	a.write(c, &messages.KeepDerived{Keep: keep, Drop: drop}, func(c *actor.Context, _ any) {
		a.know(next)
		a.end(c, done)
	})
}

// learn takes in what an analyzer concluded. The number of the next fact is kept
// before it may be needed.
func (a *user) learn(c *actor.Context, m *messages.Learned) {
	next := a.state.learn(m).next
	if next == a.state.known.next {
		a.settle(c, m)
		return
	}
	n := &messages.KeepNote{Owner: a.owner, Key: noteNext, Value: strconv.Itoa(next)}
	a.write(c, n, func(c *actor.Context, _ any) { a.settle(c, m) })
}

func (a *user) settle(c *actor.Context, m *messages.Learned) {
	next := a.state.learn(m)
	keep, drop := actors.Difference(a.state.known.derived(a.cfg.User), next.derived(a.cfg.User))
	a.write(c, &messages.SettlePieces{Pieces: m.Pieces, Keep: keep, Drop: drop}, func(c *actor.Context, answer any) {
		settled, ok := answer.(*messages.Settled)
		if !ok {
			a.fail(c, errOther)
			return
		}
		if settled.Done {
			a.know(next)
		}
		a.end(c, &messages.LearnedTaken{Done: settled.Done})
	})
}

// errOther is the error of an answer that is none to what was asked.
var errOther = errors.New("the journal answers something else")

func (a *user) setConsent(c *actor.Context, m *messages.SetConsent) {
	n, ok := a.state.choose(m)
	if !ok {
		a.end(c, &messages.Failure{Cause: messages.CauseInternal, Detail: "there is no such choice"})
		return
	}
	a.write(c, &messages.KeepNote{Owner: a.owner, Key: n.key, Value: n.value}, func(c *actor.Context, _ any) {
		a.state.chose(n)
		a.dropWork(c, a.state.unwanted())
	})
}

// dropWork drops the work of analyzers that the person does not want done, and then
// what they have learned.
func (a *user) dropWork(c *actor.Context, of []messages.Analyzer) {
	if len(of) == 0 {
		a.become(c, a.state.lent(), &messages.Kept{})
		return
	}
	m := &messages.DropPieces{Analyzer: of[0], Person: a.cfg.User, Private: a.state.consent.Private}
	a.write(c, m, func(c *actor.Context, _ any) { a.dropWork(c, of[1:]) })
}

func (a *user) editFact(c *actor.Context, m *messages.EditFact) {
	if m.Text == "" || utf8.RuneCountInString(m.Text) > maxFactText {
		a.end(c, &messages.Failure{Cause: messages.CauseInternal, Detail: "a fact has 1 to 300 characters"})
		return
	}
	next, ok := a.state.known.edit(m.Key, m.Text, time.Now())
	if !ok {
		a.end(c, &messages.Refused{Reason: messages.RefusedUnknown})
		return
	}
	a.become(c, next, &messages.Kept{})
}

// sourcesGone forgets what is no more on disk. A change under way may bring it back,
// here or there: then what is on disk holds.
func (a *user) sourcesGone(m *messages.SourcesGone) {
	a.state.known = a.state.known.without(m, a.owner)
	a.stale = a.stale || a.reading || a.changes.Under() != nil
}
