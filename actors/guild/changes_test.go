package guild

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// learned is what an analyzer concludes from a piece.
func learned(piece int64, told ...messages.Lore) *messages.Learned {
	return &messages.Learned{Pieces: []messages.Piece{{ID: piece}}, Lore: told}
}

// remembering is a disk of a guild that wants its lore kept.
func remembering() *disk {
	return &disk{notes: map[string]string{"lore": "1"}, backlog: map[int64]bool{1: true, 2: true, 3: true}}
}

// agree fails the test unless the actor remembers just what is on disk, which is this.
func agree(t *testing.T, e actortest.Engine, pid *actor.PID, d *disk, want ...string) {
	t.Helper()
	found := ask[*messages.LoreFound](t, e, pid, &messages.GetLore{Guild: id, Channel: 10, Person: 1})
	if diff := cmp.Diff(want, textsOf(found.Lore)); diff != "" {
		t.Error("remembered:", diff)
	}
	kept := lore{}.reread(&messages.KeptFound{Derived: d.take(&messages.GetKept{}).(*messages.KeptFound).Derived})
	if diff := cmp.Diff(want, textsOf(kept.pieces)); diff != "" {
		t.Error("on disk:", diff)
	}
}

// fails fails the test unless the message ends in a failure.
func fails(t *testing.T, e actortest.Engine, pid *actor.PID, m any) {
	t.Helper()
	_, err := e.Ask(pid, m)
	if f, ok := errors.AsType[*messages.Failure](err); !ok || f.Cause != messages.CauseInternal {
		t.Errorf("%T ends in %v", m, err)
	}
}

// refused fails the test unless the message is refused for that reason.
func refused(t *testing.T, e actortest.Engine, pid *actor.PID, m any, reason string) {
	t.Helper()
	_, err := e.Ask(pid, m)
	if r, ok := errors.AsType[*messages.Refused](err); !ok || r.Reason != reason {
		t.Errorf("%T ends in %v", m, err)
	}
}

// What is worth remembering is remembered when it is on disk, outlives the actor, and
// is taken once.
func TestLearned(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		pid := start(e, d)
		e.Tell(pid, told())
		if !ask[*messages.LearnedTaken](t, e, pid, learned(1, gag(1, 10, 1, "the cat"), gag(2, 10, 1, "the dog"))).Done {
			t.Error("it is not taken")
		}
		agree(t, e, pid, d, "2 the dog", "1 the cat")
		if ask[*messages.LearnedTaken](t, e, pid, learned(1, gag(3, 10, 1, "the bird"))).Done {
			t.Error("it is taken twice")
		}
		ask[*messages.Kept](t, e, pid, &messages.ForgetLore{Guild: id, Channel: 10, Key: "lore/2", Person: 1})
		agree(t, e, pid, d, "1 the cat")
		want := contextOf(t, e, pid, 10)
		if !want.KeepsLore || len(want.Lore) != 1 {
			t.Errorf("tells %+v", want)
		}
		e.Stop(pid)
		pid = start(e, d)
		if d := cmp.Diff(want, contextOf(t, e, pid, 10)); d != "" {
			t.Errorf("in its next life: %s", d)
		}
		ask[*messages.LearnedTaken](t, e, pid, learned(2, gag(4, 10, 1, "The dog."), gag(5, 10, 1, "the fish")))
		agree(t, e, pid, d, "4 the fish", "1 the cat")
		refused(t, e, pid, &messages.ForgetLore{Guild: id, Channel: 10, Key: "lore/4", Person: 9}, messages.RefusedUnknown)
	})
}

// What cannot be settled is not remembered, and may come again.
func TestLearnedJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		pid := start(e, d)
		d.broken.Store(true)
		m := learned(1, gag(1, 10, 1, "the cat"))
		fails(t, e, pid, m)
		forgot := make(chan error, 1)
		go func() {
			_, err := e.Ask(pid, &messages.ForgetLore{Guild: id, Channel: 10, Key: "lore/1", Person: 1})
			forgot <- err
		}()
		synctest.Wait()
		d.broken.Store(false)
		if err := <-forgot; err == nil {
			t.Error("what is not there is forgotten")
		}
		agree(t, e, pid, d)
		ask[*messages.LearnedTaken](t, e, pid, m)
		agree(t, e, pid, d, "1 the cat")
	})
}

// Turned off, all is forgotten, at once and on disk, and work comes to nothing.
func TestSetLore(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		pid := start(e, d)
		e.Tell(pid, told())
		ask[*messages.LearnedTaken](t, e, pid, learned(1, gag(1, 10, 1, "the cat")))
		ask[*messages.Kept](t, e, pid, &messages.SetLore{Guild: id})
		if !ask[*messages.LearnedTaken](t, e, pid, learned(2, gag(2, 10, 1, "the dog"))).Done || d.backlog[2] {
			t.Error("work is left")
		}
		agree(t, e, pid, d)
		if found := ask[*messages.LoreFound](t, e, pid, &messages.GetLore{Guild: id, Channel: 10}); found.On || d.notes["lore"] != "" {
			t.Error("it is on")
		}
		ask[*messages.Kept](t, e, pid, &messages.SetLore{Guild: id, On: true})
		ask[*messages.LearnedTaken](t, e, pid, learned(3, gag(3, 10, 1, "the bird")))
		agree(t, e, pid, d, "2 the bird")
		d.broken.Store(true)
		fails(t, e, pid, &messages.SetLore{Guild: id})
		if c := contextOf(t, e, pid, 10); c.KeepsLore || c.Lore != nil {
			t.Errorf("off, but not on disk: %+v", c)
		}
		d.broken.Store(false)
		time.Sleep(time.Minute)
		agree(t, e, pid, d)
		delete(d.notes, "lore")
		d.change(emptyLore().learn([]messages.Lore{gag(1, 10, 1, "the cat")}, open).derived(id), nil)
		e.Stop(pid)
		agree(t, e, start(e, d), d) // the process died before it was forgotten
	})
}

// Turned off while it is not known whether it was on, it is off.
func TestSetLoreBeforeLoaded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		d.change(emptyLore().learn([]messages.Lore{gag(1, 10, 1, "the cat")}, open).derived(id), nil)
		d.broken.Store(true)
		pid := start(e, d)
		e.Tell(pid, told())
		asked := e.Probe()
		e.SendWithSender(pid, &messages.GetGuildContext{Guild: id, Channel: 10}, asked.PID)
		e.SendWithSender(pid, &messages.SetLore{Guild: id}, asked.PID)
		synctest.Wait()
		d.broken.Store(false)
		time.Sleep(lastPause)
		got := asked.Take()
		if c, ok := got[0].(*messages.GuildContext); !ok || !c.Known || c.KeepsLore || c.Lore != nil || len(got) != 2 {
			t.Errorf("tells %+v", got)
		}
		agree(t, e, pid, d)
	})
}

// So many changes wait, and no more; an analyzer that does not wait any more is
// forgotten.
func TestChangesAreBounded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := remembering()
		d.broken.Store(true)
		pid := start(e, d)
		gone := e.Probe()
		for range maxLearned {
			e.SendWithSender(pid, learned(1, gag(1, 10, 1, "the cat")), gone.PID)
		}
		refused(t, e, pid, learned(2), messages.RefusedFull)
		e.SendWithSender(pid, &actors.Withdrawn{}, gone.PID)
		synctest.Wait()
		d.broken.Store(false)
		ask[*messages.LearnedTaken](t, e, pid, learned(2))
		if !d.backlog[1] || len(gone.Take()) != 0 {
			t.Error("a change is made for nobody")
		}
	})
}

// It stays awake while something is to be changed.
func TestMaySleepChanging(t *testing.T) {
	a, ok := New(Config{Guild: id, Log: actortest.Log()})().(*guild)
	if !ok {
		t.Fatal("no guild")
	}
	a.loaded = true
	before := a.MaySleep()
	a.changes.Add(actors.Change{Message: tidy{}}, maxChanges)
	if !before || a.MaySleep() {
		t.Errorf("sleeps %v, with something to do %v", before, a.MaySleep())
	}
}
