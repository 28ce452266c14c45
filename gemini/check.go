package gemini

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/genai"

	"troupe/messages"
)

// checkTimeout is how long Check waits at most.
const checkTimeout = 20 * time.Second

// Check asks Gemini for the model by its name, which tells whether the key and
// the model are good. It generates nothing and uses up no quota. The error tells
// an operator what to do about it; within it is a [*messages.Failure].
func (c *Client) Check(ctx context.Context, model string) error {
	return c.check(ctx, model, "generateContent", "writes text", names())
}

// CheckEmbedding does the same for a model that is to compare texts.
func (c *Client) CheckEmbedding(ctx context.Context, model string) error {
	return c.check(ctx, model, "embedContent", "compares texts", DefaultEmbeddingModel)
}

// check asks for a model that can do something; known are those that can.
func (c *Client) check(ctx context.Context, model, action, does, known string) error {
	err := c.lookUp(ctx, model, action)
	var f *messages.Failure
	if !errors.As(err, &f) {
		return err
	}
	switch f.Cause { //nolint:exhaustive // the others cannot be, and have the default
	case messages.CauseKey:
		return fmt.Errorf("gemini does not accept the key or its account: %s. "+
			"See https://aistudio.google.com/apikey, and set GEMINI_API_KEY: %w", advice(f), err)
	case messages.CauseModel:
		return fmt.Errorf("gemini has no model %.60q that %s. Known are %s: %w", model, does, known, err)
	case messages.CauseUnreachable:
		return fmt.Errorf("gemini cannot be reached at %s. Check the network, the proxy and the base URL: %w", c.base, err)
	case messages.CauseTimeout:
		return fmt.Errorf("gemini at %s does not answer in time. Check the network and the proxy: %w", c.base, err)
	case messages.CauseMinuteQuota, messages.CauseDayQuota:
		return fmt.Errorf("the key and the model are good, but the quota is used up for now: %w", err)
	case messages.CauseOverloaded:
		return fmt.Errorf("gemini has trouble of its own. Try again in a few minutes: %w", err)
	default:
		return fmt.Errorf("gemini does not say whether it has the model: %w", err)
	}
}

// lookUp asks for the model and fails unless it is one with the action.
func (c *Client) lookUp(ctx context.Context, model, action string) error {
	if f := checkModel(model); f != nil {
		return f
	}
	x := &exchange{}
	call, cancel := context.WithTimeout(withExchange(ctx, x), min(c.timeout, checkTimeout))
	defer cancel()
	m, err := c.getModel(call, model)
	switch {
	case err != nil:
		return c.failure(ctx, call, x, err, nil)
	case m == nil || m.Name == "":
		return notGemini(x.status)
	case len(m.SupportedActions) > 0 && !slices.Contains(m.SupportedActions, action):
		return &messages.Failure{Cause: messages.CauseModel, Status: x.status, Detail: "the model does something else"}
	}
	return nil
}

func (c *Client) getModel(ctx context.Context, model string) (m *genai.Model, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
		}
	}()
	return c.models.Get(ctx, model, nil)
}

// advice says what the kinds of [messages.CauseKey] come from.
func advice(f *messages.Failure) string {
	switch {
	case f.Status == 402:
		return "the prepaid credit is used up"
	case f.Status == 403:
		return "the key may not use this API or model"
	case strings.Contains(f.Detail, "FAILED_PRECONDITION"):
		return "the region is not served, or billing is not set up"
	default:
		return "the key is wrong, deleted or expired"
	}
}

func names() string {
	var list []string
	for _, m := range Models() {
		list = append(list, m.Name)
	}
	return strings.Join(list, ", ")
}
