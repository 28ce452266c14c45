package discord_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/discord"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/memnet"
)

// A town is a simulated Discord with a guild, and the bot in front of it.
type town struct {
	*discordsim.Server
	rest    *discord.REST
	cdn     *discord.CDN
	network *memnet.Network
	guild   messages.GuildID
	ann     messages.UserID
	channel messages.ChannelID
}

// inTown calls f in a bubble whose clock is past the beginning of Discord's
// calendar. The client sends at most rps requests a second; 0 for no bound.
func inTown(t *testing.T, rps int, f func(*testing.T, *town)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		s := &town{Server: discordsim.New(discordsim.Config{MessageContentIntent: true}), network: memnet.New()}
		defer s.Close()
		srv := &http.Server{Handler: s}
		l := s.network.Listen("discord.test")
		go func() { _ = srv.Serve(l) }()
		defer func() { _ = srv.Close() }()
		transport := &http.Transport{DialContext: s.network.DialContext, MaxIdleConnsPerHost: 64}
		defer transport.CloseIdleConnections()

		var err error
		s.rest, err = discord.NewREST(discord.RESTConfig{
			Token: s.Token(), BaseURL: "http://discord.test/api/v10", Transport: transport, RPS: rps,
		})
		check(t, err)
		s.cdn, err = discord.NewCDN("http://discord.test", transport)
		check(t, err)
		s.ann = s.AddUser("Ann")
		s.guild = s.AddGuild("Town", s.ann)
		s.channel = s.AddChannel(s.guild, "general")
		f(t, s)
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// insist makes a request as often as it meets a limit.
func insist(f func() error) error {
	for {
		err := f()
		limited, ok := errors.AsType[*messages.Limited](err)
		if !ok {
			return err
		}
		time.Sleep(limited.Wait)
	}
}

// connect runs a gateway client until the test is over, and returns its events.
func (s *town) connect(t *testing.T) <-chan any {
	t.Helper()
	events := make(chan any, 1000)
	var g *discord.Gateway
	g = discord.NewGateway(discord.GatewayConfig{
		Token: s.Token(),
		URL: func(ctx context.Context) (string, error) {
			info, err := s.rest.GatewayBot(ctx)
			return info.URL, err
		},
		Handle: func(event any) {
			if m, ok := event.(*messages.MessageReceived); ok {
				g.Acknowledge(m.Seq)
			}
			events <- event
		},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return s.network.DialContext(ctx, network, "discord.test:80")
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the gateway ended: %v", err)
		}
	})
	return events
}

// next returns the next event of a kind.
func next[T any](t *testing.T, events <-chan any) T {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case event := <-events:
			if e, ok := event.(T); ok {
				return e
			}
		case <-late:
			t.Fatalf("no %T came", *new(T))
		}
	}
}

// A question is heard and answered in parts, the answer edited and taken back,
// as the people in the channel see it.
func TestConversation(t *testing.T) {
	inTown(t, 0, func(t *testing.T, s *town) {
		ctx := t.Context()
		events := s.connect(t)
		if bot := next[*messages.SessionStarted](t, events).Bot; bot.ID != s.Bot() {
			t.Errorf("the bot is %+v", bot)
		}
		id, err := s.Say(discordsim.Say{Person: s.ann, Channel: s.channel, Text: "hi", Files: []discordsim.File{{Name: "a.txt", Type: "text/plain", Data: []byte("data")}}})
		check(t, err)
		m := next[*messages.MessageReceived](t, events).Message
		if m.ID != id || m.Content != "hi" || m.Author.ID != s.ann || len(m.Attachments) != 1 {
			t.Fatalf("heard %+v", m)
		}
		if b, err := s.cdn.Fetch(ctx, m.Attachments[0].URL, 100); err != nil || string(b) != "data" {
			t.Errorf("fetched %q, %v", b, err)
		}
		check(t, s.rest.Typing(ctx, s.channel))

		post := &messages.Post{
			Channel: s.channel, Content: "hello <@" + s.ann.String() + ">", ReplyTo: id, Notify: true, Nonce: "n1",
			Files: []messages.File{{Name: "b.txt", Type: "text/plain", Data: []byte("answer")}},
		}
		first, err := s.rest.Post(ctx, post)
		check(t, err)
		again, err := s.rest.Post(ctx, post)
		check(t, err)
		if again.Message != first.Message || !first.Budget.Known || again.Budget.Left >= first.Budget.Left {
			t.Errorf("posted %+v, then %+v", first, again)
		}
		_, err = s.rest.Edit(ctx, &messages.Edit{Channel: s.channel, Message: first.Message, Content: "good day"})
		check(t, err)
		seen, _ := s.Message(s.channel, first.Message)
		if seen.Content != "good day" || seen.Reply == nil || seen.Reply.ID != id || len(seen.Attachments) != 1 ||
			len(seen.Pinged) != 1 || seen.Pinged[0] != s.ann {
			t.Errorf("people see %+v", seen)
		}
		check(t, s.Pin(s.ann, s.channel, id))
		if pins, err := s.rest.Pins(ctx, s.channel); err != nil || len(pins) != 1 || pins[0].ID != id {
			t.Errorf("pins %+v, %v", pins, err)
		}
		check(t, s.rest.Delete(ctx, s.channel, first.Message))
		check(t, s.rest.Delete(ctx, s.channel, first.Message))
		if _, found := s.Message(s.channel, first.Message); found {
			t.Error("the answer is still there")
		}
	})
}

// A command is registered, used, acknowledged and answered; all but the further
// message may be repeated.
func TestCommandUsed(t *testing.T) {
	inTown(t, 0, func(t *testing.T, s *town) {
		ctx := t.Context()
		events := s.connect(t)
		app, err := s.rest.Application(ctx)
		check(t, err)
		check(t, s.rest.RegisterCommands(ctx, app.ID, []messages.Command{{
			Name: "chat", Description: "Ask", Options: []messages.CommandOption{{Name: "text", Description: "What", Required: true}},
		}}))
		time.Sleep(time.Second)
		_, err = s.UseCommand(discordsim.Use{Person: s.ann, Channel: s.channel, Command: "chat", Options: map[string]string{"text": "hi"}})
		check(t, err)
		used := next[*messages.CommandUsed](t, events)
		if used.Name != "chat" || used.Options["text"] != "hi" {
			t.Errorf("used %+v", used)
		}
		for range 2 {
			check(t, s.rest.Ack(ctx, used.Interaction, false))
		}
		first := &messages.Response{Interaction: used.Interaction, Content: "hello"}
		sent, err := s.rest.Respond(ctx, first)
		check(t, err)
		repeated, err := s.rest.Respond(ctx, first)
		check(t, err)
		further, err := s.rest.Respond(ctx, &messages.Response{Interaction: used.Interaction, Content: "more", Further: true})
		check(t, err)
		_, err = s.rest.Respond(ctx, &messages.Response{Interaction: used.Interaction, Content: "even more", Further: true, Message: further.Message})
		check(t, err)
		if a, _ := s.Message(s.channel, sent.Message); repeated.Message != sent.Message || a.Content != "hello" || a.Thinking {
			t.Errorf("people see %+v", a)
		}
		if a, _ := s.Message(s.channel, further.Message); a.Content != "even more" {
			t.Errorf("people see %+v", a)
		}
		time.Sleep(16 * time.Minute)
		_, late := s.rest.Respond(ctx, first)
		if f, ok := errors.AsType[*messages.Failure](late); !ok || f.Cause != messages.CauseGone {
			t.Errorf("too late: %v", late)
		}
	})
}

// What was said while nobody listened is read, both ways.
func TestHistoryOfTown(t *testing.T) {
	inTown(t, 0, func(t *testing.T, s *town) {
		var ids []messages.MessageID
		for range 250 {
			time.Sleep(time.Second)
			id, err := s.Say(discordsim.Say{Person: s.ann, Channel: s.channel, Text: "hi"})
			check(t, err)
			ids = append(ids, id)
		}
		var after, before []messages.Message
		check(t, insist(func() error {
			more, err := s.rest.HistoryAfter(t.Context(), s.channel, ids[9], 1000)
			after = more
			return err
		}))
		check(t, insist(func() error {
			more, err := s.rest.History(t.Context(), s.channel, ids[240], 120)
			before = more
			return err
		}))
		if len(after) != 240 || after[0].ID != ids[10] || after[239].ID != ids[249] {
			t.Errorf("%d messages after", len(after))
		}
		if len(before) != 120 || before[0].ID != ids[239] || before[119].ID != ids[120] {
			t.Errorf("%d messages before", len(before))
		}
	})
}

// Hundreds of requests of all kinds at once, far beyond every limit: Discord has
// nothing to refuse.
func TestStormIsPaced(t *testing.T) {
	inTown(t, 50, func(t *testing.T, s *town) {
		channels := []messages.ChannelID{s.channel}
		for range 19 {
			channels = append(channels, s.AddChannel(s.guild, "more"))
		}
		began := time.Now()
		var all sync.WaitGroup
		for i := range 240 {
			ch := channels[i%len(channels)]
			all.Go(func() {
				if err := insist(func() error { return storm(t.Context(), s.rest, ch, i) }); err != nil {
					t.Errorf("request %d: %v", i, err)
				}
			})
		}
		all.Wait()
		if tally := s.Tally(); tally.Limited > 0 || tally.Requests < 240 {
			t.Errorf("tally %+v", tally)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// storm makes one of several kinds of requests.
func storm(ctx context.Context, r *discord.REST, ch messages.ChannelID, i int) error {
	var err error
	switch i / 20 % 3 {
	case 0:
		_, err = r.Post(ctx, &messages.Post{Channel: ch, Content: "hi"})
	case 1:
		_, err = r.History(ctx, ch, 0, 10)
	default:
		err = r.Typing(ctx, ch)
	}
	return err
}
