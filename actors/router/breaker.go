package router

import (
	"time"

	"troupe/messages"
)

// Breaker says when the router stops asking an upstream that fails.
type Breaker struct {
	Window  time.Duration // over which failures are counted
	Calls   int           // fewer calls in the window say nothing
	Rate    float64       // of failures, above which it opens
	Pause   time.Duration // before the first probe; doubles with each that fails
	Longest time.Duration // bound of the pause
}

// sections is how many parts a breaker's window has.
const sections = 10

// A breaker counts how calls to one upstream end. A nil breaker is closed.
type breaker struct {
	cfg    Breaker
	counts [sections]struct{ calls, failures int }
	born   time.Time // of the first call: sections are counted from it, so that a clock that is set changes nothing
	slice  int64     // number of the newest slice
	opened time.Time
	pause  time.Duration // 0 while closed
	probe  time.Time     // when the last probe began; zero if none is under way
}

// state returns which state the breaker is in, as [messages.PoolState] names it.
func (b *breaker) state(now time.Time) string {
	switch {
	case b == nil || b.pause == 0:
		return messages.BreakerClosed
	case now.Before(b.opened.Add(b.pause)):
		return messages.BreakerOpen
	}
	return messages.BreakerHalfOpen
}

// refuses reports whether a new call has no chance now, and for how long.
func (b *breaker) refuses(now time.Time) (again time.Duration, yes bool) {
	switch b.state(now) {
	case messages.BreakerOpen:
		return b.opened.Add(b.pause).Sub(now), true
	case messages.BreakerHalfOpen: // a probe that gets no answer is not waited for, but others come slowly
		again = b.probe.Add(b.cfg.Pause).Sub(now)
		return max(again, 0), !b.probe.IsZero() && again > 0
	}
	return 0, false
}

// begin counts a call that is about to be made. When half-open it is the probe.
func (b *breaker) begin(now time.Time) (probe bool) {
	if b.state(now) != messages.BreakerHalfOpen {
		return false
	}
	b.probe = now
	return true
}

// An outcome says what a run tells of its upstream.
type outcome int

const (
	silent   outcome = iota // nothing: it was cancelled, or never sent
	served                  // it works, whatever the answer
	rejected                // too much: 429
	failing                 // down, or too slow
)

// end counts how a call ended. Only a probe's outcome counts while open.
func (b *breaker) end(how outcome, probe bool, now time.Time) {
	if probe && b.pause > 0 {
		b.probe = time.Time{}
		b.probed(how, now)
		return
	}
	if b == nil || how == silent || b.pause > 0 {
		return
	}
	b.roll(now)
	count := &b.counts[b.slice%sections]
	count.calls++
	if how == failing {
		count.failures++
	}
	calls, failures := b.sum()
	if how == failing && calls >= b.cfg.Calls && float64(failures) > b.cfg.Rate*float64(calls) {
		b.opened, b.pause = now, b.cfg.Pause
	}
}

// sum returns how many calls there were in the window, and how many failed.
func (b *breaker) sum() (calls, failures int) {
	for _, c := range b.counts {
		calls += c.calls
		failures += c.failures
	}
	return calls, failures
}

// fails reports whether the upstream fails half as often as opens the breaker.
func (b *breaker) fails(now time.Time) bool {
	b.roll(now)
	calls, failures := b.sum()
	return calls >= b.cfg.Calls && float64(failures) > b.cfg.Rate/2*float64(calls)
}

func (b *breaker) probed(how outcome, now time.Time) {
	switch how {
	case served, rejected:
		*b = breaker{cfg: b.cfg}
	case failing:
		b.opened, b.pause = now, min(2*b.pause, b.cfg.Longest)
	case silent:
	}
}

// roll empties the sections that have passed since the last call.
func (b *breaker) roll(now time.Time) {
	if b.born.IsZero() {
		b.born = now
	}
	slice := int64(now.Sub(b.born) / (b.cfg.Window / sections))
	for i := max(b.slice+1, slice-sections+1); i <= slice; i++ {
		b.counts[i%sections] = struct{ calls, failures int }{}
	}
	b.slice = max(b.slice, slice)
}
