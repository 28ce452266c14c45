package messages

import (
	"fmt"
	"net/http"
	"time"
)

// A Speaker says whose turn a [Turn] is.
type Speaker int

// The speakers of a prompt.
const (
	SpeakerUser  Speaker = iota // a person
	SpeakerModel                // the bot
)

// A Turn is one thing said, as the model is told of it.
type Turn struct {
	Speaker Speaker
	Text    string
}

// A Prompt is what the model is asked. It is immutable once sent.
type Prompt struct {
	Model     string
	System    string // stays byte-stable from call to call, so that Gemini can cache it
	Turns     []Turn // oldest first; the last one is the question
	MaxTokens int    // of the answer; 0 for the model's own bound
	Schema    string // JSON Schema that the answer is to keep to, as JSON; "" for an answer in plain text
}

// Tokens returns how many tokens the prompt has, as count counts those of a text.
func (p *Prompt) Tokens(count func(text string) int) int {
	n := count(p.System)
	for _, t := range p.Turns {
		n += count(t.Text)
	}
	return n
}

// Usage counts tokens, as Gemini bills them.
type Usage struct {
	Prompt   int // input, cached included
	Cached   int
	Output   int
	Thoughts int // billed as output
	Tools    int
	Total    int
}

// A Generation is what the model answered.
type Generation struct {
	Text      string
	Model     string // the version that answered
	Usage     Usage
	Truncated bool // the model's bound on tokens was met
	Cut       bool // the stream ended early: what is there is kept
	Note      string
	Files     []File // pictures and the like that the model made
}

// Plain reports whether the answer is whole, and nothing but text. It may have none.
func (g *Generation) Plain() bool { return !g.Cut && !g.Truncated && g.Note == "" && len(g.Files) == 0 }

// A Cause says why something was not answered.
type Cause string

// The causes that people are told apart. The text for each is in say.go.
const (
	CauseMinuteQuota  Cause = "minute_quota"  // requests or tokens of this minute
	CauseDayQuota     Cause = "day_quota"     // requests of this day
	CauseSpend        Cause = "spend"         // the operator's cap on a day's money
	CauseUserRate     Cause = "user_rate"     // this person's own rate
	CauseGuildRate    Cause = "guild_rate"    // that of all people of this guild together
	CauseSafety       Cause = "safety"        // the model refused
	CauseRecitation   Cause = "recitation"    // the answer would have quoted a source at length
	CauseTooLong      Cause = "too_long"      // the question with its context
	CauseEmpty        Cause = "empty"         // the model had nothing to say
	CauseOverloaded   Cause = "overloaded"    // the model's side is down or too slow
	CauseBusy         Cause = "busy"          // our own queue is full
	CauseTimeout      Cause = "timeout"       // nothing came in time
	CauseKey          Cause = "key"           // the operator's key or account
	CauseModel        Cause = "model"         // the model does not exist any more
	CauseNotServed    Cause = "not_served"    // the operator's allow-lists leave this place or person out
	CauseNoPermission Cause = "no_permission" // Discord does not let us
	CauseGone         Cause = "gone"          // the channel or message does not exist any more
	CauseInternal     Cause = "internal"      // a bug of ours
	CauseCancelled    Cause = "cancelled"     // nobody waits for it any more
	CauseUnreachable  Cause = "unreachable"   // the network
)

// A Retry says whether to try again what failed.
type Retry int

// How to go on after a failure.
const (
	RetryNever   Retry = iota // asking again changes nothing
	RetryOnce                 // the same request, once
	RetryBackoff              // up to twice, after a growing pause
	RetryAfter                // once, at the time that Failure.After gives
	RetryShorter              // once, with less history
)

// A Failure is the error that every request to the world or to a pool ends in
// when it does not succeed. Its text is for operators and holds no secret and
// no message; what people read is made from Cause.
type Failure struct {
	Cause  Cause
	Retry  Retry
	After  time.Duration // earliest time to come back; 0 if unknown
	Status int           // of HTTP; 0 if none
	Unsent bool          // nothing of the request can have reached the server
	Detail string        // short, redacted
	Usage  Usage         // what a failed generation is billed all the same
	Limits []Limit       // that were passed, as a 429 of Gemini tells them
}

// Unserved reports whether the server just does not have what it was asked for:
// one that is not Discord's or Gemini's own may not. Nil is no failure.
func (f *Failure) Unserved() bool {
	return f != nil && (f.Status == http.StatusNotFound || f.Status == http.StatusMethodNotAllowed || f.Status == http.StatusNotImplemented)
}

// A Limit is a bound of Gemini's that was passed.
type Limit struct {
	What  string // "rpm" and "tpm" (a minute's requests, input tokens), "rpd" (a day's requests)
	Value int    // 0 if not told
}

func (f *Failure) Error() string {
	s := string(f.Cause)
	if f.Status != 0 {
		s = fmt.Sprintf("%s (HTTP %d)", s, f.Status)
	}
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	if f.After > 0 {
		s += fmt.Sprintf(", again in %v", f.After.Round(time.Millisecond))
	}
	return s
}

// Limited is the error of a request that was not sent, since it would have
// passed a limit. A router gives the slot away and comes back after the wait.
type Limited struct {
	Wait time.Duration // until it may be tried again
	What string        // which limit, for metrics: "bucket", "global", "rpm"
}

func (l *Limited) Error() string {
	return fmt.Sprintf("limit %s: wait %v", l.What, l.Wait.Round(time.Millisecond))
}
