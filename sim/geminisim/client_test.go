package geminisim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// An answer grows chunk by chunk in its time, and its usage is the server's own
// count.
func TestStream(t *testing.T) {
	cfg := geminisim.Config{
		Answer: says(strings.Repeat("Twelve chars", 4)), Chunk: 12,
		Latency: geminisim.Latency{First: time.Second, Last: 4 * time.Second},
	}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		start := time.Now()
		var grew []time.Duration
		g, err := w.client.Generate(t.Context(), ask("hi there"), func(string) { grew = append(grew, time.Since(start)) })
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}, grew); diff != "" {
			t.Errorf("chunks came at (-want +got):\n%s", diff)
		}
		want := messages.Usage{Prompt: geminisim.PromptTokens(ask("hi there")), Output: 12}
		want.Total = want.Prompt + want.Output
		count := w.sim.Count(model)
		if diff := cmp.Diff(want, g.Usage); diff != "" || g.Usage != count.Usage || g.Model != model {
			t.Errorf("usage %+v of %s, counted %+v", g.Usage, g.Model, count)
		}
		if count.Requests != 1 || count.Answered != 1 || count.MinuteTokens != want.Prompt {
			t.Errorf("counted %+v", count)
		}
		calls := w.sim.Calls()
		if len(calls) != 1 {
			t.Fatalf("%d calls", len(calls))
		}
		c := calls[0]
		if c.Class != geminisim.ClassStream || c.Status != 200 || c.Chunks != 4 || c.Finish != "STOP" || c.Usage != want ||
			c.Ended.Sub(c.At) != 4*time.Second || c.Prompt.System != "You are a test." || c.Prompt.Turns[0].Text != "hi there" {
			t.Errorf("recorded %+v", c)
		}
	})
}

// An answer that fits into one chunk takes as long as any other.
func TestShortAnswerTakesItsTime(t *testing.T) {
	cfg := geminisim.Config{Answer: says("Yes."), Latency: geminisim.Latency{First: time.Second, Last: 4 * time.Second}}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		start := time.Now()
		var first time.Duration
		g, err := w.client.Generate(t.Context(), ask("hi"), func(string) { first = time.Since(start) })
		if err != nil || g.Text != "Yes." || g.Cut || first != time.Second || time.Since(start) != 4*time.Second {
			t.Errorf("%+v, %v, first after %v, last after %v", g, err, first, time.Since(start))
		}
	})
}

// Every fault looks to the client like what it stands for.
func TestFaults(t *testing.T) {
	for setting, want := range map[string]string{
		"latency=2s":                           `answer "One two three."`,
		"status=429,retry=48s":                 "minute_quota, after 48s",
		"status=429,retry=2500ms,scope=tokens": "minute_quota, after 2.5s",
		"status=429,scope=day":                 "day_quota, never",
		"status=429,scope=shared":              "minute_quota, backoff",
		"status=429,scope=shared,retry=7s":     "minute_quota, after 7s",
		"status=429":                           "minute_quota, backoff",
		"status=400":                           "internal, never",
		"status=400,scope=key":                 "key, never",
		"status=400,scope=tokens":              "too_long, shorter",
		"status=400,scope=location":            "key, never",
		"status=401":                           "key, never",
		"status=402":                           "key, never",
		"status=403":                           "key, never",
		"status=404":                           "model, never",
		"status=408":                           "overloaded, backoff",
		"status=500":                           "overloaded, backoff",
		"status=503,retry=3s":                  "overloaded, backoff 3s",
		"status=504":                           "overloaded, backoff",
		"status=502,html":                      "overloaded, backoff",
		"status=403,html":                      "unreachable, never",
		"status=200,html":                      "unreachable, never",
		"drop":                                 "unreachable, backoff",
		"hang":                                 "timeout, never",
		"cut=1":                                `cut "One t"`,
		"cut=2,status=503":                     `cut "One two th"`,
		"cut=9":                                `cut "One two three."`,
	} {
		t.Run(setting, func(t *testing.T) {
			class, f, err := fault.Parse("gemini.*:times=1," + setting)
			if err != nil {
				t.Fatal(err)
			}
			if f.Status == http.StatusNotFound {
				f.Times = 2 // then the client asks once more, without a stream
			}
			plan := fault.NewPlan()
			plan.Set(class, f)
			inWorld(t, geminisim.Config{Plan: plan, Answer: says("One two three."), Chunk: 5}, func(t *testing.T, w *world) {
				if got := w.outcome("hi"); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if got := w.outcome("hi"); got != `answer "One two three."` {
					t.Errorf("after the fault: %s", got)
				}
			})
		})
	}
}

// What a scripted reply says, the client hears.
func TestReplies(t *testing.T) {
	for name, tt := range map[string]struct {
		reply geminisim.Reply
		want  string
	}{
		"text":             {geminisim.Reply{Text: "Hello you."}, `answer "Hello you."`},
		"chunks":           {geminisim.Reply{Chunks: []string{"a", "", "b"}}, `answer "ab"`},
		"thoughts":         {geminisim.Reply{Thoughts: "hm, hm", Text: "Yes."}, `answer "Yes."`},
		"empty":            {geminisim.Reply{}, "empty, once"},
		"nothing":          {geminisim.Reply{NoFinish: true}, "empty, once"},
		"no finish reason": {geminisim.Reply{Text: "Hello", NoFinish: true}, `cut "Hello"`},
		"safety":           {geminisim.Reply{Text: "Hello", Finish: "SAFETY"}, "safety, never"},
		"recitation":       {geminisim.Reply{Finish: "RECITATION"}, "recitation, once"},
		"other":            {geminisim.Reply{Text: "Hello", Finish: "OTHER"}, `cut "Hello"`},
		"max tokens":       {geminisim.Reply{Text: "Hello", Finish: "MAX_TOKENS"}, `truncated "Hello"`},
		"all thought":      {geminisim.Reply{Thinking: 99999, Text: "Hello"}, "empty, once"},
		"blocked":          {geminisim.Reply{Block: "PROHIBITED_CONTENT"}, "safety, never"},
		"raw":              {geminisim.Reply{Raw: []string{`{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}`, `{]`}}, `cut "x"`},
		"fault":            {geminisim.Reply{Fault: fault.Fault{Status: 503}}, "overloaded, backoff"},
		"cut":              {geminisim.Reply{Chunks: []string{"a", "b"}, Fault: fault.Fault{CutAfter: 1}}, `cut "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
				w.sim.Script(geminisim.Rule{Contains: "HI", Times: 1, Reply: tt.reply})
				p := ask("say hi")
				p.MaxTokens = 1000
				g, err := w.client.Generate(t.Context(), p, nil)
				if got := outcome(t, g, err); got != tt.want {
					t.Errorf("got %s, want %s (%v)", got, tt.want, err)
				}
			})
		})
	}
}

// Rules for some calls come first, in their order; of the others the newest.
func TestRulesInOrder(t *testing.T) {
	inWorld(t, geminisim.Config{Answer: says("unscripted")}, func(t *testing.T, w *world) {
		rule := func(times int, contains, text string) geminisim.Rule {
			return geminisim.Rule{Times: times, Contains: contains, Reply: geminisim.Reply{Text: text}}
		}
		w.sim.Script(rule(0, "", "old"), rule(1, "", "first"), rule(0, "tea", "tea"), rule(2, "tea", "second"))
		for i, tt := range []struct{ ask, want string }{
			{"tea", "first"}, {"coffee", "old"}, {"Tea?", "second"}, {"tea", "second"}, {"tea", "tea"}, {"coffee", "old"},
		} {
			if got := w.outcome(tt.ask); got != `answer "`+tt.want+`"` {
				t.Errorf("%d: %s for %s", i, got, tt.ask)
			}
		}
		w.sim.Unscript()
		if got := w.outcome("tea"); got != `answer "unscripted"` {
			t.Error(got)
		}
	})
}

// Keys and models can go while the server runs.
func TestKeysAndModels(t *testing.T) {
	inWorld(t, geminisim.Config{Answer: says("Yes.")}, func(t *testing.T, w *world) {
		check := func(what, want string) {
			t.Helper()
			if got := w.outcome("hi"); got != want {
				t.Errorf("%s: %s", what, got)
			}
			err := w.client.Check(t.Context(), model)
			if strings.HasPrefix(want, "answer") != (err == nil) {
				t.Errorf("%s: Check says %v", what, err)
			} else if err != nil && !strings.HasPrefix(want, string(failureOf(t, err).Cause)) {
				t.Errorf("%s: Check says %v", what, err)
			}
		}
		check("good", `answer "Yes."`)
		w.sim.SetModels([]geminisim.Model{{Name: "gemini-9", Context: 1000, Output: 1000}})
		check("no model", "model, never")
		w.sim.SetModels(geminisim.Models())
		w.sim.SetKey("another")
		check("bad key", "key, never")
		w.client = w.newClient("another")
		check("good again", `answer "Yes."`)
		if c := w.sim.Count(model); c.Requests != 2 {
			t.Errorf("counted %+v", c)
		}
	})
}

// The client counts what the server counts.
func TestCountTokens(t *testing.T) {
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		p := ask("How many are these?")
		n, err := w.client.CountTokens(t.Context(), p)
		if err != nil || n != geminisim.PromptTokens(p) {
			t.Errorf("%d, %v", n, err)
		}
		if c := w.sim.Count(model); c.Requests != 0 {
			t.Errorf("counted %+v", c)
		}
		w.sim.Plan().Set(geminisim.ClassCount, fault.Fault{Status: 503})
		if _, err := w.client.CountTokens(t.Context(), p); failureOf(t, err).Cause != messages.CauseOverloaded {
			t.Error(err)
		}
	})
}

// A prompt that is longer than the model's context is told so.
func TestContextIsBounded(t *testing.T) {
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		w.sim.SetModels([]geminisim.Model{{Name: model, Context: 100, Output: 1000}})
		if got := w.outcome(strings.Repeat("long ", 200)); got != "too_long, shorter" {
			t.Error(got)
		}
		if got := w.outcome("short"); !strings.HasPrefix(got, "answer") {
			t.Error(got)
		}
	})
}

// All models that the client knows are there, with the limits and levels that
// it knows, and are asked by it in a way that a strict server accepts.
func TestModelsOfTheClient(t *testing.T) {
	inWorld(t, geminisim.Config{Answer: says("Yes.")}, func(t *testing.T, w *world) {
		for _, m := range gemini.Models() {
			if err := w.client.Check(t.Context(), m.Name); err != nil {
				t.Error(err)
			}
			p := ask("hi")
			p.Model, p.MaxTokens = m.Name, 1<<20
			if _, err := w.client.Generate(t.Context(), p, nil); err != nil {
				t.Error(err)
			}
		}
		for _, m := range geminisim.Models() {
			k, known := gemini.Lookup(m.Name)
			if !known || k.Context != m.Context || k.Output != m.Output || !cmp.Equal(k.Thinking, m.Thinking) {
				t.Errorf("the client knows %+v, the server %+v", k, m)
			}
		}
	})
}

// Who leaves midway is counted as such, and what the chunks told is kept.
func TestClientLeaves(t *testing.T) {
	cfg := geminisim.Config{
		Answer: says("One two three."), Chunk: 5,
		Latency: geminisim.Latency{First: time.Second, Last: 9 * time.Second},
	}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		g, err := w.client.Generate(ctx, ask("hi"), nil)
		if got := outcome(t, g, err); got != `cut "One t"` {
			t.Error(got)
		}
		synctest.Wait()
		c := w.sim.Count(model)
		if c.Cut != 1 || c.Requests != 1 || c.Usage != g.Usage || w.sim.Load().InFlight != 0 {
			t.Errorf("counted %+v, told %+v", c, g.Usage)
		}
		if call := w.sim.Calls()[0]; call.Status != geminisim.StatusLeft || call.Chunks != 1 {
			t.Errorf("recorded %+v", call)
		}
	})
}

// It serves real sockets as well as those in memory.
func TestLoopback(t *testing.T) {
	s := geminisim.New(geminisim.Config{Answer: says("One two three."), Chunk: 5})
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	c, err := gemini.New(t.Context(), gemini.Config{Key: s.Key(), BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Check(t.Context(), model); err != nil {
		t.Error(err)
	}
	g, err := c.Generate(t.Context(), ask("hi"), nil)
	if got := outcome(t, g, err); got != `answer "One two three."` {
		t.Error(got)
	}
}

// Close ends calls that are held, and later ones.
func TestClose(t *testing.T) {
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		w.sim.Plan().Set("gemini.*", fault.Fault{Hang: true})
		done := make(chan string, 1)
		go func() { done <- w.outcome("hi") }()
		synctest.Wait()
		if n := w.sim.Load().InFlight; n != 1 {
			t.Errorf("%d in flight", n)
		}
		w.sim.Close()
		if got := <-done; got != "unreachable, backoff" {
			t.Error(got)
		}
		if got := w.outcome("hi"); got != "unreachable, backoff" {
			t.Error(got)
		}
	})
}
