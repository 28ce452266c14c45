package discordsim_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/discord"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
)

// A bot is Troupe's own edge to Discord, connected to the simulation.
type bot struct {
	*discord.REST
	*discord.Gateway
	heard []any
	ended chan error
	stop  context.CancelFunc
}

// start runs the bot in a bubble. Every event is acknowledged at once.
func (w *town) start(cfg discord.GatewayConfig) *bot {
	w.t.Helper()
	network := w.serve()
	transport := &http.Transport{DialContext: network.DialContext}
	rest, err := discord.NewREST(discord.RESTConfig{Token: w.Token(), BaseURL: "http://discord.test/api/v10", Transport: transport})
	check(w.t, err)
	b := &bot{REST: rest, ended: make(chan error, 1)}
	cfg.Token, cfg.DialContext, cfg.Bot = w.Token(), network.DialContext, w.Bot()
	cfg.URL = func(ctx context.Context) (string, error) {
		info, err := rest.GatewayBot(ctx)
		return info.URL, err
	}
	cfg.Handle = func(event any) {
		b.heard = append(b.heard, event)
		switch e := event.(type) {
		case *messages.MessageReceived:
			b.Acknowledge(e.Seq)
		case *messages.GuildSeen:
			b.Acknowledge(e.Seq)
		}
	}
	b.Gateway = discord.NewGateway(cfg)
	ctx, cancel := context.WithCancel(w.t.Context())
	b.stop = cancel
	go func() { b.ended <- b.Run(ctx) }()
	w.t.Cleanup(transport.CloseIdleConnections)
	synctest.Wait()
	return b
}

// texts returns what was heard to be said.
func (b *bot) texts() (out []string) {
	synctest.Wait()
	for _, e := range b.heard {
		if m, ok := e.(*messages.MessageReceived); ok {
			out = append(out, m.Message.Content)
		}
	}
	return out
}

// Troupe's own clients hear, answer, page and resume.
func TestTroupe(t *testing.T) {
	inTown(t, discordsim.Config{MessageContentIntent: true}, func(t *testing.T, w *town) {
		time.Sleep(now)
		b := w.start(discord.GatewayConfig{})
		ctx := t.Context()
		said := w.say(w.ann, "one")
		sent, err := b.Post(ctx, &messages.Post{
			Channel: w.channel, Content: "an answer", ReplyTo: said, Notify: true, Nonce: "n",
			Files: []messages.File{{Name: "a.txt", Type: "text/plain", Data: []byte("hi")}},
		})
		check(t, err)
		if got := sent.Budget; !got.Known || got.Limit != 5 || got.Left != 4 || got.Reset < 5*time.Second || got.Reset > 6*time.Second {
			t.Errorf("%+v", got)
		}
		again, err := b.Post(ctx, &messages.Post{Channel: w.channel, Content: "an answer", Nonce: "n"})
		check(t, err)
		if again.Message != sent.Message {
			t.Error("posted twice")
		}
		_, err = b.Edit(ctx, &messages.Edit{Channel: w.channel, Message: sent.Message, Content: "edited"})
		check(t, err)
		check(t, b.Typing(ctx, w.channel))

		w.Drop()
		w.say(w.ann, "two")
		time.Sleep(time.Minute)
		if d := cmp.Diff([]string{"one", "an answer", "two"}, b.texts()); d != "" {
			t.Errorf("heard (-want +got):\n%s", d)
		}
		if got := w.Sessions(); len(got) != 1 || got[0].Resumed != 1 || !got[0].OnResume {
			t.Errorf("%+v", got)
		}
		page, err := b.HistoryAfter(ctx, w.channel, said, 10)
		check(t, err)
		if len(page) != 2 || page[0].Content != "edited" || page[0].ReplyTo != said {
			t.Errorf("%+v", page)
		}
		if got := w.Tally(); got.Limited+got.Injected+got.Invalid != 0 {
			t.Errorf("%+v", got)
		}
		b.stop()
		if err := <-b.ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended in %v", err)
		}
	})
}

// Troupe's commands are registered, used, acknowledged and answered.
func TestTroupeCommands(t *testing.T) {
	inTown(t, discordsim.Config{MessageContentIntent: true}, func(t *testing.T, w *town) {
		time.Sleep(now)
		b := w.start(discord.GatewayConfig{})
		defer b.stop()
		ctx := t.Context()
		check(t, b.RegisterCommands(ctx, w.Application(), []messages.Command{{
			Name: "chat", Description: "talk", Options: []messages.CommandOption{{Name: "text", Description: "what", Required: true}},
		}}))
		_, err := w.UseCommand(discordsim.Use{Person: w.ben, Channel: w.channel, Command: "chat", Options: map[string]string{"text": "hi"}})
		check(t, err)
		synctest.Wait()
		used, ok := b.heard[len(b.heard)-1].(*messages.CommandUsed)
		if !ok || used.Name != "chat" || used.Options["text"] != "hi" || used.User.ID != w.ben || used.Permissions != discordsim.DefaultPermissions {
			t.Fatalf("heard %+v", b.heard[len(b.heard)-1])
		}
		check(t, b.Ack(ctx, used.Interaction, false))
		check(t, b.Ack(ctx, used.Interaction, false)) // 40060 is as good
		_, err = b.Respond(ctx, &messages.Response{Interaction: used.Interaction, Content: "hello"})
		check(t, err)
		further, err := b.Respond(ctx, &messages.Response{Interaction: used.Interaction, Further: true, Content: "and more", Private: true})
		check(t, err)
		got, err := w.Messages(w.channel, 0, 10, w.ben)
		check(t, err)
		if len(got) != 2 || got[0].Content != "hello" || got[0].Thinking || got[1].ID != further.Message || got[1].Ephemeral != w.ben {
			t.Errorf("%+v", got)
		}
	})
}

// What Discord refuses Troupe's client tells apart.
func TestTroupeRefused(t *testing.T) {
	plan := fault.NewPlan()
	inTown(t, discordsim.Config{Plan: plan}, func(t *testing.T, w *town) {
		time.Sleep(now)
		missing := false
		b := w.start(discord.GatewayConfig{MissingIntent: func() { missing = true }})
		defer b.stop()
		time.Sleep(time.Minute)
		if !missing || len(w.Sessions()) != 1 {
			t.Errorf("told of the missing intent: %v; sessions: %+v", missing, w.Sessions())
		}
		post := func() error {
			_, err := b.Post(t.Context(), &messages.Post{Channel: w.channel, Content: "x"})
			return err
		}
		plan.Set(discordsim.ClassMessageCreate, fault.Fault{Status: 429, RetryAfter: 2 * time.Second, Times: 1})
		var limited *messages.Limited
		if err := post(); !errors.As(err, &limited) || limited.Wait < 2*time.Second {
			t.Errorf("got %v", err)
		}
		time.Sleep(10 * time.Second)
		w.SetOverwrite(w.channel, messages.Overwrite{ID: uint64(w.Bot()), User: true, Deny: discordsim.PermSendMessages})
		var failed *messages.Failure
		if err := post(); !errors.As(err, &failed) {
			t.Errorf("got %v", err)
		}
	})
}
