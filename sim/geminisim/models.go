package geminisim

import (
	"slices"
	"strings"
)

// A Model is one that a simulated Gemini has.
type Model struct {
	Name     string   // without "models/"
	Context  int      // input tokens at most
	Output   int      // output tokens at most, thoughts included
	Thinking []string // the levels that it takes, in lower case
	Sampling bool     // whether it takes temperature, topP and topK
	Embeds   bool     // it makes vectors of texts, and generates nothing
}

// Models returns the models that there are unless others are set: those of the
// Gemini API documentation, Models, as of October 2026, and what Hydrogen is
// said to be.
func Models() []Model {
	model := func(name string, thinking ...string) Model {
		return Model{Name: name, Context: 1 << 20, Output: 1 << 16, Thinking: thinking}
	}
	return []Model{
		model("gemini-3.5-flash-lite", "minimal", "low", "medium", "high"),
		model("gemini-3.8-flash", "low", "medium", "high"),
		model("gemini-3.6-flash", "minimal", "low", "medium", "high"),
		model("gemini-4-hydrogen", "low", "medium", "high", "xhigh"),
		model("gemini-4-argon", "low", "medium", "high"),
		{Name: "gemini-embedding-2", Context: 8192, Output: 1, Embeds: true},
	}
}

// model finds a model by the name that a client gives.
func (s *Server) model(name string) (Model, bool) {
	name = strings.TrimPrefix(name, "models/")
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.models, func(m Model) bool { return m.Name == name })
	if i < 0 {
		return Model{}, false
	}
	return s.models[i], true
}

// wire is how the API describes the model.
func (m Model) wire() wireModel {
	methods := []string{"generateContent", "countTokens"}
	if m.Embeds {
		methods = []string{"embedContent", "countTokens"}
	}
	return wireModel{
		Name:        "models/" + m.Name,
		Version:     "001",
		DisplayName: m.Name + " (simulated)",
		InputLimit:  m.Context,
		OutputLimit: m.Output,
		Methods:     methods,
		Thinking:    len(m.Thinking) > 0,
	}
}
