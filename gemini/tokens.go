package gemini

import "unicode/utf8"

// turnTokens is what a turn costs beside its text: marks of who speaks. With it
// no recorded text has more tokens than estimated.
const turnTokens = 4

// EstimateTokens returns a number of tokens that text is not likely to exceed
// as one turn of a prompt.
// It counts by kind of character: a word of ASCII letters is a token for every
// three, a digit is one of its own, other alphabets are about two letters to a
// token, and Chinese, Japanese, Korean and emoji one to two tokens a sign. It
// asks nobody; the price is that prose in English is counted a third too high.
func EstimateTokens(text string) int {
	if text == "" {
		return 0
	}
	sixths := 6 * turnTokens // of a token
	for i := 0; i < len(text); {
		b := text[i]
		if b < utf8.RuneSelf {
			i++
			switch {
			case b >= '0' && b <= '9':
				sixths += 6
			case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == ' ':
				sixths += 2
			default:
				sixths += 4
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case r < 0x0800: // Latin, Greek, Cyrillic, Hebrew, Arabic
			sixths += 4
		case r < 0x10000:
			sixths += 6
		default: // emoji and rare signs
			sixths += 12
		}
	}
	return (sixths + 5) / 6
}
