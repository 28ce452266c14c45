package gemini

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"troupe/messages"
)

const (
	secretText   = "I hid the diamonds under the old oak"
	secretSystem = "Never say the word rhubarb to Ann"
)

// Whatever Gemini or something in its place answers, no error and no log line
// holds the key or what people wrote. $KEY and $TEXT stand for both.
func FuzzNoSecrets(f *testing.F) {
	for _, body := range []string{
		`{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"API key not valid: $KEY"}}`,
		`{"error":{"code":400,"status":"$KEY","message":"bad value $TEXT","details":[{"reason":"$KEY"}]}}`,
		`{"error":{"code":400,"message":"value \"$TEXT\" at contents[0]"}}`,
		`{"error":{"code":429,"details":[{"violations":[{"quotaId":"PerDay$KEY","quotaValue":"$KEY"}]}]}}`,
		`[{"error":{"message":"$KEY $TEXT"}}]`,
		`<html>$KEY $TEXT</html>`,
		`data: {"candidates":[{"finishReason":"$KEY","content":{"parts":[{"text":"x"}]}}]}` + "\n\n",
		`data: {"error":{"code":500,"message":"$KEY $TEXT"}}` + "\n\n",
		`data: {"promptFeedback":{"blockReason":"$KEY"}}` + "\n\n",
		`data: {"$KEY": "$TEXT"` + "\n\n",
		`$KEY: $TEXT`,
	} {
		for _, status := range []int{200, 400, 403, 404, 429, 503} {
			f.Add(status, body, "text/plain", "$KEY")
		}
	}
	f.Fuzz(func(t *testing.T, status int, body, contentType, header string) {
		if status < 200 || status > 599 {
			return
		}
		fill := strings.NewReplacer("$KEY", testKey, "$TEXT", secretText).Replace
		var logs bytes.Buffer
		rt := roundTripper(func(*http.Request) (*http.Response, error) {
			resp := respond(status, fill(contentType), []byte(fill(body)))
			resp.Header.Set("Retry-After", fill(header))
			return resp, nil
		})
		c := newClient(t, rt, func(cfg *Config) {
			cfg.Log = slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		p := &messages.Prompt{Model: DefaultModel, System: secretSystem, Turns: []messages.Turn{{Text: secretText}}}
		_, err := c.Generate(t.Context(), p, nil)
		said := logs.String()
		if err != nil {
			said += fmt.Sprintf("%v %+v %#v", err, err, *failure(t, err))
		}
		for _, secret := range []string{testKey, secretText, secretSystem} {
			if strings.Contains(said, secret) {
				t.Errorf("%q is in %q", secret, said)
			}
		}
		if err := c.Check(t.Context(), DefaultModel); err != nil && strings.Contains(err.Error(), testKey) {
			t.Errorf("Check: the key is in %q", err)
		}
	})
}

// An error of the network that names the key is redacted, too.
func TestTransportErrorIsRedacted(t *testing.T) {
	rt := roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("cannot send\nheader " + testKey + " " + strings.Repeat("x", 1000))
	})
	_, err := newClient(t, rt).Generate(t.Context(), ask(), nil)
	f := failure(t, err)
	if strings.Contains(err.Error(), testKey) || len(f.Detail) > maxDetail+10 || strings.Contains(f.Detail, "\n") {
		t.Errorf("%q", f.Detail)
	}
}

// A body without end is not read to its end.
func TestBodyIsBounded(t *testing.T) {
	b := &body{ReadCloser: io.NopCloser(bytes.NewReader(make([]byte, 100))), left: 10, x: &exchange{}}
	p := make([]byte, 100)
	n, err := b.Read(p)
	_, end := b.Read(p)
	if n != 10 || err != nil || !errors.Is(end, errTooLarge) || !errors.Is(b.x.readErr, errTooLarge) {
		t.Errorf("%d, %v, %v", n, err, end)
	}
}
