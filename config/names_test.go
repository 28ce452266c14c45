package config_test

import (
	"testing"

	"troupe/actors/persona"
	"troupe/config"
	"troupe/gemini"
)

// What config knows of others by name is what they are called there.
func TestNamesOfOthers(t *testing.T) {
	c := config.Default()
	if c.Answer.Persona != persona.Default || c.Gemini.Model != gemini.DefaultModel || c.Gemini.APIURL != gemini.BaseURL {
		t.Errorf("defaults: %+v", c)
	}
	for _, name := range persona.Names() {
		c.Answer.Persona = name
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, m := range gemini.Models() {
		c.Gemini.Model = m.Name
		for _, c.Gemini.Thinking = range m.Thinking {
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
		}
	}
}
