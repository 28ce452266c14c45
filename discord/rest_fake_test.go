package discord

import (
	"bytes"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

const (
	botToken         = "MTA.Secret.Bot-Token"
	interactionToken = "aW50ZXJhY3Rpb24.secret"
)

// A request is what a played Discord was asked.
type request struct {
	method, path, auth, kind string
	body                     string
	parts                    []string // of a multipart body: headers and contents
}

// A discord is Discord's REST side, played by the test: answer makes the answer
// to each request.
type discord struct {
	*REST
	requests []request
	counted  map[string]int
	log      bytes.Buffer
}

// An answerFunc makes the answer to a request.
type answerFunc func(request) *http.Response

// play returns a client whose requests answer answers. change may alter its
// configuration.
func play(t *testing.T, change func(*RESTConfig), answer answerFunc) *discord {
	t.Helper()
	d := &discord{counted: map[string]int{}}
	cfg := RESTConfig{
		Token: botToken,
		Log:   slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Count: func(what string) { d.counted[what]++ },
		Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
			q := read(t, r)
			d.requests = append(d.requests, q)
			return answer(q), nil
		}),
	}
	if change != nil {
		change(&cfg)
	}
	var err error
	if d.REST, err = NewREST(cfg); err != nil {
		t.Fatal(err)
	}
	return d
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// read takes a request apart.
func read(t *testing.T, r *http.Request) request {
	t.Helper()
	q := request{method: r.Method, path: r.URL.String(), auth: r.Header.Get("Authorization"), kind: r.Header.Get("Content-Type")}
	if !strings.HasPrefix(r.Header.Get("User-Agent"), "DiscordBot (") {
		t.Errorf("user agent %q", r.Header.Get("User-Agent"))
	}
	if r.Body == nil {
		return q
	}
	kind, params, err := mime.ParseMediaType(q.kind)
	if err != nil {
		t.Errorf("a body of type %q", q.kind)
	}
	q.kind = kind
	if !strings.HasPrefix(kind, "multipart/") {
		b, _ := io.ReadAll(r.Body)
		q.body = string(b)
		return q
	}
	form := multipart.NewReader(r.Body, params["boundary"])
	for {
		p, err := form.NextPart()
		if err == io.EOF {
			return q
		}
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(p)
		q.parts = append(q.parts, strings.Join([]string{p.Header.Get("Content-Disposition"), p.Header.Get("Content-Type"), string(b)}, "|"))
	}
}

// answerWith makes an answer of JSON, or of HTML where the body is a page. Headers
// are key and value in turn.
func answerWith(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	if strings.HasPrefix(body, "<") {
		h.Set("Content-Type", "text/html; charset=UTF-8")
	}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// always gives every request the same answer.
func always(status int, body string, headers ...string) answerFunc {
	return func(request) *http.Response { return answerWith(status, body, headers...) }
}
