package discord

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Whom a 429 is about: X-RateLimit-Scope (Discord documentation, Rate Limits:
// Header Format), and what is not Discord's at all.
const (
	scopeUser   = "user"   // this bot, in one bucket
	scopeGlobal = "global" // this bot, everywhere
	scopeShared = "shared" // whoever uses that channel or guild
	scopeBan    = "ban"    // this address, by Cloudflare
)

const (
	// unknownPause is waited for after a 429 that does not say when to come back.
	unknownPause = 5 * time.Second
	// longestPause bounds what is believed of the times in an answer.
	longestPause = 24 * time.Hour
)

// toldBy reads what the headers of an answer tell of its bucket.
func toldBy(h http.Header) told {
	t := told{bucket: h.Get("X-RateLimit-Bucket")}
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil || limit <= 0 {
		return t
	}
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil {
		return t
	}
	reset, ok := seconds(h.Get("X-RateLimit-Reset-After"))
	if !ok {
		return t
	}
	t.limit, t.left, t.reset = limit, max(left, 0), reset
	if end, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset"), 64); err == nil && end > 0 && end < math.MaxInt32*100 {
		t.end = time.UnixMilli(int64(end * 1000))
	}
	return t
}

// seconds reads a span of time of at most [longestPause].
func seconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return span(n)
}

func span(seconds float64) (time.Duration, bool) {
	if math.IsNaN(seconds) || seconds < 0 {
		return 0, false
	}
	return time.Duration(min(seconds, longestPause.Seconds()) * float64(time.Second)), true
}

// A refusal is a 429.
type refusal struct {
	scope string
	wait  time.Duration
}

// refusalOf reads a 429: JSON of Discord's, or a page of Cloudflare's in front
// of it, which holds for all that comes from this address.
func refusalOf(h http.Header, body []byte, now time.Time) refusal {
	var w struct {
		After  json.Number `json:"retry_after"` // seconds; quoted or not
		Global bool        `json:"global"`
	}
	r := refusal{scope: h.Get("X-RateLimit-Scope")}
	inJSON := json.Unmarshal(body, &w) == nil
	switch {
	case w.Global, r.scope == scopeGlobal, h.Get("X-RateLimit-Global") != "":
		r.scope = scopeGlobal
	case r.scope == scopeShared:
	case inJSON, r.scope != "":
		r.scope = scopeUser
	default:
		r.scope = scopeBan
	}
	wait, ok := seconds(w.After.String())
	if !ok || wait == 0 {
		wait, ok = retryAfter(h, now)
	}
	if !ok {
		wait = unknownPause
	}
	r.wait = max(wait, time.Millisecond)
	return r
}

// retryAfter reads when to come back: seconds or a date (RFC 9110, 10.2.3).
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	s := h.Get("Retry-After")
	if wait, ok := seconds(s); ok {
		return wait, true
	}
	if at, err := http.ParseTime(s); err == nil && at.After(now) {
		return min(at.Sub(now), longestPause), true
	}
	return 0, false
}
