package gemini

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"troupe/messages"
)

// Check asks Gemini whether the key and the model are good, by counting the
// tokens of one word, which generates nothing. The error tells an operator what
// to do about it; within it is a [*messages.Failure].
func (c *Client) Check(ctx context.Context, model string) error {
	ctx, cancel := context.WithTimeout(ctx, min(c.timeout, 20*time.Second))
	defer cancel()
	_, err := c.CountTokens(ctx, &messages.Prompt{
		Model: model,
		Turns: []messages.Turn{{Text: "hello"}},
	})
	var f *messages.Failure
	if !errors.As(err, &f) {
		return err
	}
	switch f.Cause {
	case messages.CauseKey:
		return fmt.Errorf("gemini does not accept the key or its account: %s. "+
			"See https://aistudio.google.com/apikey, and set GEMINI_API_KEY: %w", advice(f), err)
	case messages.CauseModel:
		return fmt.Errorf("gemini has no model %.60q. Known are %s: %w", model, names(), err)
	case messages.CauseUnreachable:
		return fmt.Errorf("gemini cannot be reached at %s. Check the network, the proxy and the base URL: %w", c.base, err)
	case messages.CauseTimeout:
		return fmt.Errorf("gemini at %s does not answer in time. Check the network and the proxy: %w", c.base, err)
	case messages.CauseMinuteQuota, messages.CauseDayQuota:
		return fmt.Errorf("the key and the model are good, but the quota is used up for now: %w", err)
	case messages.CauseOverloaded:
		return fmt.Errorf("gemini has trouble of its own. Try again in a few minutes: %w", err)
	default:
		return fmt.Errorf("gemini refuses the question %q: %w", "hello", err)
	}
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
