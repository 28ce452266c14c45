// Package turn is the actor that makes one answer.
//
// It owns the phases of that answer: checks and context side by side, then the
// generation, then the delivery. It asks the user's and the guild's actors, the
// coalescer and the outbox; it speaks when its channel gives it the word, and
// tells the channel [messages.TurnEnded] when the outcome is durable.
//
// After a crash it begins again from the question. What it has posted is in the
// trigger that comes with the word, or found in the channel.
package turn

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Config is what all turns have in common.
type Config struct {
	Self      messages.User // the bot
	Model     string
	Spare     string // the model that answers when the other's quota does not last; "" for none
	MaxTokens int    // of an answer; 0 for the model's own bound
	Budget    int    // tokens of a prompt
	Tokens    func(text string) int
	Persona   func(name string) string // what the model is told to be
	Patience  time.Duration            // for the generation, waiting for its turn included

	Channel  *actor.PID // gives the word, and knows what was said before
	Users    *actor.PID // the region
	Guilds   *actor.PID // the region
	Outbox   *actor.PID // the region
	Journal  *actor.PID
	Personal *actor.PID // the coalescer of what an asker brings
	Generate *actor.PID // the coalescer of generations
	Cache    *actor.PID // of answers; nil for none
	Gemini   Model
	Files    Files      // nil to read no attachments
	History  History    // nil to do without
	Pool     *actor.PID // the router of requests to Discord
	Reader   *actor.PID // the coalescer of what is read of a channel
	Waitlist *actor.PID // of questions that the model cannot answer now
	Health   *actor.PID // knows what to go without; nil for nobody

	OutageWait time.Duration // how old a question may be to wait there; 0 for not at all
	Metrics    *Metrics      // nil for none
	Log        *slog.Logger
}

// A Model writes answers. Gemini's edge is one.
type Model interface {
	// Generate calls grow with the whole text so far, as often as it grows. Its
	// errors are *messages.Failure.
	Generate(ctx context.Context, p *messages.Prompt, grow func(textSoFar string)) (*messages.Generation, error)
}

// Files fetches attachments. Discord's edge does.
type Files interface {
	Fetch(ctx context.Context, url string, maxBytes int) ([]byte, error)
}

// How long a turn waits for others; for its sources, see there.
const (
	wordWait     = 30 * time.Minute // for earlier questions of the same person, before the word is asked for again
	deliveryWait = 20 * time.Minute // for the outbox, which has a deadline of its own
	journalWait  = time.Minute
	partsWait    = 5 * time.Second        // for what an outbox has posted that crashed
	againAfter   = 250 * time.Millisecond // before what crashed is asked again
	journalPause = 5 * time.Second        // before an outcome is written again
)

// A turn is the actor.
type turn struct {
	cfg   Config
	state state
}

// What is asked, as the tags of the answers.
type (
	wordAsked     struct{}
	sharedAsked   struct{}
	joinAsked     struct{}
	standByAsked  struct{}
	partsAsked    struct{}
	deliveryAsked struct{}
	outcomeAsked  struct{}
)

// again asks for the generation once more.
type again struct{}

// deliverAgain asks the outbox once more.
type deliverAgain struct{}

// endAgain writes the outcome once more.
type endAgain struct{}

// New returns the producer of a turn that answers q. An instance after the first
// does not know what that has shown.
func New(cfg Config, q *messages.Question) actor.Producer {
	again := q.Again
	return func() actor.Receiver {
		a := &turn{cfg: cfg, state: newState(cfg, q)}
		a.state.again, a.state.unsure = again, again
		again = true
		return a
	}
}

func (a *turn) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.begin(c)
	case actors.Progress:
		a.progress(c, m)
	case actors.Answered:
		a.answered(c, m)
	case again:
		a.join(c)
	case chainDue:
		a.readChain(c)
	case lookAgain:
		a.lookUp(c)
	case deliverAgain:
		a.askParts(c)
	case endAgain:
		a.end(c)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// begin asks everything at once that is needed and does not depend on the rest.
func (a *turn) begin(c *actor.Context) {
	a.state.record.begun(time.Now())
	a.askWord(c)
	if a.state.unsure {
		a.askShared(c)
	}
	if a.state.generates() {
		a.askSources(c)
	}
}

// to addresses an entity of a region.
func to[ID ~uint64](id ID, m any) *messages.Deliver {
	return &messages.Deliver{To: uint64(id), Message: m}
}

func (a *turn) answered(c *actor.Context, m actors.Answered) {
	switch m.Tag.(type) {
	case source, fileAsked:
		a.settled(c, m)
	case wordAsked:
		a.word(c, m)
	case sharedAsked:
		found, _ := m.Message.(*messages.SharedFound)
		a.state.sharedKnown(found)
		a.lookUp(c)
	case lookAsked:
		a.looked(c, m)
	case eraseAsked:
		a.state.erased = m.Err == nil
		actors.After(c, lookPause, lookAgain{})
	case joinAsked:
		a.joined(c, m)
	case standByAsked:
		a.proceedAgain(c, m)
	case partsAsked:
		found, _ := m.Message.(*messages.TriggerFound)
		a.state.partsKnown(found)
		a.askShared(c)
	case deliveryAsked:
		a.delivered(c, m)
	case outcomeAsked:
		a.ended(c, m)
	}
}

// proceed goes on when all is known that the generation depends on.
func (a *turn) proceed(c *actor.Context) {
	switch {
	case a.state.decided():
		a.deliver(c)
	case a.state.ready():
		a.join(c)
	}
}

// join asks for the generation, which others may be waiting for too.
func (a *turn) join(c *actor.Context) {
	if a.state.joinsLine(time.Now()) {
		a.standBy(c, true)
		a.open(c)
		return
	}
	prompt, key := a.state.prompt()
	a.state.record.share = key
	a.state.record.note(messages.StepAsked, time.Now())
	job := generation(&a.cfg, prompt, &a.state.trigger, a.state.outage.tried)
	actors.Ask(c, a.cfg.Generate, &messages.Join{Key: key, Job: job}, a.cfg.Patience, joinAsked{})
	a.open(c) // once more: only now it is known with whom the answer is shared
}

func (a *turn) joined(c *actor.Context, m actors.Answered) {
	var result any = m.Err
	if j, ok := m.Message.(*messages.Joined); ok {
		result = j.Result
	}
	a.state.record.generated(m, time.Now())
	a.state.generated(result, time.Now())
	switch a.state.result(result, time.Now()) {
	case joinSoon:
		actors.After(c, againAfter, again{})
	case joinNow:
		a.join(c)
	case standBy:
		a.standBy(c, false)
	case speak:
		a.tellServed(c, result)
		a.deliver(c)
	}
}

// end has the outcome written down, and how it came about.
func (a *turn) end(c *actor.Context) {
	a.keepTrace(c)
	actors.Ask(c, a.cfg.Journal, &messages.EndTrigger{
		Trigger: a.state.trigger.ID, State: a.state.outcome, Cause: a.state.cause,
	}, journalWait, outcomeAsked{})
}

// ended tells the channel. An outcome that cannot be written is tried again: a
// restart would answer a second time.
func (a *turn) ended(c *actor.Context, m actors.Answered) {
	if m.Err != nil {
		a.cfg.Log.Error("outcome not kept", "trigger_id", a.state.trigger.ID, "err", m.Err)
		actors.After(c, journalPause, endAgain{})
		return
	}
	t := &a.state.trigger
	if a.state.outcome == messages.TriggerUndeliverable { // nobody else can be told
		a.cfg.Log.Warn("no answer: it cannot be shown in the channel", "channel_id", t.Channel, "guild_id", t.Guild,
			"trigger_id", t.ID, "cause", a.state.cause)
	}
	told := &messages.TurnEnded{Trigger: t.ID, State: a.state.outcome}
	if a.state.outcome == messages.TriggerAnswered {
		told.Answer, told.Parts, told.Keep = a.state.text, a.state.parts, a.keeps()
	}
	c.Send(a.cfg.Channel, told)
}
