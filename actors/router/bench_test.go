package router

import (
	"testing"
	"time"

	"troupe/messages"
)

// BenchmarkState takes one job through the pool's core, beside a thousand that
// wait: it is submitted, one runs and ends.
func BenchmarkState(b *testing.B) {
	cfg := Config{Capacity: 2000, Concurrency: Concurrency{Start: 10, Pinned: true}}
	s := newState(cfg.withDefaults().limits())
	now := start
	job := func(i int) *messages.Job {
		return &messages.Job{Kind: "generate", Guild: messages.GuildID(1 + i%50), Breaker: "model", Wait: time.Hour}
	}
	var running []uint64
	act := func(todo []action) {
		for _, do := range todo {
			if do.verb == run {
				running = append(running, do.task.id)
			}
		}
	}
	for i := range 1000 {
		_, todo := s.submit(job(i), now)
		act(todo)
	}
	jobs := make([]*messages.Job, 256)
	for i := range jobs {
		jobs[i] = job(i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now = now.Add(time.Millisecond)
		_, todo := s.submit(jobs[i%len(jobs)], now)
		act(todo)
		done := running[0]
		running = append(running[:0], running[1:]...)
		act(s.finished(done, "ok", time.Millisecond, now))
	}
}
