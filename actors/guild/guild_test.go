package guild

import (
	"errors"
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
	notes  map[string]string
	broken atomic.Bool
	reads  int
}

func (d *disk) receive(c *actor.Context) {
	if d.broken.Load() {
		c.Respond(&messages.Failure{Cause: messages.CauseInternal})
		return
	}
	switch m := c.Message().(type) {
	case *messages.GetNotes:
		d.reads++
		c.Respond(&messages.Notes{Values: d.notes})
	case *messages.KeepNote:
		d.notes[m.Owner+" "+m.Key] = m.Value
		c.Respond(&messages.Kept{})
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

// A guild stays awake as long as it knows what only Discord can tell again.
func TestMaySleep(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		a, ok := New(Config{Guild: id, Self: bot, Log: actortest.Log()})().(*guild)
		if !ok || !a.MaySleep() {
			t.Fatal("a guild that was not told of stays awake")
		}
		empty := a.Weight()
		a.state.seen(told())
		if a.MaySleep() || a.Weight() <= empty {
			t.Errorf("sleeps: %v, weighs %d, empty %d", a.MaySleep(), a.Weight(), empty)
		}
		a.gone(&messages.GuildGone{Guild: id})
		if !a.MaySleep() || a.Weight() != empty {
			t.Errorf("after it is gone: sleeps %v, weighs %d", a.MaySleep(), a.Weight())
		}
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
		want := map[string]string{"guild/7 persona": "pirate", "guild/7 persona/10": "", "guild/7 persona/11": ""}
		if d := cmp.Diff(want, d.notes); d != "" {
			t.Error(d)
		}
		e.Stop(pid)
		d.notes = map[string]string{"persona": "pirate"}
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

// A guild whose journal is down answers at once, and has its persona when the
// journal is back.
func TestJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{"persona": "pirate"}}
		d.broken.Store(true)
		pid := start(e, &d)
		e.Tell(pid, told())
		began := time.Now()
		if c := contextOf(t, e, pid, 10); !c.Known || c.Persona != "" || time.Since(began) > 0 {
			t.Errorf("after %v: %+v", time.Since(began), c)
		}
		time.Sleep(time.Hour)
		d.broken.Store(false)
		time.Sleep(lastPause)
		synctest.Wait()
		if c := contextOf(t, e, pid, 10); c.Persona != "pirate" || d.reads != 1 {
			t.Errorf("after %d reads: %+v", d.reads, c)
		}
	})
}
