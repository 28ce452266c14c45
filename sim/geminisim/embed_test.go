package geminisim_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

const embeds = gemini.DefaultEmbeddingModel

// cosine is how alike two vectors of length 1 are.
func cosine(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// Texts that say the same are close, those that have nothing to do with each other
// are not.
func TestEmbeddings(t *testing.T) {
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		for _, tt := range []struct {
			a, b  string
			least float64
			most  float64
		}{
			{"I live in Graz", "I live in Graz", 1, 1},
			{"I live in Graz", "I'm living in Graz", 0.85, 1},
			{"Ann lives in Graz.", "ann is living in GRAZ now!!", 0.85, 1},
			{"our builds are planned every Friday", "every Friday we plan our build", 0.85, 1},
			{"ich wohne in Graz", "Ann wohnt in Graz", 0.5, 1},
			{"Ann lives in Graz.", "Where does Ann live?", 0.5, 1},
			{"Ann's cat is called Mo.", "what is my cat called?", 0.5, 1},
			{"Ann lives in Graz.", "Who is allergic to peanuts?", -0.5, 0.3},
			{"I live in Graz", "the build is broken again", -0.5, 0.5},
			{"please write a haiku", "how many planets are there", -0.5, 0.5},
			{"two cats", "a compiler for regular expressions", -0.5, 0.5},
			{"秋风瑟瑟", "秋风瑟瑟的夜晚", 0.3, 1},
			{"🦀", "🦀", 1, 1},
			{"🦀", "🎉", -0.5, 0.5},
			{"is it?", "was there?", -0.5, 0.5},
		} {
			e, err := w.client.Embed(t.Context(), embeds, []string{tt.a, tt.b})
			if err != nil {
				t.Fatal(err)
			}
			got := cosine(e.Vectors[0], e.Vectors[1])
			if got < tt.least-1e-6 || got > tt.most+1e-6 {
				t.Errorf("%q and %q: %.2f, want %v to %v", tt.a, tt.b, got, tt.least, tt.most)
			}
		}
	})
}

// Embedding is counted and recorded, and faults befall it as anything else.
func TestEmbed(t *testing.T) {
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		texts := []string{"I live in Graz", "tea"}
		want := geminisim.CountTokens(texts[0]) + geminisim.CountTokens(texts[1])
		e, err := w.client.Embed(t.Context(), embeds, texts)
		if err != nil || e.Usage != (messages.Usage{Prompt: want, Total: want}) {
			t.Fatalf("%+v, %v", e, err)
		}
		call := w.sim.Calls()[0]
		if call.Class != geminisim.ClassEmbed || !slices.Equal(call.Texts, texts) || call.Status != 200 || call.Usage != e.Usage {
			t.Errorf("recorded %+v", call)
		}
		w.fault("gemini.embed:status=503,times=1")
		if _, err := w.client.Embed(t.Context(), embeds, texts); failureOf(t, err).Cause != messages.CauseOverloaded {
			t.Error(err)
		}
		w.fault("gemini.embed:drop,times=1")
		if _, err := w.client.Embed(t.Context(), embeds, texts); failureOf(t, err).Cause != messages.CauseUnreachable {
			t.Error(err)
		}
		c := w.sim.Count(embeds)
		if c.Requests != 3 || c.Answered != 1 || c.Failed != 2 || c.MinuteRequests != 3 || c.MinuteTokens != 3*want || c.Usage.Total != want {
			t.Errorf("%+v", c)
		}
	})
}

// The quotas of a model that embeds are its own.
func TestEmbedQuota(t *testing.T) {
	cfg := geminisim.Config{Quotas: map[string]geminisim.Quota{embeds: {RPM: 1, TPM: 10}}}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		_, err := w.client.Embed(t.Context(), embeds, []string{strings.Repeat("long ", 20)})
		if f := failureOf(t, err); f.Cause != messages.CauseMinuteQuota || len(f.Limits) != 1 || f.Limits[0] != (messages.Limit{What: "tpm", Value: 10}) {
			t.Errorf("%+v", f)
		}
		for want := range 2 {
			_, err = w.client.Embed(t.Context(), embeds, []string{"tea"})
			if (err != nil) != (want == 1) {
				t.Fatal(want, err)
			}
		}
		f := failureOf(t, err)
		if len(f.Limits) != 1 || f.Limits[0] != (messages.Limit{What: "rpm", Value: 1}) || !strings.Contains(f.Detail, "EmbedContentRequestsPerMinute") {
			t.Errorf("%+v", f)
		}
		if got := w.outcome("hi"); !strings.HasPrefix(got, "answer") {
			t.Error(got)
		}
	})
}

// A fault that comes after the effect costs the tokens all the same.
func TestEmbedActs(t *testing.T) {
	s := geminisim.New(geminisim.Config{})
	s.Plan().Set(geminisim.ClassEmbed, fault.Fault{Status: 500, Act: true})
	status, _, _ := call(t, s, "POST", models+embeds+":embedContent", `{"content":{"parts":[{"text":"tea"}]}}`)
	if n := s.Count(embeds).Usage.Prompt; status != 500 || n != 1 {
		t.Errorf("%d, %d tokens", status, n)
	}
}

// One text is embedded as many are, with all the dimensions unless fewer are asked for.
func TestEmbedContent(t *testing.T) {
	s := geminisim.New(geminisim.Config{})
	for body, want := range map[string]int{
		`{"content":{"parts":[{"text":"tea"}]}}`: 3072,
		`{"model":"models/gemini-embedding-2","content":{"parts":[{"text":"x"}]},"outputDimensionality":128}`: 128,
	} {
		status, _, answer := call(t, s, "POST", models+embeds+":embedContent", body)
		var got struct {
			Embedding struct{ Values []float32 }
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil || status != 200 {
			t.Fatal(status, answer)
		}
		v := got.Embedding.Values
		if length := math.Sqrt(cosine(v, v)); len(v) != want || math.Abs(length-1) > 1e-5 {
			t.Errorf("%s: %d dimensions, %v long", body, len(v), length)
		}
	}
}

// What is not as it must be is refused.
func TestEmbedRefused(t *testing.T) {
	request := func(text, more string) string {
		return fmt.Sprintf(`{"model":"models/%s","content":{"parts":[{"text":%q}]}%s}`, embeds, text, more)
	}
	batch := func(requests ...string) string { return `{"requests":[` + strings.Join(requests, ",") + `]}` }
	good := request("tea", "")
	path := models + embeds + ":batchEmbedContents"
	for name, tt := range map[string]struct {
		path, body string
		status     int
		want       string
	}{
		"good":                   {path, batch(good, good), 200, "embeddings"},
		"no key":                 {path + "?key=", batch(good), 403, "unregistered callers"},
		"unknown model":          {models + "x:batchEmbedContents", batch(good), 404, "not supported for batchEmbedContents"},
		"a model that generates": {models + model + ":embedContent", good, 404, "not supported for embedContent"},
		"generating":             {models + embeds + ":generateContent", hello, 404, "models/gemini-embedding-2 is not found for API version v1beta, or is not supported for generateContent"},
		"streaming":              {models + embeds + ":streamGenerateContent", hello, 404, "is not supported for"},
		"counting":               {models + embeds + ":countTokens", hello, 200, `"totalTokens":1`},
		"no requests":            {path, `{}`, 400, "requests is not specified"},
		"too many":               {path, batch(slices.Repeat([]string{good}, 101)...), 400, "at most 100 requests can be in one batch"},
		"no model":               {path, batch(`{"content":{"parts":[{"text":"a"}]}}`), 400, "requests[0].model"},
		"another model":          {path, batch(good, strings.Replace(good, embeds, "x", 1)), 400, "requests[1].model"},
		"blank":                  {path, batch(request(" ", "")), 400, "content is empty"},
		"an empty part":          {path, batch(strings.Replace(good, "[{", "[{},{", 1)), 400, "parts[0]"},
		"few dimensions":         {path, batch(request("a", `,"outputDimensionality":127`)), 400, "output_dimensionality"},
		"many dimensions":        {path, batch(request("a", `,"outputDimensionality":3073`)), 400, "output_dimensionality"},
		"too long":               {path, batch(request(strings.Repeat("long ", 9000), "")), 400, "exceeds the maximum number of tokens"},
		"an unknown field":       {path, batch(request("a", `,"dimensions":256`)), 400, "Unknown name"},
		"an unknown list":        {path, `{"texts":[]}`, 400, "Unknown name"},
		"no JSON":                {path, `{`, 400, "Invalid JSON payload"},
	} {
		s := geminisim.New(geminisim.Config{})
		if status, _, got := call(t, s, "POST", tt.path, tt.body); status != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %d %.300s", name, status, got)
		}
	}
}

// The list tells models that embed from those that write.
func TestEmbeddingModelIsListed(t *testing.T) {
	s := geminisim.New(geminisim.Config{})
	_, _, got := call(t, s, "GET", models+embeds, "")
	if !strings.Contains(got, `"supportedGenerationMethods":["embedContent","countTokens"]`) {
		t.Error(got)
	}
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		if err := w.client.Check(t.Context(), embeds); err == nil || failureOf(t, err).Cause != messages.CauseModel {
			t.Error(err)
		}
	})
}

// The answerer is told the schema, and a schema for anything but JSON is refused.
func TestSchema(t *testing.T) {
	var told string
	s := geminisim.New(geminisim.Config{Answer: func(p *messages.Prompt) geminisim.Reply {
		told = p.Schema
		return geminisim.Reply{Text: "[]"}
	}})
	for settings, want := range map[string]string{
		`"responseMimeType":"application/json","responseJsonSchema":{"type":"array"}`:       `{"type":"array"}`,
		`"responseMimeType":"application/json"`:                                             "",
		`"responseMimeType":"text/plain"`:                                                   "",
		`"responseJsonSchema":{"type":"array"}`:                                             "400 must be application/json",
		`"responseSchema":{"type":"ARRAY"}`:                                                 "400 must be application/json",
		`"responseMimeType":"text/plain","responseJsonSchema":{"type":"array"}`:             "400 must be application/json",
		`"responseMimeType":"text/html"`:                                                    "400 allowed mimetypes",
		`"responseMimeType":"application/json","responseJsonSchema":[]`:                     "400 is not an object",
		`"responseMimeType":"application/json","responseJsonSchema":{},"responseSchema":{}`: "400 only one of",
	} {
		told = ""
		status, _, answer := call(t, s, "POST", models+model+":generateContent",
			`{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{`+settings+`}}`)
		if bad, refused := strings.CutPrefix(want, "400 "); refused {
			if status != 400 || !strings.Contains(answer, bad) {
				t.Errorf("%s: %d %s", settings, status, answer)
			}
		} else if status != 200 || told != want {
			t.Errorf("%s: %d, told %q", settings, status, told)
		}
	}
}

// Whatever it is, a text has a vector of length 1, always the same.
func FuzzEmbed(f *testing.F) {
	f.Add("I live in Graz")
	f.Add("\xff\x00 ''")
	f.Add("ing s t")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.TrimSpace(text) == "" || len(text) > 4096 {
			t.Skip()
		}
		body, err := json.Marshal(map[string]any{"content": map[string]any{"parts": []any{map[string]any{"text": text}}}})
		if err != nil {
			t.Fatal(err)
		}
		s := geminisim.New(geminisim.Config{})
		_, _, one := call(t, s, "POST", models+embeds+":embedContent", string(body))
		_, _, two := call(t, s, "POST", models+embeds+":embedContent", string(body))
		var got struct {
			Embedding struct{ Values []float32 }
		}
		if err := json.Unmarshal([]byte(one), &got); err != nil || one != two {
			t.Fatal(one)
		}
		if v := got.Embedding.Values; math.Abs(cosine(v, v)-1) > 1e-4 {
			t.Errorf("%q: %v", text, cosine(v, v))
		}
	})
}
