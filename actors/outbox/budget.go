package outbox

import (
	"time"

	"troupe/messages"
)

// unlearnt is how many requests may be on their way before the first answer has
// told the limit: one finds out. What a former instance may have used up is not
// known, and what is sent beyond it would wait in the pool, where nothing can be
// merged any more.
const unlearnt = 1

// unbounded is more than there ever is to send.
const unbounded = 1 << 20

// lag is how much later than at its sending Discord may begin to count a
// request, where no answer says when that was.
const lag = 500 * time.Millisecond

// A budget is what Discord lets through of one kind of request in one place, as
// far as the answers have told: so many in a window, which begins with the first
// request after the one before.
type budget struct {
	learnt bool          // an answer has come
	known  bool          // it told a limit
	limit  int           // of a window
	left   int           // in this window, those on their way not yet taken off
	told   time.Time     // when the last window that an answer told of ends
	guess  time.Time     // when the one after it ends, if that has begun and no answer has told yet
	window time.Duration // longest time to an end that was told
	closed time.Time     // nothing is let through before
	flight int           // on their way
	// Requests that failed may have been counted in the window of then or in the
	// next one, before or after those of which an answer tells.
	doubt  int // of those, since the window began
	doubts int // in the window before
}

// reset returns when a new window may begin.
func (b *budget) reset() time.Time { return later(later(b.told, b.guess), b.closed) }

// room returns how many requests may be sent now.
func (b *budget) room(now time.Time) int {
	left := b.left
	switch {
	case now.Before(b.closed):
		return 0
	case !b.learnt:
		left = unlearnt
	case !b.known:
		return unbounded
	case !now.Before(b.reset()):
		left = max(b.limit-b.doubt, 1)
	}
	return max(left-b.flight, 0)
}

// paced reports whether there is a limit that is known.
func (b *budget) paced() bool { return b.learnt && b.known }

// most returns how many requests there may be room for at best.
func (b *budget) most() int {
	switch {
	case !b.learnt:
		return unlearnt
	case !b.known:
		return unbounded
	}
	return b.limit
}

// begin books a request that is sent.
func (b *budget) begin(now time.Time) {
	if b.paced() && !now.Before(b.reset()) {
		b.left = max(b.limit-b.doubt, 1)
		b.guess = now.Add(b.window + lag)
		b.doubt, b.doubts = 0, b.doubt
	}
	b.flight++
}

// answered books what the answer to a request has told. Answers may come in
// another order than Discord gave them, and a request may have been counted in a
// later window than it was sent in.
func (b *budget) answered(told messages.Budget, now time.Time) {
	b.flight--
	if !told.Known {
		b.learnt = true
		b.left--
		return
	}
	end := now.Add(told.Reset)
	b.window = max(b.window, told.Reset)
	switch slack := b.window / 2; {
	case !b.paced() || end.After(b.told.Add(slack)):
		if b.guess.IsZero() {
			b.doubt, b.doubts = 0, b.doubt
		}
		b.left, b.told, b.guess = told.Left-b.doubt-b.doubts, end, time.Time{}
	case end.Before(b.told.Add(-slack)): // of a window that is over
	default:
		b.left, b.told = min(b.left, told.Left-b.doubt-b.doubts), later(end, b.told)
	}
	b.learnt, b.known, b.limit = true, true, max(told.Limit, 1)
}

// failed books a request that was counted, or may have been, and has told
// nothing.
func (b *budget) failed() {
	b.flight--
	b.left--
	b.doubt++
}

// unsent books a request that never left.
func (b *budget) unsent() { b.flight-- }

// limited books that nothing is let through for a while.
func (b *budget) limited(wait time.Duration, now time.Time) {
	b.closed = later(b.closed, now.Add(wait))
	b.left = 0
}

// spread returns when the next of several requests may go of which none is
// urgent, if so many are to be kept for others. They are spread over the window,
// but with no shorter pauses than the shortest.
func (b *budget) spread(keep int, last time.Time, shortest time.Duration, now time.Time) time.Time {
	spare := b.room(now) - keep
	reset := b.reset()
	switch {
	case !b.paced() || !now.Before(reset):
		return last.Add(shortest)
	case spare <= 0:
		return reset
	}
	return last.Add(max(reset.Sub(last)/time.Duration(spare+1), shortest))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
