package gemini

import (
	"math"
	"testing"

	"troupe/messages"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"gemini-3.5-flash-lite":     "gemini-3.5-flash-lite",
		"models/gemini-3.8-flash":   "gemini-3.8-flash",
		"gemini-3.6-flash-001":      "gemini-3.6-flash",
		"gemini-3.6-flash-lite":     "",
		"gemini-3.6-flash-":         "",
		"gemini-3.6":                "",
		"gemini-3.5-flash-lite-x10": "",
	} {
		if m, known := Lookup(name); m.Name != want || known != (want != "") {
			t.Errorf("Lookup(%q) = %q, %v", name, m.Name, known)
		}
	}
	if m := Models()[0]; m.Name != DefaultModel {
		t.Errorf("the first model is %s", m.Name)
	}
	for _, m := range Models() {
		if !m.canThink(m.DefaultThinking) {
			t.Errorf("%s does not take its own default", m.Name)
		}
	}
}

func TestCost(t *testing.T) {
	million := messages.Usage{Prompt: 1e6, Output: 4e5, Thoughts: 6e5}
	for _, tt := range []struct {
		model string
		usage messages.Usage
		want  float64
	}{
		{"gemini-3.5-flash-lite", million, 2.80},
		{"gemini-3.5-flash-lite", messages.Usage{Prompt: 1e6, Cached: 1e6}, 0.03},
		{"gemini-3.5-flash-lite", messages.Usage{Tools: 1e6}, 0.30},
		{"gemini-9-unknown", million, 24},
		{"gemini-3.8-flash", messages.Usage{}, 0},
	} {
		if got := Cost(tt.model, tt.usage); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("Cost(%s, %+v) = %v, want %v", tt.model, tt.usage, got, tt.want)
		}
	}
}

func TestEstimateTokens(t *testing.T) {
	for text, want := range map[string]int{
		"":                   0,
		"abc":                turnTokens + 1,
		"2026":               turnTokens + 4,
		"Привет":             turnTokens + 4,
		"秋风瑟瑟":               turnTokens + 4,
		"🦀":                  turnTokens + 2,
		"\xff":               turnTokens + 1,
		"hello there, world": turnTokens + 7,
	} {
		if got := EstimateTokens(text); got != want {
			t.Errorf("EstimateTokens(%q) = %d, want %d", text, got, want)
		}
	}
}
