package turn

import (
	"slices"
	"strings"
	"unicode"

	"troupe/messages"
)

const (
	// leastProfiled is how many messages a profile is made of before answers go by
	// it: fewer may be one odd conversation.
	leastProfiled = 8
	// leastTelling is how many words tell in which language they are.
	leastTelling = 4
)

// style tells how the asker writes, on one line, as far as the answer is to be like
// that; "" if nothing is known, or it is as most is. It goes by what all who read the
// answer may read.
func (f *frame) style(t *messages.Trigger) string {
	if len(f.user.Said) < leastProfiled {
		return ""
	}
	here := f.audience(t)
	p := messages.ProfileOf(slices.DeleteFunc(slices.Clone(f.user.Said), func(n messages.SaidNote) bool {
		return !here.MayHear(n.Guild, n.Channel)
	}))
	return styleOf(&p, t.Text)
}

// styleOf tells how somebody writes, to an answer to a text of theirs.
func styleOf(p *messages.Profile, text string) string {
	if p.Messages < leastProfiled {
		return ""
	}
	style := ""
	switch {
	case p.Brief:
		style += " They write briefly: answer as briefly as the matter allows."
	case p.Lengthy:
		style += " They like detail."
	}
	if p.Casual {
		style += " They write casually."
	}
	if name := languageName(p.Language); name != "" && !tellsLanguage(text) {
		style += " They mostly write in " + name + "."
	}
	if style == "" {
		return ""
	}
	return "About who asks:" + style + "\n"
}

// tellsLanguage reports whether a text is long enough to tell in which language it
// is: by its words, or by signs of which each is one, or says as much.
func tellsLanguage(text string) bool {
	words := 0
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, unicode.IsLetter) {
			words++
		}
		for _, r := range word {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
				words++
			}
		}
	}
	return words >= leastTelling
}

// languageName returns the English name of a language that the analyzer of behaviour
// knows, by its ISO 639-1 code; "" for any other.
func languageName(code string) string {
	switch code {
	case "en":
		return "English"
	case "de":
		return "German"
	case "fr":
		return "French"
	case "es":
		return "Spanish"
	case "pt":
		return "Portuguese"
	case "it":
		return "Italian"
	case "nl":
		return "Dutch"
	case "pl":
		return "Polish"
	case "ja":
		return "Japanese"
	case "ko":
		return "Korean"
	case "zh":
		return "Chinese"
	case "ru":
		return "Russian"
	}
	return ""
}
