package discord

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A windows is Discord's side of a bucket, in the simplest form that it is known
// to have: a window begins with a request and ends a fixed time later.
type windows struct {
	limit int
	span  time.Duration
	skew  time.Duration // of Discord's clock
	count int
	end   time.Time
}

func (w *windows) take(now time.Time) (told, bool) {
	if !now.Before(w.end) {
		w.count, w.end = 0, now.Add(w.span)
	}
	if w.count >= w.limit {
		return told{}, false
	}
	w.count++
	return told{
		bucket: "b",
		limit:  w.limit,
		left:   w.limit - w.count,
		reset:  w.end.Sub(now).Truncate(ms),
		end:    w.end.Add(w.skew).Truncate(ms),
	}, true
}

// A happening is something at a time in a simulation.
type happening struct {
	at time.Time
	do func(now time.Time)
}

type simulation struct{ plan []happening }

func (s *simulation) after(now time.Time, d time.Duration, do func(time.Time)) {
	h := happening{now.Add(d), do}
	i, _ := slices.BinarySearchFunc(s.plan, h, func(a, b happening) int { return cmp.Or(a.at.Compare(b.at), -1) })
	s.plan = slices.Insert(s.plan, i, h)
}

func (s *simulation) run() (end time.Time) {
	for len(s.plan) > 0 {
		h := s.plan[0]
		s.plan = s.plan[1:]
		h.do(h.at)
		end = h.at
	}
	return end
}

// Whatever the order of the answers, and whatever gets lost on the way, no more
// requests are sent than Discord's windows carry, and all get through soon.
func TestLimiterNeverExceeds(t *testing.T) {
	for seed := range uint64(1000) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testNeverExceeds(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func testNeverExceeds(t *testing.T, rng *rand.Rand) {
	spans := []time.Duration{250 * ms, time.Second, 5 * time.Second}
	server := &windows{limit: 1 + rng.IntN(8), span: spans[rng.IntN(len(spans))], skew: time.Duration(rng.IntN(1000)-500) * ms}
	slowest := 1 + rng.IntN(400) // ms of one way
	lossy := rng.IntN(2) == 0
	hidden := rng.IntN(3) == 0 && 4*slowest < int(server.span/ms) // X-RateLimit-Reset is not told
	way := func() time.Duration { return time.Duration(rng.IntN(slowest*1000)) * time.Microsecond }

	var s simulation
	l := newLimiter(0)
	r := route{name: "POST", major: "1"}
	requests, lost := 1+rng.IntN(40), 0
	var try func(time.Time)
	try = func(now time.Time) {
		tk, limited := l.take(r, now)
		if limited != nil {
			if limited.Wait <= 0 {
				t.Fatalf("a wait of %v", limited.Wait)
			}
			s.after(now, limited.Wait, try)
			return
		}
		if lossy && tk.bucket.known && rng.IntN(8) == 0 { // what is not known cannot be kept
			lost++
			s.after(now, way()+way(), func(now time.Time) { l.lost(tk, now); try(now) })
			if rng.IntN(2) == 0 {
				return
			}
			s.after(now, 0, func(now time.Time) { server.take(now) }) // it was counted all the same
			return
		}
		s.after(now, way(), func(now time.Time) {
			w, ok := server.take(now)
			if !ok {
				t.Fatalf("a request too many: %+v", server)
			}
			if hidden {
				w.end = time.Time{}
			}
			s.after(now, way(), func(now time.Time) { l.answered(tk, w, now) })
		})
	}
	for range requests {
		s.after(noon, time.Duration(rng.IntN(3000))*ms, try)
	}
	took := s.run().Sub(noon)
	rtt := time.Duration(2*slowest) * ms
	windows := time.Duration((requests+lost)/server.limit + 2 + lost)
	if bound := 3*time.Second + windows*(server.span+2*rtt); took > bound {
		t.Errorf("%d requests took %v, want at most %v", requests, took, bound)
	}
}

// A limit of another form, which refills bit by bit, is nearly kept, too.
func TestLimiterRefill(t *testing.T) {
	refused := 0
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		const limit, each = 5, time.Second
		full := noon // when all will be refilled
		var s simulation
		l := newLimiter(0)
		var try func(time.Time)
		try = func(now time.Time) {
			tk, limited := l.take(route{}, now)
			if limited != nil {
				s.after(now, limited.Wait, try)
				return
			}
			s.after(now, time.Duration(rng.IntN(100))*ms, func(now time.Time) {
				full = later(full, now)
				if full.Sub(now) > (limit-1)*each {
					refused++
				}
				full = full.Add(each)
				left := limit - 1 - int(full.Sub(now)-1)/int(each)
				w := told{limit: limit, left: left, reset: full.Sub(now), end: full}
				s.after(now, time.Duration(rng.IntN(100))*ms, func(now time.Time) { l.answered(tk, w, now) })
			})
		}
		for range 20 {
			s.after(noon, 0, try)
		}
		if took := s.run().Sub(noon); took > 40*time.Second {
			t.Errorf("seed %d: took %v", seed, took)
		}
	}
	if refused > 40 {
		t.Errorf("%d of 4000 requests refused", refused)
	}
}
