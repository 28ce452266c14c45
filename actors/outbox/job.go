package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"troupe/messages"
)

// How long requests may take. What only shows progress is of no use later: its
// text is old by then.
const (
	sendWait     = 20 * time.Second // in the pool's queue
	passingWait  = 2 * time.Second
	sendTimeout  = 15 * time.Second // of one request
	answerMargin = 5 * time.Second  // for the pool to say so
)

// limitGlobal names the limit of all of the bot's requests together
// ([messages.Limited]), which says nothing about this channel.
const limitGlobal = "global"

// job makes the job that carries a request out. It has no breaker: an answer is
// tried until its deadline, with pauses that grow, and a breaker that is slow to
// close could keep it past that.
func (a *outbox) job(r request) *messages.Job {
	j := &messages.Job{
		Guild: r.guild, Fair: a.cfg.Channel.String(), Priority: r.priority, Wait: sendWait, Timeout: sendTimeout,
	}
	if r.passing {
		j.Wait = passingWait
	}
	place := a.cfg.Channel.String()
	var run func(ctx context.Context) (messages.Sent, error)
	switch m := r.what.(type) {
	case *messages.Post:
		j.Kind, run = "post", func(ctx context.Context) (messages.Sent, error) { return a.cfg.Discord.Post(ctx, m) }
	case *messages.Edit:
		j.Kind, run = "edit", func(ctx context.Context) (messages.Sent, error) { return a.cfg.Discord.Edit(ctx, m) }
	case *messages.Response:
		j.Kind, run = "respond", func(ctx context.Context) (messages.Sent, error) { return a.cfg.Discord.Respond(ctx, m) }
		place = messages.MessageID(m.Interaction.ID).String()
	case removal:
		j.Kind, run = "delete", silent(func(ctx context.Context) error {
			return a.cfg.Discord.Delete(ctx, a.cfg.Channel, m.message)
		})
	case typing:
		j.Kind, run = "typing", silent(func(ctx context.Context) error { return a.cfg.Discord.Typing(ctx, a.cfg.Channel) })
	}
	j.Key = j.Kind + "/" + place
	j.Run = func(ctx context.Context, emit func(any)) any { return result(ctx, run, emit) }
	return j
}

// silent makes a request one that tells nothing.
func silent(f func(context.Context) error) func(context.Context) (messages.Sent, error) {
	return func(ctx context.Context) (messages.Sent, error) {
		err := f(ctx)
		return messages.Sent{}, err
	}
}

// result runs a request. That it met a limit is told at once, since it waits in
// the pool then.
func result(ctx context.Context, run func(context.Context) (messages.Sent, error), emit func(any)) any {
	sent, err := run(ctx)
	if err == nil {
		return sent
	}
	if limited, ok := errors.AsType[*messages.Limited](err); ok {
		emit(limited)
		return limited
	}
	if failure, ok := errors.AsType[*messages.Failure](err); ok {
		return failure
	}
	// The text of an unknown error may hold a token.
	return &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff, Detail: fmt.Sprintf("%T", err)}
}
