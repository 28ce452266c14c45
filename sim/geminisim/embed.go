package geminisim

import (
	"encoding/json"
	"strings"

	"troupe/messages"
)

// The bounds of embedding (Gemini API documentation, Embeddings; that of a batch is
// what Gemini's refusal tells).
const (
	maxBatch      = 100  // texts in a request
	minDimensions = 128  // that may be asked for
	maxDimensions = 3072 // and that there are if none are asked for
)

// A request for embeddings as it comes (Gemini API reference, EmbedContentRequest and
// BatchEmbedContentsRequest). Fields that are but named change nothing.
type (
	batchRequest struct {
		Requests []embedRequest `json:"requests"`
	}
	embedRequest struct {
		Model      string          `json:"model"`
		Content    content         `json:"content"`
		Dimensions *int            `json:"outputDimensionality"`
		TaskType   json.RawMessage `json:"taskType"`
		Title      json.RawMessage `json:"title"`
	}
)

// embed serves embedContent and batchEmbedContents. An embedding takes no time but
// that of a fault, and is no generation that counts for the capacity.
func (x *exchange) embed() {
	x.arrive()
	batch := x.method() == "batchEmbedContents"
	var q batchRequest
	var bad *refusal
	if batch {
		bad = decode(x.w, x.r, &q)
	} else {
		q.Requests = make([]embedRequest, 1)
		bad = decode(x.w, x.r, &q.Requests[0])
	}
	if bad == nil {
		bad = q.check(x.model, batch)
	}
	tokens := 0
	if bad == nil {
		for _, r := range q.Requests {
			text := r.Content.text()
			x.call.Texts = append(x.call.Texts, text)
			n := CountTokens(text)
			if n > x.model.Context {
				bad = tooManyTokens(n, x.model.Context)
			}
			tokens += n
		}
	}
	if bad != nil {
		tokens = 0
	}
	x.note()
	if e := x.admit(tokens); e != nil {
		x.refuse(exhausted(x.model, x.s.quota(x.model.Name), e))
		return
	}
	if bad != nil {
		x.refuse(bad)
		return
	}
	x.giveVectors(q, batch, messages.Usage{Prompt: tokens, Total: tokens})
}

// giveVectors answers, as far as the faults let it.
func (x *exchange) giveVectors(q batchRequest, batch bool, u messages.Usage) {
	f := x.s.plan.Take(x.class)
	if f.Act && x.prevents(f) {
		x.call.Usage = u
	}
	if !x.upset(f) {
		return
	}
	x.call.Usage = u
	a := wireEmbeddings{Usage: wireEmbeddingUsage{Prompt: u.Prompt, Details: textDetails(u.Prompt)}}
	for _, r := range q.Requests {
		a.Embeddings = append(a.Embeddings, wireEmbedding{embed(r.Content.text(), *or(r.Dimensions, new(maxDimensions)))})
	}
	if !batch {
		a.Embedding, a.Embeddings = &a.Embeddings[0], nil
	}
	x.respond(marshal(a))
}

// check refuses what Gemini, or a strict one, would.
func (q *batchRequest) check(m Model, batch bool) *refusal {
	switch {
	case len(q.Requests) == 0:
		return invalid("* BatchEmbedContentsRequest.requests: requests is not specified\n")
	case len(q.Requests) > maxBatch:
		return invalid("* BatchEmbedContentsRequest.requests: at most %d requests can be in one batch\n", maxBatch)
	}
	for i, r := range q.Requests {
		switch {
		case strings.TrimPrefix(r.Model, "models/") != m.Name && (batch || r.Model != ""):
			return invalid("* BatchEmbedContentsRequest.requests[%d].model: unexpected model name format, or not that of the batch\n", i)
		case strings.TrimSpace(r.Content.text()) == "":
			return invalid("* EmbedContentRequest.content: content is empty in requests[%d]\n", i)
		case r.Dimensions != nil && (*r.Dimensions < minDimensions || *r.Dimensions > maxDimensions):
			return invalid("* EmbedContentRequest.output_dimensionality: %d is not between %d and %d\n", *r.Dimensions, minDimensions, maxDimensions)
		}
	}
	return checkContents(contentsOf(q.Requests))
}

func contentsOf(requests []embedRequest) []content {
	contents := make([]content, len(requests))
	for i, r := range requests {
		contents[i] = r.Content
	}
	return contents
}
