package turn

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"troupe/actors/fence"
	"troupe/messages"
)

// self matches words by which people speak of themselves, in the languages that
// most of them write. It may match too often: that only names the asker.
var self = regexp.MustCompile(`(?i)(^|[^\p{L}])(i|i'm|im|i've|me|my|mine|myself|we|us|our|` +
	`ich|mich|mir|mein\p{L}*|wir|uns|unser\p{L}*|yo|me|mi|mis|mí|mío|nos|` +
	`je|j|moi|mon|ma|mes|nous|eu|meu|minha|meus|minhas)([^\p{L}]|$)|私|僕|俺|我`)

// personal reports whether a question may be about who asks it.
func personal(text string) bool { return self.MatchString(text) }

// named returns how the question names its asker: not at all, unless it may be
// about them.
func named(t *messages.Trigger) string {
	if !personal(t.Text) {
		return ""
	}
	return fence.OneLine(t.Asker.Name) + ": "
}

// shareKey returns what two turns have in common if one generation can answer
// both: the channel, the last thing said before but copies, and the whole
// prompt as it was built, with the question as [messages.Trigger.Sameness] has it.
func (f *frame) shareKey(t *messages.Trigger, p *messages.Prompt) string {
	h := sha256.New()
	write := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	write(f.window.Anchor.String())
	write(p.Model)
	write(p.System)
	for _, turn := range p.Turns[:len(p.Turns)-1] {
		write(turn.Text)
	}
	write(f.brought)
	write(named(t))
	write(t.Sameness())
	return t.Channel.String() + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}
