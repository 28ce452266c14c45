package bot_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/supervision"

	"github.com/prometheus/client_golang/prometheus"
)

// The long overload: three times as much as a pool of three can do, until its
// queue is full, and then for as long again.
const (
	longSlots  = 3
	longPause  = meanCall / longSlots / 3 // between questions
	longQueue  = 1000                     // jobs that may wait for the pool, as the tree of actors has it
	longFills  = 3                        // minutes until all that is bounded is full
	longLasts  = 6                        // minutes
	longTowns  = 10
	longRooms  = 30  // channels of each
	longPeople = 200 // of each
	flat       = 1.1 // the most memory in use by the least, once all is full
)

// A level is how full a bot is at a time.
type level struct {
	waiting, awake int   // jobs of Gemini's pool; entities
	bytes          int64 // in use, after a garbage collection
}

// onLongStage has a world that keeps as much in its first minutes as ever, so that
// what grows is the bot. Its store is a file.
func onLongStage(t *testing.T, f func(*stage)) {
	t.Helper()
	dc := discordsim.Config{Limits: discordsim.Limits{Off: true}, History: 10, Records: 10, Replayable: 1000, NonceWindow: time.Minute}
	onStage(t, dc, func(s *stage) {
		s.gemini.SetLatency(geminisim.Latency{First: meanCall, Last: meanCall})
		s.gemini.SetAnswer(brevity)
		s.cfg.Store = "sqlite:" + filepath.Join(t.TempDir(), "store")
		s.cfg.Discord.RequestsPerSecond = 0
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		s.cfg.Gemini.Concurrency = config.Concurrency{Start: longSlots, Pinned: true}
		s.cfg.Answer.Cache = 0
		s.cfg.Memory.WindowMessages = 10
		f(s)
	})
}

// overrun has people ask too much for minutes, and looks at the end of each.
func (s *stage) overrun(look func() level, ask func(messages.ChannelID, messages.MessageID)) (levels []level) {
	s.t.Helper()
	var towns []*town
	for i := range longTowns {
		towns = append(towns, s.town(fmt.Sprint("overrun", i), longRooms, longPeople, ask))
	}
	time.Sleep(time.Second)
	next := 0
	for range longLasts {
		for end := time.Now().Add(time.Minute); time.Now().Before(end); next++ {
			towns[next%longTowns].question()
			time.Sleep(longPause)
		}
		l := look()
		l.bytes = live()
		levels = append(levels, l)
	}
	return levels
}

// live returns the bytes of what lives, stacks included. What lies between is left
// out, as it is the last to settle.
func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// swing returns by what the largest of some levels is more than the smallest.
func swing(levels []level) float64 {
	least := slices.MinFunc(levels, func(a, b level) int { return int(a.bytes - b.bytes) })
	most := slices.MaxFunc(levels, func(a, b level) int { return int(a.bytes - b.bytes) })
	return float64(most.bytes) / float64(least.bytes)
}

// A bot that is asked three times as much as it can answer fills its queues, and
// then takes no more memory, however long that lasts.
func TestFigureFlatMemory(t *testing.T) {
	unraced(t)
	var ours, theirs []level
	onLongStage(t, func(s *stage) {
		p := s.plain()
		work, waiting := p.waitSlots(longSlots)
		theirs = s.overrun(func() level { return level{waiting: int(waiting.Load())} }, work)
	})
	onLongStage(t, func(s *stage) {
		var registry *prometheus.Registry
		s.alter = func(w *supervision.World) { registry = w.Metrics.(*prometheus.Registry) }
		stop := s.run(nil)
		ours = s.overrun(func() level {
			return level{
				waiting: int(sum(t, registry, "troupe_pool_waiting_jobs", "pool", "gemini")),
				awake:   int(sum(t, registry, "troupe_region_entities", "", "")),
			}
		}, func(messages.ChannelID, messages.MessageID) {})
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	out := newSheet(t, fmt.Sprintf("%.0f questions a second are asked of a pool that answers %.0f: what waits, and MB in use after a garbage collection",
		time.Second.Seconds()/longPause.Seconds(), longSlots/meanCall.Seconds()),
		"a goroutine for each: waiting", "MB", "Troupe: waiting", "awake", "MB")
	for i := range ours {
		out.row(fmt.Sprint("after ", i+1, " min"), theirs[i].waiting, theirs[i].bytes/1e6, ours[i].waiting, ours[i].awake, ours[i].bytes/1e6)
	}
	out.row("most by least, from then on", "", fmt.Sprintf("%.2f", swing(theirs[longFills:])), "", "", fmt.Sprintf("%.2f", swing(ours[longFills:])))
	out.row("target", "", "", "", "", flat)
	for _, l := range ours {
		if l.waiting > longQueue {
			t.Errorf("%d jobs wait, and %d may", l.waiting, longQueue)
		}
	}
	if swing(ours[longFills:]) > flat {
		t.Errorf("%+v", ours)
	}
}

// sum adds up the gauges of a name that have a label, or all if that has no name.
func sum(t *testing.T, r *prometheus.Registry, name, label, value string) (n float64) {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			fits := label == ""
			for _, l := range m.GetLabel() {
				fits = fits || l.GetName() == label && l.GetValue() == value
			}
			if fits {
				n += m.GetGauge().GetValue()
			}
		}
	}
	return n
}

// waitSlots returns what answers each question in a goroutine of its own, where so
// many may ask Gemini at once, and how many wait for that.
func (p *plain) waitSlots(slots int) (func(messages.ChannelID, messages.MessageID), *atomic.Int64) {
	pool := make(chan struct{}, slots)
	var waiting atomic.Int64
	return func(channel messages.ChannelID, question messages.MessageID) {
		waiting.Add(1)
		p.work.Go(func() {
			select {
			case pool <- struct{}{}:
			case <-p.ctx.Done():
				return
			}
			waiting.Add(-1)
			g, err := p.generate(fmt.Sprint("what of item ", question, "?"))
			<-pool
			p.expect(err)
			if err == nil {
				p.reply(channel, question, g.Text)
			}
		})
	}, &waiting
}
