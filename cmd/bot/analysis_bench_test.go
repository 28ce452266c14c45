package bot_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"troupe/cmd/bot"
	"troupe/supervision"

	"github.com/anthdm/hollywood/actor"
)

// BenchmarkAnswerBesideAnalyzer compares how many questions a second are answered beside
// analyzers that panic at every message, or each of which is sent 10 000 pieces of work
// a second, and beside those that are well: it shows what they take of the processor.
// Each has a bot of its own, for the work of a flood outlasts it.
func BenchmarkAnswerBesideAnalyzer(b *testing.B) {
	const pairs, turns = 5, 3
	kinds := []misbehaviour{{name: "well"}, {name: "panicking", before: true}, {name: "flooded", floods: true}}
	rates := map[string][]float64{}
	for range pairs {
		for _, m := range kinds {
			rates[m.name] = append(rates[m.name], turns*perTurn/m.rush(b, turns).Seconds())
		}
	}
	for _, m := range kinds {
		var ratios []float64
		for i, rate := range rates[m.name] {
			ratios = append(ratios, rate/rates["well"][i])
		}
		b.Logf("%s: %.0f answers/s, by those beside analyzers that are well %.2f", m.name, rates[m.name], ratios)
		b.ReportMetric(middle(rates[m.name]), m.name+"-answers/s")
		b.ReportMetric(middle(ratios), m.name+"-ratio")
	}
	b.ReportMetric(0, "ns/op")
}

// middle returns the median of some figures.
func middle(all []float64) float64 { return slices.Sorted(slices.Values(all))[len(all)/2] }

// A scope is a part of a benchmark: what it sets up ends with it.
type scope struct {
	testing.TB
	ends []func()
}

func (s *scope) Cleanup(f func()) { s.ends = append(s.ends, f) }

func (s *scope) end() {
	for _, f := range slices.Backward(s.ends) {
		f()
	}
}

// rush returns how long a bot takes for some turns of questions.
func (m misbehaviour) rush(tb testing.TB, turns int) (took time.Duration) {
	tb.Helper()
	b := &scope{TB: tb}
	defer b.end()
	v := &vandal{free: make(chan struct{})}
	var engine *actor.Engine
	var f flood
	all := newMarketWith(b, "sqlite:"+filepath.Join(b.TempDir(), "troupe.db"), func(all *market, o *bot.Options) {
		f = flood{people: all.people, guild: all.guild, channel: all.general}
		o.Alter = func(w *supervision.World) {
			w.Minds = m.hurried(v)
			w.Grown = func(e *actor.Engine) { engine = e }
			consent(b, w, all.guild, all.people)
		}
		if m.before {
			o.Before = v.before
		}
	})
	all.turn(b) // until all is warm
	ctx, end := context.WithCancel(b.Context())
	var work sync.WaitGroup
	if m.floods {
		work.Go(func() { f.run(ctx, engine) })
	}
	for range turns {
		took += all.turn(b)
	}
	end()
	work.Wait()
	return took
}
