package user

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A person is forgotten here, on disk and with whoever holds what was theirs; what
// they chose about that stays, and nothing they said before is learned.
func TestDeletePerson(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true, 2: true}, erasing: []messages.Erased{
			{
				Dropped: []messages.DerivedKey{{Owner: "user/42", Key: "fact/1"}, {Owner: "guild/7", Key: "lore/1"}, {Owner: "channel/5", Key: "chunk/1"}},
				Triggers: []messages.Trigger{
					{ID: 1, Channel: 5, Parts: []messages.MessageID{2, 3}}, {ID: 4, Channel: 6}, {ID: 5, Channel: 5},
				},
				More: true, Open: 2,
			},
			{Dropped: []messages.DerivedKey{{Owner: "guild/7", Key: "lore/2"}, {Owner: "nobody", Key: "x"}}, Open: 1},
		}}
		d.notes["cleared/5"], d.notes["plain"] = "50", "1"
		cache, guilds, channels := e.Probe(), e.Probe(), e.Probe()
		pid := startWith(e, &d, Config{Cache: cache.PID, Guilds: guilds.PID, Channels: channels.PID})
		ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(1, "home", "Oslo")))
		got := ask[*messages.PersonDeleted](t, e, pid, &messages.DeletePerson{User: 42, Before: 9 << 22})
		if d := cmp.Diff(&messages.PersonDeleted{Questions: 3, Derived: 5, Open: 1}, got); d != "" {
			t.Error(d)
		}
		want := willing()
		want["after"] = (messages.MessageID(9) << 22).String()
		if d := cmp.Diff(want, d.notes); d != "" {
			t.Error(d)
		}
		uncached := map[messages.ChannelID][]messages.MessageID{}
		for _, m := range cache.Take() {
			if f, ok := m.(*messages.ForgetAnswers); ok {
				uncached[f.Channel] = f.Messages
			}
		}
		if d := cmp.Diff(map[messages.ChannelID][]messages.MessageID{5: {1, 2, 3, 5}, 6: {4}}, uncached); d != "" {
			t.Error(d)
		}
		dropped := func(to uint64, owner, key string) *messages.Deliver {
			return &messages.Deliver{To: to, Message: &messages.SourcesGone{Dropped: []messages.DerivedKey{{Owner: owner, Key: key}}}}
		}
		if d := cmp.Diff([]any{dropped(7, "guild/7", "lore/1"), dropped(7, "guild/7", "lore/2")}, guilds.Take()); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]any{dropped(5, "channel/5", "chunk/1")}, channels.Take()); d != "" {
			t.Error(d)
		}
		wanted := &messages.UserContext{Cleared: 9 << 22, Digest: "cleared 37748736;"}
		context := &messages.GetUserContext{User: 42, Channel: 5}
		if d := cmp.Diff(wanted, ask[*messages.UserContext](t, e, pid, context)); d != "" {
			t.Error(d)
		}
		ask[*messages.LearnedTaken](t, e, pid, learned(2, fact(9, "home", "Oslo"), fact(10, "job", "nurse")))
		agree(t, e, pid, &d, map[string]string{"fact/2": "nurse"})
	})
}

// The bound is on disk before anything is erased, and the journal is told what stays.
func TestDeletePersonInOrder(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var d disk
		pid := start(e, &d, 0)
		d.got = nil
		ask[*messages.PersonDeleted](t, e, pid, &messages.DeletePerson{User: 42, Before: 100})
		want := []any{
			&messages.KeepNote{Owner: "user/42", Key: "after", Value: "100"},
			&messages.ErasePerson{User: 42, Keep: []string{"consent/memory", "consent/profile", "consent/private", "after"}},
		}
		if d := cmp.Diff(want, d.got); d != "" {
			t.Error(d)
		}
	})
}

// Who wants it again meanwhile waits for the same, by the later bound.
func TestDeletePersonTwice(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{}, derived: map[string]messages.Derived{}}
		d.stuck.Store(true)
		first, second := e.Probe(), e.Probe()
		pid := start(e, &d, 0)
		e.SendWithSender(pid, &messages.DeletePerson{User: 42, Before: 100}, first.PID)
		e.SendWithSender(pid, &messages.DeletePerson{User: 42, Before: 200}, second.PID)
		synctest.Wait()
		d.stuck.Store(false)
		time.Sleep(time.Minute)
		for _, p := range []*actortest.Probe{first, second} {
			if d := cmp.Diff([]any{&messages.PersonDeleted{}}, p.Take()); d != "" {
				t.Error(d)
			}
		}
		if d.notes["after"] != "200" {
			t.Errorf("bound by %v", d.notes)
		}
		for range maxChanges {
			d.stuck.Store(true)
			e.SendWithSender(pid, &messages.DeletePerson{User: 42, Before: 300}, first.PID)
		}
		refused(t, e, pid, &messages.DeletePerson{User: 42, Before: 300}, messages.RefusedFull)
	})
}

// What fails is told to all who wait, holds as a bound all the same, and can be
// wanted again.
func TestDeletePersonJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true}}
		pid := start(e, &d, 0)
		ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(1, "home", "Oslo")))
		d.broken.Store(true)
		fails(t, e, pid, &messages.DeletePerson{User: 42, Before: 9 << 22})
		if got := ask[*messages.Consent](t, e, pid, &messages.GetConsent{User: 42}); got.After != 9<<22 {
			t.Errorf("is bound by %d", got.After)
		}
		d.broken.Store(false)
		ask[*messages.PersonDeleted](t, e, pid, &messages.DeletePerson{User: 42, Before: 10 << 22})
		agree(t, e, pid, &d, map[string]string{})
		if got := slices.Sorted(maps.Keys(d.notes)); !slices.Equal(got, []string{"after", "consent/memory", "consent/profile"}) {
			t.Errorf("keeps %v", got)
		}
	})
}

// The journal may have more to forget and not come to it: that is tried again, and
// has an end.
func TestDeletePersonInTheWay(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{erasing: slices.Repeat([]messages.Erased{{More: true, Blocked: true}}, 3)}
		pid := start(e, &d, 0)
		began := time.Now()
		ask[*messages.PersonDeleted](t, e, pid, &messages.DeletePerson{User: 42, Before: 100})
		if took := time.Since(began); took != 7*firstPause {
			t.Errorf("it took %v", took)
		}
		d.erasing = slices.Repeat([]messages.Erased{{More: true, Blocked: true}}, 30)
		began = time.Now()
		fails(t, e, pid, &messages.DeletePerson{User: 42, Before: 200})
		if took := time.Since(began); took < 30*time.Second || took > 2*time.Minute {
			t.Errorf("it gave up after %v", took)
		}
	})
}

// Who wants it again while it is being done has what they said since erased, too.
func TestDeletePersonMeanwhile(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: map[string]string{}, derived: map[string]messages.Derived{}}
		journal := e.Fake(func(c *actor.Context) {
			engine, asker, answer := c.Engine(), c.Sender(), d.take(c.Message())
			time.AfterFunc(time.Second, func() { engine.Send(asker, answer) })
		})
		asked := e.Probe()
		pid := e.Start(New(Config{User: 42, Journal: journal.PID, Log: actortest.Log()}))
		e.SendWithSender(pid, &messages.DeletePerson{User: 42, Before: 100}, asked.PID)
		time.Sleep(2500 * time.Millisecond) // it erases
		e.SendWithSender(pid, &messages.DeletePerson{User: 42, Before: 200}, asked.PID)
		time.Sleep(time.Minute)
		var told []any
		for _, m := range journal.Take() {
			if n, ok := m.(*messages.KeepNote); ok {
				told = append(told, n.Value)
			} else if _, ok := m.(*messages.ErasePerson); ok {
				told = append(told, "erase")
			}
		}
		if d := cmp.Diff([]any{"100", "erase", "200", "erase"}, told); d != "" || len(asked.Take()) != 2 {
			t.Error(d)
		}
	})
}

// In the middle of it the actor may die: the bound is known to the next one, and what
// is wanted again is done.
func TestDeletePersonDies(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), derived: map[string]messages.Derived{}, backlog: map[int64]bool{1: true}}
		d.change(known{next: 1}.remember([]messages.Fact{fact(1, "home", "Oslo")}).derived(42), nil)
		journal := e.Fake(func(c *actor.Context) {
			if _, erase := c.Message().(*messages.ErasePerson); !erase {
				d.receive(c)
			}
		})
		pid := e.Start(New(Config{User: 42, Journal: journal.PID, Log: actortest.Log()}))
		e.SendWithSender(pid, &messages.DeletePerson{User: 42, Before: 9 << 22}, e.Probe().PID)
		synctest.Wait()
		e.Stop(pid)
		synctest.Wait() // the journal is another then
		pid = start(e, &d, 0)
		ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(2, "job", "nurse")))
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo"})
		ask[*messages.PersonDeleted](t, e, pid, &messages.DeletePerson{User: 42, Before: 9 << 22})
		agree(t, e, pid, &d, map[string]string{})
	})
}
