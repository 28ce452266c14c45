package guild

import (
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A disk is what a journal keeps; broken makes it fail.
type disk struct {
	notes   map[string]string
	derived map[string]messages.Derived
	backlog map[int64]bool // pieces
	gone    []messages.ChannelID
	broken  atomic.Bool
	reads   int
	writes  int
}

func (d *disk) receive(c *actor.Context) {
	if d.broken.Load() {
		c.Respond(&messages.Failure{Cause: messages.CauseInternal})
		return
	}
	if answer := d.take(c.Message()); answer != nil {
		c.Respond(answer)
	}
}

func (d *disk) take(m any) any {
	switch m := m.(type) {
	case *messages.GetKept:
		d.reads++
		found := &messages.KeptFound{Notes: maps.Clone(d.notes)}
		for _, key := range slices.Sorted(maps.Keys(d.derived)) {
			found.Derived = append(found.Derived, d.derived[key])
		}
		return found
	case *messages.KeepNote:
		d.writes++
		if d.notes[m.Key] = m.Value; m.Value == "" {
			delete(d.notes, m.Key)
		}
		return &messages.Kept{}
	case *messages.ForgetChannels:
		d.gone = append(d.gone, m.Channels...)
		return &messages.Kept{}
	case *messages.KeepDerived:
		d.change(m.Keep, m.Drop)
		return &messages.Kept{}
	case *messages.SettlePieces:
		for _, p := range m.Pieces {
			if !d.backlog[p.ID] {
				return &messages.Settled{}
			}
		}
		for _, p := range m.Pieces {
			delete(d.backlog, p.ID)
		}
		d.change(m.Keep, m.Drop)
		return &messages.Settled{Done: true}
	}
	return nil
}

func (d *disk) change(keep []messages.Derived, drop []messages.DerivedKey) {
	if d.derived == nil {
		d.derived = map[string]messages.Derived{}
	}
	for _, kept := range keep {
		d.derived[kept.Key] = kept
	}
	for _, key := range drop {
		delete(d.derived, key.Key)
	}
}

func start(e actortest.Engine, d *disk) *actor.PID {
	if d.notes == nil {
		d.notes = map[string]string{}
	}
	pid := e.Start(New(Config{Guild: id, Self: bot, Journal: e.Fake(d.receive).PID, Log: actortest.Log()}))
	synctest.Wait()
	return pid
}

func ask[A any](t *testing.T, e actortest.Engine, pid *actor.PID, m any) A {
	t.Helper()
	got, err := e.Ask(pid, m)
	answer, ok := got.(A)
	if !ok {
		t.Fatalf("%T is answered with %T, %v", m, got, err)
	}
	return answer
}

func contextOf(t *testing.T, e actortest.Engine, pid *actor.PID, channel messages.ChannelID) *messages.GuildContext {
	t.Helper()
	return ask[*messages.GuildContext](t, e, pid, &messages.GetGuildContext{Guild: id, Channel: channel})
}

// Every event that the gateway hands to a guild is heard.
func TestHears(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pid := start(e, &disk{})
		if contextOf(t, e, pid, 10).Known {
			t.Error("a guild is known that nobody told of")
		}
		e.Tell(pid, told())
		e.Tell(pid, &messages.ChannelSeen{Channel: messages.Channel{ID: 12, Guild: id, Name: "attic"}})
		e.Tell(pid, &messages.ChannelGone{Channel: 10, Guild: id})
		e.Tell(pid, &messages.BotThreadChanged{Channel: 21, Guild: id, Joined: true})
		e.Tell(pid, &messages.RoleSeen{Guild: id, Role: messages.Role{ID: 73, Managed: true, Bot: bot}})
		e.Tell(pid, &messages.RoleGone{Guild: id, Role: own})
		e.Tell(pid, &messages.BotRolesChanged{Guild: id, Roles: []messages.RoleID{helper}})
		want := &messages.GuildContext{
			Known: true, Name: "The Globe", ChannelName: "props", Kind: messages.ChannelThread, Parent: 11, Joined: true,
			BotRoles: []messages.RoleID{73}, Emojis: []string{"<:skull:5>"}, Permissions: see | say | talk | read,
			Open: []messages.ChannelID{12},
		}
		if d := cmp.Diff(want, contextOf(t, e, pid, 21)); d != "" {
			t.Error(d)
		}
		if !contextOf(t, e, pid, 12).Known || contextOf(t, e, pid, 10).Known {
			t.Error("a new channel is unknown, or a deleted one known")
		}
		e.Tell(pid, &messages.GuildGone{Guild: id, Unavailable: true})
		if !contextOf(t, e, pid, 12).Known {
			t.Error("an outage makes a guild unknown")
		}
		e.Tell(pid, &messages.GuildGone{Guild: id})
		if contextOf(t, e, pid, 12).Known {
			t.Error("a guild is known that the bot was removed from")
		}
	})
}

// With a channel goes what was answered in it.
func TestChannelGoneUncaches(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		cache := e.Probe()
		d := disk{notes: map[string]string{}}
		pid := e.Start(New(Config{Guild: id, Self: bot, Journal: e.Fake(d.receive).PID, Cache: cache.PID, Log: actortest.Log()}))
		e.Tell(pid, told())
		e.Tell(pid, &messages.ChannelGone{Channel: 10, Guild: id})
		if d := cmp.Diff([]any{&messages.ForgetAnswers{Channel: 10}}, cache.Take()); d != "" {
			t.Error(d)
		}
	})
}

// A watched guild tells how it stands after each message.
type watched struct {
	*guild
	sleepy *atomic.Bool
	weight *atomic.Int64
}

func (w watched) Receive(c *actor.Context) {
	w.guild.Receive(c)
	w.sleepy.Store(w.MaySleep())
	w.weight.Store(int64(w.Weight()))
}

// Over the rate of a guild its people are told when to come back; what was asked
// in the last minute is not slept away, and is known before any notes are read.
func TestRate(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{}}
		a, _ := New(Config{Guild: id, Self: bot, RPM: 2, Journal: e.Fake(d.receive).PID, Log: actortest.Log()})().(*guild)
		pid := e.Start(func() actor.Receiver { return a })
		for _, trigger := range []messages.MessageID{1, 2, 1} {
			ask[*messages.Admitted](t, e, pid, &messages.Admit{User: 42, Guild: id, Trigger: trigger})
		}
		time.Sleep(20 * time.Second)
		_, err := e.Ask(pid, &messages.Admit{User: 43, Guild: id, Trigger: 3})
		want := &messages.Failure{Cause: messages.CauseGuildRate, After: 40 * time.Second}
		if diff := cmp.Diff(error(want), err); diff != "" {
			t.Error(diff)
		}
		if a.MaySleep() {
			t.Error("it sleeps within the minute")
		}
		time.Sleep(want.After)
		ask[*messages.Admitted](t, e, pid, &messages.Admit{User: 43, Guild: id, Trigger: 3})
	})
}

// A guild sleeps once all is on disk.
func TestMaySleep(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{}}
		d.broken.Store(true)
		journal := e.Fake(d.receive)
		w := watched{sleepy: new(atomic.Bool), weight: new(atomic.Int64)}
		pid := e.Start(func() actor.Receiver {
			w.guild, _ = New(Config{Guild: id, Self: bot, Journal: journal.PID, Log: actortest.Log()})().(*guild)
			return w
		})
		check := func(when string, want bool) {
			t.Helper()
			synctest.Wait()
			if w.sleepy.Load() != want {
				t.Errorf("%s: sleeps %v", when, !want)
			}
		}
		check("before it has read its notes", false)
		d.broken.Store(false)
		time.Sleep(lastPause)
		check("with nothing to do", true)
		empty := w.weight.Load()
		d.broken.Store(true)
		e.Tell(pid, told())
		check("with something to be written", false)
		if w.weight.Load() <= empty {
			t.Errorf("weighs %d, empty %d", w.weight.Load(), empty)
		}
		d.broken.Store(false)
		time.Sleep(lastPause)
		check("when all is on disk", true)
	})
}

// What was chosen holds once it is on disk, and outlives the actor.
func TestSetPersona(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		pid := start(e, &d)
		e.Tell(pid, told())
		ask[*messages.Kept](t, e, pid, &messages.SetPersona{Guild: id, Persona: "pirate"})
		ask[*messages.Kept](t, e, pid, &messages.SetPersona{Guild: id, Channel: 10, Persona: "tutor"})
		ask[*messages.Kept](t, e, pid, &messages.SetPersona{Guild: id, Channel: 11, Persona: "roast"})
		ask[*messages.Kept](t, e, pid, &messages.SetPersona{Guild: id, Channel: 11})
		personas := []string{contextOf(t, e, pid, 10).Persona, contextOf(t, e, pid, 11).Persona}
		if d := cmp.Diff([]string{"tutor", "pirate"}, personas); d != "" {
			t.Error(d)
		}
		e.Tell(pid, &messages.ChannelGone{Channel: 10, Guild: id})
		want := map[string]string{"persona": "pirate"}
		delete(d.notes, noteTold)
		if d := cmp.Diff(want, d.notes); d != "" {
			t.Error(d)
		}
		e.Stop(pid)
		if p := contextOf(t, e, start(e, &d), 10); p.Persona != "pirate" || p.Known {
			t.Errorf("in its next life: %+v", p)
		}
	})
}

func TestSetPersonaRefused(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{}}
		for i := range maxPersonas {
			n := noteOf(messages.ChannelID(i+1), "pirate")
			d.notes[n.key] = n.value
		}
		pid := start(e, &d)
		_, err := e.Ask(pid, &messages.SetPersona{Guild: id, Channel: 1000, Persona: "tutor"})
		if r, ok := errors.AsType[*messages.Refused](err); !ok || r.Reason != messages.RefusedFull {
			t.Errorf("one channel too many: %v", err)
		}
		_, err = e.Ask(pid, &messages.SetPersona{Guild: id, Persona: string(make([]byte, maxName+1))})
		if _, ok := errors.AsType[*messages.Failure](err); !ok {
			t.Errorf("a name too long: %v", err)
		}
		d.broken.Store(true)
		_, err = e.Ask(pid, &messages.SetPersona{Guild: id, Persona: "tutor"})
		if _, ok := errors.AsType[*messages.Failure](err); !ok {
			t.Errorf("with a broken journal: %v", err)
		}
		if p := contextOf(t, e, pid, 1000).Persona; p != "" {
			t.Errorf("what was not kept holds: %q", p)
		}
	})
}

// While a guild cannot read its notes, what it hears waits; it does not last for
// ever, and all is taken up in the order in which it came.
func TestJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{"persona": "pirate"}}
		d.broken.Store(true)
		pid := start(e, &d)
		e.Tell(pid, told())
		e.Tell(pid, &messages.ChannelGone{Channel: 11, Guild: id})
		for range maxHeld - 2 {
			e.Send(pid, &messages.RoleSeen{Guild: id})
		}
		synctest.Wait()
		_, err := e.Ask(pid, &messages.GetGuildContext{Guild: id, Channel: 10})
		if r, ok := errors.AsType[*messages.Refused](err); !ok || r.Reason != messages.RefusedFull {
			t.Errorf("one message too many: %v", err)
		}
		time.Sleep(time.Hour)
		d.broken.Store(false)
		time.Sleep(lastPause)
		synctest.Wait()
		if c := contextOf(t, e, pid, 10); !c.Known || c.Persona != "pirate" || d.reads != 1 {
			t.Errorf("after %d reads: %+v", d.reads, c)
		}
		if contextOf(t, e, pid, 11).Known {
			t.Error("a channel is known that is gone")
		}
	})
}

// What Discord told is taken once it is on disk, and outlives the actor: a session
// does not tell it again.
func TestToldIsKept(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		pid := start(e, &d)
		ask[*messages.Taken](t, e, pid, told())
		ask[*messages.Taken](t, e, pid, &messages.BotThreadChanged{Channel: 21, Guild: id, Joined: true})
		want := contextOf(t, e, pid, 21)
		e.Stop(pid)
		pid = start(e, &d)
		if d := cmp.Diff(want, contextOf(t, e, pid, 21)); d != "" || !want.Joined {
			t.Error("in its next life", d)
		}
		before := d.writes
		ask[*messages.Taken](t, e, pid, &messages.BotThreadChanged{Channel: 21, Guild: id, Joined: true})
		if d.writes != before {
			t.Error("what is no news is written down")
		}
		ask[*messages.Taken](t, e, pid, &messages.GuildGone{Guild: id})
		e.Stop(pid)
		if contextOf(t, e, start(e, &d), 21).Known {
			t.Error("a guild is known that the bot was removed from")
		}
	})
}

// What cannot be written down is not taken until it can be, and holds meanwhile.
func TestToldIsNotKept(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		pid := start(e, &d)
		d.broken.Store(true)
		taken := make(chan time.Time, 2)
		for _, m := range []any{told(), &messages.ChannelGone{Channel: 11, Guild: id}} {
			go func() {
				ask[*messages.Taken](t, e, pid, m)
				taken <- time.Now()
			}()
			synctest.Wait()
		}
		if !contextOf(t, e, pid, 10).Known {
			t.Error("what was told does not hold")
		}
		time.Sleep(10 * time.Minute)
		mended := time.Now()
		d.broken.Store(false)
		for range 2 {
			if at := <-taken; at.Before(mended) {
				t.Error("taken, but not on disk")
			}
		}
		e.Stop(pid)
		if p := start(e, &d); !contextOf(t, e, p, 10).Known || contextOf(t, e, p, 11).Known || d.writes != 1 {
			t.Errorf("after %d writes: something is not on disk", d.writes)
		}
	})
}
