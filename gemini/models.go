package gemini

import (
	"slices"
	"strings"

	"troupe/messages"
)

// The levels of thinking, as Gemini 3 and later know them.
const (
	ThinkMinimal = "minimal"
	ThinkLow     = "low"
	ThinkMedium  = "medium"
	ThinkHigh    = "high"
	ThinkXHigh   = "xhigh"
)

// DefaultModel answers where nobody chose another: it is the fastest to the
// first word and the cheapest.
const DefaultModel = "gemini-3.5-flash-lite"

// DefaultEmbeddingModel embeds where nobody chose another: what it gives for few
// dimensions is good, and it knows over a hundred languages.
const DefaultEmbeddingModel = "gemini-embedding-2"

// A Model is what is known of a model of Gemini's.
type Model struct {
	Name            string
	Context         int      // input tokens, at most
	Output          int      // output tokens, at most, thoughts included
	InputPrice      float64  // US dollars for a million tokens
	OutputPrice     float64  // the same, thoughts included
	Thinking        []string // the levels that it takes; none if it takes no level
	DefaultThinking string   // what it does when asked for none
}

// cachedShare is what an input token costs that Gemini had in its cache, as a
// share of the full price (Gemini API documentation, Pricing, October 2026).
const cachedShare = 0.1

// Models returns the models that write, as far as they are known, the default first.
//
// Limits and prices are those of the Gemini API documentation, Models and
// Pricing, as of October 2026, standard paid tier. Where Google has announced
// another price for a later day, the higher of the two stands here, so that a
// spend cap errs on the safe side.
func Models() []Model {
	all := []string{ThinkMinimal, ThinkLow, ThinkMedium, ThinkHigh}
	model := func(name string, in, out float64, thinking []string, otherwise string) Model {
		return Model{
			Name: name, Context: 1 << 20, Output: 1 << 16,
			InputPrice: in, OutputPrice: out,
			Thinking: thinking, DefaultThinking: otherwise,
		}
	}
	return []Model{
		model("gemini-3.5-flash-lite", 0.30, 2.50, all, ThinkMinimal),
		model("gemini-3.8-flash", 1.50, 7.50, all[1:], ThinkMedium), // half of it until the end of 2026
		model("gemini-3.6-flash", 1.50, 7.50, all, ThinkMedium),
		model("gemini-4-hydrogen", 1.50, 7.50, []string{ThinkLow, ThinkMedium, ThinkHigh, ThinkXHigh}, ThinkHigh),
		model("gemini-4-argon", 4, 20, all[1:], ThinkMedium), // half of it until 1 December 2026
	}
}

// embedding returns what is known of [DefaultEmbeddingModel]: the limits and the price
// for text of the Gemini API documentation, Embeddings and Pricing, as of May 2026.
func embedding() Model {
	return Model{Name: DefaultEmbeddingModel, Context: 8192, Output: 1, InputPrice: 0.20}
}

// Lookup returns what is known of a model, one that embeds included. A version that Gemini appends to
// the name, as in gemini-3.6-flash-001, is passed over.
func Lookup(name string) (m Model, known bool) {
	name = strings.TrimPrefix(name, "models/")
	for _, m := range append(Models(), embedding()) {
		if version, ok := strings.CutPrefix(name, m.Name+"-"); name == m.Name || ok && isVersion(version) {
			return m, true
		}
	}
	return Model{}, false
}

// isVersion reports whether s is a number such as 001, and not the rest of
// another model's name.
func isVersion(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// canThink reports whether the model takes the level.
func (m Model) canThink(level string) bool { return slices.Contains(m.Thinking, level) }

// Cost returns the price of a generation, or of embeddings, in US dollars. A model that is not
// known costs as much as the dearest that is: a spend cap must not fail open.
func Cost(model string, u messages.Usage) float64 {
	m, known := Lookup(model)
	if !known {
		for _, other := range Models() {
			m.InputPrice = max(m.InputPrice, other.InputPrice)
			m.OutputPrice = max(m.OutputPrice, other.OutputPrice)
		}
	}
	fresh := float64(u.Prompt-u.Cached) + float64(u.Cached)*cachedShare + float64(u.Tools)
	return (fresh*m.InputPrice + float64(u.Output+u.Thoughts)*m.OutputPrice) / 1e6
}

// thoughtTokens is what a request allows for thoughts beside the answer, since
// Gemini counts both against one bound: without it a short bound is spent on
// thinking and the answer is empty. The figures are our own, with room.
func thoughtTokens(level string) int {
	switch level {
	case ThinkMinimal:
		return 512
	case ThinkLow:
		return 2048
	case ThinkHigh:
		return 16384
	case ThinkXHigh:
		return 32768
	default: // medium, or a model that we do not know
		return 8192
	}
}
