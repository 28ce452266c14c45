package geminisim

import (
	"unicode/utf8"

	"troupe/messages"
)

// imageTokens is what a picture of ordinary size costs (Gemini API
// documentation, Understand and count tokens).
const imageTokens = 258

// A tally counts the tokens of a text that comes in pieces. It is no tokenizer:
// four letters are a token, two signs or digits are, two letters of another
// alphabet, and three of four Chinese characters are. Nothing is more than
// gemini.EstimateTokens expects.
type tally struct{ quarters int }

func (t *tally) add(text string) {
	for i := 0; i < len(text); {
		b := text[i]
		if b < utf8.RuneSelf {
			i++
			if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == ' ' || b == '\n' {
				t.quarters++
			} else {
				t.quarters += 2
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case r < 0x0800: // Latin, Greek, Cyrillic, Hebrew, Arabic
			t.quarters += 2
		case r < 0x10000:
			t.quarters += 3
		default: // emoji and rare signs
			t.quarters += 6
		}
	}
}

// tokens rounds up, so that some text is never none.
func (t *tally) tokens() int { return (t.quarters + 3) / 4 }

// CountTokens returns how many tokens a text has here.
func CountTokens(text string) int {
	var t tally
	t.add(text)
	return t.tokens()
}

// PromptTokens returns how many tokens a prompt of text has here.
func PromptTokens(p *messages.Prompt) int {
	var t tally
	t.add(p.System)
	for _, turn := range p.Turns {
		t.add(turn.Text)
	}
	return t.tokens()
}

// cut returns as much of the beginning of a text as makes at most so many tokens
// with what was counted before.
func (t tally) cut(text string, tokens int) string {
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		if t.add(text[i : i+size]); t.tokens() > tokens {
			return text[:i]
		}
		i += size
	}
	return text
}
