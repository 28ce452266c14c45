package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"troupe/cmd/bot"
	"troupe/config"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/web"
)

// playgroundCmd runs the bot against a Discord and a Gemini of its own.
type playgroundCmd struct {
	configFlag
	HTTP  string   `name:"http" help:"Where the page is served: an address and a port. By default 127.0.0.1:8080, or a free port if that is taken." placeholder:"ADDRESS"`
	Fault []string `help:"Something that goes wrong, such as discord.message.create:latency=2s or gemini.stream:status=503,times=3. May be repeated." placeholder:"CLASS:SETTINGS"`
	Fast  bool     `help:"The simulated Gemini answers at once instead of writing as a model does."`
}

// pace is how fast the simulated Gemini writes: slow enough to be seen.
var pace = geminisim.Latency{First: 400 * time.Millisecond, Last: 1600 * time.Millisecond}

// Run serves the playground until it is told to stop.
func (c *playgroundCmd) Run(s *shell) error {
	cfg, err := s.load(c.configFlag)
	if err != nil {
		return err
	}
	plan, err := faults(c.Fault)
	if err != nil {
		return err
	}
	log := s.logger(cfg)
	town := newTown(plan)
	defer town.sim.Close()
	if err := town.listen(s.ctx); err != nil {
		return err
	}
	gemini := geminisim.New(geminisim.Config{Plan: plan, Log: log})
	defer gemini.Close()
	if !c.Fast {
		gemini.SetLatency(pace)
	}
	answerer := "your Gemini key"
	if !cfg.Gemini.Key.IsSet() {
		answerer = "the offline stand-in; set GEMINI_API_KEY for real answers"
		if cfg.Gemini.APIURL, err = serveSim(s.ctx, gemini); err != nil {
			return err
		}
		cfg.Gemini.Key = config.MakeSecret(gemini.Key())
		cfg.Gemini.RequestsPerMinute, cfg.Gemini.TokensPerMinute, cfg.Gemini.RequestsPerDay = 0, 0, 0
		cfg.Limits.DailySpend = 0
	}
	cfg.Discord.Token, cfg.Discord.APIURL, cfg.Discord.CDNURL = config.MakeSecret(town.sim.Token()), town.url+"/api/v10", town.url
	cfg.Store = "memory:"
	cfg.HTTP = c.address(s.ctx, cfg.HTTP)
	return bot.Run(s.ctx, bot.Options{
		Config: cfg, Log: log,
		Page: web.Playground(web.Config{World: world{town.sim}, Log: log}),
		Ready: func(url string) {
			fmt.Fprintf(s.out, "\n  Troupe's playground: %s\n  Answers come from %s. Ctrl-C stops it.\n\n", url, answerer) //nolint:errcheck // a closed terminal is no reason to stop
		},
	})
}

// address returns where the page is served: where it is wanted, or at a free
// port if nobody said where and another program is there.
func (c *playgroundCmd) address(ctx context.Context, configured string) string {
	if c.HTTP != "" {
		return c.HTTP
	}
	if configured != config.Default().HTTP {
		return configured
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", configured)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = l.Close() // it is listened at again in a moment
	return configured
}

// faults reads the rules of what goes wrong.
func faults(rules []string) (*fault.Plan, error) {
	plan := fault.NewPlan()
	known := append(discordsim.Classes(), geminisim.ClassGenerate, geminisim.ClassStream, geminisim.ClassCount, geminisim.ClassModels)
	for _, rule := range rules {
		class, f, err := fault.Parse(rule)
		if err != nil {
			return nil, err
		}
		if !fits(class, known) {
			return nil, fmt.Errorf("fault %q: there is no such class of calls: there are %s", rule, join(known))
		}
		plan.Set(class, f)
	}
	return plan, nil
}

func fits(class fault.Class, known []fault.Class) bool {
	prefix, wild := strings.CutSuffix(string(class), "*")
	for _, k := range known {
		if k == class || wild && strings.HasPrefix(string(k), prefix) {
			return true
		}
	}
	return false
}

func join(classes []fault.Class) string {
	var names []string
	for _, c := range classes {
		names = append(names, string(c))
	}
	return strings.Join(names, ", ")
}

// A town is the simulated Discord with people in it.
type town struct {
	sim *discordsim.Server
	url string
}

// newTown makes a guild of three people who know the bot.
func newTown(plan *fault.Plan) *town {
	t := &town{sim: discordsim.New(discordsim.Config{Plan: plan, MessageContentIntent: true})}
	ann := t.sim.AddUser("Ann")
	guild := t.sim.AddGuild("Troupe's town", ann)
	for _, name := range []string{"Bob", "Cleo"} {
		t.sim.AddMember(guild, t.sim.AddUser(name))
	}
	topics := []struct{ channel, topic string }{
		{"general", "Mention @Troupe to ask it something."},
		{"code", "Ask for code: it comes in blocks, and long answers in parts."},
		{"quiet", "Nothing is said here yet."},
	}
	for _, c := range topics {
		t.sim.SetTopic(t.sim.AddChannel(guild, c.channel), c.topic)
	}
	return t
}

// listen serves the simulated Discord on loopback.
func (t *town) listen(ctx context.Context) (err error) {
	t.url, err = serveSim(ctx, t.sim)
	return err
}

// serveSim serves a simulated world on a free port of loopback, until ctx ends.
func serveSim(ctx context.Context, h http.Handler) (string, error) {
	url, wait, err := web.Serve(context.WithoutCancel(ctx), "127.0.0.1:0", h)
	if err != nil {
		return "", err
	}
	go func() { _ = wait() }() // it ends with the process
	return url, nil
}
