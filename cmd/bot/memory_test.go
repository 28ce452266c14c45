package bot_test

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"troupe/actors/command"
	"troupe/actors/gateway"
	"troupe/config"
	"troupe/discord"
	"troupe/gemini"
	"troupe/messages"
	"troupe/store"
	"troupe/supervision"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// A crowd is a gateway's client that brings what people say in many channels, as
// fast as it is taken.
type crowd struct {
	hooks    gateway.Hooks
	channels int
	rounds   int
	credit   chan struct{}
	left     atomic.Int64
	done     chan struct{}
}

func (c *crowd) Run(ctx context.Context) error {
	text := strings.Repeat("a hundred ", 10)
	c.hooks.Handle(&messages.SessionStarted{Bot: messages.User{ID: 99}})
	id := messages.MessageIDAt(time.Now())
	for ch := range c.channels {
		for range c.rounds {
			select {
			case c.credit <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			id++
			c.hooks.Handle(&messages.MessageReceived{Seq: int64(id), Message: messages.Message{
				ID: id, Channel: messages.ChannelID(1000 + ch), Guild: messages.GuildID(1 + ch/100),
				Author: messages.User{ID: messages.UserID(1 + ch%1000), Name: "somebody"}, Content: strings.Clone(text), Spoken: true,
			}})
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func (c *crowd) Acknowledge(seq int64) {
	if seq == 0 {
		return
	}
	<-c.credit
	if c.left.Add(-1) == 0 {
		close(c.done)
	}
}

// BenchmarkChannels measures the memory of 100 000 channels that have each heard
// 30 messages of 100 characters: awake, within the budget for windows, and
// asleep.
func BenchmarkChannels(b *testing.B) {
	const channels, rounds = 100_000, 30
	rest, err := discord.NewREST(discord.RESTConfig{Token: "none"})
	if err != nil {
		b.Fatal(err)
	}
	cfg := config.Default()
	cfg.Memory.Idle = 10 * time.Second
	registry := prometheus.NewRegistry()
	crowd := &crowd{channels: channels, rounds: rounds, credit: make(chan struct{}, 1000), done: make(chan struct{})}
	crowd.left.Store(channels * rounds)
	engine, err := actor.NewEngine(actor.NewEngineConfig())
	if err != nil {
		b.Fatal(err)
	}
	before := inUse()
	tree := supervision.Grow(engine, cfg, supervision.World{
		Self: messages.User{ID: 99, Name: "troupe"}, Discord: rest, Tokens: gemini.EstimateTokens, Price: gemini.Cost,
		Zone: time.UTC, Store: store.NewMemory(), Personas: []command.Persona{{Name: "helpful"}}, Persona: func(string) string { return "" },
		Shards: 1, Connect: func(_ int, _ messages.Session, hooks gateway.Hooks) gateway.Client {
			crowd.hooks = hooks
			return crowd
		},
		Changed: func(*messages.Health) {}, Fatal: func(err error) { b.Error(err) },
		Metrics: registry, Log: slog.New(slog.DiscardHandler),
	})
	began := time.Now()
	most := 0.0
	for open := true; open; {
		select {
		case <-crowd.done:
			open = false
		case <-time.After(100 * time.Millisecond):
		}
		most = max(most, gauge(b, registry, "troupe_region_bytes"))
	}
	b.ReportMetric(float64(channels*rounds)/time.Since(began).Seconds(), "messages/s")
	b.ReportMetric(most/(1<<20), "windows-MiB")
	b.ReportMetric(float64(cfg.Memory.WindowBytes)/(1<<20), "budget-MiB")
	b.ReportMetric(gauge(b, registry, "troupe_region_entities"), "awake")
	b.ReportMetric(float64(inUse()-before)/1e6, "awake-MB")
	for range 600 {
		if gauge(b, registry, "troupe_region_entities") == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if n := gauge(b, registry, "troupe_region_entities"); n != 0 {
		b.Errorf("%v channels do not sleep", n)
	}
	b.ReportMetric(float64(inUse()-before)/1e6, "asleep-MB")
	b.ReportMetric(0, "ns/op")
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Second)
	defer cancel()
	tree.Stop(ctx)
}

// inUse returns the memory that the process holds for what lives, in bytes.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// gauge returns a number of the registry's about channels.
func gauge(b testing.TB, r *prometheus.Registry, name string) float64 {
	b.Helper()
	families, err := r.Gather()
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "actor" && l.GetValue() == "channel" {
					return m.GetGauge().GetValue()
				}
			}
		}
	}
	b.Fatal("there is no ", name)
	return 0
}
