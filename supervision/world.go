package supervision

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors/analyzer"
	"troupe/actors/channel"
	"troupe/actors/command"
	"troupe/actors/gateway"
	"troupe/actors/journal"
	"troupe/actors/outbox"
	"troupe/actors/quota"
	"troupe/actors/turn"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// A World is what the actors need of the world outside, and what they are told
// about themselves.
type World struct {
	Self    messages.User // the bot
	Discord interface {
		outbox.Discord
		channel.History
		channel.Pinboard
		turn.History
		command.Discord
		// Ack answers a command that an answer is being made.
		Ack(ctx context.Context, i messages.Interaction, private bool) error
	}
	Files  turn.Files
	Gemini interface {
		turn.Model
		analyzer.Model
	}
	Tokens   func(text string) int
	Price    func(model string, u messages.Usage) float64
	Zone     *time.Location // whose midnight begins Gemini's day
	Store    journal.Store
	Intents  quota.Intents
	Personas []command.Persona // the first is that of who chose none
	Persona  func(name string) string

	// Minds replaces what the analyzers think, in tests; nil for [analyzer.Minds].
	Minds []analyzer.Mind

	Shards  int // of the gateway; each is one session
	Connect func(shard int, restore messages.Session, hooks gateway.Hooks) gateway.Client

	Changed func(*messages.Health) // is told how the bot fares
	Fatal   func(error)            // is told what only the operator can mend
	Metrics prometheus.Registerer  // nil for none
	Log     *slog.Logger

	// Before is called with each message before an actor gets it. Tests make
	// actors panic by it; else nil.
	Before func(kind string, m any)
	// Grown is called with the engine when all actors have begun. Tests send by it what
	// nobody else would; else nil.
	Grown func(*actor.Engine)
}
