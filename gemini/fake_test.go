package gemini

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"troupe/messages"
)

// testKey is what must never be seen outside a header.
const testKey = "AIzaSyMarked-SECRET_key+0123456789/abcdef"

// A roundTripper answers in place of Gemini.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// respond makes a response whose body comes in small, odd pieces.
func respond(status int, contentType string, body []byte) *http.Response {
	return &http.Response{
		Status:     http.StatusText(status),
		StatusCode: status,
		Header:     http.Header{"Content-Type": {contentType}},
		Body:       io.NopCloser(&oddReader{r: bytes.NewReader(body)}),
	}
}

// always answers every request alike.
func always(status int, contentType, body string) roundTripper {
	return func(*http.Request) (*http.Response, error) { return respond(status, contentType, []byte(body)), nil }
}

// stream answers with one event for each chunk.
func stream(chunks ...string) roundTripper {
	return always(200, "text/event-stream", events(chunks...))
}

func events(chunks ...string) string {
	var b strings.Builder
	for _, c := range chunks {
		b.WriteString("data: " + c + "\r\n\r\n")
	}
	return b.String()
}

// oddReader gives at most 1399 bytes at a time, which is no multiple of
// anything.
type oddReader struct{ r io.Reader }

func (o *oddReader) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1399)]) }

// breakOff answers with body and then ends as a lost connection does.
func breakOff(body string, err error) roundTripper {
	return func(*http.Request) (*http.Response, error) {
		resp := respond(200, "text/event-stream", nil)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(err)))
		return resp, nil
	}
}

func newClient(t testing.TB, rt http.RoundTripper, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{Key: testKey, BaseURL: "http://gemini.test/", Transport: rt}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask() *messages.Prompt {
	return &messages.Prompt{Model: DefaultModel, System: "You are a test.", Turns: []messages.Turn{{Text: "hi"}}}
}

// chunk is one with text, and perhaps a finish reason.
func chunk(text, finish string) string {
	if finish != "" {
		finish = `,"finishReason":"` + finish + `"`
	}
	return `{"candidates":[{"content":{"role":"model","parts":[{"text":"` + text + `"}]}` + finish + `}],` +
		`"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":3,"totalTokenCount":10},"modelVersion":"m-001"}`
}
