package bot_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"troupe/cmd/bot"
	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/sim/memnet"
	"troupe/supervision"
)

// A stage is a bot between a simulated Discord and a simulated Gemini, on a
// network in memory.
type stage struct {
	t       *testing.T
	net     *memnet.Network
	discord *discordsim.Server
	gemini  *geminisim.Server
	cfg     *config.Config
	log     *slog.Logger
	alter   func(*supervision.World)

	guild    messages.GuildID
	general  messages.ChannelID
	ann, bob messages.UserID
}

// onStage calls f in a bubble whose clock is past the beginning of Discord's
// calendar, with a guild that has two people in it.
func onStage(t *testing.T, dc discordsim.Config, f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		dc.MessageContentIntent = true
		s := &stage{t: t, log: logTo(t), net: memnet.New(), discord: discordsim.New(dc), gemini: geminisim.New(geminisim.Config{})}
		defer s.gemini.Close()
		defer s.discord.Close()
		s.host("discord.test", s.discord)
		s.host("gemini.test", s.gemini)
		s.ann, s.bob = s.discord.AddUser("Ann"), s.discord.AddUser("Bob")
		s.guild = s.discord.AddGuild("Town", s.ann)
		s.discord.AddMember(s.guild, s.bob)
		s.general = s.discord.AddChannel(s.guild, "general")
		s.cfg = config.Default()
		s.cfg.Discord.Token, s.cfg.Gemini.Key = config.MakeSecret(s.discord.Token()), config.MakeSecret(s.gemini.Key())
		s.cfg.Discord.APIURL, s.cfg.Discord.CDNURL = "http://discord.test/api/v10", "http://discord.test"
		s.cfg.Gemini.APIURL = "http://gemini.test/"
		s.cfg.Store, s.cfg.HTTP = "memory:", "off"
		s.cfg.Gemini.RequestsPerMinute, s.cfg.Limits.UserRequestsPerMinute = 0, 0
		f(s)
	})
}

func (s *stage) host(name string, h http.Handler) {
	l := s.net.Listen(name)
	srv := &http.Server{Handler: h} //nolint:gosec // nobody but the test is there
	go func() { _ = srv.Serve(l) }()
	s.t.Cleanup(func() { _ = srv.Close() })
}

// run starts the bot and returns what stops it.
func (s *stage) run(before func(kind string, m any)) (stop func() error) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	transport := &http.Transport{DialContext: s.net.DialContext, MaxIdleConnsPerHost: 64}
	ended := make(chan error, 1)
	go func() {
		ended <- bot.Run(ctx, bot.Options{
			Config: s.cfg, Log: s.log, Transport: transport, Dial: s.net.DialContext, Before: before, Alter: s.alter,
		})
	}()
	time.Sleep(time.Minute) // it connects and registers its commands
	return func() error {
		cancel()
		defer transport.CloseIdleConnections()
		return <-ended
	}
}

// say posts a message and returns its ID.
func (s *stage) say(m discordsim.Say) messages.MessageID {
	s.t.Helper()
	id, err := s.discord.Say(m)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// use sends a slash command.
func (s *stage) use(who messages.UserID, name string, options map[string]string) {
	s.t.Helper()
	if _, err := s.discord.UseCommand(discordsim.Use{Person: who, Channel: s.general, Command: name, Options: options}); err != nil {
		s.t.Fatal(err)
	}
}
