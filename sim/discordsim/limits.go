package discordsim

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A Limit lets so many requests through in a span of time. The zero Limit
// stands for the default.
type Limit struct {
	Requests int           // in each window; negative for no limit
	Per      time.Duration // length of a window, which its first request begins
}

// Limits are Discord's rate limits. Those of its routes Discord does not
// publish; the defaults are what communities measured.
type Limits struct {
	Off bool // there are none, whatever the other fields say: for benchmarks

	Global     Limit // of all routes but interactions and webhooks together; 50 in 1 s (Discord documentation, Rate Limits)
	Post       Limit // messages posted, per channel; 5 in 5 s
	Edit       Limit // messages edited, per channel; 5 in 5 s
	Delete     Limit // messages deleted, per channel; 5 in 1 s
	BulkDelete Limit // per channel; 1 in 1 s
	Read       Limit // messages read, per channel; 50 in 5 s
	Typing     Limit // per channel; 20 in 5 s
	React      Limit // reactions added and removed, per channel; 1 in 250 ms
	Webhook    Limit // per interaction, separately for posts, edits, reads and deletes; 5 in 5 s
	Other      Limit // any other route, per channel or guild; 50 in 1 s
	Commands   Limit // commands created, per guild and globally; 200 in 24 h (Discord documentation, Application Commands)
}

func (l Limits) withDefaults() Limits {
	if l.Off {
		none := Limit{Requests: -1}
		return Limits{
			Off: true, Global: none, Post: none, Edit: none, Delete: none, BulkDelete: none, Read: none,
			Typing: none, React: none, Webhook: none, Other: none, Commands: none,
		}
	}
	l.Global = or(l.Global, Limit{50, time.Second})
	l.Post = or(l.Post, Limit{5, 5 * time.Second})
	l.Edit = or(l.Edit, Limit{5, 5 * time.Second})
	l.Delete = or(l.Delete, Limit{5, time.Second})
	l.BulkDelete = or(l.BulkDelete, Limit{1, time.Second})
	l.Read = or(l.Read, Limit{50, 5 * time.Second})
	l.Typing = or(l.Typing, Limit{20, 5 * time.Second})
	l.React = or(l.React, Limit{1, 250 * time.Millisecond})
	l.Webhook = or(l.Webhook, Limit{5, 5 * time.Second})
	l.Other = or(l.Other, Limit{50, time.Second})
	l.Commands = or(l.Commands, Limit{200, 24 * time.Hour})
	return l
}

// A window is what is left of a limit until it is reset.
type window struct {
	left  int
	reset time.Time
}

// take counts one request, and reports whether it is one too many.
func (w *window) take(now time.Time, l Limit) (refused bool) {
	if !now.Before(w.reset) {
		w.left, w.reset = l.Requests, now.Add(l.Per)
	}
	if w.left <= 0 {
		return true
	}
	w.left--
	return false
}

// A bucketKey names the requests that share a limit.
type bucketKey struct {
	route string // its bucket's name
	major string // the channel, guild or interaction
}

// A limiter counts the requests of the one bot.
type limiter struct {
	limits Limits

	mu      sync.Mutex
	global  window
	buckets map[bucketKey]*window
	sweepAt int // number of buckets at which the old ones are forgotten
}

// minSweep is the least number of buckets to look for old ones among.
const minSweep = 1024

func newLimiter(l Limits) *limiter {
	return &limiter{limits: l, buckets: map[bucketKey]*window{}, sweepAt: minSweep}
}

// A verdict is what the limits say of one request.
type verdict struct {
	scope  string // which limit refuses it: "user" or "global"; "" for none
	limit  int    // of the bucket; negative if it has none
	left   int
	reset  time.Time     // of the bucket
	after  time.Duration // until the limit that refuses it is reset, else until the bucket is
	bucket string
}

// take counts a request of a route. What the global limit refuses does not
// count in its bucket.
func (l *limiter) take(now time.Time, rt *route, major string) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.limits.Global; !rt.exempt && g.Requests >= 0 && l.global.take(now, g) {
		return verdict{scope: "global", limit: -1, after: l.global.reset.Sub(now)}
	}
	if rt.limit.Requests < 0 {
		return verdict{limit: -1}
	}
	key := bucketKey{rt.bucket, major}
	w := l.buckets[key]
	if w == nil {
		l.sweep(now)
		w = &window{}
		l.buckets[key] = w
	}
	v := verdict{limit: rt.limit.Requests, bucket: rt.hash}
	if w.take(now, rt.limit) {
		v.scope = "user"
	}
	v.left, v.reset, v.after = w.left, w.reset, w.reset.Sub(now)
	return v
}

// sweep forgets buckets whose window has passed, when there are many.
func (l *limiter) sweep(now time.Time) {
	if len(l.buckets) < l.sweepAt {
		return
	}
	for key, w := range l.buckets {
		if !now.Before(w.reset) {
			delete(l.buckets, key)
		}
	}
	l.sweepAt = max(2*len(l.buckets), minSweep)
}

// bucketHash is what X-RateLimit-Bucket says of a bucket's name: opaque, and
// the same for all channels, guilds and interactions.
func bucketHash(name string) string {
	sum := md5.Sum([]byte(name))
	return hex.EncodeToString(sum[:])
}

// header tells the state of the bucket, if there is one.
func (v verdict) header(h http.Header) {
	if v.limit < 0 {
		return
	}
	h["X-Ratelimit-Limit"] = []string{strconv.Itoa(v.limit)}
	h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(v.left)}
	h["X-Ratelimit-Reset"] = []string{strconv.FormatFloat(float64(v.reset.UnixMilli())/1000, 'f', 3, 64)}
	h["X-Ratelimit-Reset-After"] = []string{seconds(v.after)}
	h["X-Ratelimit-Bucket"] = []string{v.bucket}
}

// seconds is how Discord writes a span of time. It is rounded up: who waits so
// long is not early.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(float64(ceil(d, time.Millisecond))/1000, 'f', 3, 64)
}

// ceil returns how many units d has, begun ones included.
func ceil(d, unit time.Duration) int64 { return int64((d + unit - 1) / unit) }

// tooMany is the answer to a request that a limit refuses: with the scopes user
// and global as Discord's documentation shows them, with shared because others
// use the same resource.
func tooMany(scope string, after time.Duration) answer {
	body := struct {
		Message    string  `json:"message"`
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}{Message: "You are being rate limited.", RetryAfter: float64(ceil(after, time.Millisecond)) / 1000, Global: scope == "global"}
	if scope == "shared" {
		body.Message = "The resource is being rate limited."
	}
	a := answer{status: http.StatusTooManyRequests, scope: scope, mime: jsonType, body: marshal(body), header: http.Header{}}
	a.header["Retry-After"] = []string{strconv.FormatInt(ceil(after, time.Second), 10)}
	a.header["X-Ratelimit-Scope"] = []string{scope}
	if scope == "global" {
		a.header["X-Ratelimit-Global"] = []string{"true"}
	}
	return a
}
