// Package channel is the actor that serializes one channel, thread or direct
// message.
//
// It owns the window of what was said last, the queue of triggers and the turns
// that answer them. It hears [messages.MessageReceived], [messages.CommandUsed]
// and what else happens in the channel, has each trigger accepted by the
// journal, and gives each turn the word when what the same person asked before
// is answered. It tells its sender [messages.Taken] when an event is accepted
// durably or asks nothing.
//
// When the bot was away, [messages.CatchUp] has it read what was said meanwhile.
// What it hears of until then waits, so that questions stay in their order.
//
// On a crash it forgets the window and the queue; it reads the one from Discord
// and the other from the journal.
package channel

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A History reads what was said in a channel: before a message, the newest
// first, or after one, the oldest first. Discord's edge is one. Its errors are
// [*messages.Limited] and [*messages.Failure].
type History interface {
	History(ctx context.Context, channel messages.ChannelID, before messages.MessageID, limit int) ([]messages.Message, error)
	HistoryAfter(ctx context.Context, channel messages.ChannelID, after messages.MessageID, limit int) ([]messages.Message, error)
}

// Config is what a channel is made of.
type Config struct {
	ID       messages.ChannelID
	Self     messages.User // the bot
	Rules    *Rules
	Window   int           // messages remembered
	Side     int           // people answered side by side
	Queue    int           // questions that wait
	Horizon  time.Duration // older messages that are found ask nothing: the store has forgotten whether they were answered; 0 for any
	Guilds   *actor.PID
	Journal  *actor.PID
	Outbox   *actor.PID // the region
	Cache    *actor.PID // of answers; nil for none
	Expects  *actor.PID // learns when questions come; nil for nobody
	Learning Learning   // who learns from what is said
	Reader   *actor.PID // the coalescer of what a channel and its guild give to prompts
	Pool     *actor.PID // the router of requests to Discord
	History  History    // nil to do without
	Pins     Pinboard   // the same
	Parent   *actor.PID // the supervisor; nil for none
	Turn     func(q *messages.Question, supervisor *actor.PID) actor.Producer
	Log      *slog.Logger
}

// How long a channel waits for others.
const (
	historyWait = time.Second // for Discord's history, before it goes on without
	journalWait = time.Minute
	maxHeld     = 200 // events held while it wakes up
)

// a channel is the actor. Its state is in state.go; here is who waits for what.
type channel struct {
	cfg    Config
	state  state
	place  place
	placed time.Time // when the guild was asked last; zero for never
	known  bool      // the guild has answered
	tries  int       // to ask it before

	placing bool   // the guild is being asked
	waking  int    // answers due before events are taken up
	unread  int    // times that the backlog could not be read
	held    []held // events meanwhile, or while it catches up
	missed  missed
	filling bool // the history is being read
	filled  bool // it was read, or could not be
	readers []reader

	learned learned

	pins       pins
	pinning    bool         // they are being read
	pinReaders []*actor.PID // who waits for them

	takers map[messages.MessageID][]*actor.PID // who waits for a trigger to be accepted
	turns  map[messages.MessageID]*running

	spawned int // turns ever started
}

// held is an event that waits until the channel has woken up.
type held struct {
	event  any
	sender *actor.PID
}

// A reader waits for the window, which waits for the history.
type reader struct {
	trigger messages.MessageID
	sender  *actor.PID
}

// running is a turn under way.
type running struct {
	pid      *actor.PID
	word     *actor.PID // who asked for the word; nil if nobody yet
	tries    int        // turns started for the trigger
	refusing bool       // this turn only says that there is no answer
}

// tags of asks.
type (
	placeAsked   struct{}
	placeAgain   struct{}
	backlogAsked struct{}
	historyAsked struct{}
	missedAsked  struct{}
	pinsRead     struct{}
	readMissed   struct{}
	feedMissed   struct{}
	goOn         struct{}
	acceptAsked  struct{ id messages.MessageID }
	acceptAgain  struct{ id messages.MessageID }
	mayBeHeard   struct{}
	endAsked     struct{ id messages.MessageID }
	countAsked   struct{ id messages.MessageID }
)

// New returns the producer of a channel.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver {
		return &channel{
			cfg:    cfg,
			state:  state{window: window{max: cfg.Window}, side: cfg.Side, bound: cfg.Queue},
			place:  place{id: cfg.ID, self: cfg.Self.ID},
			takers: map[messages.MessageID][]*actor.PID{},
			turns:  map[messages.MessageID]*running{},
		}
	}
}

func (a *channel) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.waking++
		a.askBacklog(c)
		a.loadChunks(c)
	case backlogAsked:
		a.askBacklog(c)
	case *messages.MessageReceived, *messages.MessageEdited, *messages.MessagesDeleted, *messages.CommandUsed,
		*messages.CommandAcknowledged, *messages.Wake, *messages.Warm, *messages.CatchUp:
		a.event(c, held{m, c.Sender()})
	case placeAgain:
		a.askGuild(c)
	case readMissed:
		a.readMissed(c)
	case feedMissed:
		a.feedMissed(c)
	case acceptAgain:
		a.acceptAgain(c, m.id)
	case mayBeHeard:
		a.step(c)
	case goOn:
		a.goOn(c)
	case partsAsked:
		a.askParts(c, m.x)
	case restAsked:
		a.askRest(c, m.x)
	case cancelKept:
		a.endCancelled(c, m.x)
	case forgotten:
		a.askForget(c, m.x)
	case actors.Progress:
		a.written(c, m)
	case actors.Answered:
		a.answered(c, m)
	case *messages.GetWindow:
		a.windowAsked(c, reader{m.Trigger, c.Sender()})
	case *messages.GetPins:
		a.pinsAsked(c, c.Sender())
	case *messages.GetLines:
		a.linesAsked(c, m)
	case *messages.Learned:
		a.concluded(c, m)
	case *messages.SourcesGone:
		a.sourcesGone(c, m)
	case *messages.GetWord:
		a.wordAsked(c, m.Trigger)
	case *messages.TurnEnded:
		a.turnEnded(c, m)
	case *messages.ActorCrashed:
		a.turnCrashed(c, m)
	case *messages.ActorGaveUp:
		a.turnGaveUp(c, m)
	case *messages.GetConversations:
		c.Respond(&messages.Conversations{
			Window: len(a.state.window.lines), Waiting: len(a.state.queue), Speaking: a.state.running(),
		})
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// MaySleep says that nothing is asked and nothing waits.
func (a *channel) MaySleep() bool {
	return len(a.state.queue) == 0 && len(a.held) == 0 && !a.missed.open()
}

// Weight returns the bytes that the window, the pins and the summaries keep in memory.
func (a *channel) Weight() int { return a.state.window.size() + a.pins.bytes + a.learned.chunks.size() }

// event takes an event up, or holds it until the channel has woken up.
func (a *channel) event(c *actor.Context, e held) {
	a.askPlace(c, e.event)
	a.admit(c, e)
}

func (a *channel) admit(c *actor.Context, e held) {
	switch {
	case a.waking == 0 && !a.needsPlace(e.event) && (!a.missed.holds || passes(e.event)):
		a.take(c, e)
	case len(a.held) < maxHeld:
		a.held = append(a.held, e)
	default:
		a.reply(c, e.sender, &messages.Refused{Reason: messages.RefusedFull, RetryAfter: time.Second})
	}
}

func (a *channel) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case placeAsked:
		a.guildAnswered(c, m)
	case backlogAsked:
		a.backlog(c, m)
	case historyAsked:
		a.history(c, m)
	case missedAsked:
		a.missedRead(c, m)
	case pinsRead:
		a.pinsRead(c, m)
	case acceptAsked:
		a.accepted(c, tag.id, m)
	case partsAsked:
		a.partsFound(c, tag.x, m)
	case cancelAsked:
		a.cancelled(c, tag.x, m)
	case restAsked:
		a.restFound(c, tag.x, m)
	case cancelKept:
		a.cancelKept(c, tag.x, m)
	case chunksAsked:
		a.chunksLoaded(c, m)
	case chunkKept:
		a.chunkKept(c, tag, m)
	case forgotten:
		a.sourcesForgotten(c, tag.x, m)
	case linesRead:
		a.linesFound(c, tag, m)
	case countAsked:
		if m.Err != nil {
			a.cfg.Log.Warn("attempt not counted", "channel_id", a.cfg.ID, "trigger_id", tag.id, "err", m.Err)
		}
	case endAsked:
		if m.Err != nil {
			a.cfg.Log.Error("outcome not kept", "channel_id", a.cfg.ID, "trigger_id", tag.id, "err", m.Err)
		}
	}
}

// wokenBy counts an answer that waking up takes; with the last one the events
// held are taken up.
func (a *channel) wokenBy(c *actor.Context) {
	if a.waking == 0 {
		return
	}
	if a.waking--; a.waking > 0 {
		return
	}
	a.release(c)
	a.step(c)
}

// release admits the events that were held.
func (a *channel) release(c *actor.Context) {
	events := a.held
	a.held = nil
	for _, e := range events {
		a.admit(c, e)
	}
}
