// Package discordsim is a Discord on the wire: REST, gateway and CDN of one
// simulated world, served to one bot.
//
// A [Server] is an http.Handler and works on any listener, in memory too. Its
// methods are two other sides of the same world: the builder's (AddGuild,
// SetOverwrite and so on) and the people's (Say, UseCommand, Watch and so on).
// What Discord documents is kept: shapes, error codes, close codes, limits,
// intents, resuming, who is notified. Missing are voice, presence, forums, polls,
// stickers, private threads, chunks of members, menus, autocomplete, modals, the
// audit log, and the limit on edits of messages older than an hour, which
// Discord does not publish.
//
// Time is read with time.Now and waited for with package time, so that all of
// it works in a testing/synctest bubble. A bubble starts in the year 2000, before
// the first Discord ID; sleep until later than 2015 if IDs are to tell the time.
package discordsim

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"troupe/messages"
	"troupe/sim/fault"
)

// Config says what a simulated Discord is like. The zero value of each field
// stands for what the real one does, or for the default that is given.
type Config struct {
	Plan *fault.Plan      // what goes wrong; none by default
	Now  func() time.Time // time.Now by default
	Log  *slog.Logger     // discards by default

	Token   string // of the bot, without "Bot "; "sim-token" by default
	BotName string // "Troupe" by default
	CDN     string // where attachments are linked to; "https://cdn.discordapp.com" by default

	Limits      Limits
	HideHeaders bool          // leave the X-RateLimit headers out of answers other than 429
	NonceWindow time.Duration // how long a nonce is remembered; 5 min by default, as the real window is unpublished

	MessageContentIntent bool // granted in the portal: else content is withheld and asking for it closes with 4014
	GuildMembersIntent   bool // granted in the portal

	Heartbeat     time.Duration // the interval that HELLO asks for; 41.25 s by default
	ResumeWindow  time.Duration // how long a lost connection's session may be resumed; 3 min by default
	Replayable    int           // events that a session keeps for resuming; 16384 by default
	IdentifyEvery time.Duration // per max_concurrency key; 5 s by default, negative for no limit
	Concurrency   int           // max_concurrency; 1 by default
	Starts        int           // sessions that may be started in 24 h; 1000 by default
	Shards        int           // recommended by /gateway/bot; 1 by default
	ShardGuilds   int           // more guilds than this on one shard close with 4011; 2500 by default

	Calendar time.Duration // ahead of the clock, as SetCalendar sets it

	History int // messages kept per channel; 10000 by default
	Records int // requests kept for Requests; 10000 by default
}

func (c Config) withDefaults() Config {
	if c.Plan == nil {
		c.Plan = fault.NewPlan()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Token = or(c.Token, "sim-token")
	c.BotName = or(c.BotName, "Troupe")
	c.CDN = or(c.CDN, "https://cdn.discordapp.com")
	c.Limits = c.Limits.withDefaults()
	c.NonceWindow = or(c.NonceWindow, 5*time.Minute)
	c.Heartbeat = or(c.Heartbeat, 41250*time.Millisecond)
	c.ResumeWindow = or(c.ResumeWindow, 3*time.Minute)
	c.Replayable = or(c.Replayable, 16384)
	c.IdentifyEvery = or(c.IdentifyEvery, 5*time.Second)
	c.Concurrency = or(c.Concurrency, 1)
	c.Starts = or(c.Starts, 1000)
	c.Shards = or(c.Shards, 1)
	c.ShardGuilds = or(c.ShardGuilds, 2500)
	c.History = or(c.History, 10000)
	c.Records = or(c.Records, 10000)
	return c
}

// or returns v, or the default if v is the zero value.
func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// A Server is one simulated Discord. All of its methods are safe for
// concurrent use.
type Server struct {
	cfg    Config
	mux    *http.ServeMux
	limits *limiter
	record *recorder
	done   chan struct{} // closed by Close
	deaf   atomic.Bool   // heartbeats are left unanswered

	mu    sync.Mutex // guards world; held neither while writing to a socket nor while waiting
	world world
}

// New makes a world with nothing in it but the bot.
func New(cfg Config) *Server {
	s := &Server{cfg: cfg.withDefaults(), done: make(chan struct{})}
	s.limits = newLimiter(s.cfg.Limits)
	s.record = newRecorder(s.cfg.Records)
	s.world = newWorld(s)
	s.mux = s.routes()
	return s
}

// ServeHTTP serves REST, gateway and CDN.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close cuts every gateway connection, now and later, and ends every request
// that a fault holds back. The world stays readable.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		return
	default:
	}
	close(s.done)
}

// Token returns the bot's token, without "Bot ".
func (s *Server) Token() string { return s.cfg.Token }

// Bot returns the bot's user.
func (s *Server) Bot() messages.UserID { return s.world.bot.id }

// Application returns the bot's application.
func (s *Server) Application() messages.ApplicationID { return s.world.app }
