package turn

import (
	"context"
	"strings"
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A cast is a turn with all whom it asks played by the test. Each answers after
// its own time.
type cast struct {
	e       actortest.Engine
	cfg     Config
	channel *actortest.Probe
	outbox  *actortest.Probe
	journal *actortest.Probe
	joins   *actortest.Probe

	admit       any             // what the user's actor answers
	permissions uint64          // of the bot in the channel
	word        time.Duration   // until the channel gives the word; negative for never
	words       []time.Duration // the same, of each time that it is asked for
	slow        time.Duration   // of each source of context
	cold        time.Duration   // of the window
	result      []any           // of the generation, one for each join
	grows       []string
	posted      []any // what the outbox answers, one for each finish; then ReplyPosted
	lost        int   // outcomes that the journal loses
	cancels     int   // of answers that are to be erased: the second one is
	erase       func()
	covers      []messages.MessageID // of the message that was to answer several
	accepted    time.Time
	kind        messages.TriggerKind
	parts       []messages.MessageID
}

func newCast(e actortest.Engine) *cast {
	k := &cast{e: e, admit: &messages.Admitted{}, permissions: messages.PermissionAll, result: []any{&messages.Generation{Text: "because"}}}
	k.channel = e.Fake(func(c *actor.Context) {
		switch m := c.Message().(type) {
		case *messages.GetWord:
			if len(k.words) > 0 {
				k.word, k.words = k.words[0], k.words[1:]
			}
			if k.word >= 0 {
				later(c, k.word, &messages.Word{Trigger: messages.Trigger{
					ID: m.Trigger, Channel: 1, Asker: messages.User{ID: ann, Name: "Ann"}, Accepted: k.accepted, Kind: k.kind, Parts: k.parts,
				}})
			}
		case *messages.GetWindow:
			later(c, max(k.slow, k.cold), &messages.Window{Lines: []messages.Line{
				{ID: 1, Name: "Bob", Text: "hello"}, {ID: 2, Name: "Ann", Text: "hi", ReplyTo: 1},
			}, Anchor: 2})
		case *messages.GetPins:
			later(c, k.slow, &messages.Pins{Lines: []messages.Line{{ID: 1, Name: "Bob", Text: "be kind"}}})
		}
	})
	users := e.Fake(func(c *actor.Context) {
		m, ok := c.Message().(*messages.Deliver)
		if !ok {
			return
		}
		switch m.Message.(type) {
		case *messages.Admit:
			later(c, k.slow, k.admit)
		case *messages.GetUserContext:
			later(c, k.slow, &messages.UserContext{})
		}
	})
	guilds := e.Fake(func(c *actor.Context) {
		if _, ok := c.Message().(*messages.Deliver); ok {
			later(c, k.slow, &messages.GuildContext{Known: true, Permissions: k.permissions})
		}
	})
	k.joins = e.Fake(k.join)
	k.outbox = e.Fake(k.deliver)
	k.journal = e.Fake(func(c *actor.Context) {
		if _, ok := c.Message().(*messages.GetShared); ok {
			later(c, k.slow, &messages.SharedFound{Shared: messages.KeepShared{Nonce: "n", Covers: k.covers}})
			return
		}
		if _, ok := c.Message().(*messages.GetTrigger); ok {
			c.Respond(&messages.TriggerFound{Found: true, Trigger: messages.Trigger{Parts: []messages.MessageID{70, 71}}})
		}
		if _, ok := c.Message().(*messages.EndTrigger); ok {
			if k.lost > 0 {
				k.lost--
				c.Respond(&messages.Failure{Cause: messages.CauseInternal})
				return
			}
			c.Respond(&messages.Kept{})
		}
	})
	k.cfg = Config{
		Model: "m", Budget: 1000, Tokens: words, Persona: func(string) string { return "p" }, Patience: time.Minute,
		Channel: k.channel.PID, Users: users.PID, Guilds: guilds.PID, Outbox: k.outbox.PID, Journal: k.journal.PID,
		Personal: k.joins.PID, Reader: k.joins.PID, Generate: k.joins.PID, Log: actortest.Log(),
	}
	return k
}

// later answers after a time.
func later(c *actor.Context, d time.Duration, m any) {
	engine, asker := c.Engine(), c.Sender()
	time.AfterFunc(d, func() { engine.Send(asker, m) })
}

func (k *cast) join(c *actor.Context) {
	j, ok := c.Message().(*messages.Join)
	if !ok {
		return
	}
	if strings.HasPrefix(j.Key, "chain/") {
		later(c, k.slow, &messages.Joined{Result: j.Job.Run(context.Background(), nil)})
		return
	}
	if strings.HasPrefix(j.Key, "file/") {
		c.Respond(&messages.Joined{Result: j.Job.Run(context.Background(), nil)})
		return
	}
	for _, text := range k.grows {
		c.Respond(actors.Partial{Message: text})
	}
	result := k.result[0]
	if len(k.result) > 1 {
		k.result = k.result[1:]
	}
	if err, failed := result.(error); failed {
		later(c, 100*time.Millisecond, err)
		return
	}
	later(c, 100*time.Millisecond, &messages.Joined{Result: result})
}

func (k *cast) deliver(c *actor.Context) {
	m, _ := c.Message().(*messages.Deliver)
	if m == nil {
		return
	}
	if cancel, ok := m.Message.(*messages.CancelReply); ok && cancel.Delete {
		k.cancels++
		if k.cancels == 1 {
			c.Respond(&messages.Failure{Cause: messages.CauseUnreachable})
			return
		}
		k.erase()
		c.Respond(&messages.ReplyCancelled{})
	}
	if _, ok := m.Message.(*messages.FinishReply); !ok {
		return
	}
	if len(k.posted) > 0 {
		first := k.posted[0]
		k.posted = k.posted[1:]
		c.Respond(first)
		return
	}
	c.Respond(&messages.ReplyPosted{Parts: []messages.MessageID{70}})
}

func (k *cast) start(change func(*messages.Question)) {
	q := &messages.Question{Trigger: messages.Trigger{
		ID: 7, Channel: 1, Guild: 2, Asker: messages.User{ID: ann, Name: "Ann"}, Text: "why?",
	}}
	if change != nil {
		change(q)
	}
	k.e.Start(New(k.cfg, q))
}

// outcome returns how the channel was told that the turn ended, and when.
func (k *cast) outcome(t *testing.T) *messages.TurnEnded {
	t.Helper()
	time.Sleep(time.Minute)
	var ended []*messages.TurnEnded
	for _, m := range k.channel.Take() {
		if m, ok := m.(*messages.TurnEnded); ok {
			ended = append(ended, m)
		}
	}
	if len(ended) != 1 {
		t.Fatalf("the turn ended %d times", len(ended))
	}
	return ended[0]
}

// finishes returns the texts that the outbox was asked to bring to the channel.
func (k *cast) finishes() (texts []string) {
	for _, m := range k.outbox.Take() {
		if d, ok := m.(*messages.Deliver); ok {
			if f, ok := d.Message.(*messages.FinishReply); ok {
				texts = append(texts, f.Text)
			}
		}
	}
	return texts
}

// The checks and the context are asked at once: the wait is that of the slowest,
// not their sum.
func TestAllAtOnce(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.slow = 200 * time.Millisecond
		k.start(nil)
		time.Sleep(200 * time.Millisecond)
		if got := k.joins.Take(); len(got) != 1 {
			t.Fatalf("asked the model %d times after the slowest source", len(got))
		}
		if got := k.outcome(t); got.State != messages.TriggerAnswered || got.Answer != "because" || len(got.Parts) != 1 {
			t.Errorf("ended %+v", got)
		}
	})
}

// A source that is late is left out.
func TestLateContext(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.slow = time.Hour
		began := time.Now()
		k.start(nil)
		time.Sleep(windowWait)
		if got := k.joins.Take(); len(got) != 1 {
			t.Fatalf("asked the model %d times after %v", len(got), time.Since(began))
		}
		k.outcome(t)
	})
}

// Nothing is shown before the channel gives the word; the model works meanwhile.
func TestWord(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.word = 10 * time.Second
		k.grows = []string{"be", "becau"}
		k.start(nil)
		time.Sleep(9 * time.Second)
		if got := k.outbox.Take(); len(got) != 0 {
			t.Fatalf("shown before the word: %v", got)
		}
		k.outcome(t)
		if got := k.finishes(); len(got) != 1 || got[0] != "because" {
			t.Errorf("said %q", got)
		}
	})
}

// However long earlier questions of the same person take, the word comes at last.
func TestLateWord(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.words = []time.Duration{-1, -1, 10 * time.Second}
		k.start(nil)
		time.Sleep(2 * wordWait)
		if got := k.outcome(t); got.State != messages.TriggerAnswered {
			t.Errorf("ended %+v", got)
		}
	})
}

// An outbox that crashed is told what it has posted, and with whom.
func TestPartsAfterCrash(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.posted = []any{&actors.Failed{}}
		k.start(nil)
		k.outcome(t)
		var parts [][]messages.MessageID
		for _, m := range k.outbox.Take() {
			if f, ok := m.(*messages.Deliver).Message.(*messages.FinishReply); ok {
				parts = append(parts, f.Reply.Parts)
				if again := len(parts) > 1; !f.Reply.Opened || f.Reply.Again != again || (f.Reply.Shared.Nonce != "") != again {
					t.Errorf("finish %d: %+v", len(parts), f.Reply)
				}
			}
		}
		if d := cmp.Diff([][]messages.MessageID{nil, {70, 71}}, parts); d != "" {
			t.Error(d)
		}
	})
}

// A turn that crashed may have shown something: the next instance finds out.
func TestAfterCrash(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		make := New(k.cfg, &messages.Question{Trigger: messages.Trigger{ID: 7, Channel: 1, Text: "why?"}})
		make()
		e.Start(make)
		k.outcome(t)
		for _, m := range k.outbox.Take() {
			if f, ok := m.(*messages.Deliver).Message.(*messages.FinishReply); ok && (!f.Reply.Again || f.Reply.Shared.Nonce != "n") {
				t.Errorf("reply %+v", f.Reply)
			}
		}
	})
}

// Who may not ask is told so, and the model is not asked.
func TestNotAdmitted(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.admit = &messages.Failure{Cause: messages.CauseUserRate, After: 20 * time.Second}
		k.start(nil)
		if got := k.outcome(t); got.State != messages.TriggerRefused {
			t.Errorf("ended %+v", got)
		}
		if got := k.finishes(); len(got) != 1 || !strings.Contains(got[0], "in 20 seconds") {
			t.Errorf("said %q", got)
		}
		if got := k.joins.Take(); len(got) != 0 {
			t.Error("the model was asked")
		}
	})
}

// What crashes on the way is asked again, the outcome is written until it is
// kept, and the answer is the same.
func TestCrashesOnTheWay(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.result = []any{&actors.Failed{}, &messages.Refused{Reason: messages.RefusedRestarted}, &messages.Generation{Text: "because"}}
		k.posted = []any{&actors.Failed{}}
		k.lost = 2
		k.start(nil)
		if got := k.outcome(t); got.State != messages.TriggerAnswered || got.Answer != "because" {
			t.Errorf("ended %+v", got)
		}
	})
}

// A channel that is gone makes the answer undeliverable.
func TestUndeliverable(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.posted = []any{&messages.Failure{Cause: messages.CauseGone}}
		k.start(nil)
		if got := k.outcome(t); got.State != messages.TriggerUndeliverable || got.Answer != "" {
			t.Errorf("ended %+v", got)
		}
	})
}

// Where the bot may not write, nothing is left open that would show it typing.
func TestMayNotWrite(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.permissions = messages.PermissionViewChannel
		k.start(nil)
		if got := k.outcome(t); got.State != messages.TriggerUndeliverable {
			t.Errorf("ended %+v", got)
		}
		open := false
		for _, m := range k.outbox.Take() {
			switch m.(*messages.Deliver).Message.(type) {
			case *messages.OpenReply:
				open = true
			case *messages.CancelReply:
				open = false
			}
		}
		if open {
			t.Error("the reply is left open")
		}
	})
}

// A turn that is not the first for its question shows nothing before it knows
// what was said to others along with it.
func TestAgain(t *testing.T) {
	for name, final := range map[string]string{"generated anew": "", "kept": "because"} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				k := newCast(e)
				k.slow = 200 * time.Millisecond
				k.start(func(q *messages.Question) { q.Again, q.Trigger.Final = true, final })
				time.Sleep(199 * time.Millisecond)
				if got := k.outbox.Take(); len(got) != 0 {
					t.Errorf("shown too early: %v", got)
				}
				time.Sleep(time.Second)
				replies := 0
				for _, m := range k.outbox.Take() {
					if f, ok := m.(*messages.Deliver).Message.(*messages.FinishReply); ok {
						replies++
						if !f.Reply.Again || f.Reply.Shared.Nonce != "n" || f.Text != "because" {
							t.Errorf("reply %+v", f)
						}
					}
				}
				if replies != 1 {
					t.Errorf("%d replies", replies)
				}
				k.outcome(t)
			})
		})
	}
}

type shelf map[string]string

func (s shelf) Fetch(_ context.Context, url string, _ int) ([]byte, error) {
	if text, ok := s[url]; ok {
		return []byte(text), nil
	}
	return nil, &messages.Failure{Cause: messages.CauseGone}
}

// Text that is attached is read beside the rest and enters the prompt.
func TestFiles(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.cfg.Files = shelf{"u1": "package a"}
		k.start(func(q *messages.Question) {
			q.Trigger.Attachments = []messages.Attachment{
				{ID: 1, Name: "a.go", URL: "u1"}, {ID: 2, Name: "b.go", URL: "u2"}, {ID: 3, Name: "c.png", URL: "u3"},
			}
		})
		time.Sleep(time.Second)
		fetched := 0
		for _, m := range k.joins.Take() {
			if j, ok := m.(*messages.Join); ok && strings.HasPrefix(j.Key, "file/") {
				fetched++
			}
		}
		if fetched != 2 {
			t.Errorf("%d attachments fetched", fetched)
		}
		k.outcome(t)
	})
}

// writer is a model that fails and breaks off as often as it is told.
type writer struct {
	fails []*messages.Failure
	cuts  int
}

func (w *writer) Generate(_ context.Context, _ *messages.Prompt, grow func(string)) (*messages.Generation, error) {
	if len(w.fails) > 0 {
		f := w.fails[0]
		w.fails = w.fails[1:]
		return nil, f
	}
	grow("half")
	if w.cuts > 0 {
		w.cuts--
		return &messages.Generation{Text: "half", Cut: true, Usage: messages.Usage{Total: 3}}, nil
	}
	return &messages.Generation{Text: "whole"}, nil
}

// An answer that breaks off is made anew once, and what that comes to stands.
func TestBrokenOffIsMadeAnew(t *testing.T) {
	for cuts, want := range map[int]string{0: "whole", 1: "again whole", 2: "again half"} {
		cfg := testConfig()
		cfg.Gemini = &writer{cuts: cuts}
		job := generation(&cfg, &messages.Prompt{Model: "m"}, &messages.Trigger{}, false)
		got := ""
		result := job.Run(t.Context(), func(any) {})
		if again, ok := result.(*messages.TryAgain); ok {
			got = "again "
			if again.Failure.Usage.Total != 3 || again.Wait != 0 {
				t.Errorf("tried again with %+v", again)
			}
			result = job.Run(t.Context(), func(any) {})
		}
		g, ok := result.(*messages.Generation)
		if !ok || got+g.Text != want || g.Cut != (cuts == 2) {
			t.Errorf("cut %d times: %q, %+v", cuts, got, result)
		}
	}
}

// A generation says itself when to try again, and gives up in time.
func TestGenerationTriesAgain(t *testing.T) {
	cfg := testConfig()
	overloaded := &messages.Failure{Cause: messages.CauseOverloaded, Retry: messages.RetryBackoff}
	cfg.Gemini = &writer{fails: []*messages.Failure{overloaded, overloaded}}
	job := generation(&cfg, &messages.Prompt{Model: "m", System: "a b"}, &messages.Trigger{Guild: 2}, false)
	var emitted []any
	run := func() any { return job.Run(t.Context(), func(m any) { emitted = append(emitted, m) }) }
	for range 2 {
		if again, ok := run().(*messages.TryAgain); !ok || again.Wait > maxBackoff {
			t.Fatalf("not tried again: %+v", again)
		}
	}
	if g, ok := run().(*messages.Generation); !ok || g.Text != "whole" || len(emitted) != 1 || emitted[0] != "half" {
		t.Errorf("ends with %v, shown %v", g, emitted)
	}
	if job.Reserve.Tokens != 2 || job.Breaker != "m" {
		t.Errorf("job %+v", job)
	}
	cfg.Gemini = &writer{fails: []*messages.Failure{overloaded, overloaded, overloaded}}
	job = generation(&cfg, &messages.Prompt{}, &messages.Trigger{}, false)
	run()
	run()
	if f, ok := run().(*messages.Failure); !ok || f != overloaded {
		t.Errorf("after two more tries: %v", f)
	}
}
