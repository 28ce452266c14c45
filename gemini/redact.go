package gemini

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"troupe/messages"
)

// maxDetail bounds a line that ends up in logs, in bytes.
const maxDetail = 200

// echo is how many bytes in a row must equal the prompt for a text to count as
// quoting it.
const echo = 12

// googleKey is the shape of Google's keys, for those that are not ours.
var googleKey = regexp.MustCompile(`AIza[0-9A-Za-z_-]{20,}|AQ\.[0-9A-Za-z_-]{20,}`)

// A redactor takes secrets out of texts that come from outside.
type redactor struct{ secrets []string }

func newRedactor(key string) redactor {
	r := redactor{secrets: []string{key}}
	for _, form := range []string{strings.TrimSpace(key), url.QueryEscape(key), url.PathEscape(key)} {
		if form != key {
			r.secrets = append(r.secrets, form)
		}
	}
	return r
}

// line makes s fit for a log line: without secrets, without control
// characters, and short.
func (r redactor) line(s string) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, "[key]")
	}
	s = googleKey.ReplaceAllString(s, "[key]")
	s = strings.Join(strings.FieldsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	if len(s) > maxDetail {
		s = strings.ToValidUTF8(s[:maxDetail], "") + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// refusal describes an error of Gemini's. Its message is left out when it
// quotes the prompt: what people say does not belong in logs.
func (r redactor) refusal(f *refusal, p *messages.Prompt) string {
	var words []string
	for _, s := range []string{word(f.Status), word(f.reason())} {
		if s != "" {
			words = append(words, s)
		}
	}
	for _, d := range f.Details {
		for _, v := range d.Violations {
			if id := word(v.QuotaID); id != "" && len(words) < 6 {
				words = append(words, id)
			}
		}
	}
	s := strings.Join(words, " ")
	if message := r.line(f.Message); message != "" && !quotes(message, p) {
		s = strings.TrimSpace(s + " " + message)
	}
	// The words come from outside too: a key may be among them.
	return r.line(s)
}

// quotes reports whether s and the prompt have a stretch of text in common.
func quotes(s string, p *messages.Prompt) bool {
	if p == nil {
		return false
	}
	texts := []string{p.System}
	for _, t := range p.Turns {
		texts = append(texts, t.Text)
	}
	for _, text := range texts {
		text = strings.Join(strings.Fields(text), " ")
		if text != "" && len(text) < echo && strings.Contains(s, text) {
			return true
		}
		for i := 0; i+echo <= len(s); i++ {
			if strings.Contains(text, s[i:i+echo]) {
				return true
			}
		}
	}
	return false
}
