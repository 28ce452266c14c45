package discord

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
)

// A 429, in whatever form, is a limit that was met; what it holds for is not
// sent until it has passed.
func TestRefused(t *testing.T) {
	const (
		nothing = "nothing"
		channel = "channel"  // that kind of request in that channel
		all     = "all"      // but interactions
		really  = "everyone" // interactions too
	)
	body := func(after string, global bool) string {
		return fmt.Sprintf(`{"message":"You are being rate limited.","retry_after":%s,"global":%v}`, after, global)
	}
	date := func(after time.Duration) string { return time.Now().Add(after).UTC().Format(http.TimeFormat) }
	tests := []struct {
		name    string
		body    string
		headers func() []string
		what    string
		wait    time.Duration
		holds   string
		count   string
	}{
		{"of a bucket", body("1.25", false), func() []string {
			return []string{"X-RateLimit-Scope", "user", "Retry-After", "2", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1.25", "X-RateLimit-Bucket", "b"}
		}, limitBucket, 1250 * time.Millisecond, channel, "refused_user"},
		{"of a bucket, without a scope", body("1.25", false), nil, limitBucket, 1250 * time.Millisecond, channel, "refused_user"},
		{"of a bucket, in the header alone", "{}", func() []string { return []string{"Retry-After", "3"} }, limitBucket, 3 * time.Second, channel, "refused_user"},
		{"of a bucket, by date", "{}", func() []string { return []string{"Retry-After", date(4 * time.Second)} }, limitBucket, 4 * time.Second, channel, "refused_user"},
		{"of a bucket, without a time", "{}", nil, limitBucket, unknownPause, channel, "refused_user"},
		{"of a bucket, with an odd time", body("-7", false), nil, limitBucket, unknownPause, channel, "refused_user"},
		{"of a bucket, with an endless time", body("1e300", false), nil, limitBucket, longestPause, channel, "refused_user"},
		{"of a bucket, quoted", body(`"0.5"`, false), nil, limitBucket, 500 * time.Millisecond, channel, "refused_user"},
		{"of slow mode", `{"message":"slowmode","code":20016,"retry_after":30.5}`, nil, limitBucket, 30500 * time.Millisecond, channel, "refused_user"},
		{"shared", body("0.5", false), func() []string { return []string{"X-RateLimit-Scope", "shared", "Retry-After", "1"} }, limitBucket, 500 * time.Millisecond, channel, "refused_shared"},
		{"global", body("64.5", true), func() []string {
			return []string{"X-RateLimit-Global", "true", "X-RateLimit-Scope", "global", "Retry-After", "65"}
		}, limitGlobal, 64500 * time.Millisecond, all, "refused_global"},
		{"global, in the body alone", body("2", true), nil, limitGlobal, 2 * time.Second, all, "refused_global"},
		{"global, in the headers alone", "", func() []string { return []string{"X-RateLimit-Global", "true", "Retry-After", "2"} }, limitGlobal, 2 * time.Second, all, "refused_global"},
		{"of Cloudflare", "<html>You are being rate limited", func() []string { return []string{"Retry-After", "600"} }, limitGlobal, 10 * time.Minute, really, "refused_ban"},
		{"of Cloudflare, without a time", "error code: 1015", nil, limitGlobal, unknownPause, really, "refused_ban"},
		{"of Cloudflare, without a word", "", nil, limitGlobal, unknownPause, really, "refused_ban"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refuse := true
				d := play(t, nil, func(request) *http.Response {
					if !refuse {
						return answerWith(200, `{"id":"9"}`)
					}
					var headers []string
					if tt.headers != nil {
						headers = tt.headers()
					}
					return answerWith(429, tt.body, headers...)
				})
				begin := time.Now()
				_, err := d.Post(t.Context(), &messages.Post{Channel: 5, Content: "hi"})
				wantRefused(t, err, tt.what, tt.wait)
				if d.counted[tt.count] != 1 || (d.counted["invalid"] == 1) == (tt.count == "refused_shared") {
					t.Errorf("counted %v", d.counted)
				}
				refuse = false
				_, again := d.Post(t.Context(), &messages.Post{Channel: 5, Content: "hi"})
				wantRefused(t, again, tt.what, tt.wait)
				_, elsewhere := d.Post(t.Context(), &messages.Post{Channel: 6, Content: "hi"})
				interaction := d.Ack(t.Context(), messages.Interaction{ID: 1, Token: interactionToken}, false)
				holds := channel
				if elsewhere != nil {
					holds = all
				}
				if interaction != nil {
					holds = really
				}
				if holds != tt.holds {
					t.Errorf("holds for %s, want %s (%v, %v)", holds, tt.holds, elsewhere, interaction)
				}
				time.Sleep(tt.wait - time.Nanosecond)
				if _, err := d.Post(t.Context(), &messages.Post{Channel: 5, Content: "hi"}); err == nil {
					t.Errorf("sent after %v", time.Since(begin))
				}
				time.Sleep(time.Nanosecond)
				if _, err := d.Post(t.Context(), &messages.Post{Channel: 5, Content: "hi"}); err != nil {
					t.Errorf("not sent after %v: %v", time.Since(begin), err)
				}
			})
		})
	}
}

func wantRefused(t *testing.T, err error, what string, wait time.Duration) {
	t.Helper()
	l, ok := err.(*messages.Limited) //nolint:errorlint // must not be wrapped
	if !ok {
		t.Fatalf("got %#v", err)
	}
	// A date has whole seconds.
	if l.What != what || l.Wait > wait || l.Wait < wait-time.Second || l.Wait != wait && wait%time.Second != 0 {
		t.Errorf("got %v, want %s %v", l, what, wait)
	}
}

// A request that would pass a limit is not sent, and what was sent tells how
// much is left.
func TestLimitedIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := 2
		d := play(t, nil, func(request) *http.Response {
			left--
			return answerWith(200, `{"id":"9"}`, "X-RateLimit-Limit", "2", "X-RateLimit-Remaining", fmt.Sprint(left),
				"X-RateLimit-Reset-After", "1.5", "X-RateLimit-Bucket", "abc")
		})
		for want := 1; want >= 0; want-- {
			sent, err := d.Edit(t.Context(), &messages.Edit{Channel: 5, Message: 6, Content: "hi"})
			budget := messages.Budget{Known: true, Limit: 2, Left: want, Reset: 1500*time.Millisecond + resetSlack}
			if err != nil || sent.Message != 9 || sent.Budget != budget {
				t.Errorf("%+v, %v; want %+v", sent, err, budget)
			}
		}
		_, err := d.Edit(t.Context(), &messages.Edit{Channel: 5, Message: 7, Content: "hi"})
		wantRefused(t, err, limitBucket, 1500*time.Millisecond+resetSlack)
		if len(d.requests) != 2 || d.counted["limited_bucket"] != 1 {
			t.Errorf("%d requests, counted %v", len(d.requests), d.counted)
		}
	})
}

// Headers that make no sense tell nothing.
func FuzzHeaders(f *testing.F) {
	f.Add("5", "4", "1.5", "1470173023.123", "abc", "2", `{"retry_after":1,"global":true}`)
	f.Add("-1", "x", "NaN", "Inf", "", "Wed, 21 Oct 2015 07:28:00 GMT", `[`)
	f.Fuzz(func(t *testing.T, limit, left, after, reset, bucket, retry, body string) {
		h := http.Header{}
		for key, value := range map[string]string{
			"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": left, "X-RateLimit-Reset-After": after,
			"X-RateLimit-Reset": reset, "X-RateLimit-Bucket": bucket, "Retry-After": retry,
		} {
			h.Set(key, value)
		}
		w := toldBy(h)
		if w.limit < 0 || w.left < 0 || w.reset < 0 || w.reset > longestPause {
			t.Errorf("%+v", w)
		}
		r := refusalOf(h, []byte(body), noon)
		if r.wait <= 0 || r.wait > longestPause || strings.TrimSpace(r.scope) == "" {
			t.Errorf("%+v", r)
		}
		l := newLimiter(0)
		tk, _ := l.take(post, noon)
		l.answered(tk, w, noon)
		if _, limited := l.take(post, noon); limited != nil && (limited.Wait <= 0 || limited.Wait > longestPause+resetSlack) {
			t.Errorf("%+v: %v", w, limited)
		}
	})
}

// Many clients at once do the limiter no harm.
func TestRESTConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := play(t, func(c *RESTConfig) {
			c.Count, c.Log, c.RPS = nil, nil, 50
			c.Transport = transportFunc(func(r *http.Request) (*http.Response, error) {
				time.Sleep(20 * time.Millisecond)
				return answerWith(200, `{"id":"9"}`), nil
			})
		}, nil)
		done := make(chan error)
		for i := range 100 {
			go func() {
				for {
					_, err := d.Post(t.Context(), &messages.Post{Channel: messages.ChannelID(i % 7), Content: "hi"})
					limited, ok := errors.AsType[*messages.Limited](err)
					if !ok {
						done <- err
						return
					}
					time.Sleep(limited.Wait)
				}
			}()
		}
		for range 100 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
