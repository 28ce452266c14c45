package actors

import (
	"math/rand/v2"
	"testing"
	"time"

	"troupe/messages"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestBucket(t *testing.T) {
	type ask struct {
		after   time.Duration // since the one before
		trigger messages.MessageID
		wait    time.Duration // 0: admitted
	}
	tests := []struct {
		name string
		most int
		asks []ask
	}{
		{"no limit", 0, []ask{{0, 1, 0}, {0, 2, 0}, {0, 3, 0}}},
		{"as many as fit, all at once", 2, []ask{{0, 1, 0}, {0, 2, 0}, {0, 3, time.Minute}}},
		{"a place is free when the eldest is a minute old", 2, []ask{
			{0, 1, 0},
			{20 * time.Second, 2, 0},
			{10 * time.Second, 3, 30 * time.Second},
			{30*time.Second - 1, 3, 1},
			{1, 3, 0},
			{0, 4, 20 * time.Second},
		}},
		{"the same again is one", 1, []ask{{0, 1, 0}, {0, 1, 0}, {0, 2, time.Minute}, {30 * time.Second, 1, 0}}},
		{"and still so after its minute", 1, []ask{{0, 1, 0}, {2 * time.Minute, 1, 0}, {0, 2, 0}, {0, 3, time.Minute}}},
		{"what was refused is not counted", 1, []ask{{0, 1, 0}, {time.Second, 2, 59 * time.Second}, {59 * time.Second, 3, 0}}},
	}
	for _, tt := range tests {
		b, now := &Bucket{}, noon
		for i, a := range tt.asks {
			now = now.Add(a.after)
			if wait, ok := b.Pass(a.trigger, tt.most, now); ok != (a.wait == 0) || wait != a.wait {
				t.Errorf("%s: ask %d: passed %v, wait %v, want %v", tt.name, i, ok, wait, a.wait)
			}
		}
	}
}

// No minute holds more than it may, nobody is told to come back later than they
// could, and who comes back then passes; also when how many it may hold changes
// from one to the next, as with the roles of a person.
func TestBucketProperty(t *testing.T) {
	var b Bucket
	now := noon
	var passed []time.Time
	for i := range 20_000 {
		most := 4 + rand.IntN(3)
		now = now.Add(time.Duration(rand.Int64N(int64(20 * time.Second))))
		recent := 0
		for _, at := range passed[max(0, len(passed)-20):] {
			if now.Sub(at) < time.Minute {
				recent++
			}
		}
		wait, ok := b.Pass(messages.MessageID(i+1), most, now)
		if ok != (recent < most) {
			t.Fatalf("passed %v with %d of %d in the last minute", ok, recent, most)
		}
		if !ok {
			if _, early := b.Pass(messages.MessageID(i+1), most, now.Add(wait-1)); early {
				t.Fatal("passed before the time it was told")
			}
			now = now.Add(wait)
			if _, ok = b.Pass(messages.MessageID(i+1), most, now); !ok {
				t.Fatal("refused at the time it was told")
			}
		}
		passed = append(passed, now)
		if len(b.counted) > 6 || len(b.former) > maxFormer {
			t.Fatalf("remembers %d and %d", len(b.counted), len(b.former))
		}
	}
}
