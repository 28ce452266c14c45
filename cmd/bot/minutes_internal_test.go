package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

// A minute in which something happened is logged by itself; others are not.
func TestLogMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := prometheus.NewRegistry()
		answers := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "troupe_answer_seconds", Buckets: []float64{1, 2, 4}}, []string{"outcome"})
		joins := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "troupe_coalescer_joins_total"}, []string{"coalescer", "outcome"})
		handled := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "troupe_actor_messages_total"}, []string{"actor"})
		pieces := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "troupe_analyzer_pieces_total"}, []string{"analyzer", "outcome"})
		crashes := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "troupe_actor_crashes_total"}, []string{"actor"})
		waiting := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "troupe_pool_waiting_jobs"}, []string{"pool", "where"})
		r.MustRegister(answers, joins, handled, pieces, crashes, waiting)

		var log bytes.Buffer
		ctx, end := context.WithCancel(t.Context())
		defer end()
		go logMinutes(ctx, r, slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime})))
		minute := func() string {
			t.Helper()
			time.Sleep(aMinute)
			synctest.Wait()
			defer log.Reset()
			return log.String()
		}
		time.Sleep(time.Second) // off the ticks
		waiting.WithLabelValues("gemini", "queued").Set(0)
		handled.WithLabelValues("gateway").Add(100) // heartbeats are no events
		crashes.WithLabelValues("gateway").Add(3)   // and who is waited for is not in the background
		pieces.WithLabelValues("memory", "refused").Add(9)
		if got := minute(); got != "" {
			t.Errorf("an idle minute logs %s", got)
		}
		for range 10 {
			answers.WithLabelValues("answered").Observe(0.7)
			answers.WithLabelValues("refused").Observe(0.01)
		}
		for range 9 {
			answers.WithLabelValues("answered").Observe(3)
		}
		answers.WithLabelValues("answered").Observe(100)
		joins.WithLabelValues("generation", "first").Add(2)
		joins.WithLabelValues("generation", "joined").Add(3)
		joins.WithLabelValues("generation", "refused").Add(7)
		joins.WithLabelValues("user_context", "lingered").Add(5)
		waiting.WithLabelValues("discord", "parked").Set(1)
		waiting.WithLabelValues("gemini", "queued").Set(2)
		waiting.WithLabelValues("gemini", "parked").Set(3)
		pieces.WithLabelValues("behaviour", "done").Add(180)
		pieces.WithLabelValues("memory", "skipped").Add(10)
		pieces.WithLabelValues("memory", "discarded").Add(5)
		pieces.WithLabelValues("lore", "quarantined").Inc()
		crashes.WithLabelValues("turn").Add(2)
		crashes.WithLabelValues("analyzer").Add(4)
		want := map[string]any{
			"level": "INFO", "msg": "the last minute",
			"answers": 20.0, "answer_p50_seconds": 1.0, "answer_p90_seconds": 2 + 2*8.0/9, "answer_p99_seconds": 4.0,
			"coalescer_requests": 10.0, "coalescer_hit_rate": 0.8, "queue_discord": 1.0, "queue_gemini": 5.0,
			"background_pieces": 196.0, "background_failures": 10.0, "background_failure_rate": 0.05,
		}
		wantLine(t, want, minute())

		waiting.WithLabelValues("discord", "parked").Set(0)
		waiting.WithLabelValues("gemini", "queued").Set(0)
		waiting.WithLabelValues("gemini", "parked").Set(0)
		if got := minute(); got != "" {
			t.Errorf("an idle minute logs %s", got)
		}
		answers.WithLabelValues("answered").Observe(0.2) // what was before does not count any more
		want = map[string]any{
			"level": "INFO", "msg": "the last minute",
			"answers": 1.0, "answer_p50_seconds": 0.5, "answer_p90_seconds": 0.9, "answer_p99_seconds": 0.99,
			"coalescer_requests": 0.0, "coalescer_hit_rate": 0.0, "queue_discord": 0.0, "queue_gemini": 0.0,
			"background_pieces": 0.0, "background_failures": 0.0, "background_failure_rate": 0.0,
		}
		wantLine(t, want, minute())

		crashes.WithLabelValues("analyzer").Inc() // nothing else happens
		want["answers"], want["answer_p50_seconds"], want["answer_p90_seconds"], want["answer_p99_seconds"] = 0.0, 0.0, 0.0, 0.0
		want["background_failures"], want["background_failure_rate"] = 1.0, 1.0
		wantLine(t, want, minute())
	})
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

func wantLine(t *testing.T, want map[string]any, line string) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
