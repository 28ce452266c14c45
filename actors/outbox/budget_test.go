package outbox

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"troupe/messages"
)

// told is what an answer tells of a limit of 5 in 5 s.
func told(left int, reset time.Duration) messages.Budget {
	return messages.Budget{Known: true, Limit: 5, Left: left, Reset: reset}
}

func TestBudget(t *testing.T) {
	const s = time.Second
	at := func(d time.Duration) time.Time { return start.Add(d) }
	tests := []struct {
		name string
		do   func(b *budget)
		at   time.Duration
		room int
	}{
		{"nothing known", func(*budget) {}, 0, unlearnt},
		{"nothing known, all on their way", func(b *budget) {
			for range unlearnt {
				b.begin(start)
			}
		}, 0, 0},
		{"no limit", func(b *budget) { b.begin(start); b.answered(messages.Budget{}, start) }, 0, unbounded},
		{"told", func(b *budget) { b.begin(start); b.answered(told(4, 5*s), start) }, 0, 4},
		{"those on their way count", func(b *budget) {
			b.begin(start)
			b.begin(start)
			b.answered(told(4, 5*s), start)
		}, 0, 3},
		{"answers in the wrong order", func(b *budget) {
			b.begin(start)
			b.begin(start)
			b.answered(told(3, 5*s), at(1))
			b.answered(told(4, 5*s), at(2))
		}, 3, 3},
		{"before the reset", func(b *budget) { b.begin(start); b.answered(told(0, 5*s), start) }, 5*s - 1, 0},
		{"after the reset", func(b *budget) { b.begin(start); b.answered(told(0, 5*s), start) }, 5 * s, 5},
		{"the new window is counted before an answer tells of it", func(b *budget) {
			b.begin(start)
			b.answered(told(0, 5*s), start)
			b.begin(at(5 * s))
			b.failed()
		}, 6 * s, 4},
		{"sent in one window, counted in the next", func(b *budget) {
			b.begin(start)
			b.answered(told(1, 5*s), start)
			b.begin(at(4900 * ms))
			b.begin(at(5 * s)) // a new window, as far as is known
			b.answered(told(4, 4900*ms), at(5100*ms))
		}, 5100 * ms, 3},
		{"an answer of the old window comes late", func(b *budget) {
			b.begin(start)
			b.answered(told(1, 5*s), start)
			b.begin(at(4900 * ms))
			b.begin(at(5 * s))
			b.answered(told(4, 5*s), at(5100*ms))
			b.answered(told(0, 50*ms), at(5200*ms))
		}, 5200 * ms, 4},
		{"failures count", func(b *budget) {
			b.begin(start)
			b.answered(told(4, 5*s), start)
			b.begin(start)
			b.failed()
		}, 0, 3},
		{"what never left does not", func(b *budget) {
			b.begin(start)
			b.answered(told(4, 5*s), start)
			b.begin(start)
			b.unsent()
		}, 0, 4},
		{"closed", func(b *budget) { b.limited(3*s, start) }, 3*s - 1, 0},
		{"open again", func(b *budget) { b.limited(3*s, start) }, 3 * s, unlearnt},
	}
	for _, tt := range tests {
		var b budget
		tt.do(&b)
		if got := b.room(at(tt.at)); got != tt.room {
			t.Errorf("%s: room for %d, want %d", tt.name, got, tt.room)
		}
	}
}

// However requests and answers travel, whoever sends only what the budget has
// room for passes no limit, and uses most of what it allows.
func TestBudgetHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		w := &window{limit: 1 + r.IntN(9), length: time.Duration(1000+r.IntN(5000)) * ms}
		var b budget
		type event struct {
			at time.Time
			do func(now time.Time)
		}
		var events []event
		add := func(at time.Time, do func(time.Time)) { events = append(events, event{at, do}) }
		way := func() time.Duration { return time.Duration(10+r.IntN(200)) * ms }
		sent := 0
		for d := time.Duration(0); d < 20*time.Second; d += time.Duration(1+r.IntN(50)) * ms {
			add(start.Add(d), func(now time.Time) {
				if b.room(now) == 0 {
					return
				}
				b.begin(now)
				add(now.Add(way()), func(now time.Time) {
					if _, ok := w.take(now); !ok {
						t.Errorf("%d in %v are passed", w.limit, w.length)
					}
					sent++
					if tells := w.budget(now); sent <= unlearnt || r.IntN(10) > 0 {
						add(now.Add(way()), func(now time.Time) { b.answered(tells, now) })
					} else {
						add(now.Add(way()), func(time.Time) { b.failed() })
					}
				})
			})
		}
		for len(events) > 0 {
			i := 0
			for j, e := range events {
				if e.at.Before(events[i].at) {
					i = j
				}
			}
			e := events[i]
			events = slices.Delete(events, i, i+1)
			e.do(e.at)
		}
		if best := int(20*time.Second/w.length) * w.limit; sent < best/2 {
			t.Errorf("%d sent of %d that %d in %v allow", sent, best, w.limit, w.length)
		}
	}
}
