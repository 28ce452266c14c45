package router

import (
	"math/rand/v2"
	"testing"
	"time"
)

// An upstream is a simulated one that takes so many calls at once, and turns
// away what is more; or, if it queues, lets all wait for each other.
type upstream struct {
	capacity int
	service  time.Duration
	queues   bool
	running  int
}

// take is what became of a call that came when running others were there.
func (u *upstream) take(r *rand.Rand) (latency time.Duration, ok bool) {
	latency = time.Duration((0.75 + 0.5*r.Float64()) * float64(u.service))
	switch {
	case u.running <= u.capacity:
		return latency, true
	case u.queues:
		return latency * time.Duration(u.running) / time.Duration(u.capacity), true
	}
	return 20 * time.Millisecond, false
}

type finishing struct {
	began, at time.Time
	ok        bool
}

// drive keeps all slots taken for the time given. It returns how many calls
// were served and how many turned away.
func drive(l *limiter, u *upstream, now time.Time, d time.Duration) (goodput, turned int) {
	r := rand.New(rand.NewPCG(1, 2))
	u.running = 0
	var calls []finishing
	for end := now.Add(d); now.Before(end); now = now.Add(5 * time.Millisecond) {
		rest := calls[:0]
		for _, c := range calls {
			switch {
			case c.at.After(now):
				rest = append(rest, c)
				continue
			case c.ok:
				goodput++
				l.served("generate", c.began, c.at.Sub(c.began), len(calls), now)
			default:
				turned++
				l.rejected(c.began, now)
			}
			u.running--
		}
		calls = rest
		for len(calls) < l.slots() {
			u.running++
			latency, ok := u.take(r)
			calls = append(calls, finishing{now, now.Add(latency), ok})
		}
	}
	return goodput, turned
}

// phases are capacities of 5, 20 and 3, a minute each.
func phases(cfg Concurrency, queues bool) (goodput, last int) {
	l := newLimiter(cfg)
	now := start
	for _, capacity := range []int{5, 20, 3} {
		g, turned := drive(&l, &upstream{capacity: capacity, service: 600 * time.Millisecond, queues: queues}, now, time.Minute)
		goodput, last = goodput+g, turned
		now = now.Add(time.Minute)
	}
	return goodput, last
}

// The limit follows what the upstream takes, and is told off less than a fixed
// limit when it takes less.
func TestLimiterFollows(t *testing.T) {
	fixed, told := phases(Concurrency{Start: 5, Min: 1, Max: 40, Pinned: true}, false)
	adaptive, toldAdaptive := phases(Concurrency{Start: 5, Min: 1, Max: 40}, false)
	t.Logf("served: fixed %d, adaptive %d; 429s at last: fixed %d, adaptive %d", fixed, adaptive, told, toldAdaptive)
	if float64(adaptive) < 1.3*float64(fixed) {
		t.Errorf("adaptive served %d, fixed %d: less than 30 %% more", adaptive, fixed)
	}
	if toldAdaptive > told {
		t.Errorf("adaptive was told off %d times, fixed %d", toldAdaptive, told)
	}
}

// Where all wait for each other, the limit stays near what is of use.
func TestLimiterKeepsLatency(t *testing.T) {
	l := newLimiter(Concurrency{Start: 5, Min: 1, Max: 200})
	u := &upstream{capacity: 10, service: 500 * time.Millisecond, queues: true}
	drive(&l, u, start, 3*time.Minute)
	if got := l.slots(); got < 8 || got > 40 {
		t.Errorf("slots = %d where 10 are of use", got)
	}
}

func TestLimiterBounds(t *testing.T) {
	l := newLimiter(Concurrency{Start: 3, Min: 2, Max: 4})
	for i := range 100 {
		now := start.Add(time.Duration(i) * time.Second)
		l.served("generate", now, time.Second, 10, now)
		if l.slots() > 4 {
			t.Fatalf("slots = %d", l.slots())
		}
	}
	for i := range 100 {
		now := start.Add(time.Duration(1000+i) * time.Second)
		l.rejected(now, now)
		if l.slots() < 2 {
			t.Fatalf("slots = %d", l.slots())
		}
	}
}

// A limit that nobody reaches does not grow.
func TestLimiterIdle(t *testing.T) {
	l := newLimiter(Concurrency{Start: 5, Min: 1, Max: 50})
	for i := range 100 {
		now := start.Add(time.Duration(i) * time.Second)
		l.served("generate", now, time.Second, 1, now)
	}
	if got := l.slots(); got != 5 {
		t.Errorf("slots = %d", got)
	}
}

// Several calls that began together and are turned away together tell it once.
func TestLimiterCutsOnce(t *testing.T) {
	l := newLimiter(Concurrency{Start: 20, Min: 1, Max: 50})
	for range 15 {
		l.rejected(start, start.Add(time.Second))
	}
	if got := l.slots(); got != 17 {
		t.Errorf("slots = %d", got)
	}
}

// Kinds of calls that take longer than others do not make the pool small, and
// neither do calls that are slow while most slots are free.
func TestLimiterTellsKindsApart(t *testing.T) {
	l := newLimiter(Concurrency{Start: 10, Min: 1, Max: 40})
	now := start
	serve := func(kind string, took time.Duration, running int) {
		for range 100 {
			now = now.Add(time.Second)
			l.served(kind, now, took, running, now)
		}
	}
	serve("read", 0, 8)
	serve("post", 50*time.Millisecond, 8)
	serve("read", time.Millisecond, 8)
	serve("post", 150*time.Millisecond, 5)
	if got := l.slots(); got != 10 {
		t.Errorf("slots = %d", got)
	}
	serve("read", 100*time.Millisecond, 8)
	if got := l.slots(); got >= 10 {
		t.Errorf("slots = %d where reads are slow", got)
	}
}
