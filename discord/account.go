package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// A GatewayInfo is where the bot connects to, and how often it may.
type GatewayInfo struct {
	URL            string        // of the gateway: wss
	Shards         int           // as many as Discord recommends
	Starts         int           // sessions that may be begun between two resets
	StartsLeft     int           // of them, now
	StartsReset    time.Duration // until StartsLeft is Starts again
	MaxConcurrency int           // sessions that may be begun together, every 5 s
}

// GatewayBot asks where to connect to. A server that has no advice for bots is
// asked for its address alone.
func (r *REST) GatewayBot(ctx context.Context) (GatewayInfo, error) {
	w, err := get[discordgo.GatewayBotResponse](ctx, r, discordgo.EndpointGatewayBot, "GET /gateway/bot")
	if Unserved(err) {
		w, err = get[discordgo.GatewayBotResponse](ctx, r, discordgo.EndpointGateway, "GET /gateway")
	}
	if err != nil {
		return GatewayInfo{}, err
	}
	if w.URL == "" {
		return GatewayInfo{}, r.unreadable(route{name: "GET /gateway/bot"})
	}
	return GatewayInfo{
		URL:            w.URL,
		Shards:         max(w.Shards, 1),
		Starts:         w.SessionStartLimit.Total,
		StartsLeft:     w.SessionStartLimit.Remaining,
		StartsReset:    time.Duration(w.SessionStartLimit.ResetAfter) * time.Millisecond,
		MaxConcurrency: w.SessionStartLimit.MaxConcurrency,
	}, nil
}

// Unserved reports whether an error says that the server does not have what it
// was asked for: see [messages.Failure.Unserved].
func Unserved(err error) bool {
	f, _ := errors.AsType[*messages.Failure](err)
	return f.Unserved()
}

// Me asks who the bot is.
func (r *REST) Me(ctx context.Context) (messages.User, error) {
	w, err := get[wireUser](ctx, r, discordgo.EndpointUser("@me"), "GET /users/{}")
	if err != nil {
		return messages.User{}, err
	}
	if w.ID == 0 {
		return messages.User{}, r.unreadable(route{name: "GET /users/{}"})
	}
	return w.person(""), nil
}

// A ContentAccess says whether the bot may read messages that do not mention it.
type ContentAccess int

// How far Discord lets an application read the content of messages.
const (
	ContentNone    ContentAccess = iota // the intent is not allowed
	ContentLimited                      // allowed in the Developer Portal, for as long as the bot is small
	ContentFull                         // reviewed by Discord
)

// Flags of applications (Discord documentation, Application: Application Flags).
const (
	flagMessageContent        = 1 << 18
	flagMessageContentLimited = 1 << 19
)

// An Application is what Discord knows of the bot's application.
type Application struct {
	ID      messages.ApplicationID
	Name    string
	Public  bool // others than its owner may invite it
	Content ContentAccess
}

// Application asks for the bot's application.
func (r *REST) Application(ctx context.Context) (Application, error) {
	type wire struct {
		ID     messages.ApplicationID `json:"id,string"`
		Name   string                 `json:"name"`
		Public bool                   `json:"bot_public"`
		Flags  int64                  `json:"flags"`
	}
	w, err := get[wire](ctx, r, discordgo.EndpointApplication("@me"), "GET /applications/{}")
	if err != nil {
		return Application{}, err
	}
	if w.ID == 0 {
		return Application{}, r.unreadable(route{name: "GET /applications/{}"})
	}
	app := Application{ID: w.ID, Name: w.Name, Public: w.Public}
	switch {
	case w.Flags&flagMessageContent != 0:
		app.Content = ContentFull
	case w.Flags&flagMessageContentLimited != 0:
		app.Content = ContentLimited
	}
	return app, nil
}

// OpenDM returns the channel of direct messages with a user. It is made if
// there is none; nobody is told.
func (r *REST) OpenDM(ctx context.Context, user messages.UserID) (messages.ChannelID, error) {
	c := call{
		method:   http.MethodPost,
		endpoint: discordgo.EndpointUserChannels("@me"),
		body: struct {
			Recipient string `json:"recipient_id"`
		}{user.String()},
		route: route{name: "POST /users/{}/channels"},
	}
	w, err := decoded[struct {
		ID messages.ChannelID `json:"id,string"`
	}](ctx, r, c)
	if err != nil {
		return 0, err
	}
	if w.ID == 0 {
		return 0, r.unreadable(c.route)
	}
	return w.ID, nil
}

// get asks for something that has no limit of its own.
func get[T any](ctx context.Context, r *REST, endpoint, name string) (*T, error) {
	return decoded[T](ctx, r, call{method: http.MethodGet, endpoint: endpoint, route: route{name: name}})
}

// decoded makes a request and decodes the answer.
func decoded[T any](ctx context.Context, r *REST, c call) (*T, error) {
	b, _, err := r.do(ctx, c)
	if err != nil {
		return nil, err
	}
	w, err := decodeAs[T](b)
	if err != nil {
		return nil, r.unreadable(c.route)
	}
	return w, nil
}
