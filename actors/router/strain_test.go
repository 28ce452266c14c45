package router

import (
	"testing"
	"time"

	"troupe/messages"
)

// What fails, or takes long, is to be spared.
func TestStrain(t *testing.T) {
	const normal, reduced, fallback = messages.LevelNormal, messages.LevelReduced, messages.LevelFallback
	down := &messages.Failure{Cause: messages.CauseOverloaded, Status: 503}
	job := messages.Job{Guild: 1, Breaker: "model"}
	wait := func(w *world, n int) {
		w.submit("a", job)
		w.wait(time.Second)
		w.finish("a", 1)
		for range n + 1 {
			w.submit("x", job)
		}
	}
	many := func(w *world, results ...any) {
		for _, r := range results {
			w.submit("a", job)
			w.finish("a", r)
		}
	}
	tests := []struct {
		name   string
		before func(w *world)
		want   messages.Level
	}{
		{"nothing happens", func(*world) {}, normal},
		{"all is well", func(w *world) { many(w, 1, 2, 3, 4) }, normal},
		{"few calls say nothing", func(w *world) { many(w, down, down) }, normal},
		{"some fail", func(w *world) { many(w, down, 1, 2, down, 4) }, reduced},
		{"some failed, a while ago", func(w *world) { many(w, down, 1, 2, down, 4); w.wait(time.Minute) }, normal},
		{"most fail", func(w *world) { many(w, down, down, down, down) }, fallback},
		{"it is back", func(w *world) { many(w, down, down, down, down); w.wait(6 * time.Second); many(w, 1) }, normal},
		{"ten wait a second each", func(w *world) { wait(w, 10) }, normal},
		{"eleven wait a second each", func(w *world) { wait(w, 11) }, reduced},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1, func(c *Config) { c.Breaker = Breaker{Calls: 4} })
			tt.before(w)
			if level, why := w.s.strain(w.now); level != tt.want || (why == "") != (level == normal) {
				t.Errorf("%v since %q, want %v", level, why, tt.want)
			}
		})
	}
}
