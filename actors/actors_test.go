package actors_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// asker does as it is told and keeps what arrives.
func asker(got *[]any, do func(*actor.Context)) func(*actor.Context) {
	return func(c *actor.Context) {
		switch m := c.Message().(type) {
		case actor.Initialized, actor.Stopped:
		case actor.Started:
			do(c)
		default:
			*got = append(*got, m)
		}
	}
}

func TestAsk(t *testing.T) {
	refused := errors.New("refused")
	tests := []struct {
		name  string
		other func(*actor.Context)
		want  []any
	}{
		{
			"answered once",
			func(c *actor.Context) { c.Respond("yes"); c.Respond("no") },
			[]any{actors.Answered{Tag: 7, Message: "yes"}},
		},
		{
			"refused",
			func(c *actor.Context) { c.Respond(refused) },
			[]any{actors.Answered{Tag: 7, Err: refused}},
		},
		{
			"progress, then the answer",
			func(c *actor.Context) {
				c.Respond(actors.Partial{Message: "a"})
				c.Respond(actors.Partial{Message: "ab"})
				c.Respond("abc")
			},
			[]any{
				actors.Progress{Tag: 7, Message: "a"},
				actors.Progress{Tag: 7, Message: "ab"},
				actors.Answered{Tag: 7, Message: "abc"},
			},
		},
		{"silent", func(*actor.Context) {}, []any{actors.Answered{Tag: 7, Err: actors.ErrTimeout}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				other := e.Fake(tt.other)
				var got []any
				e.SpawnFunc(asker(&got, func(c *actor.Context) {
					actors.Ask(c, other.PID, "really?", time.Second, 7)
				}), "asker")
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if d := cmp.Diff(tt.want, got, cmpopts.EquateErrors()); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

// Who is asked hears when nobody waits any more, from the sender of the question.
func TestWithdrawn(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var senders []*actor.PID
		other := e.Fake(func(c *actor.Context) { senders = append(senders, c.Sender()) })
		var got []any
		e.SpawnFunc(asker(&got, func(c *actor.Context) {
			actors.Ask(c, other.PID, "one", time.Second, nil)
			cancel := actors.Ask(c, other.PID, "two", time.Second, nil)
			cancel()
		}), "asker")
		time.Sleep(2 * time.Second)
		want := []any{"one", "two", &actors.Withdrawn{}, &actors.Withdrawn{}}
		if d := cmp.Diff(want, other.Take()); d != "" {
			t.Fatal(d)
		}
		if !senders[0].Equals(senders[3]) || !senders[1].Equals(senders[2]) {
			t.Error("the sender of the withdrawal is not the one who asked")
		}
		if actors.OpenAsk(e.Engine, senders[0]) || actors.OpenAsk(e.Engine, senders[1]) {
			t.Error("an ask is open after its end")
		}
	})
}

func TestGoAndAfter(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var got []any
		e.SpawnFunc(asker(&got, func(c *actor.Context) {
			actors.Go(c, func(context.Context) any { return "done" })
			actors.Go(c, func(ctx context.Context) any { panic("ouch") })
			actors.After(c, time.Minute, "tick")
			cancel := actors.After(c, time.Minute, "never")
			cancel()
		}), "asker")
		time.Sleep(time.Hour)
		synctest.Wait()
		var panics, others int
		for _, m := range got {
			switch m := m.(type) {
			case *actors.Panic:
				panics++
				if m.Value != "ouch" || len(m.Stack) == 0 {
					t.Errorf("panic told as %v", m)
				}
			case string:
				others++
				if m == "never" {
					t.Error("a cancelled timer came")
				}
			}
		}
		if panics != 1 || others != 2 {
			t.Errorf("got %v", got)
		}
	})
}
