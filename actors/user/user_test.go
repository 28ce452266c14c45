package user

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A disk is what a journal keeps. While it is broken it fails, while it is
// stuck it says nothing.
type disk struct {
	notes    map[string]string
	derived  map[string]messages.Derived
	backlog  map[int64]bool      // pieces
	unwanted []messages.Analyzer // whose work was dropped
	erasing  []messages.Erased
	broken   atomic.Bool
	stuck    atomic.Bool
	readable atomic.Bool  // although it is broken
	asked    atomic.Int64 // how often
	got      []any
}

func (d *disk) receive(c *actor.Context) {
	m := c.Message()
	if d.stuck.Load() {
		return
	}
	d.asked.Add(1)
	d.got = append(d.got, m)
	if _, read := m.(*messages.GetKept); d.broken.Load() && (!read || !d.readable.Load()) {
		c.Respond(&messages.Failure{Cause: messages.CauseInternal})
		return
	}
	if answer := d.take(m); answer != nil {
		c.Respond(answer)
	}
}

func (d *disk) take(m any) any {
	switch m := m.(type) {
	case *messages.GetKept:
		found := &messages.KeptFound{Notes: maps.Clone(d.notes)}
		for _, key := range slices.Sorted(maps.Keys(d.derived)) {
			found.Derived = append(found.Derived, d.derived[key])
		}
		return found
	case *messages.KeepNote:
		if d.notes[m.Key] = m.Value; m.Value == "" {
			delete(d.notes, m.Key)
		}
		return &messages.Kept{}
	case *messages.KeepDerived:
		d.change(m.Keep, m.Drop)
		return &messages.Kept{}
	case *messages.DropPieces:
		d.unwanted = append(d.unwanted, m.Analyzer)
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
	case *messages.ErasePerson:
		return d.erase(m)
	}
	return nil
}

func (d *disk) change(keep []messages.Derived, drop []messages.DerivedKey) {
	for _, kept := range keep {
		d.derived[kept.Key] = kept
	}
	for _, key := range drop {
		delete(d.derived, key.Key)
	}
}

// erase forgets all that is not to be kept, and tells the next of what it was told to.
func (d *disk) erase(m *messages.ErasePerson) any {
	maps.DeleteFunc(d.notes, func(key, _ string) bool { return !slices.Contains(m.Keep, key) })
	clear(d.derived)
	if len(d.erasing) == 0 {
		return &messages.Erased{}
	}
	e := d.erasing[0]
	d.erasing = d.erasing[1:]
	return &e
}

// facts returns the texts of the facts on disk, by key.
func (d *disk) facts() map[string]string {
	texts := map[string]string{}
	for key, kept := range d.derived {
		var f messages.Fact
		if strings.HasPrefix(key, "fact/") && json.Unmarshal([]byte(kept.Value), &f) == nil {
			texts[key] = f.Text
		}
	}
	return texts
}

func start(e actortest.Engine, d *disk, rpm int) *actor.PID {
	return startWith(e, d, Config{RPM: rpm})
}

func startWith(e actortest.Engine, d *disk, cfg Config) *actor.PID {
	if d.notes == nil {
		d.notes = map[string]string{}
	}
	if d.derived == nil {
		d.derived = map[string]messages.Derived{}
	}
	cfg.User, cfg.Journal, cfg.Log = 42, e.Fake(d.receive).PID, actortest.Log()
	pid := e.Start(New(cfg))
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

// The guild answers for whom it is not too fast, and is not asked for others.
func TestRateOfGuild(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		guilds := e.Fake(func(c *actor.Context) {
			c.Respond(&messages.Failure{Cause: messages.CauseGuildRate, After: time.Second})
		})
		pid := e.Start(New(Config{
			User: 42, RPM: 1, Roles: map[messages.RoleID]int{7: 2}, Guilds: guilds.PID,
			Journal: e.Fake((&disk{}).receive).PID, Log: actortest.Log(),
		}))
		for i, want := range []messages.Cause{messages.CauseGuildRate, messages.CauseGuildRate, messages.CauseUserRate} {
			m := &messages.Admit{User: 42, Guild: 5, Roles: []messages.RoleID{7}, Trigger: messages.MessageID(i + 1)}
			_, err := e.Ask(pid, m)
			if f, ok := errors.AsType[*messages.Failure](err); !ok || f.Cause != want {
				t.Errorf("question %d: %v, want %s", i, err, want)
			}
		}
		want := &messages.Deliver{To: 5, Message: &messages.Admit{User: 42, Guild: 5, Roles: []messages.RoleID{7}, Trigger: 1}}
		if got := guilds.Take(); len(got) != 2 || cmp.Diff(want, got[0]) != "" {
			t.Errorf("the guilds are asked %v", got)
		}
	})
}

// Over the rate a person is told when to come back, and then is admitted.
func TestRate(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pid := start(e, &disk{}, 1)
		ask[*messages.Admitted](t, e, pid, &messages.Admit{User: 42, Trigger: 1})
		ask[*messages.Admitted](t, e, pid, &messages.Admit{User: 42, Trigger: 1})
		time.Sleep(10 * time.Second)
		_, err := e.Ask(pid, &messages.Admit{User: 42, Trigger: 2})
		want := &messages.Failure{Cause: messages.CauseUserRate, After: 50 * time.Second}
		if d := cmp.Diff(error(want), err); d != "" {
			t.Fatal(d)
		}
		time.Sleep(want.After)
		ask[*messages.Admitted](t, e, pid, &messages.Admit{User: 42, Trigger: 2})
	})
}

// A slow journal delays the context, but not the rate.
func TestNotesLoadedLate(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{"cleared/5": "100", "plain": "1"}}
		d.stuck.Store(true)
		pid := start(e, &d, 1)
		began := time.Now()
		ask[*messages.Admitted](t, e, pid, &messages.Admit{User: 42, Trigger: 1})
		if time.Since(began) > 0 {
			t.Errorf("admitted after %v", time.Since(began))
		}
		time.AfterFunc(20*time.Second, func() { d.stuck.Store(false) })
		got := ask[*messages.UserContext](t, e, pid, &messages.GetUserContext{User: 42, Channel: 5})
		want := &messages.UserContext{Cleared: 100, PlainPersona: true, Digest: "cleared 100;plain;"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if late := time.Since(began) - 20*time.Second; late < 0 || late > journalWait+reload {
			t.Errorf("answered %v after the journal came back", late)
		}
	})
}

// Who waits no more is forgotten, and too many who wait are refused.
func TestWaitingIsBounded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		d.stuck.Store(true)
		pid := start(e, &d, 1)
		for range maxWaiting {
			e.SendWithSender(pid, &messages.GetUserContext{User: 42, Channel: 5}, e.Probe().PID)
		}
		_, err := e.Ask(pid, &messages.GetUserContext{User: 42, Channel: 5})
		if r, ok := errors.AsType[*messages.Refused](err); !ok || r.Reason != messages.RefusedFull || r.RetryAfter == 0 {
			t.Errorf("one too many ends in %v", err)
		}
	})
}

// What a person wants holds for the next question, and outlives the actor.
func TestKeeps(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		pid := start(e, &d, 0)
		ask[*messages.Forgot](t, e, pid, &messages.Forget{User: 42, Channel: 5, Before: 100})
		ask[*messages.Kept](t, e, pid, &messages.RefusePersona{User: 42, Refuse: true})
		want := &messages.UserContext{Cleared: 100, PlainPersona: true, Digest: "cleared 100;plain;"}
		question := &messages.GetUserContext{User: 42, Channel: 5}
		if d := cmp.Diff(want, ask[*messages.UserContext](t, e, pid, question)); d != "" {
			t.Error(d)
		}
		e.Stop(pid)
		pid = start(e, &d, 0)
		if d := cmp.Diff(want, ask[*messages.UserContext](t, e, pid, question)); d != "" {
			t.Errorf("in its next life: %s", d)
		}
		ask[*messages.Kept](t, e, pid, &messages.RefusePersona{User: 42})
		if got := ask[*messages.UserContext](t, e, pid, question); got.PlainPersona || got.Cleared != 100 {
			t.Errorf("with a persona again: %+v", got)
		}
	})
}

// What could not be kept is told so, but holds all the same.
func TestJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		pid := start(e, &d, 0)
		d.broken.Store(true)
		for _, m := range []any{&messages.Forget{User: 42, Channel: 5, Before: 100}, &messages.RefusePersona{User: 42, Refuse: true}} {
			_, err := e.Ask(pid, m)
			if f, ok := errors.AsType[*messages.Failure](err); !ok || f.Cause != messages.CauseInternal {
				t.Errorf("%T ends in %v", m, err)
			}
		}
		got := ask[*messages.UserContext](t, e, pid, &messages.GetUserContext{User: 42, Channel: 5})
		if got.Cleared != 100 || !got.PlainPersona {
			t.Errorf("holds %+v", got)
		}
	})
}

// A channel too many is refused.
func TestForgetRefused(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{}}
		for i := range maxCleared {
			d.notes[noteCleared+messages.ChannelID(i+1).String()] = "100"
		}
		pid := start(e, &d, 0)
		_, err := e.Ask(pid, &messages.Forget{User: 42, Channel: maxCleared + 1, Before: 100})
		if r, ok := errors.AsType[*messages.Refused](err); !ok || r.Reason != messages.RefusedFull {
			t.Errorf("ends in %v", err)
		}
	})
}

// It sleeps when the last minute was silent and nobody waits.
func TestMaySleep(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		a, ok := New(Config{User: 42, RPM: 1, Log: actortest.Log()})().(*user)
		if !ok || !a.MaySleep() || a.Weight() == 0 {
			t.Fatal("a fresh one stays awake")
		}
		a.state.bucket.Pass(1, 1, time.Now())
		if a.MaySleep() {
			t.Error("it sleeps within the minute")
		}
		time.Sleep(time.Minute)
		if !a.MaySleep() {
			t.Error("it stays awake")
		}
		a.waiting = []held{{&messages.GetConsent{}, e.Probe().PID}}
		if a.MaySleep() {
			t.Error("it sleeps while somebody waits")
		}
		a.withdraw(a.waiting[0].sender)
		if !a.MaySleep() {
			t.Error("it stays awake for nobody")
		}
		a.changes.Add(actors.Change{Message: &messages.Learned{}, Asker: e.Probe().PID}, 1)
		if a.MaySleep() {
			t.Error("it sleeps before a change")
		}
	})
}
