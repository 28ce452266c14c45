package discord

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"troupe/messages"
)

// Only Discord's CDN is ever asked, whatever a message claims.
func TestFetchWhere(t *testing.T) {
	const path = "/attachments/1/2/a.png?ex=1&is=2&hm=3"
	tests := []struct{ base, url, want string }{
		{"", "https://cdn.discordapp.com" + path, "https://cdn.discordapp.com" + path},
		{"", "https://media.discordapp.net" + path, "https://media.discordapp.net" + path},
		{"", "http://cdn.discordapp.com" + path, ""},
		{"", "https://cdn.discordapp.com:8443" + path, ""},
		{"", "https://ann@cdn.discordapp.com" + path, ""},
		{"", "https://cdn.discordapp.com.evil.test" + path, ""},
		{"", "https://evil.test/cdn.discordapp.com" + path, ""},
		{"", "https://127.0.0.1" + path, ""},
		{"", "file:///etc/passwd", ""},
		{"", "//cdn.discordapp.com" + path, ""},
		{"", "", ""},
		{"", ":", ""},
		{"http://127.0.0.1:8080", "https://cdn.discordapp.com" + path, "http://127.0.0.1:8080" + path},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8080" + path, "http://127.0.0.1:8080" + path},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8081" + path, ""},
		{"http://127.0.0.1:8080", "https://127.0.0.1:8080" + path, ""},
	}
	for _, tt := range tests {
		asked := ""
		c, err := NewCDN(tt.base, transportFunc(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return answerWith(200, "data"), nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Fetch(t.Context(), tt.url, 4)
		if asked != tt.want {
			t.Errorf("%s, base %q: asked %q, want %q", tt.url, tt.base, asked, tt.want)
		}
		if tt.want != "" && (err != nil || string(b) != "data") {
			t.Errorf("%s: %q, %v", tt.url, b, err)
		}
		var f *messages.Failure
		if tt.want == "" && (!errors.As(err, &f) || f.Cause != messages.CauseInternal) {
			t.Errorf("%s: %v", tt.url, err)
		}
	}
	for _, base := range []string{"localhost", "ftp://a.test", "http://a.test/path", "http://ann@a.test"} {
		if _, err := NewCDN(base, nil); err == nil {
			t.Errorf("base %q is taken", base)
		}
	}
}

func TestFetchFailures(t *testing.T) {
	read := 0
	endless := func(length int64) transportFunc {
		return func(*http.Request) (*http.Response, error) {
			read = 0
			r := answerWith(200, "")
			r.Body, r.ContentLength = io.NopCloser(readerFunc(func(b []byte) (int, error) { read += len(b); return len(b), nil })), length
			return r, nil
		}
	}
	answer := func(status int, headers ...string) transportFunc {
		return func(*http.Request) (*http.Response, error) { return answerWith(status, "<p>no", headers...), nil }
	}
	tests := []struct {
		name  string
		next  transportFunc
		cause messages.Cause
		retry messages.Retry
		read  int // at most
	}{
		{"too large, as told", endless(1 << 30), messages.CauseTooLong, messages.RetryNever, 0},
		{"too large, in truth", endless(-1), messages.CauseTooLong, messages.RetryNever, 10 << 10},
		{"expired", answer(404), messages.CauseGone, messages.RetryNever, 0},
		{"signature wrong", answer(403), messages.CauseGone, messages.RetryNever, 0},
		{"elsewhere", answer(302, "Location", "https://evil.test/"), messages.CauseUnreachable, messages.RetryNever, 0},
		{"too often", answer(429), messages.CauseOverloaded, messages.RetryBackoff, 0},
		{"broken", answer(502), messages.CauseOverloaded, messages.RetryBackoff, 0},
		{"in part", answer(206), messages.CauseUnreachable, messages.RetryNever, 0},
		{"cut", func(*http.Request) (*http.Response, error) { return nil, io.EOF }, messages.CauseUnreachable, messages.RetryBackoff, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read = 0
			asked := 0
			c, err := NewCDN("", transportFunc(func(r *http.Request) (*http.Response, error) { asked++; return tt.next(r) }))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Fetch(t.Context(), "https://cdn.discordapp.com/attachments/1/2/a.png?hm=secret", 4096)
			var f *messages.Failure
			if !errors.As(err, &f) || f.Cause != tt.cause || f.Retry != tt.retry || strings.Contains(f.Error(), "secret") {
				t.Errorf("got %v", err)
			}
			if asked != 1 || read > tt.read {
				t.Errorf("asked %d times, read %d bytes", asked, read)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
