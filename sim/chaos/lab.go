package chaos

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// Config says what a lab does.
type Config struct {
	Triggers int
	Seed     uint64
	Only     []string          // the faults that are given, by the beginnings of their names; all if empty
	At       []string          // which of Places the bot is killed at; all, and at any time, if empty
	Break    string            // the safeguard that the bot leaves out; "" for none
	Bot      []string          // the command that runs the bot, built for the lab
	Dir      string            // a folder for the bot's store and its log
	Patience time.Duration     // how long the bot may say nothing, in the end, with questions open; 150 s if 0
	Latency  geminisim.Latency // of Gemini's answers; a fifth of a second if zero
	Progress io.Writer         // is told now and then how far it is; nil for nobody

	// Check returns what is wrong with the file of a store whose bot is dead.
	Check func(ctx context.Context, path string) error
	// Age makes all times in such a file so much earlier.
	Age func(ctx context.Context, path string, d time.Duration) error
}

// A lab is one that runs.
type lab struct {
	Config
	rec     *recorder
	plan    *fault.Plan
	discord *discordsim.Server
	gemini  *geminisim.Server
	server  *http.Server
	env     []string
	log     *logFile
	begun   chan struct{} // closed when the bot was connected for the first time: what was asked before is not its affair
	known   chan struct{} // closed when the bot knows all places: before, it is neither killed nor disturbed
	calm    chan struct{} // closed when all is asked and no fault is given any more
	moment  chan fault.Class
	lived   atomic.Int64 // lives of the bot so far
	empty   atomic.Bool  // Gemini has nothing to say
	rng     *rand.Rand   // of the lives
	session string       // the bot has, as last seen by its life
	tally   tally

	mu       sync.Mutex
	now      *process // the bot, if it runs
	full     *process // the one whose disk was full
	calendar time.Duration
}

// Run runs a lab. The error is for what keeps it from being one; what the bot did
// wrong is in the report.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	began := time.Now()
	l, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer l.close()
	stop := l.discord.Watch(l.rec.watch)
	defer stop()
	town, err := newTown(l.discord, l.rec, rng(cfg.Seed, 1), min(max(cfg.Triggers/40, 8), 64))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		failed <- l.disturb(ctx, town)
		close(l.calm)
	}()
	err = l.live(ctx)
	if err == nil {
		err = <-failed
	}
	if err != nil {
		return nil, err
	}
	return l.report(time.Since(began)), nil
}

func rng(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) } //nolint:gosec // it is to be repeatable

// reply answers as Gemini, unless that has nothing to say for now.
func (l *lab) reply(p *messages.Prompt) geminisim.Reply {
	if l.empty.Load() {
		l.rec.met(emptyClass)
		return geminisim.Reply{}
	}
	return Reply(p)
}

// emptyClass is that of calls that Gemini answers with nothing.
const emptyClass fault.Class = "gemini.empty"

// momentScope marks the fault at which the bot is to be killed.
const momentScope = "moment"

// met is told of every call that a fault befalls.
func (l *lab) met(c fault.Class, f fault.Fault) {
	if f.Scope != momentScope {
		l.rec.met(c)
		return
	}
	select {
	case l.moment <- c:
	default: // it is to be killed already
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// progress tells how far it is.
func (l *lab) progress(format string, args ...any) {
	if l.Progress != nil {
		_, _ = fmt.Fprintf(l.Progress, "%s "+format+"\n", append([]any{clock(time.Now())}, args...)...)
	}
}
