package gemini

import (
	"context"
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
		return nil, f
	}
	x := &exchange{}
	call, cancel := context.WithCancelCause(withExchange(ctx, x))
	defer cancel(nil)
	call, stop := context.WithTimeout(call, c.timeout)
	defer stop()
	watchdog := time.AfterFunc(c.first, func() { cancel(errStalled) })
	defer watchdog.Stop()

	var a answer
	err := c.stream(call, p, contents, func(resp *genai.GenerateContentResponse) {
		watchdog.Reset(c.stall)
		if a.read(resp) && grow != nil {
			grow(a.text.String())
		}
	})
	var broken *messages.Failure
	if err != nil {
		broken = c.failure(ctx, call, x, err, p)
	}
	g, f := a.end(broken)
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

// stream makes one request and reads its chunks. A panic of genai's is an
// error; one of read's stays a panic.
func (c *Client) stream(ctx context.Context, p *messages.Prompt, contents []*genai.Content, read func(*genai.GenerateContentResponse)) (err error) {
	reading := false
	defer func() {
		if reading {
			return
		}
		if v := recover(); v != nil {
			err = errPanic
		}
	}()
	for resp, err := range c.models.GenerateContentStream(ctx, p.Model, contents, c.request(p)) {
		if err != nil {
			return err
		}
		reading = true
		read(resp)
		reading = false
	}
	return nil
}

// request is made anew for each call, since genai writes into it.
func (c *Client) request(p *messages.Prompt) *genai.GenerateContentConfig {
	r := &genai.GenerateContentConfig{
		SafetySettings:        c.safety,
		AutomaticContinuation: new(false), // or one call may be many billed requests
		Store:                 new(false), // or Google keeps what people say
	}
	if p.System != "" {
		r.SystemInstruction = genai.NewContentFromText(p.System, genai.RoleUser)
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
	return nil
}

func checkModel(name string) *messages.Failure {
	if modelName.MatchString(name) {
		return nil
	}
	return &messages.Failure{Cause: messages.CauseModel, Detail: "the model's name is malformed"}
}
