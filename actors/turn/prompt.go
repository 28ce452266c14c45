package turn

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"troupe/messages"
)

// A frame is what a prompt is built from, beside the question.
type frame struct {
	model     string
	persona   string                 // what the model is told to be
	guild     *messages.GuildContext // nil if unknown or in a direct message
	cleared   messages.MessageID
	maxTokens int // of the answer
	budget    int // tokens of the prompt; what is oldest is left out
	tokens    func(string) int
}

// build makes the prompt of a question. The system text depends on nothing that
// changes from call to call, so that Gemini can cache it; what others said is
// fenced as what it is. The asker is named only where the question is about
// them: people who ask the same get the same prompt.
func (f *frame) build(q *messages.Question) *messages.Prompt {
	p := &messages.Prompt{Model: f.model, System: f.system(), MaxTokens: f.maxTokens}
	question := f.question(&q.Trigger)
	left := f.budget - f.tokens(p.System) - f.tokens(question)
	p.Turns = append(f.history(q, left), messages.Turn{Speaker: messages.SpeakerUser, Text: question})
	return p
}

// form tells the model how it is shown what people said.
const form = `Lines of the form "Name: text" are what people said in the channel before.`

func (f *frame) system() string {
	var b strings.Builder
	b.WriteString(f.persona)
	b.WriteString("\n\n")
	b.WriteString(form)
	if f.guild != nil && f.guild.Known {
		b.WriteString("\nThe server is called " + quote(f.guild.Name) + ", the channel " + quote(f.guild.ChannelName) + ".")
		if len(f.guild.Emojis) > 0 {
			b.WriteString("\nIts own emojis, sparingly: " + strings.Join(f.guild.Emojis[:min(len(f.guild.Emojis), 30)], " "))
		}
	}
	return b.String()
}

// quote keeps a name on one line and within quotation marks.
func quote(s string) string {
	return `"` + strings.ReplaceAll(oneLine(s), `"`, "'") + `"`
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// history returns what was said, oldest first, as far as the budget carries.
// People's lines in a row are one turn, as the model expects turns to alternate.
func (f *frame) history(q *messages.Question, budget int) []messages.Turn {
	lines := f.visible(q)
	from := len(lines)
	for from > 0 {
		cost := f.tokens(spoken(lines[from-1]))
		if budget -= cost; budget < 0 {
			break
		}
		from--
	}
	var turns []messages.Turn
	for _, l := range lines[from:] {
		speaker := messages.SpeakerUser
		if l.Own {
			speaker = messages.SpeakerModel
		}
		if n := len(turns); n > 0 && turns[n-1].Speaker == speaker {
			turns[n-1].Text += "\n" + spoken(l)
			continue
		}
		turns = append(turns, messages.Turn{Speaker: speaker, Text: spoken(l)})
	}
	return turns
}

// visible leaves out what the asker has cleared: what they said before, and the
// bot's replies to it.
func (f *frame) visible(q *messages.Question) []messages.Line {
	if f.cleared == 0 {
		return q.Window
	}
	gone := map[messages.MessageID]bool{}
	var kept []messages.Line
	for _, l := range q.Window {
		if l.ID < f.cleared && (l.Author == q.Trigger.Asker.ID || l.Own && gone[l.ReplyTo]) {
			gone[l.ID] = true
			continue
		}
		kept = append(kept, l)
	}
	return kept
}

func spoken(l messages.Line) string {
	if l.Own {
		return l.Text
	}
	return oneLine(l.Name) + ": " + l.Text
}

// question returns the last turn: what is asked, with what it replies to.
func (f *frame) question(t *messages.Trigger) string {
	var b strings.Builder
	if t.ReplyText != "" {
		b.WriteString("In reply to this message:\n> " + strings.ReplaceAll(t.ReplyText, "\n", "\n> ") + "\n\n")
	}
	for _, file := range t.Attachments {
		b.WriteString("(attached, but you cannot see it: " + quote(file.Name) + ")\n")
	}
	if personal(t.Text) {
		b.WriteString(oneLine(t.Asker.Name) + ": ")
	}
	b.WriteString(t.Text)
	return b.String()
}

// self matches words by which people speak of themselves, in the languages that
// most of them write. It may match too often: that only names the asker.
var self = regexp.MustCompile(`(?i)(^|[^\p{L}])(i|i'm|im|i've|me|my|mine|myself|we|us|our|` +
	`ich|mich|mir|mein\p{L}*|wir|uns|unser\p{L}*|yo|me|mi|mis|mí|mío|nos|` +
	`je|j|moi|mon|ma|mes|nous|eu|meu|minha|meus|minhas)([^\p{L}]|$)|私|僕|俺|我`)

// personal reports whether a question may be about who asks it.
func personal(text string) bool { return self.MatchString(text) }

// shareKey returns what two turns have in common if one generation can answer
// both: the channel, the last thing said before but copies, and the whole prompt
// with case and spacing of the question aside.
func shareKey(q *messages.Question, p *messages.Prompt) string {
	h := sha256.New()
	write := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	write(q.Trigger.Channel.String())
	write(q.Anchor.String())
	write(p.Model)
	write(p.System)
	for i, t := range p.Turns {
		if i == len(p.Turns)-1 {
			t.Text = strings.TrimRight(strings.ToLower(oneLine(t.Text)), "?!. ")
		}
		write(t.Text)
	}
	for _, file := range q.Trigger.Attachments {
		write(file.Name)
	}
	return q.Trigger.Channel.String() + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}
