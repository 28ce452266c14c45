package discord

import (
	"math/rand/v2"
	"testing"
)

func TestTracker(t *testing.T) {
	type step struct {
		expect, ack int64 // one of them
		want        bool
		low         int64
		open        int
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"in order", []step{
			{expect: 11, want: true, low: 10, open: 1},
			{ack: 11, want: true, low: 11},
			{expect: 12, want: true, low: 11, open: 1},
		}},
		{"the oldest that waits holds the mark", []step{
			{expect: 11, want: true, low: 10, open: 1},
			{expect: 12, want: true, low: 10, open: 2},
			{expect: 13, want: true, low: 10, open: 3},
			{ack: 12, want: true, low: 10, open: 2},
			{ack: 11, want: true, low: 12, open: 1},
			{ack: 13, want: true, low: 13},
		}},
		{"a replay hands over only what waits", []step{
			{expect: 11, want: true, low: 10, open: 1},
			{expect: 12, want: true, low: 10, open: 2},
			{ack: 12, want: true, low: 10, open: 1},
			{expect: 11, want: true, low: 10, open: 1},
			{expect: 12, want: false, low: 10, open: 1},
			{expect: 13, want: true, low: 10, open: 2},
		}},
		{"acknowledging twice or the unknown is of no effect", []step{
			{expect: 11, want: true, low: 10, open: 1},
			{ack: 11, want: true, low: 11},
			{ack: 11, want: false, low: 11},
			{ack: 12, want: false, low: 11},
			{ack: 5, want: false, low: 11},
			{expect: 0, want: false, low: 11},
		}},
		{"a gap in the numbers counts as acknowledged", []step{
			{expect: 15, want: true, low: 14, open: 1},
			{ack: 15, want: true, low: 15},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var tr tracker
			tr.restore(10)
			for i, s := range tt.steps {
				var got bool
				if s.ack != 0 {
					got = tr.acknowledge(s.ack)
				} else {
					got = tr.expect(s.expect)
				}
				if got != s.want || tr.low() != s.low || tr.open() != s.open {
					t.Fatalf("step %d: got %v, low %d, open %d; want %+v", i, got, tr.low(), tr.open(), s)
				}
			}
		})
	}
}

// Whatever the order of acknowledgements, the mark is just below the first
// event that is not acknowledged.
func TestTrackerMark(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var tr tracker
	acked := map[int64]bool{}
	for seq := int64(1); seq <= 500; seq++ {
		tr.expect(seq)
		for range rng.IntN(3) {
			s := 1 + rng.Int64N(seq)
			tr.acknowledge(s)
			acked[s] = true
		}
		want := int64(0)
		for acked[want+1] {
			want++
		}
		if tr.low() != want {
			t.Fatalf("after %d: low = %d, want %d", seq, tr.low(), want)
		}
	}
}

func TestReceipt(t *testing.T) {
	r := receipt(7, "one")
	if seq, ok := ofSession(r, "one"); seq != 7 || !ok {
		t.Errorf("ofSession = %d, %v; want 7, true", seq, ok)
	}
	if _, ok := ofSession(r, "two"); ok {
		t.Error("a receipt holds for another session")
	}
	if r <= 0 || receipt(8, "one") <= r {
		t.Error("receipts of one session do not grow")
	}
}
