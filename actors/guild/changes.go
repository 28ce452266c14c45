package guild

import (
	"errors"
	"math"
	"strconv"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	// changeWait is longer than the journal tries to commit: what it says then holds.
	changeWait = 40 * time.Second
	reread     = 10 * time.Second // at most, before what is on disk is read again
	maxLearned = 16               // changes that wait, for analyzers to add one: they come again
	maxChanges = 32               // for anybody
	maxGone    = 500              // that wait, for one more that nobody comes again with
)

// changing tags the asks of the journal by which a change goes on.
type changing struct {
	then func(c *actor.Context, answer any)
}

// Changes that nobody asks for.
type (
	tidy struct{}                                // forgets what a guild that wants no lore has
	lost struct{ channels []messages.ChannelID } // forgets what is from channels that are gone
)

// change takes in a change of the lore, or refuses it.
func (a *guild) change(c *actor.Context, change actors.Change, most int) {
	if !a.changes.Add(change, most) {
		a.reply(c, change.Asker, &messages.Refused{Reason: messages.RefusedFull, RetryAfter: time.Second})
		return
	}
	a.next(c)
}

// next begins the next change, once it is known what is on disk.
func (a *guild) next(c *actor.Context) {
	if !a.loaded || a.reading {
		return
	}
	change, ok := a.changes.Next()
	if !ok {
		return
	}
	switch m := change.Message.(type) {
	case *messages.Learned:
		a.learn(c, m)
	case *messages.SetLore:
		a.setLore(c, m)
	case *messages.ForgetLore:
		next, ok := a.state.lore.forget(m, a.state.audience(m.Channel))
		if !ok {
			a.end(c, &messages.Refused{Reason: messages.RefusedUnknown})
			return
		}
		a.become(c, next)
	case tidy:
		a.become(c, a.state.lore.lent())
	case lost:
		a.write(c, &messages.ForgetChannels{Channels: m.channels}, func(c *actor.Context, _ any) {
			a.become(c, a.state.lore.outside(m.channels))
		})
	case *messages.SourcesGone:
		a.become(c, a.state.lore.without(m, a.owner))
	}
}

// write asks the journal for a step of the change under way. If that fails, so does
// the change.
func (a *guild) write(c *actor.Context, m any, then func(c *actor.Context, answer any)) {
	actors.Ask(c, a.cfg.Journal, m, changeWait, changing{then})
}

func (a *guild) wrote(c *actor.Context, tag changing, m actors.Answered) {
	if m.Err != nil {
		a.fail(c, m.Err)
		return
	}
	tag.then(c, m.Message)
}

// end ends the change under way and begins the next, when it is known what is on disk.
func (a *guild) end(c *actor.Context, answer any) {
	a.reply(c, a.changes.End(), answer)
	if a.stale && !a.reading {
		a.load(c)
	}
	a.next(c)
}

// fail ends a change of which it is not known whether it is on disk: that is read
// again, after a pause.
func (a *guild) fail(c *actor.Context, err error) {
	a.cfg.Log.Error("change not kept", "guild_id", a.cfg.Guild, "err", err)
	a.reading = true
	actors.After(c, actors.Doubled(firstPause, a.failures, reread), load{})
	a.failures++
	if change := a.changes.Under(); change.Asker == nil {
		a.changes.Add(*change, maxGone) // nobody else comes again with it
	}
	a.end(c, &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryOnce, Detail: "not kept"})
}

// know takes note that the journal has kept what is remembered. If sources went
// meanwhile, that is for the disk to tell.
func (a *guild) know(next lore) {
	a.failures = 0
	if !a.stale {
		next.on = a.state.lore.on
		a.state.lore = next
	}
}

// become has something else remembered.
func (a *guild) become(c *actor.Context, next lore) {
	keep, drop := actors.Difference(a.state.lore.derived(a.cfg.Guild), next.derived(a.cfg.Guild))
	if len(keep)+len(drop) == 0 {
		a.end(c, &messages.Kept{})
		return
	}
	a.write(c, &messages.KeepDerived{Keep: keep, Drop: drop}, func(c *actor.Context, _ any) {
		a.know(next)
		a.end(c, &messages.Kept{})
	})
}

// turnOff has nothing told of the lore any more, if that is what is wanted: at once,
// while it is turned on when that is kept.
func (s *state) turnOff(m *messages.SetLore) {
	if !m.On {
		s.lore.on, s.lore.ended = false, true
	}
}

// setLore has it that the guild remembers, or forgets what it does.
func (a *guild) setLore(c *actor.Context, m *messages.SetLore) {
	value := ""
	if m.On {
		value = "1"
	}
	a.state.turnOff(m)
	a.write(c, &messages.KeepNote{Owner: a.owner, Key: noteLore, Value: value}, func(c *actor.Context, _ any) {
		a.state.lore.on = m.On
		a.become(c, a.state.lore.lent())
	})
}

// learned returns what is remembered with what an analyzer concluded, if the guild
// wants that.
func (a *guild) learned(m *messages.Learned) lore {
	if !a.state.lore.on {
		return a.state.lore.lent()
	}
	return a.state.lore.learn(m.Lore, a.state.isOpen)
}

// learn takes in what an analyzer concluded. The number of the next piece is kept
// before it may be needed.
func (a *guild) learn(c *actor.Context, m *messages.Learned) {
	next := a.learned(m).next
	if next == a.state.lore.next {
		a.settle(c, m)
		return
	}
	n := &messages.KeepNote{Owner: a.owner, Key: noteNext, Value: strconv.Itoa(next)}
	a.write(c, n, func(c *actor.Context, _ any) { a.settle(c, m) })
}

func (a *guild) settle(c *actor.Context, m *messages.Learned) {
	next := a.learned(m)
	keep, drop := actors.Difference(a.state.lore.derived(a.cfg.Guild), next.derived(a.cfg.Guild))
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

// sourcesGone forgets what is no more on disk. A change under way may bring it back,
// here or there: then what is on disk holds. What is still to be kept from them is
// dropped once it is: the journal knew of nothing to drop.
func (a *guild) sourcesGone(m *messages.SourcesGone) {
	a.state.lore = a.state.lore.without(m, a.owner)
	a.stale = a.stale || a.reading || a.changes.Under() != nil
	if a.changes.Open() {
		a.changes.Add(actors.Change{Message: m}, maxGone)
	}
}

// withdraw forgets an analyzer that does not wait any more: it comes again. What
// people want is done all the same.
func (a *guild) withdraw(asker *actor.PID) {
	a.changes.Drop(func(change actors.Change) bool {
		_, learned := change.Message.(*messages.Learned)
		return learned && asker != nil && change.Asker != nil && change.Asker.Equals(asker)
	})
}

// found returns what of the lore somebody may see.
func (a *guild) found(m *messages.GetLore) *messages.LoreFound {
	return &messages.LoreFound{
		On: a.state.lore.on, Lore: a.state.lore.told(a.cfg.Guild, a.state.audience(m.Channel), m.Person, math.MaxInt),
	}
}
