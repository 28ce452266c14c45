package supervision

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// note is what a pupil is told; do runs inside it.
type note struct {
	n  int
	do func(*actor.Context)
}

// A pupil does what it is told and writes it down in a book that outlives it.
type pupil struct{ book *book }

type book struct {
	mu    sync.Mutex
	lines []string
}

func (b *book) write(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

func (b *book) read() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines
}

func (p *pupil) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		p.book.write("started")
	case actor.Stopped:
		p.book.write("stopped")
	case *note:
		if m.do != nil {
			m.do(c)
		}
		p.book.write(fmt.Sprint(m.n))
	case string:
		p.book.write(m)
	case actors.Answered:
		p.book.write("answered")
	}
}

func testPolicy(supervisor *actor.PID) Policy {
	p := DefaultPolicy("test", supervisor, actortest.Log())
	p.MaxFailures, p.Stash = 3, 5
	return p
}

func hosted(book *book, policy Policy) actor.Producer {
	return Host(func() actor.Receiver { return &pupil{book} }, policy)
}

func ouch(*actor.Context) { panic("ouch") }

// Mail that comes while the actor is down is handed on in order and before
// newer mail, through a second crash too.
func TestHostKeepsOrder(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book book
		pid := e.Start(hosted(&book, testPolicy(nil)))
		e.Tell(pid, &note{n: 1})
		e.Tell(pid, &note{n: 2, do: ouch})
		e.Tell(pid, &note{n: 3})
		e.Tell(pid, &note{n: 4, do: func(c *actor.Context) {
			c.Send(c.PID(), &note{n: 6})
			panic("again")
		}})
		e.Tell(pid, &note{n: 5})
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []string{"started", "1", "started", "3", "started", "5", "6"}
		if d := cmp.Diff(want, book.read()); d != "" {
			t.Error(d)
		}
	})
}

// Whoever waits for an answer of an actor that crashes gets one: who asked what
// it crashed on, and who asked before.
func TestHostAnswersForTheDead(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book book
		pid := e.Start(hosted(&book, testPolicy(nil)))
		var got []actors.Answered
		e.SpawnFunc(func(c *actor.Context) {
			switch m := c.Message().(type) {
			case actor.Started:
				actors.Ask(c, pid, &note{n: 1}, time.Hour, "before")
				actors.Ask(c, pid, &note{n: 2, do: func(c *actor.Context) { c.Respond("fine") }}, time.Hour, "answered")
				actors.Ask(c, pid, &note{n: 3, do: ouch}, time.Hour, "crash")
			case actors.Answered:
				got = append(got, m)
			}
		}, "asker")
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(got) != 3 {
			t.Fatalf("%d answers: %v", len(got), got)
		}
		for _, a := range got {
			var failed *actors.Failed
			if a.Tag == "answered" {
				if a.Message != "fine" {
					t.Errorf("answered %v", a)
				}
			} else if !errors.As(a.Err, &failed) || failed.Cause != "ouch" {
				t.Errorf("%v ended in %v", a.Tag, a.Err)
			}
		}
	})
}

// Nothing that an instance had under way reaches the next one, and the next one
// does not start before the work of the old one has ended.
func TestHostEndsOldWork(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book book
		pid := e.Start(hosted(&book, testPolicy(nil)))
		silent := e.Probe()
		ended := make(chan time.Time, 1)
		start := time.Now()
		e.Tell(pid, &note{n: 1, do: func(c *actor.Context) {
			actors.After(c, time.Second, "tick")
			actors.Ask(c, silent.PID, "", time.Second, nil)
			actors.Go(c, func(ctx context.Context) any {
				<-ctx.Done()
				time.Sleep(3 * time.Second) // it takes its time
				ended <- time.Now()
				return "worked"
			})
			panic("ouch")
		}})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if len(book.read()) > 1 {
			t.Fatalf("a new instance while the old one works: %v", book.read())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if d := cmp.Diff([]string{"started", "started"}, book.read()); d != "" {
			t.Error(d)
		}
		if (<-ended).Sub(start) != 3*time.Second {
			t.Error("the work was not cancelled at once")
		}
	})
}

// A panic beside the actor, in its start or at its end is one of the actor.
func TestHostSurvives(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		supervisor := e.Probe()
		policy := testPolicy(supervisor.PID)
		starts := 0
		policy.Before = func(m any) {
			switch m.(type) {
			case actor.Started:
				if starts++; starts < 3 {
					panic("at start")
				}
			case actor.Stopped:
				panic("at the end")
			}
		}
		var book book
		pid := e.Spawn(hosted(&book, policy), "test")
		time.Sleep(time.Minute)
		e.Tell(pid, &note{n: 1, do: func(c *actor.Context) {
			actors.Go(c, func(context.Context) any { panic("beside") })
		}})
		time.Sleep(time.Minute)
		e.Tell(pid, &note{n: 2})
		e.Stop(pid)
		var causes []string
		for _, m := range supervisor.Take() {
			causes = append(causes, m.(*messages.ActorCrashed).Cause)
		}
		if d := cmp.Diff([]string{"at start", "at start", "beside", "at the end"}, causes); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"started", "1", "started", "2"}, book.read()); d != "" {
			t.Error(d)
		}
	})
}

// An actor that fails too often refuses everything until it is revived, and
// what makes it panic twice is never seen again.
func TestHostGivesUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		supervisor := e.Probe()
		var book book
		pid := e.Start(hosted(&book, testPolicy(supervisor.PID)))
		bad := &note{do: ouch}
		for range 2 {
			e.Tell(pid, bad)
			time.Sleep(time.Second)
		}
		_, err := e.Ask(pid, bad)
		if failed, ok := errors.AsType[*actors.Failed](err); !ok || !failed.Quarantine {
			t.Errorf("a third try ends in %v", err)
		}
		for range 2 {
			e.Tell(pid, &note{do: ouch})
			time.Sleep(time.Second)
		}
		var failed *actors.Failed
		if _, err := e.Ask(pid, "anybody?"); !errors.As(err, &failed) {
			t.Errorf("who asks one that gave up gets %v", err)
		}
		told := supervisor.Take()
		if !told[1].(*messages.ActorCrashed).Again {
			t.Error("the second crash at one message is not told as such")
		}
		if _, ok := told[len(told)-1].(*messages.ActorGaveUp); !ok {
			t.Errorf("told last: %T", told[len(told)-1])
		}
		e.Tell(pid, Revive{})
		e.Tell(pid, &note{n: 9})
		if book.read()[len(book.read())-1] != "9" {
			t.Errorf("after its revival: %v", book.read())
		}
	})
}

// Only who sent what makes an actor panic again and again is told that asking it
// again is of no use; not who waits for another answer.
func TestHostQuarantinesOne(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book book
		pid := e.Start(hosted(&book, testPolicy(nil)))
		bad, waiting := &note{do: ouch}, &note{n: 1}
		e.Tell(pid, bad)
		time.Sleep(time.Second)
		got := map[string]bool{}
		e.SpawnFunc(func(c *actor.Context) {
			switch m := c.Message().(type) {
			case actor.Started:
				actors.Ask(c, pid, waiting, time.Hour, "waiting")
				actors.Ask(c, pid, bad, time.Hour, "bad")
			case actors.Answered:
				failed, ok := errors.AsType[*actors.Failed](m.Err)
				got[m.Tag.(string)] = ok && failed.Quarantine
			}
		}, "asker")
		synctest.Wait()
		if d := cmp.Diff(map[string]bool{"waiting": false, "bad": true}, got); d != "" {
			t.Error(d)
		}
	})
}

// The stash is bounded: who asks beyond it is refused at once.
func TestHostStashIsBounded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book book
		policy := testPolicy(nil)
		policy.MinBackoff = time.Hour
		policy.MaxBackoff = time.Hour
		pid := e.Start(hosted(&book, policy))
		e.Tell(pid, &note{do: ouch})
		for range policy.Stash {
			e.Tell(pid, "kept")
		}
		start := time.Now()
		if _, err := e.Ask(pid, "too much"); err == nil || time.Since(start) > 0 {
			t.Errorf("asked beyond the stash: %v after %v", err, time.Since(start))
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(book.read()) != 2+policy.Stash {
			t.Errorf("book: %v", book.read())
		}
	})
}

// Messages without content are never the same one: that an actor panicked at two
// of them is no reason not to give it a third.
func TestHostKnowsMessagesApart(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		policy := testPolicy(nil)
		panics := 2
		policy.Before = func(m any) {
			if _, ok := m.(*messages.GetPool); ok && panics > 0 {
				panics--
				panic("ouch")
			}
		}
		pid := e.Start(Host(func() actor.Receiver { return answering{} }, policy))
		for range 2 {
			if _, err := e.Ask(pid, &messages.GetPool{}); err == nil {
				t.Error("no failure is told")
			}
			time.Sleep(time.Second)
		}
		if _, err := e.Ask(pid, &messages.GetPool{}); err != nil {
			t.Errorf("the third ends in %v", err)
		}
	})
}

// An answering actor answers all that it is asked.
type answering struct{}

func (answering) Receive(c *actor.Context) {
	if c.Sender() != nil {
		c.Respond("yes")
	}
}

// When an actor gives up its children end, and it does not come back before they
// have.
func TestHostEndsChildren(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book, born book
		policy := testPolicy(nil)
		policy.MaxFailures = 0
		pid := e.Start(hosted(&book, policy))
		bear := func(c *actor.Context) {
			c.SpawnChild(func() actor.Receiver { return &pupil{&born} }, "child", actor.WithID("1"))
		}
		e.Tell(pid, &note{n: 1, do: bear})
		e.Tell(pid, &note{n: 2, do: ouch})
		time.Sleep(time.Minute)
		if d := cmp.Diff([]string{"started", "stopped"}, born.read()); d != "" {
			t.Error("the child of one that gave up:", d)
		}
		e.Tell(pid, Revive{})
		time.Sleep(time.Second)
		e.Tell(pid, &note{n: 3, do: bear})
		if d := cmp.Diff([]string{"started", "stopped", "started"}, born.read()); d != "" {
			t.Error("the child of the next one:", d)
		}
	})
}

// A child that was told to end shortly before its parent crashes does not keep
// that from coming back: the framework forgets who waits for the second telling.
func TestHostAwaitsChildrenThatEnd(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var book, born book
		supervisor := e.Probe()
		pid := e.Start(hosted(&book, testPolicy(supervisor.PID)))
		e.Tell(pid, &note{n: 1, do: func(c *actor.Context) {
			child := c.SpawnChild(func() actor.Receiver { return &pupil{&born} }, "child", actor.WithID("1"))
			c.Send(child, &note{do: func(*actor.Context) { time.Sleep(time.Second) }})
			c.Engine().Poison(child)
			panic("ouch")
		}})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if d := cmp.Diff([]string{"started", "started"}, book.read()); d != "" {
			t.Error(d)
		}
		for _, m := range supervisor.Take() {
			if _, gaveUp := m.(*messages.ActorGaveUp); gaveUp {
				t.Error("it gave up")
			}
		}
	})
}
