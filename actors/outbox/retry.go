package outbox

import (
	"time"

	"troupe/actors"
)

// longest is how many times the patience is at most enough for a finished reply,
// however much else gets through.
const longest = 5

// expires returns when r is given up, or zero for never: so long after anything
// got through that it seems that nothing will, or so long after a post that may
// have come through that Discord may have forgotten its nonce.
func (r *reply) expires(patience time.Duration) (at time.Time) {
	if r.final() {
		at = later(r.finished, r.lane.passed).Add(patience)
		if last := r.finished.Add(longest * patience); last.Before(at) {
			at = last
		}
	}
	for i := range r.parts {
		if i > 0 && i >= len(r.goal) {
			break
		}
		if tried := r.parts[i].tried; !tried.IsZero() && (at.IsZero() || tried.Add(patience).Before(at)) {
			at = tried.Add(patience)
		}
	}
	return at
}

// forget gives up to find out about parts that are not needed and that Discord
// does not know the nonce of any more.
func (r *reply) forget(patience time.Duration, now time.Time) {
	if i := r.stray(); i >= 0 && !now.Before(r.parts[i].tried.Add(patience)) {
		r.parts[i] = part{}
	}
}

// backoff puts off the next try, for longer each time.
func (r *reply) backoff(atLeast time.Duration, now time.Time) {
	r.fails++
	r.again = now.Add(max(pause(r.fails), atLeast))
}

// The pauses after failures in a row.
const (
	firstPause = 500 * time.Millisecond
	longPause  = 15 * time.Second
)

// pause returns how long to wait after the n-th failure in a row.
func pause(n int) time.Duration { return actors.Doubled(firstPause, n-1, longPause) }
