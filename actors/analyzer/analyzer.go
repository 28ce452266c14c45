// Package analyzer is the actor of a background mind, which concludes something from
// what people say: how somebody writes, what they tell of themselves, what a channel
// spoke of, what a guild may want to remember.
//
// It owns its backlog, which lies in the store. It hears [messages.Work], and does it
// in batches, one after the other and only while times are quiet: what it concludes it
// tells who owns it, by [messages.Learned], which settles the work in the same commit.
// So each piece of work is done once in effect, whatever crashes. What a mind is, a
// pure function, is in mind.go; nothing here knows what it thinks.
//
// On a crash the next instance takes up the batch again, one piece after the other if
// its mind crashed: one that crashes it twice goes into quarantine, and the rest is
// done. Without work it sets no timer.
package analyzer

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// A Model answers prompts and compares texts. Gemini's edge is one. Its errors are
// [*messages.Failure].
type Model interface {
	Generate(ctx context.Context, p *messages.Prompt, grow func(textSoFar string)) (*messages.Generation, error)
	Embed(ctx context.Context, model string, texts []string) (*messages.Embeddings, error)
}

// Config is what an analyzer is made of.
type Config struct {
	Mind      Mind
	Self      messages.UserID // the bot
	Most      int             // pieces in the backlog: more are not taken
	Model     string          // that answers prompts
	Embedding string          // the model that compares texts; "" for none
	Tokens    func(text string) int
	Gemini    Model

	Users    *actor.PID // the regions
	Channels *actor.PID
	Journal  *actor.PID
	Health   *actor.PID
	Quota    *actor.PID
	Pool     *actor.PID // the router of requests to the model
	Context  *actor.PID // the router in which the mind thinks
	Metrics  prometheus.Registerer
	Log      *slog.Logger
}

// An analyzer is the actor.
type analyzer struct {
	cfg     Config
	metrics *metrics
	past    *past
	state   state
	task    *task        // nil if none is under way
	alarm   actors.Alarm // to look for work
	again   actors.Alarm // to keep more work, or again what could not be kept
}

type (
	look      struct{} // for work
	keepAgain struct{}
)

// New returns the producer of an analyzer.
func New(cfg Config) actor.Producer {
	m := newMetrics(cfg.Metrics, cfg.Mind.Name)
	memory := newPast()
	return func() actor.Receiver {
		return &analyzer{cfg: cfg, metrics: m, past: memory, state: state{most: cfg.Most}}
	}
}

func (a *analyzer) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.start(c)
	case *messages.Work:
		a.take(c, m)
	case look:
		a.alarm.Rang()
		a.look(c)
	case keepAgain:
		a.again.Rang()
		a.keep(c)
	case actors.Answered:
		a.heard(c, m)
	case actors.Progress: // of a generation: nobody reads along
	case *messages.GetAnalyzer:
		c.Respond(a.state.report(a.cfg.Mind.Name, a.past))
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// start puts away what former instances crashed at, and looks for work.
func (a *analyzer) start(c *actor.Context) {
	for _, poison := range a.past.recall() {
		a.quarantine(c, poison, a.past.stack)
	}
	a.look(c)
}

// heard goes on with an answer. If that crashes, what was being dealt with is to
// blame.
func (a *analyzer) heard(c *actor.Context, m actors.Answered) {
	a.past.at, a.past.stack = nil, ""
	if a.task != nil {
		a.past.at = a.task.pieces
	}
	defer func() {
		if a.past.at != nil && a.past.stack == "" {
			a.past.stack = string(debug.Stack())
		}
	}()
	a.answered(c, m)
	a.past.at = nil
}

func (a *analyzer) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case keeping:
		a.kept(c, tag, m.Err)
	case fetching:
		a.fetched(c, m)
	case readingLines:
		a.linesRead(c, m)
	case readingFacts:
		a.factsRead(c, m)
	case consentOf:
		a.consented(c, tag, m)
	case prompting:
		a.prompted(c, m)
	case generating:
		a.generated(c, m)
	case concluding:
		a.concluded(c, m)
	case embedding:
		a.embedded(c, m)
	case teaching:
		a.taught(c, m)
	case ending:
		a.ended(c, tag.outcome, m)
	case quarantining:
		a.quarantined(c, tag, m.Err)
	default:
		if actors.OfCalm(m) {
			a.calmed(c, m)
		}
	}
}

// take takes work in, if there is room for it.
func (a *analyzer) take(c *actor.Context, m *messages.Work) {
	if !a.state.take(m.Piece) {
		a.metrics.settled(outcomeRefused, 1)
		return
	}
	a.keep(c)
}

// keeping tags the ask to keep pieces.
type keeping struct{ pieces int }

// How long the analyzer waits for others.
const (
	journalWait = 30 * time.Second
	ownerWait   = 30 * time.Second
	keepPause   = 5 * time.Second // before work is kept again that could not be
)

// breath is the pause before more work is done or kept: however much there is, an
// analyzer takes little of the processor and the disk from those for whom people wait.
const breath = 100 * time.Millisecond

// keep has the journal keep what was taken in, as much as came while the last was
// being kept.
func (a *analyzer) keep(c *actor.Context) {
	if a.again.IsSet() {
		return
	}
	if pieces := a.state.keeps(); len(pieces) > 0 {
		actors.Ask(c, a.cfg.Journal, &messages.KeepPieces{Pieces: pieces}, journalWait, keeping{len(pieces)})
	}
}

func (a *analyzer) kept(c *actor.Context, k keeping, err error) {
	a.state.kept(err == nil)
	if err != nil {
		a.cfg.Log.Warn("work not kept, again after a pause", "pieces", k.pieces, "err", err)
		a.again.Set(c, time.Now().Add(keepPause), keepAgain{})
		return
	}
	a.metrics.stand(a.state.backlog)
	if a.state.keepsMore() {
		a.again.Set(c, time.Now().Add(breath), keepAgain{})
	}
	if a.task == nil {
		a.lookAt(c, a.state.due(&a.cfg.Mind, time.Now()))
	}
}

// lookAt has the analyzer look for work at a time, unless it does so sooner.
func (a *analyzer) lookAt(c *actor.Context, at time.Time) { a.alarm.Set(c, at, look{}) }

// look asks for the work that is to be done next.
func (a *analyzer) look(c *actor.Context) {
	if a.task != nil {
		return
	}
	a.alarm.Unset()
	a.task = &task{}
	a.state.waiting = ""
	actors.Ask(c, a.cfg.Journal, &messages.GetPieces{Analyzer: a.cfg.Mind.Name, Limit: a.cfg.Mind.Batch}, journalWait, fetching{})
}

// pause puts the work off.
func (a *analyzer) pause(c *actor.Context, why string) {
	a.task = nil
	a.state.waiting = why
	a.state.pauses++
	a.lookAt(c, time.Now().Add(actors.Doubled(firstPause, a.state.pauses-1, lastPause)))
}

// next goes on with the next work, after a breath.
func (a *analyzer) next(c *actor.Context) {
	a.task = nil
	a.state.pauses = 0
	a.metrics.stand(a.state.backlog)
	a.lookAt(c, time.Now().Add(breath))
}
