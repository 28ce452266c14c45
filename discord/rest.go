package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// BaseURL is the address of Discord's API.
const BaseURL = "https://discord.com/api/v10"

// userAgent is what Discord asks clients to call themselves (Discord
// documentation, Reference: User Agent).
const userAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, v" + discordgo.VERSION + ") troupe"

// keyPause is how long after a 401 nothing is sent: ten thousand of them in ten
// minutes get an address banned (Discord documentation, Rate Limits: Invalid
// Request Limit).
const keyPause = 10 * time.Minute

// RESTConfig is what a REST client is made of. Token is needed; the rest may be
// zero.
type RESTConfig struct {
	Token     string            // of the bot, with or without "Bot " before it
	BaseURL   string            // "" for [BaseURL]
	RPS       int               // requests in any second, interactions not counted; 0 for only what headers say
	Transport http.RoundTripper // nil for one of our own
	Log       *slog.Logger      // nil for none
	// Count counts what happened, for metrics: "sent", "limited_bucket" and
	// "limited_global" (not done), "refused_" and the scope of a 429, "invalid"
	// (what Discord counts against our address), "failed_" and the cause. It must
	// not block.
	Count func(what string)
}

// REST sends requests to Discord. It never sleeps and never retries: a request
// that would pass a limit is not sent. The errors of its methods are
// [*messages.Limited], for what was not done and may be tried again after the
// wait, and [*messages.Failure]. It is safe for concurrent use.
type REST struct {
	cfg    RESTConfig
	base   string // without a slash at its end
	token  string
	client *http.Client
	log    *slog.Logger
	odd    oddities

	mu      sync.Mutex
	limiter *limiter
	barred  time.Time // until then nothing is sent, since the token is not valid
}

// NewREST returns a REST client, without asking Discord anything. Its errors
// say what is wrong with cfg and do not hold the token.
func NewREST(cfg RESTConfig) (*REST, error) {
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cfg.Token)+" ", "Bot "))
	if token == "" {
		return nil, errors.New("discord: no bot token is set; one is made in the Developer Portal, page Bot")
	}
	if strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, errors.New("discord: the bot token holds characters that no token has; copy it again")
	}
	base, err := checkBase(cfg.BaseURL, BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.RPS < 0 {
		return nil, fmt.Errorf("discord: %d requests a second are none; 0 leaves it to Discord's headers", cfg.RPS)
	}
	r := &REST{
		cfg:     cfg,
		base:    base,
		token:   token,
		client:  newHTTPClient(cfg.Transport),
		log:     cfg.Log,
		limiter: newLimiter(cfg.RPS),
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	return r, nil
}

// checkBase returns a base URL without a slash at its end.
func checkBase(base, otherwise string) (string, error) {
	if base == "" {
		return otherwise, nil
	}
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("discord: the base URL must look like " + otherwise)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("discord: the base URL must hold no password and no query")
	}
	return strings.TrimRight(base, "/"), nil
}

// A call is one request, as the methods of REST make it.
type call struct {
	method   string
	endpoint string // as discordgo gives it
	query    url.Values
	body     any // what becomes JSON; nil for none
	files    []messages.File
	route    route
	secret   string             // of the endpoint, to be kept out of logs: the token of an interaction
	message  messages.MessageID // that is changed; 0 if that is not known
	done     int                // the code of an error that says that all is done already; 0 for none
}

// do sends a request and returns Discord's answer. The round trip is our own,
// since discordgo's keeps the headers of the answer to itself, reads bodies
// without bound and puts them, which hold what people wrote, into its errors.
func (r *REST) do(ctx context.Context, c call) ([]byte, messages.Budget, error) {
	req, err := r.request(ctx, c)
	if err != nil {
		return nil, messages.Budget{}, &messages.Failure{Cause: messages.CauseInternal, Detail: line(err.Error(), r.token, c.secret)}
	}
	body, budget, err := r.send(ctx, c.route, req)
	if err != nil && c.done != 0 && codeOf(body) == c.done {
		return nil, budget, nil
	}
	switch err := err.(type) { //nolint:errorlint // made here, never wrapped
	case *messages.Failure:
		err.Detail = line(err.Detail, r.token, c.secret)
		r.count("failed_" + string(err.Cause))
	case *messages.Limited:
		r.count("limited_" + err.What)
	}
	return body, budget, err
}

func (r *REST) send(ctx context.Context, to route, req *http.Request) ([]byte, messages.Budget, error) {
	if ctx.Err() != nil {
		return nil, messages.Budget{}, unanswered(ctx, reply{err: ctx.Err()})
	}
	t, err := r.admit(to)
	if err != nil {
		return nil, messages.Budget{}, err
	}
	r.count("sent")
	got := exchange(r.client, req)
	budget, err := r.settle(ctx, t, got)
	return got.body, budget, err
}

// request makes the request of a call.
func (r *REST) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	var kind string
	switch {
	case len(c.files) > 0:
		files := make([]*discordgo.File, len(c.files))
		for i, f := range c.files {
			files[i] = &discordgo.File{Name: f.Name, ContentType: f.Type, Reader: bytes.NewReader(f.Data)}
		}
		mixed, b, err := discordgo.MultipartBodyWithJSON(c.body, files)
		if err != nil {
			return nil, fmt.Errorf("encoding a request with files: %w", err)
		}
		body, kind = bytes.NewReader(b), mixed
	case c.body != nil:
		b, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("encoding a request: %w", err)
		}
		body, kind = bytes.NewReader(b), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, c.method, r.url(c), body)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	req.Header.Set("User-Agent", userAgent)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.secret == "" { // what holds a secret needs no other
		req.Header.Set("Authorization", "Bot "+r.token)
	}
	return req, nil
}

// url puts an endpoint of discordgo's, which lies below its own base, below
// ours.
func (r *REST) url(c call) string {
	u := r.base + "/" + strings.TrimPrefix(c.endpoint, discordgo.EndpointAPI)
	if len(c.query) > 0 {
		u += "?" + c.query.Encode()
	}
	return u
}

// admit returns the leave to send a request, or why it may not be sent now.
func (r *REST) admit(to route) (ticket, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.barred.After(now) {
		return ticket{}, &messages.Failure{Cause: messages.CauseKey, Status: http.StatusUnauthorized, Detail: wrongToken}
	}
	t, limited := r.limiter.take(to, now)
	if limited != nil {
		return ticket{}, limited
	}
	return t, nil
}

// settle takes in what became of a request, and returns what is left of its
// limit and what the reply means.
func (r *REST) settle(ctx context.Context, t ticket, got reply) (messages.Budget, error) {
	now := time.Now()
	switch {
	case got.status == 0 || got.status >= http.StatusInternalServerError && got.header.Get("X-RateLimit-Limit") == "":
		r.locked(func() { r.limiter.lost(t, now) })
		if got.status == 0 {
			return messages.Budget{}, unanswered(ctx, got)
		}
		return messages.Budget{}, failureOf(got, now)
	case got.status == http.StatusTooManyRequests:
		return messages.Budget{}, r.refused(t, got, now)
	}
	var budget messages.Budget
	r.locked(func() { budget = r.limiter.answered(t, toldBy(got.header), now) })
	switch {
	case !got.ok():
		return budget, r.failed(t, failureOf(got, now))
	case got.err != nil:
		return budget, unanswered(ctx, got)
	}
	return budget, nil
}

// refused takes in a 429.
func (r *REST) refused(t ticket, got reply, now time.Time) *messages.Limited {
	why := refusalOf(got.header, got.body, now)
	r.count("refused_" + why.scope)
	if why.scope != scopeShared {
		r.count("invalid")
	}
	r.log.Warn("Discord refused a request for now", "route", t.route.name, "scope", why.scope, "wait", why.wait)
	r.locked(func() { r.limiter.refused(t, toldBy(got.header), why.scope, why.wait, now) })
	if why.scope == scopeGlobal || why.scope == scopeBan {
		return &messages.Limited{Wait: why.wait, What: limitGlobal}
	}
	return &messages.Limited{Wait: why.wait, What: limitBucket}
}

// failed takes in that Discord would not do what it was asked for.
func (r *REST) failed(t ticket, f *messages.Failure) *messages.Failure {
	if f.Status == http.StatusUnauthorized || f.Status == http.StatusForbidden {
		r.count("invalid")
	}
	switch {
	case f.Cause != messages.CauseKey:
		return f
	case t.route.exempt: // the token of the interaction, not the bot's
		f.Cause = messages.CauseGone
		return f
	}
	f.Detail = wrongToken
	r.log.Error("the bot token is not valid; nothing is sent for a while",
		"do", "copy a valid token from the Developer Portal, page Bot", "route", t.route.name, "again_in", keyPause)
	r.locked(func() { r.barred = time.Now().Add(keyPause) })
	return f
}

func (r *REST) locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *REST) count(what string) {
	if r.cfg.Count != nil {
		r.cfg.Count(what)
	}
}
