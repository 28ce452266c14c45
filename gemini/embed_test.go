package gemini

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// embeddings is an answer with vectors that have a value in their first dimensions.
func embeddings(usage string, vectors ...[]float32) string {
	var list []string
	for _, v := range vectors {
		whole := append(slices.Clone(v), make([]float32, EmbeddingDimensions-len(v))...)
		values, err := json.Marshal(whole)
		if err != nil {
			panic(err)
		}
		list = append(list, `{"values":`+string(values)+`}`)
	}
	return `{"embeddings":[` + strings.Join(list, ",") + `]` + usage + `}`
}

// The request holds the texts and the number of dimensions, and nothing else.
func TestEmbedRequest(t *testing.T) {
	var got map[string]any
	calls := 0
	c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		calls++
		if want := "http://gemini.test/v1beta/models/gemini-embedding-2:batchEmbedContents"; r.URL.String() != want {
			t.Errorf("URL = %s", r.URL)
		}
		if r.Header.Get("X-Goog-Api-Key") != testKey {
			t.Errorf("header = %v", r.Header)
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		return respond(200, "application/json", []byte(embeddings("", []float32{3, 4}, []float32{0, -2}))), nil
	}))
	e, err := c.Embed(t.Context(), DefaultEmbeddingModel, []string{"I live in Graz", "tea"})
	if err != nil || calls != 1 {
		t.Fatal(err, calls)
	}
	request := func(text string) any {
		return map[string]any{
			"model":                "models/gemini-embedding-2",
			"content":              map[string]any{"role": "user", "parts": []any{map[string]any{"text": text}}},
			"outputDimensionality": 256.0,
		}
	}
	if diff := cmp.Diff(map[string]any{"requests": []any{request("I live in Graz"), request("tea")}}, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	for i, want := range [][]float32{{0.6, 0.8}, {0, -1}} {
		if got := e.Vectors[i]; len(got) != EmbeddingDimensions || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("vector %d is %v", i, got[:2])
		}
	}
}

// The tokens are those that the answer tells, else no fewer than there can be.
func TestEmbedUsage(t *testing.T) {
	estimate := EstimateTokens("some words")
	for usage, want := range map[string]int{
		"": estimate,
		`,"usageMetadata":{"promptTokenCount":2}`:  2,
		`,"usageMetadata":{"promptTokenCount":0}`:  estimate,
		`,"usageMetadata":{"promptTokenCount":-7}`: estimate,
		`,"usageMetadata":"none"`:                  estimate,
	} {
		c := newClient(t, always(200, "application/json", embeddings(usage, []float32{1})))
		e, err := c.Embed(t.Context(), DefaultEmbeddingModel, []string{"some words"})
		if err != nil || e.Usage != (messages.Usage{Prompt: want, Total: want}) {
			t.Errorf("%s: %+v, %v", usage, e, err)
		}
	}
}

// What Gemini would refuse is not sent.
func TestEmbedRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		model string
		texts []string
		want  messages.Cause
	}{
		"no text":     {DefaultEmbeddingModel, nil, messages.CauseInternal},
		"blank":       {DefaultEmbeddingModel, []string{"a", " \n"}, messages.CauseInternal},
		"too many":    {DefaultEmbeddingModel, slices.Repeat([]string{"a"}, MaxEmbeddings+1), messages.CauseInternal},
		"a bad model": {"../x", []string{"a"}, messages.CauseModel},
	} {
		c := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
			t.Errorf("%s: it is sent", name)
			return respond(500, "application/json", nil), nil
		}))
		_, err := c.Embed(t.Context(), tt.model, tt.texts)
		if f := failure(t, err); f.Cause != tt.want || !f.Unsent || f.Retry != messages.RetryNever {
			t.Errorf("%s: %+v", name, f)
		}
	}
	many := slices.Repeat([]string{"a"}, MaxEmbeddings)
	c := newClient(t, always(200, "application/json", embeddings("", slices.Repeat([][]float32{{1}}, MaxEmbeddings)...)))
	if e, err := c.Embed(t.Context(), DefaultEmbeddingModel, many); err != nil || len(e.Vectors) != MaxEmbeddings {
		t.Error(err)
	}
}

// An answer that is not one vector for each text is none.
func TestEmbedUnfit(t *testing.T) {
	for name, body := range map[string]string{
		"empty":         `{}`,
		"no JSON":       `x`,
		"too few":       embeddings("", []float32{1}),
		"too many":      embeddings("", []float32{1}, []float32{1}, []float32{1}),
		"no direction":  embeddings("", []float32{1}, []float32{0}),
		"too short":     `{"embeddings":[{"values":[1]},{"values":[1]}]}`,
		"a null":        `{"embeddings":[null,null]}`,
		"another shape": `{"embeddings":{"values":[1]}}`,
	} {
		c := newClient(t, always(200, "application/json", body))
		_, err := c.Embed(t.Context(), DefaultEmbeddingModel, []string{"a", "b"})
		if f := failure(t, err); f.Cause != messages.CauseOverloaded || f.Retry != messages.RetryOnce || f.Unsent || f.Status != 200 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// Every error on record is the same failure, whether text or vectors were asked for.
func TestEmbedRecorded(t *testing.T) {
	checked := 0
	for _, r := range recordings(t) {
		if r.Status == 200 || r.Method == "countTokens" {
			continue
		}
		checked++
		c := newClient(t, always(r.Status, r.ContentType, string(r.body)))
		_, err := c.Generate(t.Context(), ask(), nil)
		want := outcome(nil, err)
		_, err = c.Embed(t.Context(), DefaultEmbeddingModel, []string{"hi"})
		if got := outcome(nil, failure(t, err)); got != want {
			t.Errorf("%s: %s, want %s", r.File, got, want)
		}
	}
	if checked < 5 {
		t.Errorf("only %d errors checked", checked)
	}
}

// An error neither quotes what was to be embedded nor holds the key.
func TestEmbedIsDiscreet(t *testing.T) {
	said := "my cat is called Mo and sleeps all day"
	c := newClient(t, always(400, "application/json",
		fmt.Sprintf(`{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"cannot embed %s with %s"}}`, said, testKey)))
	_, err := c.Embed(t.Context(), DefaultEmbeddingModel, []string{said})
	if s := failure(t, err).Error(); strings.Contains(s, "cat") || strings.Contains(s, testKey) || !strings.Contains(s, "INVALID_ARGUMENT") {
		t.Error(s)
	}
}

// A call ends in time, and says who gave up and whether anything was sent.
func TestEmbedEnds(t *testing.T) {
	hang := roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, hang)
		start := time.Now()
		_, err := c.Embed(t.Context(), DefaultEmbeddingModel, []string{"a"})
		if f := failure(t, err); f.Cause != messages.CauseTimeout || f.Unsent || time.Since(start) != DefaultTimeout {
			t.Errorf("%+v after %v", f, time.Since(start))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = c.Embed(gone, DefaultEmbeddingModel, []string{"a"})
		if f := failure(t, err); f.Cause != messages.CauseCancelled || !f.Unsent {
			t.Errorf("%+v", f)
		}
	})
}

// What embeddings cost is known, and they are no model that writes.
func TestEmbeddingModel(t *testing.T) {
	if got := Cost(DefaultEmbeddingModel, messages.Usage{Prompt: 1e6, Total: 1e6}); math.Abs(got-0.20) > 1e-9 {
		t.Errorf("a million tokens cost %v", got)
	}
	if m, known := Lookup("models/gemini-embedding-2-001"); !known || m.Context != 8192 {
		t.Errorf("%+v", m)
	}
	if slices.ContainsFunc(Models(), func(m Model) bool { return m.Name == DefaultEmbeddingModel }) {
		t.Error("it is listed as one that writes")
	}
}

// A schema is sent as it is, for an answer in JSON; one that is none is not sent.
func TestSchema(t *testing.T) {
	var got struct {
		Config map[string]any `json:"generationConfig"`
	}
	c := newClient(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		return respond(200, "text/event-stream", []byte(events(chunk("[]", "STOP")))), nil
	}))
	p := ask()
	p.Schema = `{"type":"array","items":{"type":"string","maxLength":20}}`
	if g, err := c.Generate(t.Context(), p, nil); err != nil || g.Text != "[]" {
		t.Fatal(err)
	}
	want := map[string]any{
		"responseMimeType": "application/json",
		"responseJsonSchema": map[string]any{
			"type": "array", "items": map[string]any{"type": "string", "maxLength": 20.0},
		},
	}
	if diff := cmp.Diff(want, got.Config); diff != "" {
		t.Errorf("generationConfig (-want +got):\n%s", diff)
	}
	for _, p.Schema = range []string{"{", "[]", "null", `"x"`, "{} {}"} {
		_, err := c.Generate(t.Context(), p, nil)
		if f := failure(t, err); f.Cause != messages.CauseInternal || !f.Unsent {
			t.Errorf("%s: %+v", p.Schema, f)
		}
	}
}
