package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/cmd/bot"
	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"

	"github.com/bwmarrin/discordgo"
	"google.golang.org/genai"
)

// A ground is a simulated Discord and a simulated Gemini on real sockets of
// loopback, which answer at once and limit nothing, and a watch on the bot.
type ground struct {
	plan       *fault.Plan // of Discord
	discord    *discordsim.Server
	gemini     *geminisim.Server
	discordURL string
	geminiURL  string
	guild      messages.GuildID
	general    messages.ChannelID
	people     []messages.UserID
	said       chan discordsim.Change // by the bot
}

func newGround(b testing.TB, people int, limits discordsim.Limits) *ground {
	b.Helper()
	plan := fault.NewPlan()
	g := &ground{
		plan: plan,
		discord: discordsim.New(discordsim.Config{
			Plan: plan, Limits: limits, MessageContentIntent: true, IdentifyEvery: -1,
		}),
		gemini: geminisim.New(geminisim.Config{Answer: func(*messages.Prompt) geminisim.Reply {
			return geminisim.Reply{Text: "Forty-two, as far as anybody knows."}
		}}),
		said: make(chan discordsim.Change, 10000),
	}
	g.discordURL, g.geminiURL = serve(b, g.discord), serve(b, g.gemini)
	b.Cleanup(g.discord.Close)
	b.Cleanup(g.gemini.Close)
	owner := g.discord.AddUser("Owner")
	g.guild = g.discord.AddGuild("Ground", owner)
	for i := range people {
		p := g.discord.AddUser(fmt.Sprint("Person", i))
		g.discord.AddMember(g.guild, p)
		g.people = append(g.people, p)
	}
	g.general = g.discord.AddChannel(g.guild, "general")
	self := g.discord.Bot()
	b.Cleanup(g.discord.Watch(func(c discordsim.Change) {
		if c.Message.Author == self && (c.Kind == discordsim.MessageCreated || c.Kind == discordsim.MessageEdited) {
			g.said <- c
		}
	}))
	return g
}

func serve(b testing.TB, h http.Handler) string {
	b.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { _ = srv.Close() })
	return "http://" + l.Addr().String()
}

// troupe runs the bot on the ground, without limits of its own, on a store on
// disk.
func (g *ground) troupe(b testing.TB) {
	b.Helper()
	cfg := g.config()
	cfg.Store = "sqlite:" + filepath.Join(b.TempDir(), "troupe.db")
	b.Cleanup(g.start(b, cfg))
}

// config is that of a bot on the ground, without limits of its own.
func (g *ground) config() *config.Config {
	cfg := config.Default()
	cfg.Discord.Token, cfg.Gemini.Key = config.MakeSecret(g.discord.Token()), config.MakeSecret(g.gemini.Key())
	cfg.Discord.APIURL, cfg.Discord.CDNURL, cfg.Gemini.APIURL = g.discordURL+"/api/v10", g.discordURL, g.geminiURL
	cfg.Discord.RequestsPerSecond, cfg.Gemini.RequestsPerMinute, cfg.Gemini.TokensPerMinute, cfg.Gemini.RequestsPerDay = 0, 0, 0, 0
	cfg.Limits.UserRequestsPerMinute, cfg.Limits.DailySpend = 0, 0
	cfg.HTTP = "off"
	return cfg
}

// start runs a bot and returns what stops it.
func (g *ground) start(b testing.TB, cfg *config.Config) (stop func()) {
	b.Helper()
	return g.startWith(b, bot.Options{Config: cfg})
}

// startWith runs a bot with options and returns what stops it.
func (g *ground) startWith(b testing.TB, o bot.Options) (stop func()) {
	b.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- bot.Run(ctx, o)
	}()
	g.connected(b)
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

// connected waits until a bot has a session and the world is quiet.
func (g *ground) connected(b testing.TB) {
	b.Helper()
	for range 500 {
		if s := g.discord.Sessions(); len(s) == 1 && s[0].Connected {
			time.Sleep(200 * time.Millisecond)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatal("no bot connects")
}

// An echo is the least that a bot can be: discordgo's session, genai, no
// context.
func (g *ground) echo(b testing.TB) {
	b.Helper()
	client, err := genai.NewClient(b.Context(), &genai.ClientConfig{
		APIKey: g.gemini.Key(), Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: g.geminiURL},
	})
	if err != nil {
		b.Fatal(err)
	}
	s, err := discordgo.New("Bot " + g.discord.Token())
	if err != nil {
		b.Fatal(err)
	}
	to, err := url.Parse(g.discordURL)
	if err != nil {
		b.Fatal(err)
	}
	s.Client = &http.Client{Transport: rebase{to, &http.Transport{MaxIdleConnsPerHost: 16}}}
	s.Identify.Intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentMessageContent
	s.StateEnabled = true
	s.AddHandler(func(s *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Author.ID == s.State.User.ID || len(m.Mentions) == 0 {
			return
		}
		r, err := client.Models.GenerateContent(b.Context(), config.Default().Gemini.Model, genai.Text(m.Content), nil)
		if err != nil {
			b.Error(err)
			return
		}
		if _, err := s.ChannelMessageSendReply(m.ChannelID, r.Text(), m.Reference()); err != nil {
			b.Error(err)
		}
	})
	if err := s.Open(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	g.connected(b)
}

// rebase sends what is meant for Discord somewhere else.
type rebase struct {
	to   *url.URL
	next http.RoundTripper
}

func (t rebase) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = t.to.Scheme, t.to.Host, t.to.Host
	return t.next.RoundTrip(r)
}

// ask has somebody ask in the channel #general.
func (g *ground) ask(b testing.TB, text string) time.Duration {
	b.Helper()
	return g.askIn(b, g.general, text)
}

// askIn has somebody ask, and returns how long it took until the bot's first
// message stood in the channel.
func (g *ground) askIn(b testing.TB, channel messages.ChannelID, text string) time.Duration {
	b.Helper()
	for len(g.said) > 0 {
		<-g.said
	}
	began := time.Now()
	if _, err := g.discord.Say(discordsim.Say{Person: g.people[0], Channel: channel, Text: "@Troupe " + text}); err != nil {
		b.Fatal(err)
	}
	select {
	case <-g.said:
		return time.Since(began)
	case <-time.After(10 * time.Second):
		b.Fatal("no answer")
		return 0
	}
}

// median returns the middle of some times.
func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkAnswer compares the time from a question to its answer with that of a
// bare echo bot, when nothing else goes on and nobody else takes any time. Each
// question is the second one in a channel of its own.
func BenchmarkAnswer(b *testing.B) {
	const pairs = 200
	unlimited := discordsim.Limits{Off: true}
	ours, theirs := newGround(b, 1, unlimited), newGround(b, 1, unlimited)
	ours.troupe(b)
	theirs.echo(b)
	var troupe, echo []time.Duration
	for i := range pairs {
		for _, g := range []*ground{ours, theirs} {
			channel := g.discord.AddChannel(g.guild, fmt.Sprint("channel-", i))
			g.askIn(b, channel, "are you there?")
			time.Sleep(30 * time.Millisecond) // what goes on behind an answer is no part of the next
			d := g.askIn(b, channel, "what is the answer?")
			time.Sleep(30 * time.Millisecond)
			if g == ours {
				troupe = append(troupe, d)
			} else {
				echo = append(echo, d)
			}
		}
	}
	t, e := median(troupe), median(echo)
	b.ReportMetric(float64(t.Microseconds()), "troupe-µs")
	b.ReportMetric(float64(e.Microseconds()), "echo-µs")
	b.ReportMetric(float64(t)/float64(e), "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFirstText measures when the first visible text comes, with Gemini's
// first token at 200 ms, its last at 400 ms and 125 ms for each post.
func BenchmarkFirstText(b *testing.B) {
	g := newGround(b, 1, discordsim.Limits{Off: true})
	g.plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: 125 * time.Millisecond})
	g.gemini.SetLatency(geminisim.Latency{First: 200 * time.Millisecond, Last: 400 * time.Millisecond})
	g.gemini.SetAnswer(func(*messages.Prompt) geminisim.Reply {
		return geminisim.Reply{Text: strings.Repeat("Forty-two. ", 40)}
	})
	g.troupe(b)
	g.ask(b, "are you there?")
	var first []time.Duration
	for i := range 15 {
		first = append(first, g.ask(b, fmt.Sprintf("question %d?", i)))
		time.Sleep(700 * time.Millisecond)
	}
	b.ReportMetric(float64(median(first).Milliseconds()), "first-text-ms")
	b.ReportMetric(0, "ns/op")
}
