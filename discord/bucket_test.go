package discord

import (
	"testing"
	"time"

	"troupe/messages"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return noon.Add(d) }

const ms = time.Millisecond

func TestBucket(t *testing.T) {
	type step struct {
		at   time.Duration
		wait time.Duration // of one more request; 0 sends it
		do   func(b *bucket, now time.Time)
	}
	land := func(left int, reset time.Duration) func(*bucket, time.Time) {
		return func(b *bucket, now time.Time) {
			b.flying--
			b.learn(told{limit: 3, left: left, reset: reset, end: now.Add(reset)}, now)
		}
	}
	crash := func(b *bucket, now time.Time) { b.flying--; b.haunt(now) }
	free := func(b *bucket, now time.Time) { b.flying--; b.free(now) }
	refuse := func(wait time.Duration) func(*bucket, time.Time) {
		return func(b *bucket, now time.Time) { b.flying--; b.block(told{}, wait, now) }
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"the first request finds out, alone", []step{
			{at: 0},
			{at: 0, wait: 50 * ms},
			{at: 20 * ms, wait: 30 * ms},
			{at: 49 * ms, wait: 49 * ms / 4},
			{at: 400 * ms, wait: 100 * ms}, // overdue: asked for less often
		}},
		{"where there is no limit all may go", []step{
			{at: 0},
			{at: 50 * ms, do: free},
			{at: 50 * ms},
			{at: 50 * ms},
			{at: 50 * ms},
			{at: 50 * ms},
			{at: 50 * ms},
		}},
		{"a window carries so many and no more", []step{
			{at: 0},
			{at: 50 * ms, do: land(2, time.Second)},
			{at: 50 * ms},
			{at: 60 * ms},
			{at: 60 * ms, wait: 991 * ms},
			{at: 110 * ms, do: land(0, 940*ms)},
			{at: 110 * ms, do: land(1, 940*ms)},
			{at: 120 * ms, wait: 931 * ms},
			{at: 1051 * ms},
			{at: 1051 * ms},
			{at: 1051 * ms},
			{at: 1051 * ms, wait: 50 * ms}, // nobody knows yet when this window ends
		}},
		{"what is on its way when a window ends counts in the next", []step{
			{at: 0},
			{at: 50 * ms, do: land(2, 100*ms)},
			{at: 140 * ms},
			{at: 140 * ms},
			{at: 151 * ms},
			{at: 151 * ms, wait: 50 * ms},
			{at: 200 * ms, do: land(2, 99*ms)}, // it did
			{at: 200 * ms, wait: 100 * ms},
		}},
		{"others use it too", []step{
			{at: 0},
			{at: 50 * ms, do: land(0, time.Second)},
			{at: 50 * ms, wait: 1001 * ms},
		}},
		{"an answer that was overtaken brings nothing back", []step{
			{at: 0},
			{at: 50 * ms, do: land(2, time.Second)},
			{at: 50 * ms},
			{at: 50 * ms},
			{at: 90 * ms, do: land(0, 960*ms)},
			{at: 95 * ms, do: land(1, 955*ms)},
			{at: 95 * ms, wait: 956 * ms},
		}},
		{"a request that ends without an answer may have counted", []step{
			{at: 0},
			{at: 50 * ms, do: land(2, time.Second)},
			{at: 50 * ms},
			{at: 50 * ms},
			{at: 900 * ms, do: crash},
			{at: 900 * ms, do: crash},
			{at: 1051 * ms},
			{at: 1051 * ms, wait: 50 * ms},
			{at: 1100 * ms, do: land(2, 952*ms)},
			{at: 1901 * ms},
			{at: 1901 * ms},
		}},
		{"a probe that crashed is repeated", []step{
			{at: 0},
			{at: 50 * ms, do: crash},
			{at: 50 * ms},
		}},
		{"a refusal holds whatever was known", []step{
			{at: 0},
			{at: 50 * ms, do: free},
			{at: 50 * ms},
			{at: 99 * ms, do: refuse(2 * time.Second)},
			{at: 99 * ms, wait: 2 * time.Second},
			{at: 2099 * ms},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &bucket{}
			for i, s := range tt.steps {
				now := at(s.at)
				if s.do != nil {
					s.do(b, now)
					continue
				}
				if got := b.wait(now, 50*ms); got != s.wait {
					t.Fatalf("step %d: wait %v, want %v", i, got, s.wait)
				} else if got == 0 {
					b.begin(now)
				}
			}
		})
	}
}

// What is left is told as Discord counts it, with what is on its way not taken
// off, and does not rise again before the window ends.
func TestBucketBudget(t *testing.T) {
	b := &bucket{}
	if got := b.budget(noon); got.Known {
		t.Errorf("budget of an unknown bucket: %+v", got)
	}
	for range 3 {
		b.begin(noon)
	}
	for i, tt := range []struct{ told, want int }{{2, 4}, {4, 3}, {3, 2}} { // the last answer came first
		now := at(time.Duration(i) * ms)
		b.flying--
		b.learn(told{limit: 5, left: tt.told, reset: time.Second, end: at(time.Second)}, now)
		want := messages.Budget{Known: true, Limit: 5, Left: tt.want, Reset: at(time.Second + resetSlack).Sub(now)}
		if i > 0 {
			want.Reset = b.reset.Sub(now)
		}
		if got := b.budget(now); got != want {
			t.Errorf("after answer %d: %+v, want %+v", i, got, want)
		}
	}
}
