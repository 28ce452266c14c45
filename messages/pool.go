package messages

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Priority ranks the jobs of a router: a smaller one goes first.
type Priority int

// The priorities. One that had no turn for long gets one, so that background
// work is slowed by people but not shut out.
const (
	PriorityInteractive Priority = iota // somebody waits for it
	PriorityRetry                       // somebody waits, and it had a chance before
	PriorityBackground                  // nobody waits: prefetch, analysis
)

// A Job asks a router to run something within its limits. The answer is
// [*JobDone], or as an error [*Refused] if it did not run and [*Failure] if it
// may not, since a day's quota or money is used up. What Run emits arrives
// before the answer as progress of the ask. When the asker withdraws, the job
// leaves the queue, or its context is cancelled.
type Job struct {
	Kind     string  // for metrics and logs: "generate", "post"
	Guild    GuildID // guilds take turns; 0 in a direct message
	Fair     string  // who takes turns instead, when Guild is 0; empty for Key
	Priority Priority
	Wait     time.Duration // longest time before it runs, parking included; 0 for the router's own bound
	Timeout  time.Duration // of one run; 0 for the router's own bound
	Key      string        // of the limit it may meet; jobs of one key are parked together. Empty: it is parked alone
	Breaker  string        // what fails together, such as a model; empty for no breaker
	Reserve  *Reserve      // quota to be had before it runs; nil for none

	// Run does the work beside the router; it must return soon after ctx ends.
	// A *Limited result says that nothing was sent: the slot is given away, and
	// Run is called again after the wait; so it is with *[TryAgain], after a
	// request that failed. Any other result answers the asker, a *Failure too. A panic answers *Failure with [CauseInternal].
	// emit sends something to the asker before Run returns, from Run's
	// goroutine only. A run with a Reserve may return [*Spent].
	Run func(ctx context.Context, emit func(any)) any
}

// TryAgain is the result of a run that failed and may succeed later. The slot is
// given away, and Run is called again after the wait, if the job is willing to
// wait so long: else the failure answers the asker. How often is the job's own
// affair.
type TryAgain struct {
	Failure *Failure
	Wait    time.Duration
}

// Result returns what a run answers that has come to v, or to an error: a
// [*Limited] as such, however it is wrapped, so that the router knows it.
func Result(v any, err error) any {
	if limited, ok := errors.AsType[*Limited](err); ok {
		return limited
	}
	if err != nil {
		return err
	}
	return v
}

// Spent wraps the result of a run that had quota reserved, to say what it used.
// Without it a run counts as sent, unless its result is [*Limited], and a
// [*Generation] tells its own usage.
type Spent struct {
	Result any
	Usage  Usage
	Sent   bool // the request reached the wire
}

// JobDone answers a [Job] that ran.
type JobDone struct {
	Result any           // of Run; never *Limited, *TryAgain or *Spent
	Waited time.Duration // before the last run
	Ran    time.Duration // the last run
}

// The reasons of [Refused].
const (
	RefusedFull      = "full"      // as many wait as may
	RefusedDeadline  = "deadline"  // it waited as long as it was willing to
	RefusedRestarted = "restarted" // what held the job has crashed
	RefusedBreaker   = "breaker"   // the upstream is failing
	RefusedQuota     = "quota"     // the minute's quota left no room within its wait
	RefusedLimit     = "limit"     // an upstream's limit left no room within its wait
	RefusedUnknown   = "unknown"   // there is no such thing, or it is not theirs
)

// Refused is the error of a job that did not run.
type Refused struct {
	Reason     string
	RetryAfter time.Duration // when to come again; 0 if unknown
}

func (r *Refused) Error() string {
	if r.RetryAfter > 0 {
		return fmt.Sprintf("refused: %s, again in %v", r.Reason, r.RetryAfter.Round(time.Millisecond))
	}
	return "refused: " + r.Reason
}

// GetPool asks a router how it stands. The answer is [*PoolState].
type GetPool struct{}

// PoolState answers [GetPool]. Its maps are never changed once sent.
type PoolState struct {
	Name     string
	Queued   int // waiting for a slot
	Parked   int // waiting for a limit to pass; they count as waiting, not as running
	Running  int // slots taken
	Limit    int // slots there are now
	Capacity int // of Queued and Parked together

	Done      int            // jobs answered with a result since the start
	Failed    int            // of those, with a *Failure
	Withdrawn int            // jobs whose asker has gone
	Refused   map[string]int // by reason, since the start
	Breakers  map[string]string
	Waited    time.Duration // moving mean of the time before a run
	Ran       time.Duration // moving mean of the time of a run
}

// Roomy reports whether nobody waits for a slot, and at most half of them are taken.
func (p *PoolState) Roomy() bool { return p.Queued+p.Parked == 0 && 2*p.Running <= p.Limit }

// The states of a breaker, as in [PoolState].
const (
	BreakerClosed   = "closed"    // all pass
	BreakerOpen     = "open"      // none pass
	BreakerHalfOpen = "half_open" // one may probe
)
