package user

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

// willing is what is kept of a person who lets the bot learn all.
func willing() map[string]string {
	return map[string]string{"consent/memory": "1", "consent/profile": "1"}
}

// learned is what an analyzer concludes from a piece.
func learned(piece int64, facts ...messages.Fact) *messages.Learned {
	return &messages.Learned{Pieces: []messages.Piece{{ID: piece}}, Facts: facts}
}

func factsOf(t *testing.T, e actortest.Engine, pid *actor.PID) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range ask[*messages.Facts](t, e, pid, &messages.GetFacts{User: 42}).Facts {
		all[f.Key] = f.Text
	}
	return all
}

// agree fails the test unless the actor knows just what is on disk, which is this.
func agree(t *testing.T, e actortest.Engine, pid *actor.PID, d *disk, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, factsOf(t, e, pid)); diff != "" {
		t.Error("known:", diff)
	}
	if diff := cmp.Diff(want, d.facts()); diff != "" {
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

// What the person says goes to the analyzers that they let have it, also what they
// say before it is known which.
func TestSaid(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		memory, behaviour := e.Probe(), e.Probe()
		d := disk{notes: map[string]string{"consent/memory": "1"}}
		d.stuck.Store(true)
		pid := startWith(e, &d, Config{Memory: memory.PID, Behaviour: behaviour.PID})
		for i := range messages.MessageID(maxWaiting + 10) {
			e.Send(pid, &messages.Said{Channel: 5, Message: i + 1, Person: 42, Text: "hi"})
		}
		synctest.Wait()
		d.stuck.Store(false)
		time.Sleep(journalWait + reload)
		got := memory.Take()
		if len(got) != maxWaiting || len(behaviour.Take()) != 0 {
			t.Fatalf("%d pieces of work", len(got))
		}
		want := &messages.Work{Piece: messages.Piece{
			Analyzer: messages.AnalyzerMemory, Owner: "user/42", Channel: 5, From: 1, To: 1, Person: 42, Text: "hi",
		}}
		if d := cmp.Diff(want, got[0]); d != "" {
			t.Error(d)
		}
		ask[*messages.Kept](t, e, pid, &messages.SetConsent{User: 42, What: messages.ConsentProfile, Yes: true})
		ask[*messages.Kept](t, e, pid, &messages.SetConsent{User: 42, What: messages.ConsentMemory})
		e.Tell(pid, &messages.Said{Channel: 5, Message: 1000, Person: 42, Text: "hi"})
		if m, b := memory.Take(), behaviour.Take(); len(m) != 0 || len(b) != 1 {
			t.Errorf("when they chose otherwise: %v, %v", m, b)
		}
	})
}

// Nobody has to listen to what the person says.
func TestSaidToNobody(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pid := start(e, &disk{notes: willing()}, 0)
		e.Tell(pid, &messages.Said{Channel: 5, Message: 1, Person: 42, Text: "hi"})
		ask[*messages.Consent](t, e, pid, &messages.GetConsent{User: 42})
	})
}

// What is learned is known when it is on disk, outlives the actor, and is taken once.
// A number is not given again.
func TestLearned(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true, 2: true, 3: true, 4: true}}
		pid := start(e, &d, 0)
		first := learned(1, fact(1, "home", "Oslo"), fact(1, "job", "nurse"))
		first.Said = []messages.SaidNote{{Message: 1 << 22, Words: 3}}
		if !ask[*messages.LearnedTaken](t, e, pid, first).Done {
			t.Error("it is not taken")
		}
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo", "fact/2": "nurse"})
		if ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(3, "home", "Bergen"))).Done {
			t.Error("it is taken twice")
		}
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo", "fact/2": "nurse"})
		ask[*messages.LearnedTaken](t, e, pid, learned(2, fact(2, "home", "Bergen")))
		ask[*messages.FactsForgotten](t, e, pid, &messages.ForgetFacts{User: 42, Key: "fact/2"})
		agree(t, e, pid, &d, map[string]string{"fact/1": "Bergen"})
		before := ask[*messages.Facts](t, e, pid, &messages.GetFacts{User: 42})
		if before.Profile.Messages != 1 {
			t.Errorf("the profile is %+v", before.Profile)
		}
		e.Stop(pid)
		pid = start(e, &d, 0)
		if d := cmp.Diff(before, ask[*messages.Facts](t, e, pid, &messages.GetFacts{User: 42})); d != "" {
			t.Errorf("in its next life: %s", d)
		}
		ask[*messages.LearnedTaken](t, e, pid, learned(3, fact(5, "tea", "green")))
		agree(t, e, pid, &d, map[string]string{"fact/1": "Bergen", "fact/3": "green"})
	})
}

// What cannot be settled is not known, and may come again.
func TestLearnedJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true}}
		pid := start(e, &d, 0)
		d.broken.Store(true)
		m := learned(1, fact(1, "home", "Oslo"))
		fails(t, e, pid, m)
		agree(t, e, pid, &d, map[string]string{})
		d.broken.Store(false)
		ask[*messages.LearnedTaken](t, e, pid, m)
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo"})
	})
}

// Where it is not known whether something is on disk, it is read again, before the
// next change.
func TestLearnedUnsure(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true, 2: true}}
		pid := start(e, &d, 0)
		ask[*messages.Kept](t, e, pid, &messages.SetConsent{User: 42, What: messages.ConsentMemory, Yes: true})
		d.stuck.Store(true)
		asked := e.Fake(func(*actor.Context) {})
		e.SendWithSender(pid, learned(1, fact(1, "home", "Oslo")), asked.PID)
		synctest.Wait()
		d.notes["facts"] = "2" // all is written down, but nobody told so
		k := known{next: 1}.remember([]messages.Fact{fact(1, "home", "Oslo")})
		d.change(k.derived(42), nil)
		time.Sleep(changeWait)
		if _, ok := asked.Take()[0].(*messages.Failure); !ok {
			t.Error("it did not fail")
		}
		d.stuck.Store(false)
		ask[*messages.LearnedTaken](t, e, pid, learned(2, fact(2, "job", "nurse")))
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo", "fact/2": "nurse"})
	})
}

// So many changes wait, and no more; who does not wait any more is forgotten.
func TestChangesAreBounded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{}}
		d.stuck.Store(true)
		pid := start(e, &d, 0)
		gone := e.Probe()
		for i := range int64(maxLearned) {
			d.backlog[i] = true
			e.SendWithSender(pid, learned(i, fact(messages.MessageID(i+1), "", "text")), gone.PID)
		}
		refused(t, e, pid, learned(99), messages.RefusedFull)
		go func() { _, _ = e.Ask(pid, &messages.ForgetFacts{User: 42}) }() // a person's change is taken all the same
		synctest.Wait()
		e.SendWithSender(pid, &actors.Withdrawn{}, gone.PID)
		d.stuck.Store(false)
		time.Sleep(time.Minute)
		agree(t, e, pid, &d, map[string]string{})
		if len(d.backlog) != maxLearned {
			t.Error("a change is made for nobody")
		}
	})
}

// With a consent goes what was learned by it, and what comes later is not taken.
func TestSetConsent(t *testing.T) {
	const memory, behaviour = messages.AnalyzerMemory, messages.AnalyzerBehaviour
	for what, want := range map[string]struct {
		facts, said int
		unwanted    []messages.Analyzer
	}{
		messages.ConsentMemory:  {0, 1, []messages.Analyzer{memory}},
		messages.ConsentProfile: {1, 0, []messages.Analyzer{behaviour}},
		messages.ConsentPrivate: {0, 0, []messages.Analyzer{memory, behaviour}},
	} {
		actortest.Run(t, func(t *testing.T, e actortest.Engine) {
			d := disk{notes: willing(), backlog: map[int64]bool{1: true, 2: true}}
			pid := start(e, &d, 0)
			m := learned(1, fact(1, "home", "Oslo"))
			m.Said = []messages.SaidNote{{Message: 1 << 22}}
			ask[*messages.LearnedTaken](t, e, pid, m)
			ask[*messages.Kept](t, e, pid, &messages.SetConsent{User: 42, What: what, Yes: what == messages.ConsentPrivate})
			if facts := len(d.facts()); facts != want.facts || len(d.derived)-facts != want.said {
				t.Errorf("%s: %v are on disk", what, d.derived)
			}
			if d := cmp.Diff(want.unwanted, d.unwanted); d != "" {
				t.Errorf("%s: the work that is dropped (-want +got):\n%s", what, d)
			}
			m.Pieces[0].ID = 2
			ask[*messages.LearnedTaken](t, e, pid, m)
			if facts := len(d.facts()); facts != want.facts || len(d.derived)-facts != want.said || len(d.backlog) != 0 {
				t.Errorf("%s: then %v are on disk, %v to do", what, d.derived, d.backlog)
			}
			before := ask[*messages.Consent](t, e, pid, &messages.GetConsent{User: 42})
			e.Stop(pid)
			if d := cmp.Diff(before, ask[*messages.Consent](t, e, start(e, &d, 0), &messages.GetConsent{User: 42})); d != "" {
				t.Errorf("%s: in its next life %s", what, d)
			}
		})
	}
}

// A consent that ends has ended at once, though the journal fails; what was learned by
// it is dropped as soon as it works, in the next life too.
func TestConsentEndsJournalDown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true}}
		pid := start(e, &d, 0)
		ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(1, "home", "Oslo")))
		d.broken.Store(true)
		d.readable.Store(true)
		fails(t, e, pid, &messages.SetConsent{User: 42, What: messages.ConsentMemory})
		if got := factsOf(t, e, pid); len(got) != 0 {
			t.Errorf("knows %v", got)
		}
		before := d.asked.Load()
		time.Sleep(time.Hour)
		synctest.Wait()
		if tries := d.asked.Load() - before; tries < 100 || tries > 1000 {
			t.Errorf("tries %d times in an hour", tries)
		}
		d.broken.Store(false)
		time.Sleep(2 * lastPause)
		synctest.Wait()
		agree(t, e, pid, &d, map[string]string{})

		d.change(known{next: 2}.remember([]messages.Fact{fact(1, "home", "Oslo")}).derived(42), nil)
		delete(d.notes, "consent/memory")
		e.Stop(pid)
		agree(t, e, start(e, &d, 0), &d, map[string]string{})
	})
}

func TestForgetAndEditFacts(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true}}
		pid := start(e, &d, 0)
		ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(1, "home", "Oslo"), fact(1, "job", "nurse"), fact(1, "tea", "green")))
		ask[*messages.Kept](t, e, pid, &messages.EditFact{User: 42, Key: "fact/1", Text: "Bergen"})
		if d := cmp.Diff([]messages.Source{{Person: 42}}, d.derived["fact/1"].Sources); d != "" {
			t.Error(d)
		}
		refused(t, e, pid, &messages.EditFact{User: 42, Key: "fact/9", Text: "x"}, messages.RefusedUnknown)
		fails(t, e, pid, &messages.EditFact{User: 42, Key: "fact/1", Text: string(make([]byte, maxFactText+1))})
		for _, tt := range []struct {
			key  string
			want int
		}{{"fact/9", 0}, {"fact/2", 1}, {"", 2}, {"", 0}} {
			if got := ask[*messages.FactsForgotten](t, e, pid, &messages.ForgetFacts{User: 42, Key: tt.key}).Forgotten; got != tt.want {
				t.Errorf("forgets %d by %q", got, tt.key)
			}
		}
		agree(t, e, pid, &d, map[string]string{})
		d.broken.Store(true)
		fails(t, e, pid, learned(9))
	})
}

// What came from a message that is gone is known no more, also if it is just about to
// be taken in.
func TestSourcesGone(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true, 2: true}}
		gone := &messages.SourcesGone{Messages: []messages.MessageID{2 << 22}, Dropped: []messages.DerivedKey{{Owner: "user/42", Key: "fact/2"}}}
		journal := e.Fake(func(c *actor.Context) {
			m, ok := c.Message().(*messages.SettlePieces)
			if !ok || m.Pieces[0].ID == 1 {
				d.receive(c)
				return
			}
			engine, asker, answer := c.Engine(), c.Sender(), d.take(m)
			d.change(nil, gone.Dropped) // right after
			time.AfterFunc(time.Second, func() {
				d.stuck.Store(true) // it cannot be read again yet
				engine.Send(asker, answer)
			})
		})
		d.derived = map[string]messages.Derived{}
		pid := e.Start(New(Config{User: 42, Journal: journal.PID, Log: actortest.Log()}))
		ask[*messages.LearnedTaken](t, e, pid, learned(1, fact(1, "home", "Oslo")))
		e.SendWithSender(pid, learned(2, fact(2, "job", "nurse"), fact(3, "tea", "green")), e.Probe().PID)
		e.Tell(pid, gone)
		time.Sleep(2 * time.Second)
		if d := cmp.Diff(map[string]string{"fact/1": "Oslo"}, factsOf(t, e, pid)); d != "" {
			t.Error("before it is read again:", d)
		}
		d.stuck.Store(false)
		time.Sleep(time.Minute)
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo", "fact/3": "green"})
		e.Tell(pid, &messages.SourcesGone{Messages: []messages.MessageID{1 << 22}})
		if d := cmp.Diff(map[string]string{"fact/3": "green"}, factsOf(t, e, pid)); d != "" {
			t.Error(d)
		}
	})
}

// What is gone while it is being read is not known, though the answer has it.
func TestSourcesGoneWhileReading(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), derived: map[string]messages.Derived{}}
		k := known{next: 1}.remember([]messages.Fact{fact(1, "home", "Oslo"), fact(2, "job", "nurse")})
		d.change(k.derived(42), nil)
		journal := e.Fake(func(c *actor.Context) {
			engine, asker, answer := c.Engine(), c.Sender(), d.take(c.Message())
			time.AfterFunc(time.Second, func() { engine.Send(asker, answer) })
		})
		pid := e.Start(New(Config{User: 42, Journal: journal.PID, Log: actortest.Log()}))
		synctest.Wait()
		gone := &messages.SourcesGone{Dropped: []messages.DerivedKey{{Owner: "user/42", Key: "fact/2"}}}
		d.change(nil, gone.Dropped)
		e.Tell(pid, gone)
		agree(t, e, pid, &d, map[string]string{"fact/1": "Oslo"})
	})
}

// A consent that ends before it is known whether there was one has ended.
func TestConsentEndsBeforeLoaded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), derived: map[string]messages.Derived{}}
		d.change(known{next: 1}.remember([]messages.Fact{fact(1, "home", "Oslo")}).derived(42), nil)
		d.stuck.Store(true)
		pid := start(e, &d, 0)
		asked := e.Probe()
		e.SendWithSender(pid, &messages.GetUserContext{User: 42, Channel: 5}, asked.PID)
		e.SendWithSender(pid, &messages.SetConsent{User: 42, What: messages.ConsentMemory}, asked.PID)
		synctest.Wait()
		d.stuck.Store(false)
		time.Sleep(time.Minute)
		if d := cmp.Diff([]any{&messages.UserContext{}, &messages.Kept{}}, asked.Take()); d != "" {
			t.Error(d)
		}
		agree(t, e, pid, &d, map[string]string{})
	})
}

// A number is kept where one is needed, before what has it.
func TestNumberIsKept(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := disk{notes: willing(), backlog: map[int64]bool{1: true, 2: true}}
		pid := start(e, &d, 0)
		for i, want := range []int{2, 1} {
			d.got = nil
			ask[*messages.LearnedTaken](t, e, pid, learned(int64(i+1), fact(messages.MessageID(i+1), "home", "Oslo")))
			if len(d.got) != want || d.notes["facts"] != "2" {
				t.Errorf("the journal is told %v", d.got)
			}
		}
	})
}
