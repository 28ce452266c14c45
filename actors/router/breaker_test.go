package router

import (
	"testing"
	"time"

	"troupe/messages"
)

func TestBreaker(t *testing.T) {
	type call struct {
		after time.Duration // since the last
		how   outcome
		want  string // the state after it
	}
	const (
		closed = messages.BreakerClosed
		open   = messages.BreakerOpen
		half   = messages.BreakerHalfOpen
	)
	cfg := Breaker{Window: 10 * time.Second, Calls: 4, Rate: 0.5, Pause: 2 * time.Second, Longest: 5 * time.Second}
	tests := []struct {
		name  string
		calls []call
	}{
		{"half of the calls may fail", []call{
			{0, served, closed}, {0, failing, closed}, {0, served, closed}, {0, failing, closed},
		}},
		{"few calls say nothing", []call{{0, failing, closed}, {0, failing, closed}, {0, failing, closed}, {0, failing, open}}},
		{"what is cancelled says nothing", []call{{0, failing, closed}, {0, failing, closed}, {0, failing, closed}, {0, silent, closed}}},
		{"being told to slow down is no failure", []call{{0, failing, closed}, {0, rejected, closed}, {0, failing, closed}, {0, rejected, closed}}},
		{"old failures are forgotten", []call{
			{0, failing, closed}, {0, failing, closed}, {0, failing, closed}, {11 * time.Second, failing, closed},
		}},
		{"a probe closes it", []call{
			{0, failing, closed},
			{0, failing, closed},
			{0, failing, closed},
			{0, failing, open},
			{2 * time.Second, served, closed},
			{0, failing, closed},
		}},
		{"the pause grows to its bound", []call{
			{0, failing, closed},
			{0, failing, closed},
			{0, failing, closed},
			{0, failing, open},
			{2 * time.Second, failing, open},
			{4 * time.Second, failing, open},
			{5 * time.Second, failing, open},
			{5 * time.Second, silent, half},
			{0, served, closed},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &breaker{cfg: cfg}
			now := start
			for i, c := range tt.calls {
				now = now.Add(c.after)
				if _, no := b.refuses(now); no {
					t.Fatalf("call %d is refused", i)
				}
				probe := b.begin(now)
				if _, no := b.refuses(now); no != probe {
					t.Fatalf("call %d: beside a probe, refused = %v", i, no)
				}
				b.end(c.how, probe, now)
				if got := b.state(now); got != c.want {
					t.Fatalf("after call %d: %s, want %s", i, got, c.want)
				}
			}
		})
	}
}

// A probe that gets no answer shuts nobody out for as long as it waits: after a
// pause there is another, and whichever ends first tells.
func TestBreakerAndAProbeThatHangs(t *testing.T) {
	b := &breaker{cfg: Breaker{Window: 10 * time.Second, Calls: 4, Rate: 0.5, Pause: 2 * time.Second, Longest: 5 * time.Second}}
	for range 4 {
		b.end(failing, false, start)
	}
	probe := func(after time.Duration) bool {
		now := start.Add(after)
		if again, no := b.refuses(now); no {
			if _, still := b.refuses(now.Add(again)); still {
				t.Errorf("refused after %v, and when it was told to come again", after)
			}
			return false
		}
		return b.begin(now)
	}
	if !probe(2*time.Second) || probe(3*time.Second) || !probe(4*time.Second) {
		t.Error("probes do not follow each other after a pause")
	}
	b.end(served, true, start.Add(5*time.Second))
	if got := b.state(start.Add(5 * time.Second)); got != messages.BreakerClosed {
		t.Errorf("after an answer it is %s", got)
	}
	b.end(failing, true, start.Add(6*time.Second))
	if got := b.state(start.Add(6 * time.Second)); got != messages.BreakerClosed {
		t.Errorf("after the end of the former probe it is %s", got)
	}
}

// A job without a breaker has one that never opens.
func TestNoBreaker(t *testing.T) {
	var b *breaker
	for range 100 {
		b.end(failing, b.begin(start), start)
	}
	if _, no := b.refuses(start); no {
		t.Error("refused")
	}
}
