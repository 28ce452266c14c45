package analyzer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/actors/analyzer"
	"troupe/actors/journal"
	"troupe/actors/router"
	"troupe/actors/user"
	"troupe/messages"
	"troupe/store"
	"troupe/supervision"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

const ann messages.UserID = 7

// A world is an analyzer with those whom it needs, all but the model real.
type world struct {
	actortest.Engine
	t        *testing.T
	store    *store.Memory
	gemini   *gemini
	analyzer *actor.PID
	users    *actor.PID
	level    atomic.Int64 // of health
	crashes  *actortest.Probe
	metrics  *prometheus.Registry
}

// A gemini answers as it is told, and counts.
type gemini struct {
	mu     sync.Mutex
	answer func(p *messages.Prompt) (string, error)
	asked  []string // the last turns
}

func (g *gemini) Generate(_ context.Context, p *messages.Prompt, _ func(string)) (*messages.Generation, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, p.Turns[len(p.Turns)-1].Text)
	text, err := g.answer(p)
	if err != nil {
		return nil, err
	}
	return &messages.Generation{Text: text}, nil
}

func (g *gemini) Embed(_ context.Context, _ string, texts []string) (*messages.Embeddings, error) {
	e := &messages.Embeddings{}
	for _, text := range texts {
		v := make([]float32, 32)
		for _, r := range text {
			v[int(r)%32]++
		}
		e.Vectors = append(e.Vectors, v)
	}
	return e, nil
}

func (g *gemini) prompts() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// in runs f in a world in which Ann has turned on all that there is.
func in(t *testing.T, mind analyzer.Mind, f func(w *world)) {
	t.Helper()
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		w := &world{Engine: e, t: t, store: store.NewMemory(), gemini: &gemini{}, metrics: prometheus.NewRegistry()}
		log := actortest.Log()
		health := e.Fake(func(c *actor.Context) { w.respond(c, &messages.Health{Level: messages.Level(w.level.Load())}) })
		quota := e.Fake(func(c *actor.Context) { w.respond(c, &messages.QuotaState{}) })
		w.crashes = e.Probe()
		keeper := e.Start(journal.New(journal.Config{Store: w.store, Health: health.PID, Log: log}))
		pool := e.Start(router.New(router.Config{Name: "gemini", Capacity: 100, Concurrency: router.Concurrency{Start: 5}, Log: log}))
		thinking := e.Start(router.New(router.Config{Name: "context", Capacity: 100, Concurrency: router.Concurrency{Start: 20}, Log: log}))
		w.users = e.Start(supervision.Host(supervision.Region(supervision.RegionConfig{
			Kind: "user", Idle: time.Hour, Hold: 100, Policy: supervision.DefaultPolicy("user", w.crashes.PID, log), Log: log,
			Make: func(id uint64) actor.Producer {
				return user.New(user.Config{User: messages.UserID(id), Journal: keeper, Log: log})
			},
		}), supervision.DefaultPolicy("region", w.crashes.PID, log)))
		w.store.Apply(t.Context(), []any{ //nolint:errcheck // it is memory
			&messages.KeepNote{Owner: ann.Owner(), Key: "consent/memory", Value: "1"},
			&messages.KeepNote{Owner: ann.Owner(), Key: "consent/profile", Value: "1"},
		}, nil)
		w.analyzer = e.Start(supervision.Host(analyzer.New(analyzer.Config{
			Mind: mind, Self: 1, Most: 1000, Model: "m", Embedding: "e", Tokens: func(s string) int { return len(s) / 4 },
			Gemini: w.gemini, Users: w.users, Channels: w.users, Journal: keeper,
			Health: health.PID, Quota: quota.PID, Pool: pool, Context: thinking, Metrics: w.metrics, Log: log,
		}), supervision.BackgroundPolicy("analyzer", w.crashes.PID, log)))
		synctest.Wait()
		f(w)
	})
}

func (w *world) respond(c *actor.Context, m any) {
	if c.Sender() != nil {
		c.Respond(m)
	}
}

// say gives the analyzer something that Ann said, now.
func (w *world) say(name messages.Analyzer, text string) messages.MessageID {
	id := messages.MessageIDAt(time.Now())
	w.Tell(w.analyzer, &messages.Work{Piece: messages.Piece{
		Analyzer: name, Owner: ann.Owner(), Channel: 3, From: id, To: id, Person: ann, Text: text,
	}})
	time.Sleep(time.Second)
	return id
}

// kept returns what is kept of Ann, by key.
func (w *world) kept() map[string]string {
	w.t.Helper()
	found, err := w.store.Kept(w.t.Context(), ann.Owner())
	if err != nil {
		w.t.Fatal(err)
	}
	kept := map[string]string{}
	for _, d := range found.Derived {
		kept[d.Key] = d.Value
	}
	return kept
}

func (w *world) backlog(name messages.Analyzer) int {
	w.t.Helper()
	found, err := w.store.Pieces(w.t.Context(), name, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	return found.Backlog
}

// outcomes returns what became of the pieces.
func (w *world) outcomes() map[string]float64 {
	w.t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	n := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "outcome" {
					n[l.GetValue()] = m.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}

// panics returns how often the analyzer crashed.
func (w *world) panics() (n int) {
	for _, m := range w.crashes.Take() {
		if _, ok := m.(*messages.ActorCrashed); ok {
			n++
		}
	}
	return n
}

func mindOf(name messages.Analyzer) analyzer.Mind {
	for _, m := range analyzer.Minds() {
		if m.Name == name {
			return m
		}
	}
	panic("there is no such mind")
}

// What people say is looked at together, a while after; then all is at rest.
func TestBatch(t *testing.T) {
	in(t, mindOf(messages.AnalyzerMemory), func(w *world) {
		w.gemini.answer = func(*messages.Prompt) (string, error) {
			return "```json\n[{\"about\":\"home\",\"fact\":\"lives in Graz.\",\"message\":2,\"always\":false},{\"about\":\"x\",\"fact\":\"y\",\"message\":9,\"always\":false}]\n```", nil
		}
		w.say(messages.AnalyzerMemory, "hello")
		second := w.say(messages.AnalyzerMemory, "I live in Graz\nsince May")
		if got := w.gemini.prompts(); len(got) != 0 {
			t.Fatalf("the model is asked at once: %q", got)
		}
		time.Sleep(3 * time.Minute)
		want := []string{"Messages:\n```\n[1] hello\n[2] I live in Graz\n  since May\n```"}
		if d := cmp.Diff(want, w.gemini.prompts()); d != "" {
			t.Errorf("the model is asked (-want +got):\n%s", d)
		}
		kept := w.kept()
		if len(kept) != 1 || !strings.Contains(kept["fact/1"], `"text":"lives in Graz"`) || !strings.Contains(kept["fact/1"], second.String()) {
			t.Errorf("kept: %v", kept)
		}
		if n := w.backlog(messages.AnalyzerMemory); n != 0 {
			t.Errorf("%d pieces are left", n)
		}
	})
}

// What was said in one place is not looked at together with what was said in another,
// lest that be told there.
func TestPlaces(t *testing.T) {
	in(t, mindOf(messages.AnalyzerMemory), func(w *world) {
		w.gemini.answer = func(*messages.Prompt) (string, error) {
			return `[{"about":"home","fact":"lives there","message":1,"always":false}]`, nil
		}
		tell := func(channel messages.ChannelID, text string) {
			id := messages.MessageIDAt(time.Now())
			w.Tell(w.analyzer, &messages.Work{Piece: messages.Piece{
				Analyzer: messages.AnalyzerMemory, Owner: ann.Owner(), Channel: channel, From: id, To: id, Person: ann, Text: text,
			}})
			time.Sleep(time.Second)
		}
		tell(3, "i live in Graz")
		tell(4, "nobody is to know")
		tell(3, "since May")
		time.Sleep(3 * time.Minute)
		tell(4, "it is still so")
		time.Sleep(3 * time.Minute)
		want := []string{
			"Messages:\n```\n[1] i live in Graz\n[2] since May\n```",
			"Messages:\n```\n[1] nobody is to know\n```",
			"Known:\n```\n1. home: lives there\n```\nMessages:\n```\n[1] it is still so\n```",
		}
		if d := cmp.Diff(want, w.gemini.prompts()); d != "" {
			t.Errorf("the model is asked (-want +got):\n%s", d)
		}
	})
}

// How somebody writes asks no model.
func TestBehaviour(t *testing.T) {
	in(t, mindOf(messages.AnalyzerBehaviour), func(w *world) {
		id := w.say(messages.AnalyzerBehaviour, "wie geht das mit der Heizung")
		time.Sleep(time.Minute)
		want := map[string]string{"said/" + id.String(): `{"l":"de","w":6,"t":["geht","heizung"],"p":3}`}
		if d := cmp.Diff(want, w.kept()); d != "" {
			t.Errorf("kept (-want +got):\n%s", d)
		}
		if got := w.gemini.prompts(); len(got) != 0 {
			t.Errorf("the model is asked: %q", got)
		}
	})
}

// A piece that crashes the analyzer goes into quarantine at the second time, and the
// rest of its batch is done, each once.
func TestPoison(t *testing.T) {
	for name, harm := range map[string]func(){
		"it panics":     func() { panic("ouch") },
		"it never ends": func() { time.Sleep(24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			mind := mindOf(messages.AnalyzerBehaviour)
			conclude := mind.Conclude
			mind.Conclude = func(b *analyzer.Batch, answer string) (*messages.Learned, error) {
				for _, p := range b.Pieces {
					if p.Text == "poison" {
						harm()
					}
				}
				return conclude(b, answer)
			}
			in(t, mind, func(w *world) {
				for i := range 5 {
					text := fmt.Sprint("word ", i)
					if i == 2 {
						text = "poison"
					}
					w.say(messages.AnalyzerBehaviour, text)
				}
				time.Sleep(time.Hour)
				if n := w.panics(); n != 2 {
					t.Errorf("it crashed %d times", n)
				}
				if got := len(w.kept()); got != 4 {
					t.Errorf("of the rest %d are done", got)
				}
				bad, err := w.store.Quarantined(t.Context())
				if err != nil || len(bad) != 1 || bad[0].Piece.Text != "poison" || bad[0].Stack == "" {
					t.Errorf("in quarantine: %+v, %v", bad, err)
				}
				if n := w.backlog(messages.AnalyzerBehaviour); n != 0 {
					t.Errorf("%d pieces are left", n)
				}
				if d := cmp.Diff(map[string]float64{"done": 4, "quarantined": 1}, w.outcomes()); d != "" {
					t.Errorf("it is counted (-want +got):\n%s", d)
				}
				m, err := w.Ask(w.analyzer, &messages.GetAnalyzer{})
				want := &messages.AnalyzerState{Analyzer: messages.AnalyzerBehaviour, Done: 4, Quarantined: 1}
				if d := cmp.Diff(want, m); d != "" || err != nil {
					t.Errorf("it tells (-want +got):\n%s%v", d, err)
				}
				time.Sleep(24 * time.Hour) // what never ends ends, or the bubble would not
			})
		})
	}
}

// While times are not quiet nothing is asked; then all is done.
func TestQuietTimes(t *testing.T) {
	in(t, mindOf(messages.AnalyzerMemory), func(w *world) {
		w.gemini.answer = func(*messages.Prompt) (string, error) { return `[]`, nil }
		w.level.Store(int64(messages.LevelReduced))
		w.say(messages.AnalyzerMemory, "I live in Graz")
		time.Sleep(time.Hour)
		if got := w.gemini.prompts(); len(got) != 0 {
			t.Errorf("the model is asked: %q", got)
		}
		m, _ := w.Ask(w.analyzer, &messages.GetAnalyzer{})
		if got := m.(*messages.AnalyzerState); got.Waiting != "quiet times" || got.Backlog != 1 {
			t.Errorf("it tells %+v", got)
		}
		w.level.Store(int64(messages.LevelNormal))
		time.Sleep(11 * time.Minute)
		if got := w.gemini.prompts(); len(got) != 1 {
			t.Errorf("the model is asked: %q", got)
		}
		if n := w.backlog(messages.AnalyzerMemory); n != 0 {
			t.Errorf("%d pieces are left", n)
		}
	})
}

// What the model answers is not always of use: nonsense is asked for again, each
// message by itself, and then let be; what it refuses is let be at once.
func TestNonsense(t *testing.T) {
	tests := []struct {
		name   string
		answer func(p *messages.Prompt) (string, error)
		asked  int
		kept   int
		counts map[string]float64
	}{
		{"no JSON for one of two", func(p *messages.Prompt) (string, error) {
			if strings.Contains(p.Turns[0].Text, "odd") {
				return "well, …", nil
			}
			return `[{"about":"home","fact":"lives in Graz","message":1,"always":false}]`, nil
		}, 2 + 1 + 1, 1, map[string]float64{"done": 1, "discarded": 1}},
		{"refused", func(*messages.Prompt) (string, error) {
			return "", &messages.Failure{Cause: messages.CauseSafety}
		}, 1, 0, map[string]float64{"discarded": 2}},
		{"overloaded, at first", func() func(*messages.Prompt) (string, error) {
			n := 0
			return func(*messages.Prompt) (string, error) {
				if n++; n < 3 {
					return "", &messages.Failure{Cause: messages.CauseOverloaded}
				}
				return `[]`, nil
			}
		}(), 3, 0, map[string]float64{"done": 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, mindOf(messages.AnalyzerMemory), func(w *world) {
				w.gemini.answer = tt.answer
				w.say(messages.AnalyzerMemory, "odd")
				w.say(messages.AnalyzerMemory, "I live in Graz")
				time.Sleep(5 * time.Hour)
				if got := len(w.gemini.prompts()); got != tt.asked {
					t.Errorf("the model is asked %d times, want %d", got, tt.asked)
				}
				if got := len(w.kept()); got != tt.kept {
					t.Errorf("%d facts are kept", got)
				}
				if d := cmp.Diff(tt.counts, w.outcomes()); d != "" {
					t.Errorf("it is counted (-want +got):\n%s", d)
				}
				if n := w.backlog(messages.AnalyzerMemory); n != 0 {
					t.Errorf("%d pieces are left", n)
				}
			})
		})
	}
}

// Who has not turned it on is not looked at.
func TestConsent(t *testing.T) {
	in(t, mindOf(messages.AnalyzerMemory), func(w *world) {
		w.gemini.answer = func(*messages.Prompt) (string, error) { return "", errors.New("it is asked") }
		if _, err := w.Ask(w.users, &messages.Deliver{To: uint64(ann), Message: &messages.SetConsent{User: ann, What: messages.ConsentMemory}}); err != nil {
			t.Fatal(err)
		}
		w.say(messages.AnalyzerMemory, "I live in Graz")
		time.Sleep(time.Hour)
		if got := w.gemini.prompts(); len(got) != 0 {
			t.Errorf("the model is asked: %q", got)
		}
		if d := cmp.Diff(map[string]float64{"skipped": 1}, w.outcomes()); d != "" {
			t.Errorf("it is counted (-want +got):\n%s", d)
		}
		if n := w.backlog(messages.AnalyzerMemory); n != 0 {
			t.Errorf("%d pieces are left", n)
		}
	})
}

// The backlog is bounded: more is not taken.
func TestFull(t *testing.T) {
	in(t, mindOf(messages.AnalyzerMemory), func(w *world) {
		w.level.Store(int64(messages.LevelReduced))
		for range 1100 {
			id := messages.MessageIDAt(time.Now())
			w.Send(w.analyzer, &messages.Work{Piece: messages.Piece{
				Analyzer: messages.AnalyzerMemory, Owner: ann.Owner(), Channel: 3, From: id, To: id, Person: ann, Text: "hm",
			}})
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		if n := w.backlog(messages.AnalyzerMemory); n != 1000 {
			t.Errorf("%d pieces are in the backlog", n)
		}
	})
}

// A flood of work is taken in at a pace that leaves the store to others, as far as there
// is room for it; and done at such a pace.
func TestFlood(t *testing.T) {
	in(t, mindOf(messages.AnalyzerBehaviour), func(w *world) {
		const sent = 5000
		first := messages.MessageIDAt(time.Now())
		for i := range sent {
			id := first + messages.MessageID(i)
			w.Send(w.analyzer, &messages.Work{Piece: messages.Piece{
				Analyzer: messages.AnalyzerBehaviour, Owner: ann.Owner(), Channel: 3, From: id, To: id, Person: ann, Text: "hm",
			}})
		}
		time.Sleep(450 * time.Millisecond)
		counts := w.outcomes()
		if left := w.backlog(messages.AnalyzerBehaviour) + int(counts["done"]); left < 300 || left > 600 {
			t.Errorf("after half a second %d pieces are taken in", left)
		}
		if done := counts["done"]; done < 100 || done > 500 {
			t.Errorf("after half a second %v pieces are done", done)
		}
		time.Sleep(time.Minute)
		if counts = w.outcomes(); counts["done"] < 1000 || counts["done"]+counts["refused"] != sent {
			t.Errorf("of %d pieces: %v", sent, counts)
		}
		if n := w.backlog(messages.AnalyzerBehaviour); n != 0 {
			t.Errorf("%d pieces are left", n)
		}
	})
}
