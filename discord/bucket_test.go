package discord

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
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
