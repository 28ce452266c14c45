package gemini

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"google.golang.org/genai"

	"troupe/messages"
)

var (
	errStalled = errors.New("no chunk came in time")
	errPanic   = errors.New("genai panicked on the answer")
)

// modelName is what may stand in the path of a request.
var modelName = regexp.MustCompile(`^(models/|tunedModels/)?[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$`)

// Generate asks for an answer and calls grow with the whole text so far, as
// often as it grows. The model's thoughts are no part of it. grow runs on the
// caller's goroutine between two reads of the stream, so it must not block.
//
// A stream that breaks off after some text gives a Generation that is Cut. All
// errors are [*messages.Failure]; text that grow has seen is void then.
func (c *Client) Generate(ctx context.Context, p *messages.Prompt, grow func(textSoFar string)) (*messages.Generation, error) {
	contents := contentsOf(p)
	if f := checkPrompt(p, contents); f != nil {
		f.Unsent = true
		return nil, f
	}
	var a answer
	g, f := a.end(c.ask(ctx, p, contents, &a, grow))
	if f != nil {
		f.Detail = c.redact.line(f.Detail)
		return nil, f
	}
	if a.strange {
		c.log.Warn("gemini ended an answer in an unknown way",
			"model", p.Model, "finish_reason", c.redact.line(word(string(a.finish))))
	}
	return g, nil
}

// ask reads an answer as a stream, or in one piece from a server that has no
// streams. It returns how the answer ended early, nil when it ended by itself.
func (c *Client) ask(ctx context.Context, p *messages.Prompt, contents []*genai.Content, a *answer, grow func(string)) *messages.Failure {
	streamed := &messages.Failure{}
	if !c.noStreams.Load() {
		if streamed = c.request(ctx, p, contents, a, c.stream, c.first, grow); !streamed.Unserved() {
			return streamed
		}
	}
	f := c.request(ctx, p, contents, a, c.piece, c.timeout, grow)
	if f != nil && streamed.Unserved() {
		f.Unsent = false // the one before was not
	}
	switch {
	case f == nil:
		if !c.noStreams.Swap(true) {
			c.log.Warn("gemini's server has no streams: answers come in one piece", "base_url", c.base)
		}
	case f.Unserved() && streamed.Unserved():
		return streamed // it is not about streams
	}
	return f
}

// A call asks genai, and reads what comes.
type call func(ctx context.Context, p *messages.Prompt, contents []*genai.Content, read func(*genai.GenerateContentResponse)) error

// request makes one request, for the first chunk of which it waits so long.
func (c *Client) request(
	ctx context.Context, p *messages.Prompt, contents []*genai.Content, a *answer, how call, first time.Duration, grow func(string),
) *messages.Failure {
	x := &exchange{}
	under, cancel := context.WithCancelCause(withExchange(ctx, x))
	defer cancel(nil)
	under, stop := context.WithTimeout(under, c.timeout)
	defer stop()
	watchdog := time.AfterFunc(first, func() { cancel(errStalled) })
	defer watchdog.Stop()
	err := how(under, p, contents, func(resp *genai.GenerateContentResponse) {
		watchdog.Reset(c.stall)
		if a.read(resp) && grow != nil {
			grow(a.text.String())
		}
	})
	if err != nil {
		f := c.failure(ctx, under, x, err, p)
		f.Unsent = !x.sent
		return f
	}
	return nil
}

// piece asks for the whole answer at once. What comes is complete, whether it
// says so or not. A panic of genai's is an error.
func (c *Client) piece(ctx context.Context, p *messages.Prompt, contents []*genai.Content, read func(*genai.GenerateContentResponse)) error {
	resp, err := c.generate(ctx, p, contents)
	if err != nil {
		return err
	}
	if len(resp.Candidates) > 0 && resp.Candidates[0] != nil && resp.Candidates[0].FinishReason == "" {
		resp.Candidates[0].FinishReason = genai.FinishReasonStop
	}
	read(resp)
	return nil
}

func (c *Client) generate(ctx context.Context, p *messages.Prompt, contents []*genai.Content) (resp *genai.GenerateContentResponse, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
		}
	}()
	return c.models.GenerateContent(ctx, p.Model, contents, c.settings(p))
}

// stream makes one request and reads its chunks. A panic of genai's is an
// error; one of read's stays a panic.
func (c *Client) stream(ctx context.Context, p *messages.Prompt, contents []*genai.Content, read func(*genai.GenerateContentResponse)) (err error) {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	x.stream = true
	reading := false
	defer func() {
		if reading {
			return
		}
		if v := recover(); v != nil {
			err = errPanic
		}
	}()
	for resp, err := range c.models.GenerateContentStream(ctx, p.Model, contents, c.settings(p)) {
		if err != nil {
			return err
		}
		reading = true
		read(resp)
		reading = false
	}
	return nil
}

// settings are made anew for each call, since genai writes into them.
func (c *Client) settings(p *messages.Prompt) *genai.GenerateContentConfig {
	r := &genai.GenerateContentConfig{
		SafetySettings:        c.safety,
		AutomaticContinuation: new(false), // or one call may be many billed requests
		Store:                 new(false), // or Google keeps what people say
	}
	if p.System != "" {
		r.SystemInstruction = genai.NewContentFromText(p.System, genai.RoleUser)
	}
	if p.Schema != "" {
		r.ResponseMIMEType, r.ResponseJsonSchema = "application/json", json.RawMessage(p.Schema)
	}
	m, known := Lookup(p.Model)
	level := c.thinking
	if level != "" && known && !m.canThink(level) {
		level = ""
	}
	if level != "" {
		r.ThinkingConfig = &genai.ThinkingConfig{ThinkingLevel: genai.ThinkingLevel(strings.ToUpper(level))}
	}
	if p.MaxTokens > 0 {
		if level == "" {
			level = m.DefaultThinking
		}
		most := p.MaxTokens + thoughtTokens(level)
		if known {
			most = min(most, m.Output)
		}
		r.MaxOutputTokens = int32(min(most, 1<<30))
	}
	return r
}

// contentsOf leaves out what is blank: Gemini refuses an empty part.
func contentsOf(p *messages.Prompt) []*genai.Content {
	contents := make([]*genai.Content, 0, len(p.Turns)+1)
	for _, t := range p.Turns {
		if strings.TrimSpace(t.Text) == "" {
			continue
		}
		role := genai.RoleUser
		if t.Speaker == messages.SpeakerModel {
			role = genai.RoleModel
		}
		contents = append(contents, &genai.Content{Role: role, Parts: []*genai.Part{{Text: t.Text}}})
	}
	return contents
}

// checkPrompt refuses what Gemini would answer with a 400.
func checkPrompt(p *messages.Prompt, contents []*genai.Content) *messages.Failure {
	if f := checkModel(p.Model); f != nil {
		return f
	}
	if len(contents) == 0 || contents[len(contents)-1].Role != genai.RoleUser {
		return &messages.Failure{Cause: messages.CauseInternal, Detail: "the prompt does not end with a question"}
	}
	var schema map[string]any
	if p.Schema != "" && (json.Unmarshal([]byte(p.Schema), &schema) != nil || schema == nil) {
		return &messages.Failure{Cause: messages.CauseInternal, Detail: "the schema of the answer is no JSON object"}
	}
	return nil
}

func checkModel(name string) *messages.Failure {
	if modelName.MatchString(name) {
		return nil
	}
	return &messages.Failure{Cause: messages.CauseModel, Detail: "the model's name is malformed"}
}
