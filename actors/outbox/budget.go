package outbox

import (
	"time"

	"troupe/messages"
)

// unlearnt is how many requests may be on their way before the first answer has
// told the limit. Discord is known to let 5 of a kind through in 5 s: this leaves
// room for what a former instance may have sent.
const unlearnt = 3

// unbounded is more than there ever is to send.
const unbounded = 1 << 20

// lag is how much later than at its sending Discord may begin to count a
// request, where no answer says when that was.
const lag = 500 * time.Millisecond

// A budget is what Discord lets through of one kind of request in one place, as
// far as the answers have told.
type budget struct {
	learnt bool // an answer has come
	known  bool // it told a limit
	limit  int  // of a window
	left   int  // in this window, those on their way not yet taken off
	reset  time.Time
	window time.Duration // longest time to a reset that was told
	flight int           // on their way
}

// room returns how many requests may be sent now.
func (b *budget) room(now time.Time) int {
	left := b.left
	switch {
	case !b.learnt:
		left = unlearnt
	case !b.known:
		return unbounded
	case !now.Before(b.reset):
		left = b.limit
	}
	return max(left-b.flight, 0)
}

// paced reports whether there is a limit that is known.
func (b *budget) paced() bool { return b.learnt && b.known }

// begin books a request that is sent.
func (b *budget) begin(now time.Time) {
	if b.paced() && !now.Before(b.reset) {
		b.left = b.limit
		b.reset = now.Add(b.window + lag) // until an answer tells better
	}
	b.flight++
}

// answered books what the answer to a request has told. Answers may come in
// another order than Discord gave them.
func (b *budget) answered(told messages.Budget, now time.Time) {
	b.flight--
	if !told.Known {
		b.learnt = true
		b.left--
		return
	}
	reset := now.Add(told.Reset)
	b.window = max(b.window, told.Reset)
	switch slack := b.window / 2; {
	case !b.paced() || reset.After(b.reset.Add(slack)):
		b.left, b.reset = told.Left, reset
	case reset.Before(b.reset.Add(-slack)): // of a window that is over
	default:
		b.left, b.reset = min(b.left, told.Left), reset
	}
	b.learnt, b.known, b.limit = true, true, max(told.Limit, 1)
}

// failed books a request that was counted, or may have been, and has told
// nothing.
func (b *budget) failed() {
	b.flight--
	b.left--
}

// unsent books a request that never left.
func (b *budget) unsent() { b.flight-- }

// limited books that nothing is let through for a while.
func (b *budget) limited(wait time.Duration, now time.Time) {
	b.learnt, b.known, b.limit = true, true, max(b.limit, 1)
	b.left = 0
	b.window = max(b.window, wait)
	if reset := now.Add(wait); reset.After(b.reset) {
		b.reset = reset
	}
}

// spread returns the pause between requests of which none is urgent, if so many
// are to be kept for others; false if there is no room for any before the reset.
// They are spread over the window, but never closer than the shortest pause.
func (b *budget) spread(keep int, last time.Time, shortest time.Duration, now time.Time) (time.Duration, bool) {
	room := b.room(now)
	if !b.paced() || !now.Before(b.reset) {
		return shortest, room > keep
	}
	spare := room - keep
	if spare <= 0 {
		return 0, false
	}
	return max(b.reset.Sub(last)/time.Duration(spare+1), shortest), true
}
