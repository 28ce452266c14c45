package discord

import (
	"math"
	"time"

	"troupe/messages"
)

const (
	// resetSlack is added to a window's end, since Discord tells it in whole
	// milliseconds.
	resetSlack = time.Millisecond
	// unknownSpan is taken for the length of a window until one is told.
	unknownSpan = 5 * time.Second
	// idleBucket is how long a bucket is kept without use.
	idleBucket = 5 * time.Minute
	// shortestPatience is the least wait for the answer to a request of others.
	shortestPatience = 5 * time.Millisecond
)

// A told is what the headers of an answer tell of its bucket (Discord
// documentation, Rate Limits: Header Format).
type told struct {
	bucket string        // its name; "" if none is told
	limit  int           // requests in a window; 0: no limit is told
	left   int           // of them
	reset  time.Duration // until the window ends
	end    time.Time     // the same by Discord's clock; zero if not told
}

// A bucket is what is known of one of Discord's limits. Discord counts in
// windows: the first request begins one, it carries so many, and it ends a
// fixed time later. Where a request is counted is seen by its answer alone, so
// one that is on its way counts in any window that it may reach: the present
// one, and the next one too if it is not answered until then.
type bucket struct {
	key   bucketKey
	known bool // an answer has come
	limit int  // requests in a window; 0 for none, as far as is known

	flying   int // on their way
	answered int // counted in the present window
	spare    int // that may still be sent in it, by the answer that left least

	begun bool          // the present window has been told of
	reset time.Time     // when it is over for sure, by our clock
	end   time.Time     // of the latest window told of, by Discord's clock
	span  time.Duration // the longest time to a reset that was told

	ghosts  int // ended without an answer: they may have been counted, or not
	haunted time.Time

	blocked time.Time // a 429 said so
	sent    time.Time // when the last one was sent
}

// wait returns how long a request has to wait; 0: it may be sent. usual is how
// long answers take.
func (b *bucket) wait(now time.Time, usual time.Duration) time.Duration {
	b.roll(now)
	switch {
	case b.blocked.After(now):
		return b.blocked.Sub(now)
	case b.flying < b.room() && b.spare > 0:
		return 0
	case b.known && b.begun:
		return b.reset.Sub(now)
	case b.flying > 0:
		return patience(usual, now.Sub(b.sent))
	}
	return b.haunted.Sub(now)
}

// patience returns when to ask again for what depends on an answer that has
// been awaited for a while: about when it should come, and when it is overdue
// less and less often.
func patience(usual, awaited time.Duration) time.Duration {
	return max(usual-awaited, awaited/4, shortestPatience)
}

// room returns how many requests may be on their way. Of an unknown bucket it
// is one, which finds out.
func (b *bucket) room() int {
	switch {
	case !b.known:
		return 1
	case b.limit == 0:
		return math.MaxInt
	}
	return b.limit - b.answered - b.ghosts
}

// roll leaves behind what is over.
func (b *bucket) roll(now time.Time) {
	if b.begun && !b.reset.After(now) {
		b.begun = false
	}
	if !b.begun {
		b.answered, b.spare = 0, math.MaxInt
	}
	if !b.haunted.After(now) {
		b.ghosts = 0
	}
}

// begin books a request that is sent.
func (b *bucket) begin(now time.Time) {
	b.flying++
	b.spare--
	b.sent = now
}

// learn takes in what the answer to a request tells. Answers may come in
// another order than Discord gave them.
func (b *bucket) learn(t told, now time.Time) {
	b.roll(now)
	b.known, b.limit = true, t.limit
	b.span = max(b.span, t.reset)
	reset, end := now.Add(t.reset+resetSlack), t.end
	if end.IsZero() {
		end = reset
	}
	// The ends of two windows lie a whole one apart; those told of one and the
	// same differ by what the answers took, if by Discord's clock at all.
	half := b.span / 2
	switch {
	case !b.begun:
		b.begun, b.end, b.reset = true, end, reset
	case end.After(b.end.Add(half)):
		b.answered, b.spare = 0, math.MaxInt
		b.end, b.reset = end, reset
	case end.Before(b.end.Add(-half)):
		return // of a window that is over
	case end.After(b.end):
		b.end, b.reset = end, later(b.reset, reset)
	case end.Equal(b.end) && reset.Before(b.reset):
		b.reset = reset // told sooner
	}
	b.answered++
	b.spare = min(b.spare, t.left)
}

// free takes in that an answer told no limit. Where one is known the request is
// counted all the same.
func (b *bucket) free(now time.Time) {
	if b.limit > 0 {
		b.haunt(now)
		return
	}
	b.known = true
}

// haunt takes in that a request ended without a word on where it was counted.
func (b *bucket) haunt(now time.Time) {
	span := b.span
	if span == 0 {
		span = unknownSpan
	}
	b.roll(now)
	b.ghosts++
	b.haunted = later(b.haunted, now.Add(span+resetSlack))
}

// block takes in a 429.
func (b *bucket) block(t told, wait time.Duration, now time.Time) {
	b.blocked = later(b.blocked, now.Add(wait))
	if t.limit > 0 {
		b.known, b.limit = true, t.limit
		b.span = max(b.span, t.reset)
	}
}

// budget returns what is left to whoever knows what of it is on its way.
func (b *bucket) budget(now time.Time) messages.Budget {
	if b.limit == 0 {
		return messages.Budget{}
	}
	left := b.room()
	if b.spare < left-b.flying {
		left = b.spare + b.flying
	}
	return messages.Budget{
		Known: true,
		Limit: b.limit,
		Left:  max(left, 0),
		Reset: max(b.reset.Sub(now), 0),
	}
}

// idle reports whether there is nothing in b worth keeping.
func (b *bucket) idle(now time.Time) bool {
	return b.flying == 0 && now.Sub(b.sent) >= idleBucket &&
		!b.reset.After(now) && !b.blocked.After(now) && !b.haunted.After(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
