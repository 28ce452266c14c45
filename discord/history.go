package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

const (
	// pageSize is the most messages of one request (Discord documentation, Get
	// Channel Messages).
	pageSize = 100
	// pinsSize is the same for pins (Discord documentation, Get Channel Pins).
	pinsSize = 50
)

// History reads up to limit messages before one, the newest first; before 0 the
// latest. A message that is not understood is left out. Neither the guild nor
// the roles of authors are told. Each hundred is a request: when a later one
// fails, what the earlier ones brought comes with the error.
func (r *REST) History(ctx context.Context, channel messages.ChannelID, before messages.MessageID, limit int) ([]messages.Message, error) {
	var all []messages.Message
	for limit > 0 {
		p, err := r.page(ctx, channel, "before", before, min(limit, pageSize))
		if err != nil {
			return all, err
		}
		all = append(all, p.messages...)
		if p.size < min(limit, pageSize) || p.oldest == 0 {
			break
		}
		limit -= p.size
		before = p.oldest
	}
	return all, nil
}

// HistoryAfter reads up to limit messages after one, the oldest first. Else it
// is as [REST.History].
func (r *REST) HistoryAfter(ctx context.Context, channel messages.ChannelID, after messages.MessageID, limit int) ([]messages.Message, error) {
	var all []messages.Message
	for limit > 0 {
		p, err := r.page(ctx, channel, "after", after, min(limit, pageSize))
		if err != nil {
			return all, err
		}
		slices.Reverse(p.messages)
		all = append(all, p.messages...)
		if p.size < min(limit, pageSize) || p.newest <= after {
			break
		}
		limit -= p.size
		after = p.newest
	}
	return all, nil
}

// Exists reports whether a message is in a channel. It is not only if Discord
// says just that: what cannot be found out is an error.
func (r *REST) Exists(ctx context.Context, channel messages.ChannelID, message messages.MessageID) (bool, error) {
	b, _, err := r.do(ctx, call{
		method:   http.MethodGet,
		endpoint: discordgo.EndpointChannelMessage(channel.String(), message.String()),
		route:    route{name: "GET /channels/{}/messages/{}", major: channel.String()},
		done:     discordgo.ErrCodeUnknownMessage,
	})
	return len(b) > 0, err
}

// Pins reads the messages of a channel that are pinned, what was pinned last
// first: at most 50.
func (r *REST) Pins(ctx context.Context, channel messages.ChannelID) ([]messages.Message, error) {
	c := call{
		method:   http.MethodGet,
		endpoint: discordgo.EndpointChannelMessages(channel.String()) + "/pins", // discordgo's own is deprecated by Discord
		query:    url.Values{"limit": {strconv.Itoa(pinsSize)}},
		route:    route{name: "GET /channels/{}/messages/pins", major: channel.String()},
	}
	b, _, err := r.do(ctx, c)
	if err != nil {
		return nil, err
	}
	var w struct {
		Items []struct {
			Message json.RawMessage `json:"message"`
		} `json:"items"`
	}
	if err := json.Unmarshal(b, &w); err != nil || w.Items == nil {
		return nil, r.unreadable(c.route)
	}
	raw := make([]json.RawMessage, len(w.Items))
	for i := range w.Items {
		raw[i] = w.Items[i].Message
	}
	return r.understood(raw), nil
}

// A page is what one request for history brings.
type page struct {
	messages       []messages.Message // those that are understood, the newest first
	size           int                // all of them
	oldest, newest messages.MessageID // 0 if none says its ID
}

func (r *REST) page(ctx context.Context, channel messages.ChannelID, side string, from messages.MessageID, limit int) (page, error) {
	c := call{
		method:   http.MethodGet,
		endpoint: discordgo.EndpointChannelMessages(channel.String()),
		query:    url.Values{"limit": {strconv.Itoa(limit)}},
		route:    route{name: "GET /channels/{}/messages", major: channel.String()},
	}
	if from != 0 || side == "after" {
		c.query.Set(side, from.String())
	}
	b, _, err := r.do(ctx, c)
	if err != nil {
		return page{}, err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return page{}, r.unreadable(c.route)
	}
	p := page{messages: r.understood(raw), size: len(raw)}
	for _, b := range raw {
		w, err := decodeAs[struct {
			ID messages.MessageID `json:"id,string"`
		}](b)
		if err != nil || w.ID == 0 {
			continue
		}
		p.newest = max(p.newest, w.ID)
		if p.oldest == 0 || w.ID < p.oldest {
			p.oldest = w.ID
		}
	}
	return p, nil
}

// understood decodes messages one by one, so that an odd one spoils no other.
func (r *REST) understood(raw []json.RawMessage) []messages.Message {
	all := make([]messages.Message, 0, len(raw))
	for _, b := range raw {
		m, err := messageOf(b)
		if err != nil {
			r.count("malformed")
			if r.odd.first("message") {
				r.log.Warn("a message in a channel's history is not understood; left out", "err", line(err.Error(), r.token))
			}
			continue
		}
		all = append(all, m)
	}
	return all
}

func messageOf(b []byte) (messages.Message, error) {
	w, err := decodeAs[wireMessage](b)
	if err != nil {
		return messages.Message{}, err
	}
	return w.message()
}
