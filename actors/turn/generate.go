package turn

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"troupe/actors"
	"troupe/messages"
)

// How a generation that failed is tried again (Gemini API documentation,
// Troubleshooting: wait longer each time, and not forever).
const (
	maxBackoffs = 2
	maxCrowded  = 4 // where too many ask at once: a try soon has a chance, and costs nothing
	minBackoff  = time.Second
	maxBackoff  = 8 * time.Second
)

// generation makes the job that asks the model. Its result is
// [*messages.Generation] or [*messages.Failure]. Whoever shares it shares its
// second tries too. A trial, which finds out whether the model is back, has none.
func generation(cfg *Config, p *messages.Prompt, t *messages.Trigger, trial bool) *messages.Job {
	model := cfg.Gemini
	var r retries
	if trial {
		r.backoffs = maxCrowded
	}
	return &messages.Job{
		Kind: "generate", Guild: t.Guild, Fair: t.Channel.String(), Wait: cfg.Patience, Breaker: p.Model,
		Reserve: &messages.Reserve{Model: p.Model, Tokens: p.Tokens(cfg.Tokens)},
		Run: func(ctx context.Context, emit func(any)) any {
			g, err := model.Generate(ctx, p, func(text string) { emit(text) })
			if err == nil && g.Cut {
				if wait, again := r.next(brokenOff(g), 0); again {
					return &messages.TryAgain{Failure: brokenOff(g), Wait: wait}
				}
			}
			if err == nil {
				return g
			}
			f, ok := errors.AsType[*messages.Failure](err)
			if !ok {
				return &messages.Failure{Cause: messages.CauseInternal, Detail: err.Error()}
			}
			if wait, again := r.next(f, rand.Float64()); again { //nolint:gosec // jitter needs no secrecy
				return &messages.TryAgain{Failure: f, Wait: wait}
			}
			return f
		},
	}
}

// brokenOff is why an answer is made anew once that ended too early.
func brokenOff(g *messages.Generation) *messages.Failure {
	return &messages.Failure{
		Cause: messages.CauseUnreachable, Retry: messages.RetryOnce, Detail: "the answer broke off", Usage: g.Usage,
	}
}

// retries counts the second tries of one generation.
type retries struct{ once, backoffs int }

// next says whether to try again after a failure, and after what pause. jitter
// is a random number of [0, 1).
func (r *retries) next(f *messages.Failure, jitter float64) (wait time.Duration, again bool) {
	switch f.Retry {
	case messages.RetryOnce:
		r.once++
		return 0, r.once == 1
	case messages.RetryAfter:
		r.once++
		return f.After, r.once == 1
	case messages.RetryBackoff:
		most := maxBackoffs
		if f.Status == http.StatusTooManyRequests {
			most = maxCrowded
		}
		r.backoffs++
		wait = actors.Doubled(minBackoff, r.backoffs-1, maxBackoff)
		return max(time.Duration(jitter*float64(wait)), f.After), r.backoffs <= most
	case messages.RetryNever, messages.RetryShorter:
	}
	return 0, false
}
