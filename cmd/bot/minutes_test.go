package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/geminisim"

	"github.com/google/go-cmp/cmp"
)

// A diary keeps what a bot logs of its minutes.
type diary struct {
	slog.Handler

	mu    sync.Mutex
	lines []map[string]string
}

func (d *diary) Enabled(context.Context, slog.Level) bool { return true }

func (d *diary) WithAttrs([]slog.Attr) slog.Handler { return d }

func (d *diary) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "the last minute" {
		return nil
	}
	line := map[string]string{}
	r.Attrs(func(a slog.Attr) bool {
		line[a.Key] = fmt.Sprint(a.Value)
		return true
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
	return nil
}

// The bot logs its four figures for a minute in which it was asked something, and
// nothing while it is not.
func TestMinutesAreLogged(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		d := &diary{Handler: slog.DiscardHandler}
		s.log = slog.New(d)
		s.gemini.SetLatency(geminisim.Latency{First: 1200 * time.Millisecond, Last: 1200 * time.Millisecond})
		s.gemini.SetAnswer(brevity)
		stop := s.run(nil)
		time.Sleep(10*time.Minute + time.Second)
		d.mu.Lock()
		if len(d.lines) > 0 {
			t.Errorf("nobody asks anything, and the bot logs %v", d.lines)
		}
		d.mu.Unlock()
		for range 2 { // each time one of two shares the call of the other
			s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: "@Troupe and what of the plan?"})
			s.say(discordsim.Say{Person: s.bob, Channel: s.general, Text: "@Troupe and what of the plan?"})
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Hour)
		line := map[string]string{
			"answers": "2", "answer_p50_seconds": "1.25", "answer_p90_seconds": "1.45", "answer_p99_seconds": "1.495",
			"queue_context": "0", "queue_discord": "0", "queue_gemini": "0", "background_pieces": "0", "background_failures": "0", "background_failure_rate": "0",
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, l := range d.lines {
			if l["coalescer_requests"] == "0" || l["coalescer_hit_rate"] == "0" {
				t.Errorf("%v", l)
			}
			delete(l, "coalescer_requests")
			delete(l, "coalescer_hit_rate")
		}
		if diff := cmp.Diff([]map[string]string{line, line}, d.lines); diff != "" {
			t.Error(diff)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
