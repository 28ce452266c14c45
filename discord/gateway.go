package discord

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// Intents is what the bot asks to be told of: guilds and the messages in them
// and in direct messages, with their content.
const Intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages |
	discordgo.IntentDirectMessages | discordgo.IntentMessageContent

// defaultCredit is how many events may wait for acknowledgement.
const defaultCredit = 1000

// identifySpacing is the least time between two new sessions: one per 5 s
// (Discord documentation, Gateway: Rate Limiting), and a little more.
const identifySpacing = 5500 * time.Millisecond

// GatewayConfig is what a gateway connection is made of. URL, Handle and
// Token are needed; the rest may be zero.
type GatewayConfig struct {
	Token   string
	Intents discordgo.Intent // 0 for [Intents]
	Shard   [2]int           // number and count; {0, 0} for the only one

	// URL returns where to connect: a ws or wss URL.
	URL func(ctx context.Context) (string, error)

	// Identify waits for the turn to begin a new session: one per 5 s and
	// max_concurrency key over all processes, within the day's budget. Nil
	// when this is the bot's only shard in its only process.
	Identify func(ctx context.Context) error

	// Handle takes each event in order. It must not block. Events carry a
	// receipt in Seq, which is to be given to [Gateway.Acknowledge] once the
	// event is durable or of no interest; a SessionStarted and a
	// SessionResumed acknowledge themselves.
	Handle func(event any)

	// SessionChanged is told when the session began or ended, and at most
	// once a second when its low-water mark moved. It must not block.
	SessionChanged func(messages.Session)

	// Alive is told that Discord has acknowledged a heartbeat: what it had sent
	// before was given to Handle. It must not block.
	Alive func()

	// Lost is told that a connection has ended, or could not be made; another is
	// made unless Run returns.
	Lost func()

	// MissingIntent is told that Discord does not allow the content of
	// messages; the bot goes on without.
	MissingIntent func()

	Bot     messages.UserID  // the bot itself; 0 to take it from the token or from READY
	Restore messages.Session // the session to resume; zero for a new one
	Credit  int              // events that may wait for acknowledgement; 0 for 1000

	DialContext func(ctx context.Context, network, addr string) (net.Conn, error) // nil for the network
	Log         *slog.Logger                                                      // nil for none
	Count       func(what string)                                                 // counts what happened, for metrics
}

// A Gateway holds the session of one shard. Its methods may be called from
// any goroutine.
type Gateway struct {
	cfg    GatewayConfig
	log    *slog.Logger
	odd    oddities
	decode decoder

	// Owned by Run.
	intents     discordgo.Intent
	identified  time.Time // when a session was last begun
	mainAddress bool      // nobody greets at the resume URL

	credit chan struct{} // signals that events were acknowledged; capacity 1

	mu      sync.Mutex
	session messages.Session // its Seq is not used: track knows
	track   tracker

	reporting sync.Mutex // keeps SessionChanged in order
	reported  messages.Session
}

// NewGateway returns a gateway client that is not yet running.
func NewGateway(cfg GatewayConfig) *Gateway {
	if cfg.Intents == 0 {
		cfg.Intents = Intents
	}
	if cfg.Shard[1] == 0 {
		cfg.Shard = [2]int{0, 1}
	}
	if cfg.Credit <= 0 {
		cfg.Credit = defaultCredit
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	g := &Gateway{
		cfg:      cfg,
		log:      cfg.Log.With("shard", cfg.Shard[0]),
		intents:  cfg.Intents,
		decode:   decoder{bot: cfg.Bot},
		credit:   make(chan struct{}, 1),
		session:  cfg.Restore,
		reported: cfg.Restore,
	}
	if g.decode.bot == 0 {
		g.decode.bot = botOf(cfg.Token)
	}
	g.track.restore(cfg.Restore.Seq)
	return g
}

// botOf returns the bot's own ID as its token tells it, or 0: the part before
// the first dot is the ID in Base64. A resumed session does not tell it.
func botOf(token string) messages.UserID {
	head, _, _ := strings.Cut(token, ".")
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(head, "="))
	if err != nil {
		return 0
	}
	bot, err := messages.ParseID[messages.UserID](string(b))
	if err != nil {
		return 0
	}
	return bot
}

// Run connects, and connects again whenever the connection ends. It returns
// when ctx ends, with the session left resumable, or with a [*FatalError].
func (g *Gateway) Run(ctx context.Context) error {
	defer g.report()
	var b backoff
	for {
		lived, err := g.connect(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		g.count("connection_ended")
		if g.cfg.Lost != nil {
			g.cfg.Lost()
		}
		if err := g.ended(err); err != nil {
			return err
		}
		wait := b.next(err, lived, !g.resumable(), jitter())
		if lived == 0 && !errors.Is(err, errReconnect) && !errors.Is(err, errInvalid) {
			g.log.Warn("gateway not connected: check the network, and Discord's status", "err", err, "again_in", wait)
		} else {
			g.log.Info("gateway connection ended", "err", err, "lived", lived, "again_in", wait)
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// ended draws the consequences of a connection's end. It returns an error
// when there is no point in another connection.
func (g *Gateway) ended(err error) error {
	code := closeCode(err)
	if code == closeDisallowedIntents && g.intents&discordgo.IntentMessageContent != 0 {
		g.intents &^= discordgo.IntentMessageContent
		g.log.Warn("the content of messages is not allowed; going on without it",
			"do", "allow Message Content Intent in the Developer Portal, page Bot")
		if g.cfg.MissingIntent != nil {
			g.cfg.MissingIntent()
		}
		g.begin(messages.Session{})
		return nil
	}
	if f := fatal(code); f != nil {
		g.begin(messages.Session{})
		return f
	}
	if endsSession(err) {
		g.begin(messages.Session{})
	}
	return nil
}

// Acknowledge tells that the event with this receipt need not come again.
// Receipts of a former session, and unknown ones, are of no effect.
func (g *Gateway) Acknowledge(receipt int64) {
	g.mu.Lock()
	seq, ok := ofSession(receipt, g.session.ID)
	ok = ok && g.track.acknowledge(seq)
	g.mu.Unlock()
	if !ok {
		return
	}
	select {
	case g.credit <- struct{}{}:
	default:
	}
}

// Session returns what is needed to resume the session, in another process
// too. It is zero when there is none.
func (g *Gateway) Session() messages.Session {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.session.ID == "" {
		return messages.Session{}
	}
	s := g.session
	s.Seq = g.track.low()
	return s
}

func (g *Gateway) resumable() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.session.ID != ""
}

// begin makes s the session, with nothing pending; the zero Session is none.
func (g *Gateway) begin(s messages.Session) {
	g.mu.Lock()
	g.session = s
	g.track.restore(s.Seq)
	g.mu.Unlock()
	g.report()
}

// report tells SessionChanged about the session if it has changed.
func (g *Gateway) report() {
	g.reporting.Lock()
	defer g.reporting.Unlock()
	s := g.Session()
	if s == g.reported || g.cfg.SessionChanged == nil {
		return
	}
	g.reported = s
	g.cfg.SessionChanged(s)
}

// awaitIdentify waits until a new session may be begun.
func (g *Gateway) awaitIdentify(ctx context.Context) error {
	if g.cfg.Identify != nil {
		return g.cfg.Identify(ctx)
	}
	wait := time.Until(g.identified.Add(identifySpacing))
	if err := sleep(ctx, wait); err != nil {
		return err
	}
	g.identified = time.Now()
	return nil
}

func (g *Gateway) count(what string) {
	if g.cfg.Count != nil {
		g.cfg.Count(what)
	}
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
