// Package bot puts Troupe together: the edges to Discord, Gemini and the store,
// the actors between them, and the pages for the operator. It decides nothing;
// what it starts it also stops.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"troupe/actors/command"
	"troupe/actors/gateway"
	"troupe/actors/persona"
	"troupe/config"
	"troupe/discord"
	"troupe/gemini"
	"troupe/messages"
	"troupe/store"
	"troupe/supervision"
	"troupe/web"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// StopWait is how long a bot that is told to stop goes on with what it has
// taken. What is not answered then is taken up at the next start. It leaves time
// to end before who stops it kills it, which Docker does after 10 s.
const StopWait = 8 * time.Second

// Options are what a bot is made of beside its configuration. All may be zero
// but Config and Log.
type Options struct {
	Config *config.Config
	Log    *slog.Logger

	// Transport carries requests to Discord and Gemini, and Dial the gateway's
	// connection; nil for the network.
	Transport http.RoundTripper
	Dial      func(ctx context.Context, network, addr string) (net.Conn, error)

	// Page is served beside the operator's endpoints.
	Page http.Handler
	// Ready is called once with the address of the operator's endpoints, "" if
	// none are served, when the bot has begun.
	Ready func(url string)
	// Before is called with each message before an actor gets it: see
	// [supervision.World].
	Before func(kind string, m any)
	// Alter changes what the actors are given, before they begin. It is for tests
	// and the fault lab: nil else.
	Alter func(*supervision.World)
}

// A bot is one that is being put together or runs.
type bot struct {
	Options
	registry *prometheus.Registry // of Troupe's own numbers
	process  *prometheus.Registry // of the process's
	store    store.Store
	discord  *discord.REST
	files    *discord.CDN
	gemini   *gemini.Client
	self     messages.User
	gateways discord.GatewayInfo
	turns    *turnstile        // in which shards begin sessions
	happened func(what string) // counts what happens on gateway connections
	// introduced is the first shard's connection, if it was needed to learn who the
	// bot is and no actor has it yet.
	introduced atomic.Pointer[introduction]
	health     atomic.Pointer[messages.Health]
	fatal      chan error
}

// Run runs a bot until ctx ends or something happens that only the operator can
// mend. The error says what and how; it holds no secret.
func Run(ctx context.Context, o Options) error {
	b := &bot{Options: o, registry: prometheus.NewRegistry(), process: prometheus.NewRegistry(), fatal: make(chan error, 1)}
	b.process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var err error
	if b.store, err = store.Open(ctx, o.Config.Store); err != nil {
		return err
	}
	return errors.Join(b.run(ctx), b.store.Close())
}

func (b *bot) run(ctx context.Context) error {
	defer func() {
		if i := b.introduced.Swap(nil); i != nil {
			i.leave()
		}
	}()
	if err := b.meet(ctx); err != nil {
		return err
	}
	pages, stopPages := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPages()
	wait, err := b.serve(pages)
	if err != nil {
		return err
	}
	engine, err := actor.NewEngine(actor.NewEngineConfig())
	if err != nil {
		return fmt.Errorf("the actors' engine does not start: %w", err)
	}
	world, err := b.world()
	if err != nil {
		return err
	}
	if b.Alter != nil {
		b.Alter(&world)
	}
	var minutes sync.WaitGroup
	minutes.Go(func() { logMinutes(pages, b.registry, b.Log) })
	tree := supervision.Grow(engine, b.Config, world)
	select {
	case <-ctx.Done():
		err = nil
	case err = <-b.fatal:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopWait)
	defer cancel()
	tree.Stop(stopping)
	stopPages()
	minutes.Wait()
	return errors.Join(err, wait())
}

// world is what the actors are given.
func (b *bot) world() (supervision.World, error) {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // it is compiled in
		return supervision.World{}, fmt.Errorf("the time zone of Gemini's quota is not known: %w", err)
	}
	return supervision.World{
		Self:    b.self,
		Discord: b.discord,
		Files:   b.files,
		Gemini:  b.gemini,
		Tokens:  gemini.EstimateTokens,
		Price:   gemini.Cost,
		Zone:    zone,
		Store:   b.store,
		Intents: b.store,

		Personas: personas(b.Config.Answer.Persona),
		Persona:  b.persona,
		Shards:   b.gateways.Shards,
		Connect:  b.connect,
		Changed:  func(h *messages.Health) { b.health.Store(h) },
		Fatal: func(err error) {
			select {
			case b.fatal <- err:
			default: // one is enough to stop
			}
		},
		Metrics: b.registry,
		Log:     b.Log,
		Before:  b.Before,
	}, nil
}

// connect makes the client of a shard, or hands over the one that there is.
func (b *bot) connect(shard int, restore messages.Session, hooks gateway.Hooks) gateway.Client {
	if shard == 0 {
		if i := b.introduced.Swap(nil); i != nil {
			i.takeOver(hooks)
			return i
		}
	}
	return b.connection(shard, restore, hooks)
}

// connection makes the client of a shard. New sessions are begun one after the
// other.
func (b *bot) connection(shard int, restore messages.Session, hooks gateway.Hooks) *discord.Gateway {
	return discord.NewGateway(discord.GatewayConfig{
		Token: b.Config.Discord.Token.Reveal(), Shard: [2]int{shard, b.gateways.Shards}, Bot: b.self.ID,
		URL: b.gatewayURL, Identify: func(ctx context.Context) error { return b.turns.wait(ctx, shard) },
		Handle: hooks.Handle, SessionChanged: hooks.Changed, Alive: hooks.Alive, Lost: hooks.Lost, MissingIntent: hooks.MissingIntent,
		Restore: restore, DialContext: b.Dial, Log: b.Log, Count: b.happened,
	})
}

// counter returns what counts things by their kind.
func counter(r prometheus.Registerer, name, help string) func(what string) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"what"})
	r.MustRegister(c)
	return func(what string) { c.WithLabelValues(what).Inc() }
}

// persona returns what the model is told to be, by a persona's name. One that is
// not there any more, or none, is the operator's choice.
func (b *bot) persona(name string) string {
	for _, name := range []string{name, b.Config.Answer.Persona, persona.Default} {
		if p, ok := persona.Find(name); ok {
			return p.Prompt
		}
	}
	return ""
}

// personas lists the personas, the one of who chose none first.
func personas(first string) (list []command.Persona) {
	for _, p := range persona.All() {
		shown := command.Persona{Name: p.Name, Mood: p.Mood, About: p.About}
		if p.Name == first {
			list = append([]command.Persona{shown}, list...)
		} else {
			list = append(list, shown)
		}
	}
	return list
}

// serve serves the operator's endpoints and the page, if they are wanted.
func (b *bot) serve(ctx context.Context) (wait func() error, err error) {
	if b.Config.HTTP == "off" {
		b.ready("")
		return func() error { return nil }, nil
	}
	operator := web.Operator(web.OperatorConfig{Lacks: b.lacks, Gatherer: prometheus.Gatherers{b.registry, b.process}})
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, operator)
	}
	if b.Page != nil {
		mux.Handle("/", b.Page)
	}
	url, wait, err := web.Serve(ctx, b.Config.HTTP, mux)
	if err != nil {
		return nil, err
	}
	b.Log.Info("serving", "url", url)
	b.ready(url)
	return wait, nil
}

func (b *bot) ready(url string) {
	if b.Ready != nil {
		b.Ready(url)
	}
}

// lacks says what keeps the bot from answering. What works in the background does
// not.
func (b *bot) lacks() (lacks []string) {
	h := b.health.Load()
	if h == nil {
		return []string{"starting"}
	}
	if !h.Connected {
		lacks = append(lacks, "gateway: not connected")
	}
	for _, part := range h.Down {
		if !part.Background {
			lacks = append(lacks, part.Part+": "+part.Cause)
		}
	}
	return lacks
}
