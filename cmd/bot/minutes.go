package bot

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// aMinute is how often it is logged how the bot did.
const aMinute = time.Minute

// A tally is what the registry has counted since the bot began, or in a minute.
type tally struct {
	bounds  []float64 // of the times of answers, in seconds, rising
	within  []uint64  // answers that took no longer than each
	answers uint64

	joins, shared   float64 // of the coalescers: all, and those that needed no job of their own
	pieces, crashes float64 // of the analyzers: work that they are done with, and panics
	lost            float64 // pieces of which nothing came, given up or in quarantine
	waiting         []queue // now, not in a minute
}

// A queue is how many jobs of a pool wait.
type queue struct {
	pool string
	jobs int
}

// logMinutes logs four figures each minute in which something happened, until ctx
// ends: how long answers took, how much was shared, what waits, what failed in the
// background.
func logMinutes(ctx context.Context, g prometheus.Gatherer, log *slog.Logger) {
	tick := time.NewTicker(aMinute)
	defer tick.Stop()
	var before tally
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := takeTally(g)
		if err != nil {
			log.Error("the figures of the last minute are not to be had", "err", err)
			continue
		}
		if minute := now.since(&before); !minute.idle() {
			log.Info("the last minute", minute.attrs()...)
		}
		before = now
	}
}

// takeTally reads what was counted so far.
func takeTally(g prometheus.Gatherer) (t tally, err error) {
	families, err := g.Gather()
	if err != nil {
		return tally{}, err
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			label := map[string]string{}
			for _, l := range m.GetLabel() {
				label[l.GetName()] = l.GetValue()
			}
			switch f.GetName() {
			case "troupe_answer_seconds":
				if label["outcome"] != "answered" {
					continue
				}
				t.answers = m.GetHistogram().GetSampleCount()
				for _, b := range m.GetHistogram().GetBucket() {
					t.bounds, t.within = append(t.bounds, b.GetUpperBound()), append(t.within, b.GetCumulativeCount())
				}
			case "troupe_coalescer_joins_total":
				t.joined(label["outcome"], m.GetCounter().GetValue())
			case "troupe_analyzer_pieces_total":
				t.analyzed(label["outcome"], m.GetCounter().GetValue())
			case "troupe_actor_crashes_total":
				if label["actor"] == "analyzer" {
					t.crashes = m.GetCounter().GetValue()
				}
			case "troupe_pool_waiting_jobs":
				t.waits(label["pool"], int(m.GetGauge().GetValue()))
			}
		}
	}
	return t, nil
}

// joined counts requests of a coalescer. What it refused says nothing of sharing.
func (t *tally) joined(outcome string, n float64) {
	switch outcome {
	case "joined", "lingered":
		t.shared += n
		t.joins += n
	case "first":
		t.joins += n
	}
}

// analyzed counts pieces of work. One that was refused was not taken.
func (t *tally) analyzed(outcome string, n float64) {
	switch outcome {
	case "discarded", "quarantined":
		t.lost += n
		t.pieces += n
	case "done", "skipped":
		t.pieces += n
	}
}

// waits counts jobs of a pool that wait, wherever they do.
func (t *tally) waits(pool string, jobs int) {
	i := slices.IndexFunc(t.waiting, func(q queue) bool { return q.pool == pool })
	if i < 0 {
		t.waiting = append(t.waiting, queue{pool, jobs})
		return
	}
	t.waiting[i].jobs += jobs
}

// since returns what came after an earlier tally, and what waits now.
func (t *tally) since(before *tally) tally {
	d := *t
	d.answers -= before.answers
	d.within = slices.Clone(t.within)
	for i := range before.within {
		d.within[i] -= before.within[i]
	}
	d.joins -= before.joins
	d.shared -= before.shared
	d.pieces -= before.pieces
	d.lost -= before.lost
	d.crashes -= before.crashes
	return d
}

// idle reports whether there is nothing to tell.
func (t *tally) idle() bool {
	return t.answers == 0 && t.joins == 0 && t.pieces == 0 && t.crashes == 0 &&
		!slices.ContainsFunc(t.waiting, func(q queue) bool { return q.jobs > 0 })
}

// attrs is a minute as it is logged.
func (t *tally) attrs() []any {
	attrs := []any{
		"answers", t.answers,
		"answer_p50_seconds", t.quantile(0.5), "answer_p90_seconds", t.quantile(0.9), "answer_p99_seconds", t.quantile(0.99),
		"coalescer_requests", int(t.joins), "coalescer_hit_rate", share(t.shared, t.joins),
	}
	for _, q := range t.waiting {
		attrs = append(attrs, "queue_"+q.pool, q.jobs)
	}
	failed := t.crashes + t.lost // a crash is a try that failed, whatever becomes of the work
	return append(attrs, "background_pieces", int(t.pieces), "background_failures", int(failed),
		"background_failure_rate", share(failed, t.crashes+t.pieces))
}

// quantile returns how many seconds the given share of the answers took at most;
// 0 if there are none. Within a bucket they are taken to lie evenly, as Prometheus
// does (Prometheus documentation, Query functions: histogram_quantile); above the
// last bound it is that.
func (t *tally) quantile(q float64) float64 {
	if t.answers == 0 {
		return 0
	}
	rank := q * float64(t.answers)
	lower, below := 0.0, 0.0
	for i, bound := range t.bounds {
		if within := float64(t.within[i]); within >= rank {
			return lower + (bound-lower)*(rank-below)/(within-below)
		}
		lower, below = bound, float64(t.within[i])
	}
	return lower
}

// share returns a part of a whole, 0 to 1; 0 if there is none.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}
