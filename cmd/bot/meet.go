package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"troupe/discord"
	"troupe/gemini"
	"troupe/messages"
)

// meetWait bounds how long Discord and Gemini may take to greet the bot.
const meetWait = 30 * time.Second

// meet makes the edges and finds out whether they work: who the bot is, how many
// gateway sessions Discord advises, whether Gemini takes the key.
func (b *bot) meet(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, meetWait)
	defer cancel()
	c := b.Config
	if err := errors.Join(c.RequireDiscord(), c.RequireGemini()); err != nil {
		return err
	}
	if b.files, err = discord.NewCDN(c.Discord.CDNURL, b.Transport); err != nil {
		return err
	}
	if b.gemini, err = NewGemini(ctx, b.Options); err != nil {
		return err
	}
	if err := b.greetDiscord(ctx); err != nil {
		return err
	}
	return b.greetGemini(ctx)
}

// greetDiscord finds out where the gateway is and who the bot is.
func (b *bot) greetDiscord(ctx context.Context) error {
	requests := counter(b.registry, "troupe_discord_requests_total", "Requests to Discord, by what became of them.")
	b.happened = counter(b.registry, "troupe_gateway_events_total", "What happened on gateway connections, by kind.")
	err := b.ask(ctx, requests)
	if base := b.Config.Discord.APIURL; discord.Unserved(err) && hostAlone(base) {
		below := *b.Config
		below.Discord.APIURL = strings.TrimRight(base, "/") + "/api/v10"
		b.Config = &below
		err = b.ask(ctx, requests)
	}
	switch {
	case err != nil:
		return DiscordTrouble(b.Config.Discord.APIURL, err)
	case b.gateways.StartsLeft <= 0 && b.gateways.Starts != 0:
		return fmt.Errorf("discord lets this bot start no more sessions today: it was started too often; start it again in %v",
			b.gateways.StartsReset.Round(time.Minute))
	case b.self.ID != 0:
		return nil
	}
	b.self, err = b.introduce(ctx)
	return err
}

// hostAlone reports whether a URL names no path: that of the API may be meant.
func hostAlone(base string) bool {
	u, err := url.Parse(base)
	return err == nil && strings.Trim(u.Path, "/") == ""
}

// ask asks Discord at the address that is configured.
func (b *bot) ask(ctx context.Context, count func(what string)) (err error) {
	if b.discord, err = NewDiscord(b.Options, count); err != nil {
		return err
	}
	if b.self, err = b.whoami(ctx); err != nil {
		return err
	}
	b.gateways, err = Insist(ctx, b.discord.GatewayBot)
	b.turns = newTurnstile(b.gateways.MaxConcurrency)
	return err
}

// NewDiscord makes the client of Discord's API.
func NewDiscord(o Options, count func(what string)) (*discord.REST, error) {
	c := &o.Config.Discord
	return discord.NewREST(discord.RESTConfig{
		Token: c.Token.Reveal(), BaseURL: c.APIURL, RPS: c.RequestsPerSecond, Transport: o.Transport, Log: o.Log,
		Count: count,
	})
}

// NewGemini makes the client of Gemini's API.
func NewGemini(ctx context.Context, o Options) (*gemini.Client, error) {
	c := &o.Config.Gemini
	return gemini.New(ctx, gemini.Config{
		Key: c.Key.Reveal(), BaseURL: c.APIURL, Transport: o.Transport, Safety: c.Safety, Thinking: c.Thinking, Log: o.Log,
	})
}

// whoami asks Discord who the bot is, with a client that logs nothing: what is
// wrong with the token is said once, by who started the bot. A server that answers
// but does not tell is not Discord's own: its gateway will.
func (b *bot) whoami(ctx context.Context) (self messages.User, err error) {
	silent := b.Options
	silent.Log = slog.New(slog.DiscardHandler)
	client, err := NewDiscord(silent, nil)
	if err != nil {
		return self, err
	}
	self, err = Insist(ctx, client.Me)
	f, failed := errors.AsType[*messages.Failure](err)
	if failed && f.Cause != messages.CauseKey && f.Status != 0 && f.Status < http.StatusInternalServerError {
		return messages.User{}, nil
	}
	return self, err
}

// greetGemini stops on what no question could get past: a key that is not
// accepted, a server that is not there. All else may pass, and is logged.
func (b *bot) greetGemini(ctx context.Context) error {
	err := b.gemini.Check(ctx, b.Config.Gemini.Model)
	if spare := b.Config.Gemini.SpareModel; err == nil && spare != "" {
		err = b.gemini.Check(ctx, spare)
	}
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[*messages.Failure](err)
	if ok && (f.Cause == messages.CauseKey || f.Cause == messages.CauseUnreachable && f.Status == 0) {
		return err
	}
	b.Log.Warn("gemini does not answer the check; going on", "err", err)
	return nil
}

// gatewayURL returns where to connect to.
func (b *bot) gatewayURL(ctx context.Context) (string, error) {
	info, err := Insist(ctx, b.discord.GatewayBot)
	return info.URL, err
}

// Insist asks until a limit lets the request through.
func Insist[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	for {
		answer, err := ask(ctx)
		limited, ok := errors.AsType[*messages.Limited](err)
		if !ok {
			return answer, err
		}
		select {
		case <-time.After(limited.Wait):
		case <-ctx.Done():
			return answer, ctx.Err()
		}
	}
}

// DiscordTrouble says what to do about an error of Discord's.
func DiscordTrouble(url string, err error) error {
	f, ok := errors.AsType[*messages.Failure](err)
	switch {
	case ok && f.Cause == messages.CauseKey:
		return fmt.Errorf("discord does not accept the token: reset it at https://discord.com/developers/applications, page Bot, "+
			"and set DISCORD_TOKEN: %w", err)
	case ok && f.Status == 0:
		return fmt.Errorf("discord cannot be reached at %s: check the network, the proxy and DISCORD_API_URL: %w", url, err)
	}
	return fmt.Errorf("discord at %s does not answer as it should: try again in a few minutes, and check DISCORD_API_URL: %w", url, err)
}
