package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"troupe/cmd/bot"
	"troupe/discord"
	"troupe/messages"
	"troupe/store"
)

// checkCmd finds out what the bot lacks.
type checkCmd struct{ configFlag }

// checkWait bounds each check.
const checkWait = 20 * time.Second

// A finding is the outcome of one check.
type finding struct {
	what string
	good string // what was found; "" with err
	err  error
}

// Run prints a line for each check. It fails if one of them does.
func (c *checkCmd) Run(s *shell) error {
	cfg, err := s.load(c.configFlag)
	if err != nil {
		return err
	}
	failed := 0
	for _, check := range []func(context.Context, bot.Options) []finding{checkDiscord, checkGemini, checkStore, checkClock} {
		ctx, cancel := context.WithTimeout(s.ctx, checkWait)
		for _, f := range check(ctx, bot.Options{Config: cfg, Log: slog.New(slog.DiscardHandler)}) {
			if f.err != nil {
				failed++
				_, err = fmt.Fprintf(s.out, "FAIL  %-15s %v\n", f.what, f.err)
			} else {
				_, err = fmt.Fprintf(s.out, "ok    %-15s %s\n", f.what, f.good)
			}
			if err != nil {
				cancel()
				return err
			}
		}
		cancel()
	}
	if failed > 0 {
		return fmt.Errorf("%d of the checks failed", failed)
	}
	return nil
}

// checkDiscord looks at the token, the intents, and where to invite the bot.
func checkDiscord(ctx context.Context, o bot.Options) []finding {
	if err := o.Config.RequireDiscord(); err != nil {
		return []finding{{what: "token", err: err}}
	}
	rest, err := bot.NewDiscord(o, nil)
	if err != nil {
		return []finding{{what: "token", err: err}}
	}
	self, err := bot.Insist(ctx, rest.Me)
	if err != nil {
		return []finding{{what: "token", err: bot.DiscordTrouble(o.Config.Discord.APIURL, err)}}
	}
	found := []finding{{what: "token", good: fmt.Sprintf("it is that of %s (%v)", self.Name, self.ID)}}
	app, err := bot.Insist(ctx, rest.Application)
	if err != nil {
		return append(found, finding{what: "intents", err: bot.DiscordTrouble(o.Config.Discord.APIURL, err)})
	}
	return append(found, intents(app), sessions(ctx, o, rest),
		finding{what: "invite", good: "add the bot to a server with " + discord.InviteURL(app.ID)})
}

// intents looks at what Discord lets the bot read.
func intents(app discord.Application) finding {
	if app.Content != discord.ContentNone {
		return finding{what: "intents", good: "the bot may read what is said in its channels"}
	}
	return finding{what: "intents", err: fmt.Errorf("the bot may read only what mentions it, replies to it or is sent to it directly: "+
		"for the rest switch on Message Content Intent at https://discord.com/developers/applications/%v/bot", app.ID)}
}

// sessions looks at how often the bot may still connect today.
func sessions(ctx context.Context, o bot.Options, rest *discord.REST) finding {
	info, err := bot.Insist(ctx, rest.GatewayBot)
	switch {
	case err != nil:
		return finding{what: "gateway", err: bot.DiscordTrouble(o.Config.Discord.APIURL, err)}
	case info.Starts != 0 && info.StartsLeft <= 0:
		return finding{what: "gateway", err: fmt.Errorf("no more sessions may be started for %v: the bot was started too often",
			info.StartsReset.Round(time.Minute))}
	}
	return finding{what: "gateway", good: fmt.Sprintf("%d of %d sessions left today, %d shards", info.StartsLeft, info.Starts, info.Shards)}
}

// checkGemini looks at the key and the model.
func checkGemini(ctx context.Context, o bot.Options) []finding {
	if err := o.Config.RequireGemini(); err != nil {
		return []finding{{what: "key", err: err}}
	}
	client, err := bot.NewGemini(ctx, o)
	if err != nil {
		return []finding{{what: "key", err: err}}
	}
	found := []finding{{what: "key", good: "Gemini takes it"}}
	for _, m := range []struct {
		what, name string
		check      func(context.Context, string) error
	}{
		{"model", o.Config.Gemini.Model, client.Check},
		{"spare model", o.Config.Gemini.SpareModel, client.Check},
		{"embedding model", o.Config.Gemini.EmbeddingModel, client.CheckEmbedding},
	} {
		if m.name == "" || m.what == "embedding model" && !o.Config.Memory.Learn {
			continue
		}
		err := m.check(ctx, m.name)
		f, failed := errors.AsType[*messages.Failure](err)
		switch {
		case err == nil:
			found = append(found, finding{what: m.what, good: m.name})
		case failed && f.Cause == messages.CauseModel:
			found = append(found, finding{what: m.what, err: err})
		default:
			return []finding{{what: "key", err: err}}
		}
	}
	return found
}

// checkStore opens the store. That a bot runs on it is as it should be.
func checkStore(ctx context.Context, o bot.Options) []finding {
	s, err := store.Open(ctx, o.Config.Store)
	if errors.Is(err, store.ErrInUse) {
		return []finding{{what: "store", good: o.Config.Store + ", on which a troupe runs"}}
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		return []finding{{what: "store", err: err}}
	}
	return []finding{{what: "store", good: o.Config.Store}}
}

// maxSkew is how far the clock may be off. Discord's IDs tell the time, and a
// command must be answered within 3 s of it.
const maxSkew = 2 * time.Second

// checkClock compares the clock with Discord's.
func checkClock(ctx context.Context, o bot.Options) []finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Config.Discord.APIURL+"/gateway", nil)
	if err != nil {
		return []finding{{what: "clock", err: err}}
	}
	before := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return []finding{{what: "clock", err: errors.New("it cannot be compared with Discord's, which is not reached")}}
	}
	_ = resp.Body.Close()
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return []finding{{what: "clock", err: errors.New("it cannot be compared with Discord's, which does not tell the time")}}
	}
	return []finding{clock(before.Add(time.Since(before)/2), theirs)}
}

// clock compares two times; theirs is cut down to whole seconds.
func clock(ours, theirs time.Time) finding {
	skew := ours.Sub(theirs.Add(500 * time.Millisecond)).Round(100 * time.Millisecond)
	if skew.Abs() <= maxSkew {
		return finding{what: "clock", good: "it agrees with Discord's"}
	}
	way := "ahead of"
	if skew < 0 {
		way = "behind"
	}
	return finding{what: "clock", err: fmt.Errorf("it is %s %s Discord's: switch on time synchronisation (timedatectl set-ntp true)",
		strings.TrimPrefix(skew.String(), "-"), way)}
}
