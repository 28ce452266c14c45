package geminisim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"troupe/messages"
)

// maxRequest is the most that a request may hold (Gemini API documentation,
// Files API: 20 MB in one request).
const maxRequest = 20 << 20

// A request as it comes (Gemini API reference, GenerateContentRequest). Fields
// that are but named are accepted and change nothing.
type (
	request struct {
		Contents []content       `json:"contents"`
		System   *content        `json:"systemInstruction"`
		Config   config          `json:"generationConfig"`
		Model    json.RawMessage `json:"model"`
		Safety   json.RawMessage `json:"safetySettings"`
		Tools    json.RawMessage `json:"tools"`
		Calling  json.RawMessage `json:"toolConfig"`
		Cached   json.RawMessage `json:"cachedContent"`
		Tier     json.RawMessage `json:"serviceTier"`
		Store    json.RawMessage `json:"store"`
		Labels   json.RawMessage `json:"labels"`
	}
	content struct {
		Role  string `json:"role"`
		Parts []part `json:"parts"`
	}
	part struct {
		Text   string          `json:"text"`
		Inline json.RawMessage `json:"inlineData"`
		File   json.RawMessage `json:"fileData"`
		Call   json.RawMessage `json:"functionCall"`
		Result json.RawMessage `json:"functionResponse"`

		Thought   json.RawMessage `json:"thought"`
		Signature json.RawMessage `json:"thoughtSignature"`
	}
	config struct {
		MaxTokens   *int            `json:"maxOutputTokens"`
		Temperature json.RawMessage `json:"temperature"`
		TopP        json.RawMessage `json:"topP"`
		TopK        json.RawMessage `json:"topK"`
		Thinking    thinking        `json:"thinkingConfig"`

		Stop       json.RawMessage `json:"stopSequences"`
		Candidates json.RawMessage `json:"candidateCount"`
		Seed       json.RawMessage `json:"seed"`
		MIME       string          `json:"responseMimeType"`
		Schema     json.RawMessage `json:"responseSchema"`
		JSONSchema json.RawMessage `json:"responseJsonSchema"`
		Modalities json.RawMessage `json:"responseModalities"`
	}
	thinking struct {
		Level   string          `json:"thinkingLevel"`
		Budget  json.RawMessage `json:"thinkingBudget"`
		Include json.RawMessage `json:"includeThoughts"`
	}
)

// decode reads the body of a request into v, all of whose fields it must know.
func decode(w http.ResponseWriter, r *http.Request, v any) *refusal {
	tooLarge := invalid("Request payload size exceeds the limit: %d bytes.", maxRequest)
	if r.ContentLength > maxRequest {
		return tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return tooLarge
	}
	if err != nil {
		return invalid("The request's body ended early.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err = d.Decode(v)
	if err == nil {
		return nil
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return invalid("Invalid JSON payload received. Unknown name %s: Cannot find field.", field)
	}
	return invalid("Invalid JSON payload received. %v", err)
}

// check refuses what Gemini, or a strict one, would.
func (q *request) check(m Model) *refusal {
	c := q.Config
	switch {
	case len(q.Contents) == 0:
		return invalid("* GenerateContentRequest.contents: contents is not specified\n")
	case c.MaxTokens != nil && (*c.MaxTokens < 1 || *c.MaxTokens > m.Output):
		return invalid("Unable to submit request because it has a maxOutputTokens value of %d but the supported range is from 1 (inclusive) to %d (exclusive).",
			*c.MaxTokens, m.Output+1)
	case (c.Temperature != nil || c.TopP != nil || c.TopK != nil) && !m.Sampling:
		return invalid("temperature, topP and topK are not supported by this model.")
	case c.Thinking.Level != "" && c.Thinking.Budget != nil:
		return invalid("You can only set one of thinking budget and thinking level.")
	case c.Thinking.Level != "" && !slices.Contains(m.Thinking, strings.ToLower(c.Thinking.Level)):
		return invalid("Thinking level %s is not supported for this model.", c.Thinking.Level)
	}
	if r := c.checkFormat(); r != nil {
		return r
	}
	if r := checkContents(q.Contents); r != nil {
		return r
	}
	if q.System != nil {
		return checkParts("systemInstruction", q.System.Parts)
	}
	if last := q.Contents[len(q.Contents)-1]; last.Role == "model" {
		return invalid("Requests ending with a model turn are not supported by this model.")
	}
	return nil
}

// checkFormat refuses formats that are not supported, and schemas for another than
// JSON.
func (c *config) checkFormat() *refusal {
	schema := c.JSONSchema != nil || c.Schema != nil
	switch {
	case c.MIME != "" && !slices.Contains([]string{"text/plain", "application/json", "text/x.enum"}, c.MIME):
		return invalid("* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, " +
			"`application/json` and `text/x.enum`.\n")
	case c.JSONSchema != nil && c.Schema != nil:
		return invalid("* GenerateContentRequest.generation_config: only one of response_schema and response_json_schema may be set\n")
	case schema && c.MIME != "application/json":
		return invalid("* GenerateContentRequest.generation_config.response_mime_type: must be application/json when a response schema is set\n")
	case c.JSONSchema != nil && !isObject(c.JSONSchema):
		return invalid("* GenerateContentRequest.generation_config.response_json_schema: is not an object\n")
	}
	return nil
}

func isObject(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) }

func checkContents(list []content) *refusal {
	for i, c := range list {
		if c.Role != "" && c.Role != "user" && c.Role != "model" && c.Role != "function" {
			return invalid("Please use a valid role: user, model.")
		}
		if r := checkParts(fmt.Sprintf("contents[%d]", i), c.Parts); r != nil {
			return r
		}
	}
	return nil
}

func checkParts(where string, parts []part) *refusal {
	if len(parts) == 0 {
		return invalid("* GenerateContentRequest.%s.parts: contents.parts must not be empty.\n", where)
	}
	for i, p := range parts {
		if p.Text == "" && p.Inline == nil && p.File == nil && p.Call == nil && p.Result == nil && p.Signature == nil {
			return invalid("* GenerateContentRequest.%s.parts[%d].data: required oneof field 'data' must have one initialized field\n", where, i)
		}
	}
	return nil
}

// prompt returns what is asked, as we speak of it.
func (q *request) prompt(model string) *messages.Prompt {
	p := &messages.Prompt{Model: model}
	if q.System != nil {
		p.System = q.System.text()
	}
	p.Schema = string(q.Config.JSONSchema)
	if q.Config.MaxTokens != nil {
		p.MaxTokens = *q.Config.MaxTokens
	}
	for _, c := range q.Contents {
		turn := messages.Turn{Text: c.text()}
		if c.Role == "model" {
			turn.Speaker = messages.SpeakerModel
		}
		p.Turns = append(p.Turns, turn)
	}
	return p
}

func (c content) text() string {
	if len(c.Parts) == 1 {
		return c.Parts[0].Text
	}
	var b strings.Builder
	for _, p := range c.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// tokens counts what the request is billed: its text, and a flat price for each
// picture.
func (q *request) tokens(p *messages.Prompt) int {
	n := PromptTokens(p)
	for _, c := range q.Contents {
		for _, p := range c.Parts {
			if p.Inline != nil || p.File != nil {
				n += imageTokens
			}
		}
	}
	return n
}
