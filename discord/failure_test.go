package discord

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
)

// Everything that Discord may answer maps to what to do about it.
func TestFailures(t *testing.T) {
	const (
		never   = messages.RetryNever
		backoff = messages.RetryBackoff
	)
	post := func(ctx context.Context, d *discord) error {
		_, err := d.Post(ctx, &messages.Post{Channel: 5, Content: "hi"})
		return err
	}
	answer := func(ctx context.Context, d *discord) error {
		_, err := d.Respond(ctx, &messages.Response{Interaction: messages.Interaction{ID: 1, Application: 2, Token: interactionToken}})
		return err
	}
	ack := func(ctx context.Context, d *discord) error {
		return d.Ack(ctx, messages.Interaction{ID: 1, Application: 2, Token: interactionToken}, false)
	}
	remove := func(ctx context.Context, d *discord) error { return d.Delete(ctx, 5, 6) }
	code := func(n string) string { return `{"message":"It said so","code":` + n + `}` }
	tests := []struct {
		name    string
		call    func(context.Context, *discord) error
		status  int
		body    string
		headers []string
		want    messages.Failure // without detail; no cause: it is a success
		invalid bool             // counts against our address
	}{
		{name: "token", call: post, status: 401, body: code("0"), want: messages.Failure{Cause: messages.CauseKey, Retry: never}, invalid: true},
		{name: "token of an interaction", call: answer, status: 401, body: code("50027"), want: messages.Failure{Cause: messages.CauseGone}, invalid: true},
		{name: "token of an interaction, without a word", call: answer, status: 401, want: messages.Failure{Cause: messages.CauseGone}, invalid: true},

		{name: "forbidden", call: post, status: 403, body: code("0"), want: messages.Failure{Cause: messages.CauseNoPermission}, invalid: true},
		{name: "missing access", call: post, status: 403, body: code("50001"), want: messages.Failure{Cause: messages.CauseNoPermission}, invalid: true},
		{name: "missing permissions", call: post, status: 403, body: code("50013"), want: messages.Failure{Cause: messages.CauseNoPermission}, invalid: true},
		{name: "closed to us", call: post, status: 403, body: code("50007"), want: messages.Failure{Cause: messages.CauseNoPermission}, invalid: true},
		{name: "no guild in common", call: post, status: 403, body: code("50278"), want: messages.Failure{Cause: messages.CauseNoPermission}, invalid: true},
		{name: "missing access, as a bad request", call: post, status: 400, body: code("50001"), want: messages.Failure{Cause: messages.CauseNoPermission}},
		{name: "reply without reading", call: post, status: 400, body: code("160002"), want: messages.Failure{Cause: messages.CauseNoPermission}},
		{name: "archived thread", call: post, status: 400, body: code("50083"), want: messages.Failure{Cause: messages.CauseNoPermission}},
		{name: "locked thread", call: post, status: 400, body: code("160005"), want: messages.Failure{Cause: messages.CauseNoPermission}},
		{name: "moderated", call: post, status: 400, body: code("200000"), want: messages.Failure{Cause: messages.CauseNoPermission}},
		{name: "firewall", call: post, status: 403, body: "<html>", want: messages.Failure{Cause: messages.CauseUnreachable, Retry: backoff}, invalid: true},

		{name: "not found", call: post, status: 404, body: code("0"), want: messages.Failure{Cause: messages.CauseGone}},
		{name: "not found, without a word", call: post, status: 404, want: messages.Failure{Cause: messages.CauseGone}},
		{name: "unknown channel", call: post, status: 404, body: code("10003"), want: messages.Failure{Cause: messages.CauseGone}},
		{name: "unknown message", call: post, status: 404, body: code("10008"), want: messages.Failure{Cause: messages.CauseGone}},
		{name: "unknown message, as a bad request", call: post, status: 400, body: code("10008"), want: messages.Failure{Cause: messages.CauseGone}},
		{name: "unknown webhook", call: answer, status: 404, body: code("10015"), want: messages.Failure{Cause: messages.CauseGone}},
		{name: "unknown interaction", call: ack, status: 404, body: code("10062"), want: messages.Failure{Cause: messages.CauseGone}},
		{name: "wrong address", call: post, status: 404, body: "<html>", want: messages.Failure{Cause: messages.CauseUnreachable, Retry: backoff}},

		{name: "acknowledged before", call: ack, status: 400, body: code("40060")},
		{name: "deleted before", call: remove, status: 404, body: code("10008")},
		{name: "deleted with its channel", call: remove, status: 404, body: code("10003"), want: messages.Failure{Cause: messages.CauseGone}},

		{name: "our mistake", call: post, status: 400, body: code("50035"), want: messages.Failure{Cause: messages.CauseInternal}},
		{name: "our mistake, too large", call: post, status: 413, body: code("40005"), want: messages.Failure{Cause: messages.CauseInternal}},
		{name: "wrong method", call: post, status: 405, body: code("0"), want: messages.Failure{Cause: messages.CauseInternal}},
		{name: "redirect", call: post, status: 301, headers: []string{"Location", "https://elsewhere.test/"}, want: messages.Failure{Cause: messages.CauseUnreachable}},

		{name: "too slow", call: post, status: 408, want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "broken", call: post, status: 500, body: code("0"), want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "bad gateway", call: post, status: 502, body: "<html>", want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "unavailable", call: post, status: 503, headers: []string{"Retry-After", "7"}, want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff, After: 7 * time.Second}},
		{name: "gateway timeout", call: post, status: 504, body: "<html>", want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "origin unreachable", call: post, status: 522, body: "<html>", want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "overloaded, by code", call: post, status: 400, body: code("130000"), want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "switched off for now", call: post, status: 403, body: code("40004"), want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}, invalid: true},

		{name: "done, but unreadable", call: post, status: 200, body: "<html>", want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "done, but nameless", call: post, status: 200, body: `{}`, want: messages.Failure{Cause: messages.CauseOverloaded, Retry: backoff}},
		{name: "done", call: post, status: 200, body: `{"id":"9"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := play(t, nil, always(tt.status, tt.body, tt.headers...))
			err := tt.call(t.Context(), d)
			if got := d.counted["invalid"] == 1; got != tt.invalid {
				t.Errorf("counts as invalid: %v", got)
			}
			if len(d.requests) != 1 {
				t.Errorf("%d requests", len(d.requests))
			}
			if tt.want.Cause == "" {
				if err != nil {
					t.Errorf("failed: %v", err)
				}
				return
			}
			f, ok := err.(*messages.Failure) //nolint:errorlint // must not be wrapped
			if !ok {
				t.Fatalf("got %#v", err)
			}
			if f.Detail == "" && tt.body != "" {
				t.Error("no detail")
			}
			got, want := *f, tt.want
			got.Detail, want.Status = "", tt.status
			if got.Cause != want.Cause || got.Retry != want.Retry || got.After != want.After || got.Status != want.Status {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if d.counted["failed_"+string(want.Cause)] != 1 {
				t.Errorf("counted %v", d.counted)
			}
		})
	}
}

// After a 401 nothing is sent: ten thousand of them get the address banned. Later
// it is tried again, since Discord has been seen to err.
func TestWrongToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := play(t, nil, always(401, `{"message":"401: Unauthorized","code":0}`))
		for range 3 {
			_, err := d.Me(t.Context())
			var f *messages.Failure
			if !errors.As(err, &f) || f.Cause != messages.CauseKey || f.Status != 401 || !strings.Contains(f.Detail, "Developer Portal") {
				t.Errorf("got %v", err)
			}
			if err := d.Ack(t.Context(), messages.Interaction{ID: 1, Token: interactionToken}, false); err == nil {
				t.Error("an acknowledgement went through")
			}
		}
		if len(d.requests) != 1 || d.counted["failed_key"] != 6 {
			t.Errorf("%d requests, counted %v", len(d.requests), d.counted)
		}
		time.Sleep(keyPause)
		_, _ = d.Me(t.Context())
		if len(d.requests) != 2 {
			t.Errorf("%d requests after a while", len(d.requests))
		}
	})
}

// Of an error neither what people wrote nor a secret reaches the log: only what
// kind it is and which fields are wrong.
func TestFailureDetail(t *testing.T) {
	d := play(t, nil, always(400, `{"message":"Invalid Form Body `+botToken+"\\n"+interactionToken+`","code":50035,"errors":{
		"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"what ann wrote"}]},
		"embeds":{"0":{"title":{"_errors":[{"code":"BASE_TYPE_REQUIRED","message":"what ann wrote"}]}}}}}`))
	_, err := d.Respond(t.Context(), &messages.Response{Interaction: messages.Interaction{ID: 1, Application: 2, Token: interactionToken}})
	var f *messages.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v", err)
	}
	// The request of an interaction does not carry the bot's token, but a proxy may know it.
	want := "code 50035: Invalid Form Body [token] [token]: content BASE_TYPE_MAX_LENGTH, embeds.0.title BASE_TYPE_REQUIRED"
	if f.Detail != want {
		t.Errorf("got %q, want %q", f.Detail, want)
	}
	d = play(t, nil, always(400, `{"message":"`+strings.Repeat("ü", 1000)+`"}`))
	_, err = d.Me(t.Context())
	if !errors.As(err, &f) || len(f.Detail) > maxDetail+len("…") {
		t.Errorf("a detail of %d bytes", len(f.Detail))
	}
}

// When no answer comes, nobody knows whether the request was done.
func TestUnanswered(t *testing.T) {
	cut := func(r *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
	hang := func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }
	broken := func(*http.Request) (*http.Response, error) {
		r := answerWith(200, `{"id":`)
		r.Body = io.NopCloser(io.MultiReader(r.Body, iotestErr{}))
		return r, nil
	}
	tests := []struct {
		name   string
		next   func(*http.Request) (*http.Response, error)
		within time.Duration // the caller's deadline; negative: cancels
		want   messages.Failure
		took   time.Duration
	}{
		{"cut", cut, time.Hour, messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff, Detail: "unexpected EOF"}, 0},
		{"cut in the answer", broken, time.Hour, messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff, Status: 200, Detail: "broken"}, 0},
		{"no answer", hang, time.Hour, messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff, Detail: "no answer in time"}, requestTimeout},
		{"caller's deadline", hang, time.Second, messages.Failure{Cause: messages.CauseTimeout, Retry: messages.RetryBackoff, Detail: "no answer within the caller's deadline"}, time.Second},
		{"withdrawn", hang, -time.Second, messages.Failure{Cause: messages.CauseCancelled, Detail: "nobody waits for it any more"}, time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := play(t, func(c *RESTConfig) { c.Transport = transportFunc(tt.next) }, nil)
				ctx, cancel := context.WithCancel(t.Context())
				if tt.within > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), tt.within)
				} else {
					time.AfterFunc(-tt.within, cancel)
				}
				defer cancel()
				began := time.Now()
				_, err := d.Post(ctx, &messages.Post{Channel: 5, Content: "hi"})
				f, ok := err.(*messages.Failure) //nolint:errorlint // must not be wrapped
				if !ok {
					t.Fatalf("got %#v", err)
				}
				if f.Cause != tt.want.Cause || f.Retry != tt.want.Retry || f.Detail != tt.want.Detail || f.Status != tt.want.Status {
					t.Errorf("got %+v, want %+v", f, tt.want)
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if d.limiter.buckets[bucketKey{"POST /channels/{}/messages", "5"}].flying != 0 {
					t.Error("the request counts as on its way")
				}
			})
		})
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("broken") }

// What nobody waits for is not sent.
func TestCancelledIsNotSent(t *testing.T) {
	d := play(t, nil, always(200, `{"id":"9"}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.Post(ctx, &messages.Post{Channel: 5, Content: "hi"})
	var f *messages.Failure
	if !errors.As(err, &f) || f.Cause != messages.CauseCancelled || len(d.requests) != 0 {
		t.Errorf("%v, %d requests", err, len(d.requests))
	}
}
