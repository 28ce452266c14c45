//go:build lab

package main

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"

	"troupe/actors/gateway"
	"troupe/actors/journal"
	"troupe/discord"
	"troupe/messages"
	"troupe/supervision"
)

// safeguards are what the lab can leave out of the bot, by the names that
// --break takes. It must find each out.
var safeguards = map[string]func(*supervision.World){
	"accept":   func(w *supervision.World) { w.Store = forgetful{w.Store} },
	"nonce":    func(w *supervision.World) { w.Discord = randomNonces{w.Discord.(*discord.REST)} },
	"sequence": func(w *supervision.World) { w.Connect = hasty(w.Connect) },
	"recovery": func(w *supervision.World) { w.Store = careless{w.Store} },
	"lookup":   func(w *supervision.World) { w.Discord = blind{w.Discord.(*discord.REST), w.Self.ID} },
}

// A forgetful store says that it has accepted triggers, and has not.
type forgetful struct{ journal.Store }

// Apply applies all but that.
func (s forgetful) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	var rest []any
	for _, w := range writes {
		if _, accept := w.(*messages.AcceptTrigger); !accept {
			rest = append(rest, w)
		}
	}
	all := func(results []any) []any {
		var out []any
		for _, w := range writes {
			if a, accept := w.(*messages.AcceptTrigger); accept {
				out = append(out, &messages.Accepted{Trigger: a.Trigger, Fresh: true})
				continue
			}
			out, results = append(out, results[0]), results[1:]
		}
		return out
	}
	results, err := s.Store.Apply(ctx, rest, func(results []any) {
		if written != nil {
			written(all(results))
		}
	})
	if err != nil {
		return nil, err
	}
	return all(results), nil
}

// A careless store does not tell what has no outcome yet.
type careless struct{ journal.Store }

// Unfinished returns nothing.
func (careless) Unfinished(context.Context, messages.ChannelID) ([]messages.Trigger, error) {
	return nil, nil
}

// UnfinishedChannels returns nothing.
func (careless) UnfinishedChannels(context.Context) ([]messages.ChannelID, error) { return nil, nil }

// randomNonces makes each post another one to Discord.
type randomNonces struct{ *discord.REST }

// Post posts with a nonce of its own.
func (d randomNonces) Post(ctx context.Context, m *messages.Post) (messages.Sent, error) {
	other := *m
	other.Nonce = strconv.FormatUint(rand.Uint64(), 36) //nolint:gosec // it guards nothing
	return d.REST.Post(ctx, &other)
}

// A blind reader of history does not see what the bot said.
type blind struct {
	*discord.REST
	self messages.UserID
}

// HistoryAfter returns what others said.
func (d blind) HistoryAfter(ctx context.Context, c messages.ChannelID, after messages.MessageID, limit int) ([]messages.Message, error) {
	list, err := d.REST.HistoryAfter(ctx, c, after, limit)
	return slices.DeleteFunc(list, func(m messages.Message) bool { return m.Author.ID == d.self }), err
}

// hasty acknowledges every event as soon as it has come.
func hasty(connect func(int, messages.Session, gateway.Hooks) gateway.Client) func(int, messages.Session, gateway.Hooks) gateway.Client {
	return func(shard int, restore messages.Session, hooks gateway.Hooks) gateway.Client {
		var client gateway.Client
		handle := hooks.Handle
		hooks.Handle = func(event any) {
			handle(event)
			if seq := reflect.Indirect(reflect.ValueOf(event)).FieldByName("Seq"); seq.IsValid() && seq.Int() != 0 {
				client.Acknowledge(seq.Int())
			}
		}
		client = connect(shard, restore, hooks)
		return client
	}
}
