package gemini

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// What no recording shows: the other reasons to finish, and answers that break
// genai or slip by it.
func TestShapes(t *testing.T) {
	candidate := func(s string) string { return `{"candidates":[` + s + `]}` }
	tests := []struct {
		name string
		rt   roundTripper
		want string
	}{
		{"whole", stream(chunk("Hello ", ""), chunk("you", "STOP")), `answer "Hello you"`},
		{"finish in two chunks", stream(chunk("a", "STOP"), chunk("b", "STOP")), `answer "ab"`},
		{"truncated", stream(chunk("a", "MAX_TOKENS")), `truncated "a"`},
		{"all spent on thinking", stream(candidate(`{"finishReason":"MAX_TOKENS"}`)), "empty, once"},
		{"no finish reason", stream(chunk("a", "")), `cut "a"`},
		{"unspecified", stream(chunk("a", "FINISH_REASON_UNSPECIFIED")), `cut "a"`},
		{"continuation", stream(chunk("a", "CONTINUATION")), `cut "a"`},
		{"other", stream(chunk("a", "OTHER")), `cut "a"`},
		{"malformed call", stream(candidate(`{"finishReason":"MALFORMED_FUNCTION_CALL"}`)), "empty, once"},
		{"language", stream(candidate(`{"finishReason":"LANGUAGE"}`)), "empty, once"},
		{"unknown", stream(chunk("a", "NEW_REASON")), `answer "a"`},
		{"recitation", stream(chunk("a", ""), candidate(`{"finishReason":"RECITATION"}`)), "recitation, once"},
		{"blocked midway", stream(chunk("a", ""), candidate(`{"finishReason":"PROHIBITED_CONTENT"}`), chunk("b", "STOP")), "safety, never"},
		{"blocked prompt", stream(`{"promptFeedback":{"blockReason":"NEW"}}`), "safety, never"},
		{"blank", stream(chunk(` \n`, "STOP")), "empty, once"},
		{"nothing", stream(), "empty, once"},
		{"thought only", stream(candidate(`{"content":{"parts":[{"text":"hm","thought":true}]},"finishReason":"STOP"}`)), "empty, once"},
		{"signature only at the end", stream(chunk("a", ""), candidate(`{"content":{"parts":[{"text":"","thoughtSignature":"YQ=="}]},"finishReason":"STOP"}`)), `answer "a"`},
		{"null", stream(`null`), "empty, once"},
		{"null candidate", stream(candidate(`null`)), "overloaded, once"},
		{"candidates of another kind", stream(`{"candidates":{}}`), "overloaded, once"},
		{"null part", stream(candidate(`{"content":{"parts":[null,{"text":"a"}]},"finishReason":"STOP"}`)), `answer "a"`},
		{"null after text", stream(chunk("a", ""), candidate(`null`)), `cut "a"`},
		{"garbage", stream(`{]`), "overloaded, once"},
		{"comment", always(200, "text/event-stream", ": ping\n\n"), "empty, once"},
		{"comments between", always(200, "text/event-stream", ": ping\n\n"+events(chunk("a", ""))+": ping\r\n"+events(chunk("b", "STOP"))), `answer "ab"`},
		{"named events", always(200, "text/event-stream", "event: chunk\nid: 1\nretry: 5\ndata:"+chunk("a", "STOP")+"\n\n"), `answer "a"`},
		{"data on several lines", always(200, "text/event-stream", strings.ReplaceAll(events(chunk("a", "STOP")), `,"`, ",\r\ndata: \"")), `answer "a"`},
		{"no empty line at the end", always(200, "text/event-stream", "data: "+chunk("a", "STOP")), `answer "a"`},
		{"done mark", stream(chunk("a", "STOP"), `[DONE]`), `answer "a"`},
		{"list", always(200, "application/json", "["+chunk("a", "")+",\r\n"+chunk("b", "STOP")+"\n]\n"), `answer "ab"`},
		{"list that breaks off", always(200, "application/json", "["+chunk("a", "")+`,{"candi`), `cut "a"`},
		{"list that is none", always(200, "application/json", "["+chunk("a", "")+"]]"), `cut "a"`},
		{"one object on several lines", always(200, "application/json", strings.ReplaceAll(chunk("a", "STOP"), `,"`, ",\n\n\"")), `answer "a"`},
		{"object after object", always(200, "application/json", chunk("a", "")+"\n"+chunk("b", "STOP")), `answer "ab"`},
		{"error in place of a stream", always(200, "application/json", `{"error":{"code":503,"status":"UNAVAILABLE"}}`), "overloaded, backoff"},
		{"error midway", stream(chunk("a", ""), `{"error":{"code":503,"status":"UNAVAILABLE"}}`), `cut "a"`},
		{"error first", stream(`{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3s"}]}}`), "minute_quota, after 3s"},
		{"cancelled by Google", stream(`{"error":{"code":499,"status":"CANCELLED"}}`), "overloaded, once"},
		{"web page", always(200, "text/html", "<html>log in</html>"), "unreachable, never"},
		{"lost at once", breakOff("", io.ErrUnexpectedEOF), "unreachable, once"},
		{"lost within an event", breakOff(events(chunk("a", ""))+`data: {"cand`, io.ErrUnexpectedEOF), `cut "a"`},
		{"no connection", func(*http.Request) (*http.Response, error) { return nil, io.EOF }, "unreachable, backoff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := newClient(t, tt.rt).Generate(t.Context(), ask(), func(string) {})
			if got := shape(t, g, err); got != tt.want {
				t.Errorf("got %s, want %s (%v)", got, tt.want, err)
			}
		})
	}
}

func shape(t *testing.T, g *messages.Generation, err error) string {
	t.Helper()
	if err != nil {
		f := failure(t, err)
		s := fmt.Sprintf("%s, %s", f.Cause, [...]string{"never", "once", "backoff", "after", "shorter"}[f.Retry])
		if f.After > 0 {
			s += " " + f.After.String()
		}
		return s
	}
	switch {
	case g.Cut:
		return fmt.Sprintf("cut %q", g.Text)
	case g.Truncated:
		return fmt.Sprintf("truncated %q", g.Text)
	}
	return fmt.Sprintf("answer %q", g.Text)
}

// An error by its status, its body and its headers.
func TestRefusals(t *testing.T) {
	quota := func(delay string, ids ...string) string {
		s := `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"quota","details":[` +
			`{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[`
		for i, id := range ids {
			if i > 0 {
				s += ","
			}
			s += `{"quotaId":"` + id + `","quotaValue":"15"}`
		}
		return s + `]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"` + delay + `"}]}}`
	}
	message := func(code int, status, text string) string {
		return fmt.Sprintf(`{"error":{"code":%d,"status":%q,"message":%q}}`, code, status, text)
	}
	const (
		minute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
		day    = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
		tokens = "GenerateContentInputTokensPerModelPerMinute-FreeTier"
		paid   = "GenerateContentPaidTierInputTokensPerModelPerMinute"
	)
	tests := []struct {
		name       string
		status     int
		body       string
		retryAfter string
		want       string
		limits     []messages.Limit
	}{
		{name: "minute", status: 429, body: quota("48s", minute), want: "minute_quota, after 48s", limits: []messages.Limit{{What: "rpm", Value: 15}}},
		{name: "tokens", status: 429, body: quota("2.5s", tokens, paid), want: "minute_quota, after 2.5s", limits: []messages.Limit{{What: "tpm", Value: 15}, {What: "tpm", Value: 15}}},
		// 2000-01-01 is the bubble's day; in Los Angeles 16:00 of the day before.
		{name: "day and minute", status: 429, body: quota("22s", minute, day), want: "day_quota, never 8h0m0s", limits: []messages.Limit{{What: "rpm", Value: 15}, {What: "rpd", Value: 15}}},
		{name: "header", status: 429, body: quota("2s"), retryAfter: "7", want: "minute_quota, after 7s"},
		{name: "date", status: 429, body: `{}`, retryAfter: "Sat, 01 Jan 2000 00:00:09 GMT", want: "minute_quota, after 9s"},
		{name: "no time", status: 429, body: ``, want: "minute_quota, backoff"},
		{name: "list", status: 429, body: "[" + quota("5s", minute) + "]", want: "minute_quota, after 5s", limits: []messages.Limit{{What: "rpm", Value: 15}}},
		{name: "unavailable", status: 503, body: message(503, "UNAVAILABLE", "busy"), retryAfter: "3", want: "overloaded, backoff 3s"},
		{name: "internal", status: 500, body: `oops`, want: "overloaded, backoff"},
		{name: "gateway's page", status: 502, body: `<html>`, want: "overloaded, backoff"},
		{name: "request timeout", status: 408, want: "overloaded, backoff"},
		{name: "bad key", status: 400, body: message(400, "INVALID_ARGUMENT", "API key not valid."), want: "key, never"},
		{name: "unauthorised", status: 401, want: "key, never"},
		{name: "credit", status: 402, want: "key, never"},
		{name: "forbidden", status: 403, want: "key, never"},
		{name: "region", status: 400, body: message(400, "FAILED_PRECONDITION", "location"), want: "key, never"},
		{name: "too long", status: 400, body: message(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."), want: "too_long, shorter"},
		{name: "too large", status: 413, want: "too_long, shorter"},
		{name: "model", status: 404, body: message(404, "NOT_FOUND", "models/x is not found"), want: "model, never"},
		{name: "argument", status: 400, body: message(400, "INVALID_ARGUMENT", "bad"), want: "internal, never"},
		{name: "redirect", status: 302, want: "unreachable, never"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := roundTripper(func(*http.Request) (*http.Response, error) {
					resp := respond(tt.status, "application/json", []byte(tt.body))
					resp.Header.Set("Retry-After", tt.retryAfter)
					return resp, nil
				})
				_, err := newClient(t, rt).Generate(t.Context(), ask(), nil)
				if got := shape(t, nil, err); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				f := failure(t, err)
				if diff := cmp.Diff(tt.limits, f.Limits); diff != "" || f.Status != tt.status {
					t.Errorf("status %d, limits %s", f.Status, diff)
				}
			})
		})
	}
}

// The day is Los Angeles', where it has 23 to 25 hours.
func TestUntilNewDay(t *testing.T) {
	for now, want := range map[string]time.Duration{
		"2026-03-08T08:00:00Z": 23 * time.Hour, // midnight in Los Angeles, and the clock goes forward
		"2026-11-01T07:00:00Z": 25 * time.Hour,
		"2026-07-01T06:59:59Z": time.Second,
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := untilNewDay(at); got != want {
			t.Errorf("%s: %v, want %v", now, got, want)
		}
	}
}

// Sources are named once, five at most, and cannot carry Markdown or pings.
func TestSources(t *testing.T) {
	var web []string
	for i := range 7 {
		web = append(web, fmt.Sprintf(`{"web":{"uri":"https://a.test/%d","title":"**@everyone** %d\n"}}`, i/2*2, i))
	}
	web = append(web, `{"web":{"uri":"javascript:x"}}`, `{"web":{"uri":"https://b.test/> <x"}}`, `{"web":{"uri":"https://c.test"}}`, `null`)
	g, err := newClient(t, stream(`{"candidates":[{"content":{"parts":[{"text":"Yes."}]},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[`+
		strings.Join(web[:10], ",")+`]}}]}`)).Generate(t.Context(), ask(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "Yes.\n\nSources:\n- everyone 0: <https://a.test/0>\n- everyone 2: <https://a.test/2>\n" +
		"- everyone 4: <https://a.test/4>\n- everyone 6: <https://a.test/6>\n- <https://c.test>"
	if diff := cmp.Diff(want, g.Text); diff != "" {
		t.Error(diff)
	}
}

// Code that the model ran cannot close the fence around it.
func TestCode(t *testing.T) {
	g, err := newClient(t, stream(`{"candidates":[{"content":{"parts":[{"text":"So:"},`+
		`{"executableCode":{"language":"PYTHON","code":"print('`+"```"+`')"}},`+
		`{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"3\n"}}]},"finishReason":"STOP"}]}`)).Generate(t.Context(), ask(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "So:\n````python\nprint('```')\n````\n```\n3\n```\n"; g.Text != want {
		t.Errorf("got %q", g.Text)
	}
}

func TestPromptIsChecked(t *testing.T) {
	c := newClient(t, stream())
	for name, p := range map[string]*messages.Prompt{
		"no turns":       {Model: DefaultModel},
		"blank":          {Model: DefaultModel, Turns: []messages.Turn{{Text: "\n"}}},
		"model has last": {Model: DefaultModel, Turns: []messages.Turn{{Text: "a"}, {Speaker: messages.SpeakerModel, Text: "b"}}},
		"no model":       {Turns: []messages.Turn{{Text: "a"}}},
		"path":           {Model: "a/../b", Turns: []messages.Turn{{Text: "a"}}},
	} {
		if _, err := c.Generate(t.Context(), p, nil); failure(t, err).Retry != messages.RetryNever {
			t.Errorf("%s: %v", name, err)
		}
	}
}
