package guild

import (
	"crypto/sha256"
	"slices"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A record is how far what Discord told is written down.
type record struct {
	kept    [sha256.Size]byte // of the memo that is on disk
	writing [sha256.Size]byte // of the one on its way there
	busy    bool              // one is on its way, or waits to be tried again
	tries   int               // in vain
	under   []*actor.PID      // who wait for that one
	next    []*actor.PID      // who told more since
}

type (
	toldAsked struct{} // tags the ask to keep the memo
	keepAgain struct{} // makes the actor ask again
)

func (r *record) open() bool { return r.busy || len(r.next) > 0 }

// wait notes who is to be told that the state, as it is now, is on disk. Those who
// do not wait any more, and ask again, are forgotten.
func (r *record) wait(e *actor.Engine, who *actor.PID) {
	r.next = slices.DeleteFunc(r.next, func(p *actor.PID) bool { return !actors.OpenAsk(e, p) })
	if who != nil {
		r.next = append(r.next, who)
	}
}

// recall takes what a former instance has written down.
func (a *guild) recall(text string) {
	a.record.kept = sha256.Sum256([]byte(text))
	if text == "" {
		return
	}
	if err := a.state.recall(text); err != nil {
		a.cfg.Log.Error("guild unknown until a session begins", "guild_id", a.cfg.Guild, "err", err)
	}
}

// keepTold has what Discord told written down, if that is news. What is told while
// it is being written goes into the next writing, together.
func (a *guild) keepTold(c *actor.Context) {
	if a.record.busy {
		return
	}
	memo := a.state.memo()
	sum := sha256.Sum256([]byte(memo))
	if sum == a.record.kept {
		a.takeAll(c, a.record.next)
		a.record.next = nil
		return
	}
	a.record.busy, a.record.writing = true, sum
	a.record.under, a.record.next = a.record.next, nil
	actors.Ask(c, a.cfg.Journal, &messages.KeepNote{Owner: a.owner, Key: noteTold, Value: memo}, journalWait, toldAsked{})
}

// toldKept tells who waits that the memo is on disk, or tries again after a pause.
func (a *guild) toldKept(c *actor.Context, err error) {
	if err != nil {
		a.cfg.Log.Warn("guild not kept, again after a pause", "guild_id", a.cfg.Guild, "err", err)
		a.record.kept = [sha256.Size]byte{} // it may be on disk all the same
		a.record.next = append(a.record.under, a.record.next...)
		a.record.under = nil
		actors.After(c, pause(a.record.tries), keepAgain{})
		a.record.tries++
		return
	}
	a.record.kept, a.record.busy, a.record.tries = a.record.writing, false, 0
	a.takeAll(c, a.record.under)
	a.record.under = nil
	a.keepTold(c)
}

func (a *guild) keepAgain(c *actor.Context) {
	a.record.busy = false
	a.keepTold(c)
}

func (a *guild) takeAll(c *actor.Context, waiting []*actor.PID) {
	for _, who := range waiting {
		a.reply(c, who, &messages.Taken{})
	}
}
