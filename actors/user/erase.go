package user

import (
	"errors"
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// An erasure is how far a person is forgotten.
type erasure struct {
	askers []*actor.PID       // who are told when it is done: at most maxChanges
	bound  messages.MessageID // of what may be analysed, as it is on disk
	told   messages.PersonDeleted
	idle   int // steps, one after the other, that somebody else was in the way of
}

const (
	maxIdle    = 10                     // steps: somebody else is in the way for half a minute
	firstPause = 250 * time.Millisecond // before such a step is tried again; doubles
)

// eraseOn makes the actor go on after a pause.
type eraseOn struct{}

// deletePerson has the person forgotten. Who asks for it meanwhile waits for the same.
func (a *user) deletePerson(c *actor.Context, m *messages.DeletePerson) {
	a.state.bound(m.Before)
	if a.erasure == nil && a.changes.Add(actors.Change{Message: m}, maxChanges) {
		a.erasure = &erasure{}
	}
	if a.erasure == nil || len(a.erasure.askers) == maxChanges {
		c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: reload})
		return
	}
	a.erasure.askers = append(a.erasure.askers, c.Sender())
	a.next(c)
}

// erase goes on with it: first the bound is kept, so that nothing is learned anew.
func (a *user) erase(c *actor.Context) {
	a.state.erase()
	if after := a.state.consent.After; a.erasure.bound < after {
		m := &messages.KeepNote{Owner: a.owner, Key: noteAfter, Value: after.String()}
		a.write(c, m, func(c *actor.Context, _ any) {
			a.erasure.bound = after
			a.erase(c)
		})
		return
	}
	a.write(c, &messages.ErasePerson{User: a.cfg.User, Keep: survivors()}, func(c *actor.Context, answer any) {
		erased, ok := answer.(*messages.Erased)
		if !ok {
			a.fail(c, errOther)
			return
		}
		a.erased(c, erased)
	})
}

func (a *user) erased(c *actor.Context, m *messages.Erased) {
	told := &a.erasure.told
	told.Questions += len(m.Triggers)
	told.Derived += len(m.Dropped)
	told.Open = m.Open
	a.uncache(c, m.Triggers)
	a.tellDropped(c, m.Dropped)
	if a.erasure.idle++; !m.Blocked {
		a.erasure.idle = 0
	}
	switch {
	case !m.More && a.erasure.bound == a.state.consent.After:
		a.endErasure(c, told)
		a.end(c, told)
	case a.erasure.idle > maxIdle:
		a.fail(c, errInTheWay)
	case a.erasure.idle > 0:
		actors.After(c, actors.Doubled(firstPause, a.erasure.idle-1, lastPause), eraseOn{})
	default:
		a.erase(c)
	}
}

// errInTheWay is the error of a journal that cannot forget all.
var errInTheWay = errors.New("what was forgotten cannot be overwritten yet")

// endErasure tells all who wait how it ended.
func (a *user) endErasure(c *actor.Context, answer any) {
	for _, asker := range a.erasure.askers {
		a.reply(c, asker, answer)
	}
	a.erasure = nil
}

// uncache has no answer given again that the person asked for.
func (a *user) uncache(c *actor.Context, triggers []messages.Trigger) {
	if a.cfg.Cache == nil {
		return
	}
	shown := map[messages.ChannelID][]messages.MessageID{}
	for i := range triggers {
		t := &triggers[i]
		shown[t.Channel] = append(append(shown[t.Channel], t.ID), t.Parts...)
	}
	for channel, ids := range shown {
		c.Send(a.cfg.Cache, &messages.ForgetAnswers{Channel: channel, Messages: ids})
	}
}

// tellDropped tells guilds and channels what is no more of theirs.
func (a *user) tellDropped(c *actor.Context, dropped []messages.DerivedKey) {
	of := map[string][]messages.DerivedKey{}
	for _, key := range dropped {
		of[key.Owner] = append(of[key.Owner], key)
	}
	for owner, keys := range of {
		kind, digits, _ := strings.Cut(owner, "/")
		region := map[string]*actor.PID{"guild": a.cfg.Guilds, "channel": a.cfg.Channels}[kind]
		id, err := messages.ParseID[messages.ChannelID](digits)
		if region != nil && err == nil && id != 0 {
			c.Send(region, &messages.Deliver{To: uint64(id), Message: &messages.SourcesGone{Dropped: keys}})
		}
	}
}
