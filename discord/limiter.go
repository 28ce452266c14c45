package discord

import (
	"time"

	"golang.org/x/time/rate"

	"troupe/messages"
)

// The limits that [messages.Limited] names.
const (
	limitBucket = "bucket" // of one kind of request in one place
	limitGlobal = "global" // of all requests together
)

const (
	// firstUsual is taken for the time of an answer until one has come.
	firstUsual = 50 * time.Millisecond
	// sweepEvery is how often buckets that are long unused are dropped.
	sweepEvery = time.Minute
)

// A route is what Discord counts requests by: what is asked, and of which
// channel or interaction.
type route struct {
	name  string // method and path, with {} for what differs
	major string // what has a limit of its own; "" for nothing
	// exempt routes are those of interactions: the global limit does not hold
	// for them (Discord documentation, Rate Limits: Global Rate Limit).
	exempt bool
}

type bucketKey struct {
	bucket string // as Discord names it; until it has, the route's name
	major  string
}

// A limiter knows what Discord's limits let through. It keeps no time and waits
// for nothing.
type limiter struct {
	rate    *rate.Limiter     // of all requests; nil for no limit of our own
	names   map[string]string // of buckets, by the name of the route
	buckets map[bucketKey]*bucket

	global time.Time     // when a global 429 has passed
	banned time.Time     // when Cloudflare lets anything through again
	usual  time.Duration // moving mean of what answers take
	swept  time.Time
}

// newLimiter returns a limiter that lets at most rps requests through in any
// second; 0 for no such limit.
func newLimiter(rps int) *limiter {
	l := &limiter{
		names:   map[string]string{},
		buckets: map[bucketKey]*bucket{},
		usual:   firstUsual,
	}
	if rps > 0 {
		// In one second at most the whole burst and what is refilled meanwhile
		// gets through. A millisecond more than a second keeps that true of times
		// that are rounded. What is kept for bursts is lost to what is steady.
		spare := rps / 12
		l.rate = rate.NewLimiter(rate.Limit(float64(rps-spare)/1.001), 1+spare)
	}
	return l
}

// A ticket is the leave to send one request. Exactly one of answered, lost and
// refused must be told what became of it.
type ticket struct {
	route  route
	bucket *bucket
	sent   time.Time
}

// take returns the leave to send a request now, or until when there is none.
func (l *limiter) take(r route, now time.Time) (ticket, *messages.Limited) {
	l.sweep(now)
	if l.banned.After(now) {
		return ticket{}, &messages.Limited{Wait: l.banned.Sub(now), What: limitGlobal}
	}
	if !r.exempt && l.global.After(now) {
		return ticket{}, &messages.Limited{Wait: l.global.Sub(now), What: limitGlobal}
	}
	b := l.bucketOf(r)
	if wait := b.wait(now, l.usual); wait > 0 {
		return ticket{}, &messages.Limited{Wait: wait, What: limitBucket}
	}
	if wait := l.pace(r, now); wait > 0 {
		return ticket{}, &messages.Limited{Wait: wait, What: limitGlobal}
	}
	b.begin(now)
	return ticket{route: r, bucket: b, sent: now}, nil
}

// pace takes a share of the requests a second, or returns when there is one.
func (l *limiter) pace(r route, now time.Time) time.Duration {
	if l.rate == nil || r.exempt {
		return 0
	}
	share := l.rate.ReserveN(now, 1)
	wait := share.DelayFrom(now)
	if wait > 0 {
		share.CancelAt(now)
	}
	return wait
}

func (l *limiter) bucketOf(r route) *bucket {
	key := bucketKey{bucket: r.name, major: r.major}
	if name, known := l.names[r.name]; known {
		key.bucket = name
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{key: key}
		l.buckets[key] = b
	}
	return b
}

// answered takes in what an answer tells, and returns what is left.
func (l *limiter) answered(t ticket, w told, now time.Time) messages.Budget {
	l.usual += (now.Sub(t.sent) - l.usual) / 8
	t.bucket.flying--
	b := l.settle(t, w)
	if w.limit > 0 {
		b.learn(w, now)
	} else {
		b.free(now)
	}
	return b.budget(now)
}

// settle returns the bucket in which a request was counted, which is known only
// now, and sees to it that the next one of its kind is counted there.
func (l *limiter) settle(t ticket, w told) *bucket {
	if w.bucket == "" || w.bucket == t.bucket.key.bucket {
		return t.bucket
	}
	l.names[t.route.name] = w.bucket
	b := t.bucket
	if !b.known {
		delete(l.buckets, b.key) // it stood for this one
	}
	key := bucketKey{bucket: w.bucket, major: t.route.major}
	if known := l.buckets[key]; known != nil {
		return known
	}
	if b.known { // Discord counts this kind of request in several
		b = &bucket{sent: t.sent}
	}
	b.key = key
	l.buckets[key] = b
	return b
}

// lost takes in that no answer came, or one that Discord did not give.
func (l *limiter) lost(t ticket, now time.Time) {
	t.bucket.flying--
	t.bucket.haunt(now)
}

// refused takes in a 429 that holds for a while.
func (l *limiter) refused(t ticket, w told, scope string, wait time.Duration, now time.Time) {
	t.bucket.flying--
	switch {
	case scope == scopeBan:
		l.banned = later(l.banned, now.Add(wait))
	case scope == scopeGlobal && !t.route.exempt:
		l.global = later(l.global, now.Add(wait))
	default:
		l.settle(t, w).block(w, wait, now)
	}
}

// sweep drops what is long unused.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for key, b := range l.buckets {
		if b.idle(now) {
			delete(l.buckets, key)
		}
	}
}
