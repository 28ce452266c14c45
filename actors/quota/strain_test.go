package quota

import (
	"fmt"
	"testing"
	"time"

	"troupe/messages"
)

// ask sends requests of a model, one each step.
func (w *world) ask(model string, n int, step time.Duration) {
	w.t.Helper()
	for range n {
		name := fmt.Sprint(model, w.now)
		id, err := w.s.reserve(name, model, 1, w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		w.s.settle(&messages.Settle{ID: id, Sent: true}, w.now)
		w.wait(step)
	}
}

// What is left of the day is weighed against what people ask lately. At noon, with
// 12 hours to go, a request a minute needs 720 more.
func TestStrain(t *testing.T) {
	const normal, reduced, fallback = messages.LevelNormal, messages.LevelReduced, messages.LevelFallback
	minutely := func(w *world) { w.ask("m", 15, time.Minute) }
	tests := []struct {
		name   string
		limits Limits
		cap    float64
		spare  string
		before func(w *world)
		want   messages.Level
	}{
		{"nothing asked", Limits{RPD: 10}, 0, "", func(*world) {}, normal},
		{"no limit", Limits{}, 0, "", minutely, normal},
		{"enough for the day", Limits{RPD: 2000}, 0, "", minutely, normal},
		{"more than half is left", Limits{RPD: 500}, 0, "", minutely, normal},
		{"less than half is left, and too little", Limits{RPD: 29}, 0, "", minutely, reduced},
		{"less than half is left, and nobody asks", Limits{RPD: 29}, 0, "", func(w *world) { minutely(w); w.wait(15 * time.Minute) }, normal},
		{"a sixteenth is left", Limits{RPD: 16}, 0, "", func(w *world) { w.ask("m", 15, time.Second) }, reduced},
		{"a twentieth is left", Limits{RPD: 100}, 0, "", func(w *world) { w.ask("m", 95, time.Second) }, fallback},
		{"nothing is left", Limits{RPD: 15}, 0, "", minutely, fallback},
		{"nothing is left, until midnight", Limits{RPD: 15}, 0, "", func(w *world) { minutely(w); w.wait(12 * time.Hour) }, normal},
		{"nothing is left, but of another", Limits{RPD: 15}, 0, "s", minutely, reduced},
		{"nothing is left of two", Limits{RPD: 15}, 0, "s", func(w *world) { w.ask("s", 15, time.Second); minutely(w) }, fallback},
		{"a minute is full", Limits{RPM: 2}, 0, "", func(w *world) { w.ask("m", 2, 0); w.reserve("x", 1) }, normal},
		{"a minute is full, but of another", Limits{RPM: 2}, 0, "s", func(w *world) { w.ask("m", 2, 0); w.reserve("x", 1) }, reduced},
		{"a minute's tokens are used up", Limits{TPM: 2}, 0, "", func(w *world) { w.ask("m", 2, 0); w.reserve("x", 1) }, reduced},
		{"they were, a while ago", Limits{TPM: 2}, 0, "", func(w *world) { w.ask("m", 2, 0); w.reserve("x", 1); w.wait(time.Minute) }, normal},
		{"most of the money is spent", Limits{}, 10, "", func(w *world) { w.ask("m", 8, 0) }, reduced},
		{"all of the money is spent", Limits{}, 10, "", func(w *world) { w.ask("m", 10, 0) }, fallback},
		{"the key is not accepted", Limits{}, 0, "", func(w *world) {
			w.reserve("a", 1)
			w.settle("a", messages.Settle{Sent: true, Failure: &messages.Failure{Cause: messages.CauseKey}})
		}, fallback},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.limits, func(r *rules) { r.SpendCap = tt.cap })
			tt.before(w)
			if level, why := w.s.strain("m", tt.spare, w.now); level != tt.want || (why == "") != (level == normal) {
				t.Errorf("%v since %q, want %v", level, why, tt.want)
			}
		})
	}
}

// A day that would just not last does not turn the level to and fro.
func TestStrainIsSteady(t *testing.T) {
	w := newWorld(t, Limits{RPD: 1400}, nil)
	w.ask("m", 720, 0)
	w.wait(15 * time.Minute)
	changes, last := 0, messages.LevelNormal
	for i := range 600 {
		w.ask("m", 1, time.Minute+time.Duration(i%7-3)*15*time.Second)
		if level, _ := w.s.strain("m", "", w.now); level != last {
			changes, last = changes+1, level
		}
	}
	if changes > 2 {
		t.Errorf("%d changes", changes)
	}
}
