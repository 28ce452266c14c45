package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"google.golang.org/genai"

	"troupe/messages"
)

// EmbeddingDimensions is how many numbers a vector of [Client.Embed] has.
// gemini-embedding-2 gives from 128 to 3072 (Gemini API documentation,
// Embeddings): few suffice to tell short sentences apart, and each vector that is
// kept costs 1 KiB.
const EmbeddingDimensions = 256

// MaxEmbeddings is how many texts go into one request. Gemini refuses more, with
// "at most 100 requests can be in one batch".
const MaxEmbeddings = 100

// Embed asks for the vectors of texts, in their order and each of length 1, in one
// request. No text may be blank, and there may be at most [MaxEmbeddings]. Where the
// answer tells no tokens, the usage is an estimate. All errors are
// [*messages.Failure].
func (c *Client) Embed(ctx context.Context, model string, texts []string) (*messages.Embeddings, error) {
	if f := checkTexts(model, texts); f != nil {
		f.Unsent = true
		return nil, f
	}
	var copied bytes.Buffer
	x := &exchange{copied: &copied}
	call, cancel := context.WithTimeout(withExchange(ctx, x), c.timeout)
	defer cancel()
	resp, err := c.embed(call, model, texts)
	if err != nil {
		p := &messages.Prompt{} // that no error quotes it
		for _, text := range texts {
			p.Turns = append(p.Turns, messages.Turn{Text: text})
		}
		f := c.failure(ctx, call, x, err, p)
		f.Unsent = !x.sent
		f.Detail = c.redact.line(f.Detail)
		return nil, f
	}
	vectors, ok := vectorsOf(resp, len(texts))
	if !ok {
		return nil, &messages.Failure{
			Cause: messages.CauseOverloaded, Retry: messages.RetryOnce, Status: x.status,
			Detail: "the answer does not hold one vector for each text",
		}
	}
	return &messages.Embeddings{Vectors: vectors, Usage: embeddingUsage(copied.Bytes(), texts)}, nil
}

// checkTexts refuses what Gemini would answer with a 400.
func checkTexts(model string, texts []string) *messages.Failure {
	if f := checkModel(model); f != nil {
		return f
	}
	if len(texts) == 0 || len(texts) > MaxEmbeddings {
		return &messages.Failure{
			Cause:  messages.CauseInternal,
			Detail: fmt.Sprintf("%d texts to embed: there may be 1 to %d", len(texts), MaxEmbeddings),
		}
	}
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			return &messages.Failure{Cause: messages.CauseInternal, Detail: "a text to embed is blank"}
		}
	}
	return nil
}

func (c *Client) embed(ctx context.Context, model string, texts []string) (resp *genai.EmbedContentResponse, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
		}
	}()
	contents := make([]*genai.Content, len(texts))
	for i, text := range texts {
		contents[i] = genai.NewContentFromText(text, genai.RoleUser)
	}
	return c.models.EmbedContent(ctx, model, contents, &genai.EmbedContentConfig{
		OutputDimensionality: new(int32(EmbeddingDimensions)),
	})
}

// vectorsOf returns the vectors of an answer, made as long as 1: older models leave
// that to whoever asks for few dimensions.
func vectorsOf(resp *genai.EmbedContentResponse, n int) (vectors [][]float32, ok bool) {
	if resp == nil || len(resp.Embeddings) != n {
		return nil, false
	}
	for _, e := range resp.Embeddings {
		if e == nil || len(e.Values) != EmbeddingDimensions || !normalise(e.Values) {
			return nil, false
		}
		vectors = append(vectors, e.Values)
	}
	return vectors, true
}

// normalise makes a vector as long as 1, unless it has no direction.
func normalise(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	if length == 0 || math.IsNaN(length) || math.IsInf(length, 0) {
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / length)
	}
	return true
}

// embeddingUsage reads the tokens off the body of an answer, since genai drops them
// (Gemini API reference, EmbeddingUsageMetadata).
func embeddingUsage(body []byte, texts []string) messages.Usage {
	var told struct {
		Usage struct {
			Prompt int `json:"promptTokenCount"`
		} `json:"usageMetadata"`
	}
	n := 0
	if json.Unmarshal(body, &told) == nil {
		n = told.Usage.Prompt
	}
	if n <= 0 {
		n = 0
		for _, text := range texts {
			n += EstimateTokens(text)
		}
	}
	return messages.Usage{Prompt: n, Total: n}
}
