package router

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Where all wait for each other, the limit stays near what is of use.
func TestLimiterKeepsLatency(t *testing.T) {
	l := newLimiter(Concurrency{Start: 5, Min: 1, Max: 200})
	u := &upstream{capacity: 10, service: 500 * time.Millisecond, queues: true}
	drive(&l, u, rand.New(rand.NewPCG(1, 2)), start, 3*time.Minute)
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
