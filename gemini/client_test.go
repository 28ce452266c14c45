package gemini

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// The request holds the prompt and the settings, keeps Google from storing it
// and sets nothing that new models refuse.
func TestRequest(t *testing.T) {
	var got map[string]any
	var header http.Header
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		header = r.Header
		if want := "http://gemini.test/v1beta/models/gemini-3.5-flash-lite:streamGenerateContent?alt=sse"; r.URL.String() != want {
			t.Errorf("URL = %s", r.URL)
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		return respond(200, "text/event-stream", []byte(events(chunk("hi", "STOP")))), nil
	})
	c := newClient(t, rt, func(cfg *Config) { cfg.Safety, cfg.Thinking = "few", ThinkLow })
	p := &messages.Prompt{
		Model: DefaultModel, System: "Be kind.", MaxTokens: 1000,
		Turns: []messages.Turn{
			{Text: "one"}, {Speaker: messages.SpeakerModel, Text: "two"}, {Text: " \n"}, {Text: "three"},
		},
	}
	if _, err := c.Generate(t.Context(), p, nil); err != nil {
		t.Fatal(err)
	}
	part := func(text string) []any { return []any{map[string]any{"text": text}} }
	threshold := func(category string) any {
		return map[string]any{"category": "HARM_CATEGORY_" + category, "threshold": "BLOCK_ONLY_HIGH"}
	}
	want := map[string]any{
		"contents": []any{
			map[string]any{"role": "user", "parts": part("one")},
			map[string]any{"role": "model", "parts": part("two")},
			map[string]any{"role": "user", "parts": part("three")},
		},
		"systemInstruction": map[string]any{"role": "user", "parts": part("Be kind.")},
		"generationConfig": map[string]any{
			"maxOutputTokens": 3048.0, // and room to think
			"thinkingConfig":  map[string]any{"thinkingLevel": "LOW"},
		},
		"safetySettings": []any{
			threshold("HARASSMENT"), threshold("HATE_SPEECH"), threshold("SEXUALLY_EXPLICIT"), threshold("DANGEROUS_CONTENT"),
		},
		"store": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if header.Get("X-Goog-Api-Key") != testKey || header.Get("X-Server-Timeout") != "180" {
		t.Errorf("header = %v", header)
	}
}

// The environment cannot change where the key goes.
func TestEnvironmentIsIgnored(t *testing.T) {
	t.Setenv("GOOGLE_GEMINI_BASE_URL", "http://elsewhere.test/")
	t.Setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
	t.Setenv("GOOGLE_CLOUD_PROJECT", "other")
	t.Setenv("GOOGLE_API_KEY", "other")
	c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "generativelanguage.googleapis.com" || r.Header.Get("X-Goog-Api-Key") != testKey {
			t.Errorf("%s with %q", r.URL, r.Header.Get("X-Goog-Api-Key"))
		}
		return respond(200, "text/event-stream", []byte(events(chunk("hi", "STOP")))), nil
	}), func(cfg *Config) { cfg.BaseURL = "" })
	if _, err := c.Generate(t.Context(), ask(), nil); err != nil {
		t.Error(err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no key":              func(c *Config) { c.Key = " " },
		"no host":             func(c *Config) { c.BaseURL = "gemini" },
		"another scheme":      func(c *Config) { c.BaseURL = "ftp://gemini.test" },
		"a password":          func(c *Config) { c.BaseURL = "https://u:" + testKey + "@gemini.test" },
		"an unknown safety":   func(c *Config) { c.Safety = "much" },
		"an unknown thinking": func(c *Config) { c.Thinking = "deep" },
	} {
		cfg := Config{Key: testKey}
		change(&cfg)
		_, err := New(t.Context(), cfg)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), testKey) {
			t.Errorf("%s: the error holds the key", name)
		}
	}
}

// A call of ours is one request, whatever comes back: genai neither continues
// nor retries.
func TestOneRequest(t *testing.T) {
	unfinished := `{"candidates":[{"content":{"parts":[{"text":"a"}]},"continuationToken":"YWJj"}]}`
	for name, rt := range map[string]roundTripper{
		"continuation": stream(unfinished),
		"500":          always(500, "application/json", `{}`),
		"429":          always(429, "application/json", `{}`),
		"no network":   func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
	} {
		calls := 0
		c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			calls++
			return rt(r)
		}))
		_, _ = c.Generate(t.Context(), ask(), nil)
		if calls != 1 {
			t.Errorf("%s: %d requests", name, calls)
		}
	}
}

// A server that has no streams is asked for the answer in one piece, and from
// then on at once. What is refused that way too is told as it was first.
func TestNoStreams(t *testing.T) {
	var asked []string
	served := true
	c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		_, what, _ := strings.Cut(r.URL.Path, ":")
		asked = append(asked, what)
		if what == "generateContent" && served {
			return respond(200, "application/json", []byte(chunk("a", ""))), nil
		}
		return respond(404, "text/html", []byte("<html>")), nil
	}))
	served = false
	if _, err := c.Generate(t.Context(), ask(), nil); failure(t, err).Status != 404 {
		t.Error(err)
	}
	served = true
	for range 2 {
		var grown string
		g, err := c.Generate(t.Context(), ask(), func(text string) { grown = text })
		if err != nil || g.Text != "a" || g.Cut || grown != "a" || g.Usage.Total != 10 {
			t.Errorf("%+v, %v", g, err)
		}
	}
	want := []string{"streamGenerateContent", "generateContent", "streamGenerateContent", "generateContent", "generateContent"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

// The version of the API may end the base URL.
func TestBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"http://g.test":            "http://g.test/v1beta/models/m:streamGenerateContent",
		"http://g.test/":           "http://g.test/v1beta/models/m:streamGenerateContent",
		"http://g.test/v1beta":     "http://g.test/v1beta/models/m:streamGenerateContent",
		"http://g.test/v1alpha1/":  "http://g.test/v1alpha1/models/m:streamGenerateContent",
		"http://g.test/proxy/v1//": "http://g.test/proxy/v1/models/m:streamGenerateContent",
		"http://g.test/proxy/v1x/": "http://g.test/proxy/v1x/v1beta/models/m:streamGenerateContent",
		"http://v1":                "http://v1/v1beta/models/m:streamGenerateContent",
	} {
		got := ""
		c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			u := *r.URL
			u.RawQuery = ""
			got = u.String()
			return respond(200, "text/event-stream", []byte(events(chunk("a", "STOP")))), nil
		}), func(cfg *Config) { cfg.BaseURL = base })
		p := ask()
		p.Model = "m"
		if _, err := c.Generate(t.Context(), p, nil); err != nil || got != want {
			t.Errorf("%s: %s, %v", base, got, err)
		}
	}
}

// A redirect is not followed: the key and the question would go along.
func TestRedirect(t *testing.T) {
	var reached atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer elsewhere.Close()
	from := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer from.Close()
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL = from.URL })
	defer c.Close()
	_, err := c.Generate(t.Context(), ask(), nil)
	if f := failure(t, err); f.Cause != messages.CauseUnreachable || f.Status != 307 || reached.Load() {
		t.Errorf("%v, reached %v", f, reached.Load())
	}
}

// Over a real connection that is lost midway the text that came is kept.
func TestConnectionLost(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, events(chunk("Once upon", ""))+"data: {\"candi")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer srv.Close()
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL = srv.URL })
	defer c.Close()
	g, err := c.Generate(t.Context(), ask(), nil)
	if err != nil || !g.Cut || g.Text != "Once upon" || g.Usage.Total != 10 {
		t.Errorf("%+v, %v", g, err)
	}
}

// quiet answers with head and then with nothing until the request is given up.
func quiet(head string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		resp := respond(200, "text/event-stream", nil)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(head), waitReader{r.Context()}))
		return resp, nil
	}
}

type waitReader struct{ ctx context.Context }

func (w waitReader) Read([]byte) (int, error) {
	<-w.ctx.Done()
	return 0, w.ctx.Err()
}

// Silence ends a call: at its beginning, between chunks, and by the deadlines
// of client and caller.
func TestDeadlines(t *testing.T) {
	tests := map[string]struct {
		rt     roundTripper
		caller time.Duration
		cancel bool
		within time.Duration
		cause  messages.Cause // "" for a cut answer
		retry  messages.Retry
	}{
		"first chunk":      {rt: quiet(""), within: DefaultFirstChunk, cause: messages.CauseTimeout, retry: messages.RetryOnce},
		"stall":            {rt: quiet(events(chunk("a", ""))), within: DefaultStall},
		"caller":           {rt: quiet(""), caller: time.Second, within: time.Second, cause: messages.CauseTimeout},
		"caller, text":     {rt: quiet(events(chunk("a", ""))), caller: time.Second, within: time.Second},
		"cancelled":        {rt: quiet(""), cancel: true, within: time.Second, cause: messages.CauseCancelled},
		"cancelled, text":  {rt: quiet(events(chunk("a", ""))), cancel: true, within: time.Second, cause: messages.CauseCancelled},
		"drip beyond time": {rt: drip(15 * time.Second), within: DefaultTimeout},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.caller > 0 {
					ctx, cancel = context.WithTimeout(ctx, tt.caller)
					defer cancel()
				}
				if tt.cancel {
					time.AfterFunc(time.Second, cancel)
				}
				start := time.Now()
				g, err := newClient(t, tt.rt).Generate(ctx, ask(), nil)
				if took := time.Since(start); took != tt.within {
					t.Errorf("took %v, want %v", took, tt.within)
				}
				if tt.cause == "" {
					if err != nil || !g.Cut {
						t.Errorf("got %+v, %v", g, err)
					}
					return
				}
				if f := failure(t, err); f.Cause != tt.cause || f.Retry != tt.retry {
					t.Errorf("got %+v", f)
				}
			})
		})
	}
}

// drip sends a chunk every so often, without end.
func drip(every time.Duration) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		resp := respond(200, "text/event-stream", nil)
		pr, pw := io.Pipe()
		resp.Body = pr
		go func() {
			for {
				if _, err := io.WriteString(pw, events(chunk("a", ""))); err != nil {
					return
				}
				select {
				case <-time.After(every):
				case <-r.Context().Done():
					_ = pw.CloseWithError(r.Context().Err())
					return
				}
			}
		}()
		return resp, nil
	}
}

// A panic of the caller's own is not taken for genai's.
func TestPanicOfCaller(t *testing.T) {
	defer func() {
		if v := recover(); v != "mine" {
			t.Errorf("recovered %v", v)
		}
	}()
	_, err := newClient(t, stream(chunk("a", "STOP"))).Generate(t.Context(), ask(), func(string) { panic("mine") })
	t.Errorf("no panic, but %v", err)
}

// One client serves many at once.
func TestConcurrent(t *testing.T) {
	c := newClient(t, stream(chunk("a", ""), chunk("b", "STOP")), func(cfg *Config) { cfg.Safety = "some" })
	p := ask()
	done := make(chan error, 16)
	for range cap(done) {
		go func() {
			g, err := c.Generate(t.Context(), p, func(string) {})
			if err == nil && g.Text != "ab" {
				err = errors.New(g.Text)
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Check asks for the model by name, and sends nothing to generate or to count.
func TestCheckAsksForTheModel(t *testing.T) {
	c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		if got := r.Method + " " + r.URL.Path; got != "GET /v1beta/models/"+DefaultModel || r.Header.Get("X-Goog-Api-Key") != testKey {
			t.Errorf("asked %s", got)
		}
		return respond(200, "application/json", []byte(`{"name":"models/m"}`)), nil
	}))
	if err := c.Check(t.Context(), DefaultModel); err != nil {
		t.Error(err)
	}
}

// A count of nothing for something is no count: genai takes an error that comes
// with status 200 for it.
func TestCountTokensNeedsACount(t *testing.T) {
	c := newClient(t, always(200, "application/json", `{"error":{"code":503,"status":"UNAVAILABLE"}}`))
	if n, err := c.CountTokens(t.Context(), ask()); failure(t, err).Retry != messages.RetryOnce {
		t.Errorf("%d, %v", n, err)
	}
}

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		rt    roundTripper
		model string
		want  string // "" for no error
	}{
		"good":      {rt: always(200, "application/json", `{"name":"models/m","supportedGenerationMethods":["countTokens","generateContent"]}`)},
		"no text":   {rt: always(200, "application/json", `{"name":"models/m","supportedGenerationMethods":["embedContent"]}`), want: "no model"},
		"no Gemini": {rt: always(200, "application/json", `{"error":{"code":404}}`), want: "cannot be reached"},
		"null":      {rt: always(200, "application/json", `null`), want: "trouble of its own"},
		"login":     {rt: always(403, "text/html", `<html>`), want: "cannot be reached"},
		"bad key":   {rt: always(400, "application/json", `{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}`), want: "the key is wrong"},
		"no credit": {rt: always(402, "application/json", `{}`), want: "the prepaid credit is used up"},
		"region":    {rt: always(400, "application/json", `{"error":{"status":"FAILED_PRECONDITION"}}`), want: "the region is not served"},
		"forbidden": {rt: always(403, "application/json", `{}`), want: "may not use this API"},
		"model":     {rt: always(404, "application/json", `{"error":{"status":"NOT_FOUND"}}`), want: "no model"},
		"bad name":  {rt: always(200, "application/json", `{}`), model: "../files", want: "no model"},
		"offline":   {rt: func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }, want: "cannot be reached at http://gemini.test/"},
		"proxy":     {rt: always(404, "text/html", `<html>`), want: "cannot be reached"},
		"quota":     {rt: always(429, "application/json", `{}`), want: "the key and the model are good"},
		"outage":    {rt: always(503, "text/html", `<html>`), want: "trouble of its own"},
	}
	for name, tt := range tests {
		model := DefaultModel
		if tt.model != "" {
			model = tt.model
		}
		err := newClient(t, tt.rt).Check(t.Context(), model)
		if err != nil {
			_ = failure(t, err)
		}
		switch {
		case tt.want == "" && err != nil, tt.want != "" && err == nil:
			t.Errorf("%s: %v", name, err)
		case err != nil && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func failure(t *testing.T, err error) *messages.Failure {
	t.Helper()
	var f *messages.Failure
	if !errors.As(err, &f) {
		t.Fatalf("%v is no Failure", err)
	}
	return f
}
