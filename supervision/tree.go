package supervision

import (
	"fmt"
	"time"

	"troupe/actors/cache"
	"troupe/actors/channel"
	"troupe/actors/coalescer"
	"troupe/actors/command"
	"troupe/actors/gateway"
	"troupe/actors/guild"
	"troupe/actors/health"
	"troupe/actors/journal"
	"troupe/actors/outbox"
	"troupe/actors/prefetch"
	"troupe/actors/quota"
	"troupe/actors/router"
	"troupe/actors/turn"
	"troupe/actors/user"
	"troupe/actors/waitlist"
	"troupe/config"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A Tree is the running system.
type Tree struct {
	engine  *actor.Engine
	cfg     *config.Config
	world   World
	metrics *Metrics
	started []*actor.PID // in their order
}

// generationLinger is how long an answer is shared as if it were being made. After
// that it comes from the cache, if at all.
const generationLinger = 2 * time.Second

// maxBacklog bounds the work of one analyzer that waits in the store: some megabytes.
const maxBacklog = 20_000

// Grow starts the whole system of actors. This is its outline: below are the
// actors that others look up to, then the entities, which come and go, then
// those that bring the world's events, last, when all is there to take them.
func Grow(e *actor.Engine, cfg *config.Config, w World) *Tree {
	t := &Tree{engine: e, cfg: cfg, world: w, metrics: NewMetrics(w.Metrics)}
	e.Subscribe(e.Spawn(listener(t.metrics, t.log("events")), "events", actor.WithID("node")))

	t.one("health", "node", t.health())
	t.one("supervisor", "node", t.supervisor())
	t.one("journal", "node", t.journal())
	t.one("quota", "gemini", t.quota())
	t.one("waitlist", "gemini", waitlist.New(waitlist.Config{Health: t.pid("health", "node"), Log: t.log("waitlist")}))

	t.one("router", "discord", t.router("discord", 1000, cfg.Discord.Concurrency.From(10)))
	t.one("router", "gemini", t.router("gemini", 1000, cfg.Gemini.Concurrency.From(5)))
	t.one("router", "context", t.router("context", 1000, config.Concurrency{Start: 20}))
	t.one("coalescer", "user_context", t.coalescer("user_context", 500*time.Millisecond, "context"))
	t.one("coalescer", "server_context", t.coalescer("server_context", time.Second, "discord"))
	t.one("coalescer", "generation", t.coalescer("generation", generationLinger, "gemini"))
	if cfg.Answer.Cache > 0 {
		t.one("cache", "node", t.cache())
	}

	if cfg.Memory.Prefetch {
		t.one("prefetch", "node", t.prefetch())
	}

	for _, mind := range t.minds() {
		t.one("analyzer", string(mind.Name), t.analyzer(mind))
	}

	t.region("user", 0, t.users())
	t.region("guild", 0, t.guilds())
	t.region("outbox", 0, t.outboxes())
	t.region("channel", int64(cfg.Memory.WindowBytes), t.channels())

	t.one("command", "node", t.command())
	for shard := range w.Shards {
		t.one("gateway", fmt.Sprint(shard), t.gateway(shard))
	}
	if w.Grown != nil {
		w.Grown(e)
	}
	return t
}

func (t *Tree) health() actor.Producer {
	return health.New(health.Config{Changed: t.world.Changed, Metrics: t.world.Metrics, Log: t.log("health")})
}

func (t *Tree) supervisor() actor.Producer {
	return Supervisor(SupervisorConfig{
		Health: t.pid("health", "node"), Journal: t.pid("journal", "node"),
		Retry: 10 * time.Second, Steady: time.Minute, Crashed: t.metrics.crashed, Log: t.log("supervisor"),
	})
}

func (t *Tree) journal() actor.Producer {
	return journal.New(journal.Config{
		Store: t.world.Store, Health: t.pid("health", "node"), Metrics: t.world.Metrics, Log: t.log("journal"),
	})
}

func (t *Tree) quota() actor.Producer {
	return quota.New(quota.Config{
		Default: quota.Limits{
			RPM: t.cfg.Gemini.RequestsPerMinute, TPM: t.cfg.Gemini.TokensPerMinute, RPD: t.cfg.Gemini.RequestsPerDay,
		},
		SpendCap: t.cfg.Limits.DailySpend, Price: t.world.Price, Zone: t.world.Zone,
		Health: t.pid("health", "node"), Model: t.cfg.Gemini.Model, Spare: t.cfg.Gemini.SpareModel,
		Journal: t.pid("journal", "node"), Intents: t.world.Intents, Metrics: t.world.Metrics, Log: t.log("quota"),
	})
}

func (t *Tree) router(name string, capacity int, c config.Concurrency) actor.Producer {
	cfg := router.Config{
		Name: name, Capacity: capacity,
		Concurrency: router.Concurrency{Start: c.Start, Max: c.Max, Pinned: c.Pinned},
		Metrics:     t.world.Metrics, Log: t.log("router/" + name),
	}
	if name == "gemini" {
		cfg.Quota, cfg.Health = t.pid("quota", "gemini"), t.pid("health", "node")
		cfg.Wait = 90 * time.Second // a minute's quota that is used up is free again by then
	}
	return router.New(cfg)
}

func (t *Tree) coalescer(name string, linger time.Duration, pool string) actor.Producer {
	return coalescer.New(coalescer.Config{
		Name: name, Linger: linger, Router: t.pid("router", pool), Metrics: t.world.Metrics, Log: t.log("coalescer/" + name),
	})
}

func (t *Tree) cache() actor.Producer {
	return cache.New(cache.Config{
		TTL: t.cfg.Answer.Cache, Young: generationLinger, Bytes: int(t.cfg.Memory.CacheBytes),
		Health: t.pid("health", "node"), Quota: t.pid("quota", "gemini"), Pool: t.pid("router", "gemini"),
		Metrics: t.world.Metrics, Log: t.log("cache"),
	})
}

// answers is the cache, or nil if there is none.
func (t *Tree) answers() *actor.PID {
	if t.cfg.Answer.Cache == 0 {
		return nil
	}
	return t.pid("cache", "node")
}

func (t *Tree) prefetch() actor.Producer {
	return prefetch.New(prefetch.Config{
		Idle: t.cfg.Memory.Idle, Channels: t.pid("region", "channel"), Users: t.pid("region", "user"), Guilds: t.pid("region", "guild"),
		Health: t.pid("health", "node"), Pool: t.pid("router", "discord"), Metrics: t.world.Metrics, Log: t.log("prefetch"),
	})
}

// expects is the prefetch, or nil if there is none.
func (t *Tree) expects() *actor.PID {
	if !t.cfg.Memory.Prefetch {
		return nil
	}
	return t.pid("prefetch", "node")
}

func (t *Tree) users() func(id uint64) actor.Producer {
	cfg := user.Config{
		RPM: t.cfg.Limits.UserRequestsPerMinute, Roles: t.cfg.Limits.RoleRates(), Guilds: t.pid("region", "guild"),
		Channels: t.pid("region", "channel"), Cache: t.answers(), Expects: t.expects(),
		Memory: t.mind(messages.AnalyzerMemory), Behaviour: t.mind(messages.AnalyzerBehaviour),
		Journal: t.pid("journal", "node"), Log: t.log("user"),
	}
	return func(id uint64) actor.Producer {
		cfg := cfg
		cfg.User = messages.UserID(id)
		return user.New(cfg)
	}
}

func (t *Tree) guilds() func(id uint64) actor.Producer {
	cfg := guild.Config{Self: t.world.Self.ID, RPM: t.cfg.Limits.GuildRequestsPerMinute, Journal: t.pid("journal", "node"), Cache: t.answers(), Log: t.log("guild")}
	return func(id uint64) actor.Producer {
		cfg := cfg
		cfg.Guild = messages.GuildID(id)
		return guild.New(cfg)
	}
}

func (t *Tree) outboxes() func(id uint64) actor.Producer {
	cfg := outbox.Config{
		Discord: t.world.Discord, Pool: t.pid("router", "discord"), Journal: t.pid("journal", "node"), Log: t.log("outbox"),
	}
	return func(id uint64) actor.Producer {
		cfg := cfg
		cfg.Channel = messages.ChannelID(id)
		return outbox.New(cfg)
	}
}

func (t *Tree) channels() func(id uint64) actor.Producer {
	cfg := channel.Config{
		Self: t.world.Self, Rules: t.rules(),
		Window: t.cfg.Memory.WindowMessages, Side: t.cfg.Answer.SideBySide, Queue: t.cfg.Answer.Queue,
		Horizon: journal.DefaultHorizon,
		Guilds:  t.pid("region", "guild"), Journal: t.pid("journal", "node"), Outbox: t.pid("region", "outbox"), Cache: t.answers(), Expects: t.expects(), Learning: t.learning(),
		Reader: t.pid("coalescer", "server_context"), Pool: t.pid("router", "discord"), History: t.world.Discord,
		Pins: t.world.Discord, Parent: t.pid("supervisor", "node"),
		Turn: t.turns(), Log: t.log("channel"),
	}
	return func(id uint64) actor.Producer {
		cfg := cfg
		cfg.ID = messages.ChannelID(id)
		return channel.New(cfg)
	}
}

// turns returns what makes a turn under its host. Its channel is its supervisor,
// and passes on what it hears.
func (t *Tree) turns() func(q *messages.Question, supervisor *actor.PID) actor.Producer {
	policy := t.policy("turn")
	policy.MaxFailures, policy.Window = 2, 24*time.Hour // three tries, however long each takes
	cfg := turn.Config{
		Self: t.world.Self, Model: t.cfg.Gemini.Model, Spare: t.cfg.Gemini.SpareModel, MaxTokens: t.cfg.Gemini.MaxOutputTokens,
		Budget: t.cfg.Memory.PromptTokens, Tokens: t.world.Tokens, Persona: t.world.Persona, Patience: 3 * time.Minute,
		Users: t.pid("region", "user"), Guilds: t.pid("region", "guild"),
		Outbox: t.pid("region", "outbox"), Journal: t.pid("journal", "node"), Cache: t.answers(),
		Personal: t.pid("coalescer", "user_context"), Reader: t.pid("coalescer", "server_context"),
		Generate: t.pid("coalescer", "generation"),
		Gemini:   t.world.Gemini, Files: t.world.Files, History: t.world.Discord, Pool: t.pid("router", "discord"),
		Health:   t.pid("health", "node"),
		Waitlist: t.pid("waitlist", "gemini"), OutageWait: t.cfg.Answer.OutageWait,
		Metrics: turn.NewMetrics(t.world.Metrics), Log: t.log("turn"),
	}
	return func(q *messages.Question, supervisor *actor.PID) actor.Producer {
		cfg, policy := cfg, policy
		cfg.Channel, policy.Supervisor = supervisor, supervisor
		policy.Trigger = func(any) uint64 { return uint64(q.Trigger.ID) }
		return Host(turn.New(cfg, q), policy)
	}
}

func (t *Tree) command() actor.Producer {
	return command.New(command.Config{
		Self: t.world.Self.ID, Personas: t.world.Personas, Started: time.Now(),
		Users: t.pid("region", "user"), Guilds: t.pid("region", "guild"), Channels: t.pid("region", "channel"),
		Quota: t.pid("quota", "gemini"), Health: t.pid("health", "node"), Supervisor: t.pid("supervisor", "node"),
		Pools: []*actor.PID{t.pid("router", "discord"), t.pid("router", "gemini"), t.pid("router", "context")},
		Coalescers: []*actor.PID{
			t.pid("coalescer", "user_context"), t.pid("coalescer", "server_context"), t.pid("coalescer", "generation"),
		},
		Analyzers: t.analyzers(), Cache: t.answers(),
		Journal: t.pid("journal", "node"), Router: t.pid("router", "discord"), Discord: t.world.Discord, Log: t.log("command"),
	})
}

func (t *Tree) gateway(shard int) actor.Producer {
	return gateway.New(gateway.Config{
		Shard: shard, Self: t.world.Self.ID, CatchUp: t.cfg.Answer.CatchUp, Ack: t.world.Discord.Ack, Private: command.Private,
		Connect: func(restore messages.Session, hooks gateway.Hooks) gateway.Client {
			return t.world.Connect(shard, restore, hooks)
		},
		Channels: t.pid("region", "channel"), Guilds: t.pid("region", "guild"), Outbox: t.pid("region", "outbox"),
		Commands: t.pid("command", "node"), Cache: t.answers(), Journal: t.pid("journal", "node"), Health: t.pid("health", "node"),
		Fatal: t.world.Fatal, Log: t.log("gateway"),
	})
}

func (t *Tree) rules() *channel.Rules {
	a := &t.cfg.Answer
	return &channel.Rules{
		Guilds: a.Guilds, Channels: a.Channels, Users: a.Users, Direct: a.DirectMessages, Always: a.Always, Prefixes: a.Prefixes,
	}
}
