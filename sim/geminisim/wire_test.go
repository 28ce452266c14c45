package geminisim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

const models = "/v1beta/models/"

// call makes a request by hand, with the key unless the path has one.
func call(t *testing.T, s *geminisim.Server, method, path, body string) (status int, contentType, answer string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if !strings.Contains(path, "key=") {
		r.Header.Set("X-Goog-Api-Key", s.Key())
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Content-Type"), w.Body.String()
}

const hello = `{"contents":[{"parts":[{"text":"hi"}]}]}`

// usage is what hello and an answer of so many tokens cost.
func usage(output int) string {
	return fmt.Sprintf(`"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":%d,"totalTokenCount":%d,`+
		`"promptTokensDetails":[{"modality":"TEXT","tokenCount":1}]},"modelVersion":"gemini-3.6-flash","responseId":"sim-000001"}`,
		output, output+1)
}

// The three ways in which an answer can be asked for, byte for byte.
func TestFramings(t *testing.T) {
	first := `{"candidates":[{"content":{"parts":[{"text":"abcd"}],"role":"model"},"index":0}],` + usage(1)
	second := `{"candidates":[{"content":{"parts":[{"text":"efgh"}],"role":"model"},"finishReason":"STOP","index":0}],` + usage(2)
	whole := `{"candidates":[{"content":{"parts":[{"text":"abcdefgh"}],"role":"model"},"finishReason":"STOP","index":0}],` + usage(2)
	for _, tt := range []struct{ method, contentType, want string }{
		{"generateContent", "application/json; charset=UTF-8", whole},
		{"streamGenerateContent?alt=sse", "text/event-stream", "data: " + first + "\r\n\r\ndata: " + second + "\r\n\r\n"},
		{"streamGenerateContent", "application/json; charset=UTF-8", "[" + first + ",\r\n" + second + "]"},
	} {
		s := geminisim.New(geminisim.Config{
			Answer: says("abcdefgh"), Chunk: 4,
			Latency: geminisim.Latency{First: time.Nanosecond, Last: 2 * time.Nanosecond},
		})
		status, contentType, got := call(t, s, "POST", models+"gemini-3.6-flash:"+tt.method, hello)
		if diff := cmp.Diff(tt.want, got); diff != "" || status != 200 || contentType != tt.contentType {
			t.Errorf("%s: %d %s (-want +got):\n%s", tt.method, status, contentType, diff)
		}
	}
}

// An answer in one piece has everything that a stream has.
func TestInOnePiece(t *testing.T) {
	for name, tt := range map[string]struct {
		reply geminisim.Reply
		want  string // the beginning
	}{
		"thoughts": {
			geminisim.Reply{Thoughts: "hm", Chunks: []string{"a", "b"}},
			`{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"a"},{"text":"b"}],"role":"model"},"finishReason":"STOP"`,
		},
		"blocked": {geminisim.Reply{Block: "OTHER"}, `{"promptFeedback":{"blockReason":"OTHER"},"usageMetadata":{"promptTokenCount":1,"totalTokenCount":1`},
		"safety":  {geminisim.Reply{Finish: "SAFETY"}, `{"candidates":[{"finishReason":"SAFETY","index":0}]`},
		"empty":   {geminisim.Reply{}, `{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP"`},
		"nothing": {geminisim.Reply{NoFinish: true}, `{}`},
		"raw":     {geminisim.Reply{Raw: []string{"x", "y"}}, `xy`},
	} {
		s := geminisim.New(geminisim.Config{})
		s.Script(geminisim.Rule{Reply: tt.reply})
		if _, _, got := call(t, s, "POST", models+model+":generateContent", hello); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Thoughts count against the bound and are billed; a text that is too long ends
// in MAX_TOKENS at the bound.
func TestMaxTokens(t *testing.T) {
	s := geminisim.New(geminisim.Config{Answer: func(*messages.Prompt) geminisim.Reply {
		return geminisim.Reply{Text: "abcdefghijkl", Thinking: 3}
	}})
	_, _, got := call(t, s, "POST", models+model+":generateContent",
		`{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":5}}`)
	for _, want := range []string{`"text":"abcdefgh"`, `"finishReason":"MAX_TOKENS"`, `"candidatesTokenCount":2,"totalTokenCount":6`, `"thoughtsTokenCount":3`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// What is not as it must be is refused, with Gemini's words.
func TestRefused(t *testing.T) {
	generate := models + model + ":generateContent"
	for name, tt := range map[string]struct {
		path, body string
		status     int
		want       string
	}{
		"no key":            {generate + "?key=", hello, 403, "unregistered callers"},
		"bad key":           {generate + "?key=x", hello, 400, "API_KEY_INVALID"},
		"key in the query":  {generate + "?key=sim-key", hello, 200, "STOP"},
		"unknown model":     {models + "gemini-0:generateContent", hello, 404, "models/gemini-0 is not found for API version v1beta"},
		"unknown method":    {models + model + ":sing", hello, 404, "not supported for sing"},
		"unknown path":      {"/v2/x", hello, 404, "<html>"},
		"no contents":       {generate, `{}`, 400, "contents is not specified"},
		"no JSON":           {generate, `{`, 400, "Invalid JSON payload"},
		"empty body":        {generate, ``, 400, "Invalid JSON payload"},
		"unknown field":     {generate, `{"content":[]}`, 400, "Unknown name"},
		"unknown setting":   {generate, `{"generationConfig":{"maxTokens":1}}`, 400, "Unknown name"},
		"no parts":          {generate, `{"contents":[{}]}`, 400, "parts must not be empty"},
		"empty part":        {generate, `{"contents":[{"parts":[{}]}]}`, 400, "contents[0].parts[0].data: required oneof"},
		"empty system":      {generate, `{"contents":[{"parts":[{"text":"x"}]}],"systemInstruction":{"parts":[{"text":""}]}}`, 400, "systemInstruction"},
		"unknown role":      {generate, `{"contents":[{"role":"system","parts":[{"text":"x"}]}]}`, 400, "valid role"},
		"model speaks last": {generate, `{"contents":[{"role":"model","parts":[{"text":"x"}]}]}`, 400, "ending with a model turn"},
		"temperature":       {generate, `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":1}}`, 400, "temperature"},
		"thinking twice":    {generate, `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW","thinkingBudget":1}}}`, 400, "only set one"},
		"thinking level":    {generate, `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"XHIGH"}}}`, 400, "XHIGH"},
		"no tokens":         {generate, `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":0}}`, 400, "maxOutputTokens"},
		"too many tokens":   {generate, `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":65537}}`, 400, "maxOutputTokens"},
		"too large":         {generate, `{"contents":[{"parts":[{"text":"` + strings.Repeat("x", 21<<20) + `"}]}]}`, 400, "payload size exceeds"},
		"count of nothing":  {models + model + ":countTokens", `{}`, 400, "contents is not specified"},
		"count, whole":      {models + model + ":countTokens", `{"generateContentRequest":` + hello + `}`, 200, `"totalTokens":1`},
		"count, picture":    {models + model + ":countTokens", `{"contents":[{"parts":[{"inlineData":{"data":""}}]}]}`, 200, `"totalTokens":258`},
		"stream as a list":  {models + model + ":streamGenerateContent", `{}`, 400, `[{"error":`},
		"stream as events":  {models + model + ":streamGenerateContent?alt=sse", `{}`, 400, `{"error":`},
	} {
		s := geminisim.New(geminisim.Config{})
		status, _, got := call(t, s, "POST", tt.path, tt.body)
		if status != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %d %.200s", name, status, got)
		}
	}
}

// The list of models is one, and each can be asked for.
func TestModels(t *testing.T) {
	s := geminisim.New(geminisim.Config{})
	_, _, list := call(t, s, "GET", "/v1beta/models", "")
	var got struct{ Models []struct{ Name string } }
	if err := json.Unmarshal([]byte(list), &got); err != nil || len(got.Models) != len(geminisim.Models()) {
		t.Fatalf("%v: %s", err, list)
	}
	for _, m := range got.Models {
		if status, _, one := call(t, s, "GET", "/v1beta/"+m.Name, ""); status != 200 || !strings.Contains(list, one) {
			t.Errorf("%s: %d %s", m.Name, status, one)
		}
	}
	if status, _, _ := call(t, s, "GET", models+"gemini-0", ""); status != 404 {
		t.Errorf("status %d", status)
	}
	s.Plan().Set(geminisim.ClassModels, fault.Fault{Status: 503})
	if status, _, _ := call(t, s, "GET", "/v1beta/models", ""); status != 503 {
		t.Errorf("status %d", status)
	}
}

// A fault that lets the call take effect first uses the rule up and bills it.
func TestAct(t *testing.T) {
	s := geminisim.New(geminisim.Config{Answer: says("again")})
	s.Script(geminisim.Rule{Times: 1, Reply: geminisim.Reply{Text: "abcdefgh"}})
	s.Plan().Set("gemini.*", fault.Fault{Status: 500, Act: true, Times: 1})
	if status, _, _ := call(t, s, "POST", models+model+":generateContent", hello); status != 500 {
		t.Errorf("status %d", status)
	}
	if c := s.Count(model); c.Failed != 1 || c.Usage.Total != 3 {
		t.Errorf("counted %+v", c)
	}
	if _, _, got := call(t, s, "POST", models+model+":generateContent", hello); !strings.Contains(got, "again") {
		t.Error(got)
	}
}

// No text has more tokens here than the client reserves for it.
func TestTokensAreNoMoreThanEstimated(t *testing.T) {
	for _, text := range []string{
		"a", "1", "Hello, world! How are you?", "1234567890", "{}[]();\n\n\t", "Привет, как дела", "秋风瑟瑟", "🦀🦀🦀", "é", "\xff\xfe",
	} {
		if got, most := geminisim.CountTokens(text), gemini.EstimateTokens(text); got < 1 || got > most {
			t.Errorf("%q: %d, estimated %d", text, got, most)
		}
	}
	if n := geminisim.CountTokens(""); n != 0 {
		t.Errorf("%d tokens of nothing", n)
	}
}

// Serving adds little beside the work of the HTTP connection itself.
func BenchmarkGenerate(b *testing.B) {
	s := geminisim.New(geminisim.Config{})
	server := httptest.NewServer(s)
	defer server.Close()
	turns := strings.Repeat(`{"role":"user","parts":[{"text":"Ann: a line of ordinary length in a channel"}]},`, 20)
	body := `{"contents":[` + turns + `{"parts":[{"text":"what did Ann say?"}]}]}`
	for name, serve := range map[string]func() io.ReadCloser{
		"handler": func() io.ReadCloser {
			r := httptest.NewRequestWithContext(b.Context(), "POST", models+model+":streamGenerateContent?alt=sse", strings.NewReader(body))
			r.Header.Set("X-Goog-Api-Key", s.Key())
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return io.NopCloser(w.Body)
		},
		"loopback": func() io.ReadCloser {
			r, err := http.NewRequestWithContext(b.Context(), "POST", server.URL+models+model+":streamGenerateContent?alt=sse", strings.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			r.Header.Set("X-Goog-Api-Key", s.Key())
			resp, err := server.Client().Do(r)
			if err != nil {
				b.Fatal(err)
			}
			return resp.Body
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				answer := serve()
				_, _ = io.Copy(io.Discard, answer)
				_ = answer.Close()
			}
		})
	}
}
