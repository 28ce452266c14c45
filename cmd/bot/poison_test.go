package bot_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"troupe/actors/analyzer"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/store"
	"troupe/supervision"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

// thinking returns the minds that there are, each of which first does something with
// its batch whenever it thinks.
func thinking(first func(mind messages.Analyzer, b *analyzer.Batch)) []analyzer.Mind {
	minds := analyzer.Minds()
	for i := range minds {
		m := &minds[i]
		name, ask, conclude := m.Name, m.Ask, m.Conclude
		if ask != nil {
			m.Ask = func(b *analyzer.Batch) *messages.Prompt {
				first(name, b)
				return ask(b)
			}
		}
		m.Conclude = func(b *analyzer.Batch, answer string) (*messages.Learned, error) {
			if ask == nil {
				first(name, b)
			}
			return conclude(b, answer)
		}
	}
	return minds
}

// counted returns what the counters of a name that have a label of that value have
// counted, all together.
func counted(t *testing.T, r *prometheus.Registry, name, value string) (n int) {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetValue() == value {
					n += int(m.GetCounter().GetValue())
				}
			}
		}
	}
	return n
}

// A keepsake is what a store holds of a person's work.
type keepsake struct {
	Known   int // messages of which it is known how they were written
	Backlog int
	Bad     int // in quarantine
}

func (s *stage) keepsake(who messages.UserID) (k keepsake, bad []store.Quarantined) {
	s.t.Helper()
	ledger, err := store.Open(s.t.Context(), s.cfg.Store)
	if err != nil {
		s.t.Fatal(err)
	}
	kept, err := ledger.Kept(s.t.Context(), who.Owner())
	if err != nil {
		s.t.Fatal(err)
	}
	work, err := ledger.Pieces(s.t.Context(), messages.AnalyzerBehaviour, 1)
	if err != nil {
		s.t.Fatal(err)
	}
	if bad, err = ledger.Quarantined(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if err := ledger.Close(); err != nil {
		s.t.Fatal(err)
	}
	return keepsake{len(kept.Derived), work.Backlog, len(bad)}, bad
}

// Work that crashes its analyzer goes into quarantine at the second crash, and the rest
// of its batch is done. What is released from there is done when the bot starts again
// with a mind that is well.
func TestPoisonIsReleased(t *testing.T) {
	const said = 5
	for name, harm := range map[string]func(well <-chan struct{}){
		"it panics":     func(<-chan struct{}) { panic("ouch") },
		"it never ends": func(well <-chan struct{}) { <-well },
	} {
		t.Run(name, func(t *testing.T) {
			onStage(t, discordsim.Config{}, func(s *stage) {
				well := make(chan struct{})
				s.cfg.Store = "sqlite:" + filepath.Join(t.TempDir(), "troupe.db")
				var registry atomic.Pointer[prometheus.Registry]
				s.alter = func(w *supervision.World) {
					registry.Store(w.Metrics.(*prometheus.Registry))
					w.Minds = thinking(func(_ messages.Analyzer, b *analyzer.Batch) {
						for _, p := range b.Pieces {
							if strings.Contains(p.Text, "poison") {
								harm(well)
							}
						}
					})
				}
				stop := s.run(nil)
				s.use(s.ann, "privacy choose", map[string]string{"what": messages.ConsentProfile, "value": "on"})
				for i := range said {
					text := "@Troupe and what of the plan?"
					if i == 2 {
						text = "@Troupe and what of the poison?"
					}
					time.Sleep(time.Second)
					s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: text})
				}
				time.Sleep(time.Hour)
				if n := counted(t, registry.Load(), "troupe_actor_crashes_total", "analyzer"); n != 2 {
					t.Errorf("it crashed %d times", n)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
				close(well)
				got, bad := s.keepsake(s.ann)
				if d := cmp.Diff(keepsake{Known: said - 1, Bad: 1}, got); d != "" {
					t.Fatalf("before it is released (-want +got):\n%s", d)
				}
				one := bad[0]
				if one.Actor != "analyzer/behaviour" || !strings.Contains(one.Piece.Text, "poison") || one.Stack == "" {
					t.Errorf("in quarantine: %+v", one)
				}
				s.release(one.ID)
				s.alter = func(w *supervision.World) { registry.Store(w.Metrics.(*prometheus.Registry)) }
				stop = s.run(nil)
				time.Sleep(10 * time.Minute)
				if n := counted(t, registry.Load(), "troupe_actor_crashes_total", "analyzer"); n != 0 {
					t.Errorf("with a mind that is well it crashed %d times", n)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
				got, _ = s.keepsake(s.ann)
				if d := cmp.Diff(keepsake{Known: said}, got); d != "" {
					t.Errorf("after it was released (-want +got):\n%s", d)
				}
			})
		})
	}
}

// release lets work out of quarantine, as "troupe quarantine release" does.
func (s *stage) release(id int64) {
	s.t.Helper()
	q, err := store.OpenQuarantine(s.t.Context(), s.cfg.Store)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, there, err := q.Release(s.t.Context(), id); err != nil || !there {
		s.t.Errorf("released: %v, %v", there, err)
	}
	if err := q.Close(); err != nil {
		s.t.Error(err)
	}
}

// Thoughts that never end have no place in the pool in which they began: it gets over a
// crash of its own, and serves people as before.
func TestHungThoughtsHoldNobodyUp(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		well := make(chan struct{})
		var health atomic.Pointer[messages.Health]
		s.alter = func(w *supervision.World) {
			w.Minds = thinking(func(messages.Analyzer, *analyzer.Batch) { <-well })
			changed := w.Changed
			w.Changed = func(h *messages.Health) {
				health.Store(h)
				changed(h)
			}
		}
		var crashed atomic.Bool
		stop := s.run(func(kind string, m any) {
			if kind == "router" && forKind("attachment")(m) && crashed.CompareAndSwap(false, true) {
				panic("sabotage")
			}
		})
		s.use(s.ann, "privacy choose", map[string]string{"what": messages.ConsentProfile, "value": "on"})
		time.Sleep(time.Second)
		s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: "@Troupe and what of the plan?"})
		time.Sleep(time.Minute)
		for range 2 {
			s.say(discordsim.Say{
				Person: s.bob, Channel: s.general, Text: "@Troupe and what of this?", Files: []discordsim.File{{Name: "a.txt", Data: []byte("a note")}},
			})
			time.Sleep(time.Minute)
		}
		if !crashed.Load() {
			t.Error("the pool did not crash")
		}
		for _, part := range health.Load().Down {
			if !part.Background {
				t.Errorf("down is %+v", part)
			}
		}
		calls := s.gemini.Calls()
		if last := fmt.Sprint(*calls[len(calls)-1].Prompt); !strings.Contains(last, "a note") {
			t.Errorf("what is attached is not read: Gemini is asked %s", last)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		close(well)
		time.Sleep(time.Second)
	})
}
