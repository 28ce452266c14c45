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
	user      messages.UserContext   // zero if unknown
	window    messages.Window        // empty if unknown
	files     map[uint64]string      // attachments that were read, by ID
	self      messages.User          // the bot
	names     map[string]string      // of people, by ID: see known
	maxTokens int                    // of the answer
	budget    int                    // tokens of the prompt; what is oldest is left out
	tokens    func(string) int
}

// build makes the prompt of a question. The system text depends on nothing that
// changes from call to call, so that Gemini can cache it; what others said is
// fenced as what it is. The asker is named only where the question is about
// them: people who ask the same get the same prompt.
func (f *frame) build(t *messages.Trigger) *messages.Prompt {
	f.names = f.known(t)
	p := &messages.Prompt{Model: f.model, System: f.system(), MaxTokens: f.maxTokens}
	question := f.question(t)
	left := f.budget - f.tokens(p.System) - f.tokens(question)
	p.Turns = append(f.history(t, left), messages.Turn{Speaker: messages.SpeakerUser, Text: question})
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
func (f *frame) history(t *messages.Trigger, budget int) []messages.Turn {
	lines := f.visible(t.Asker.ID)
	from := len(lines)
	for from > 0 {
		cost := f.tokens(f.spoken(lines[from-1]))
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
			turns[n-1].Text += "\n" + f.spoken(l)
			continue
		}
		turns = append(turns, messages.Turn{Speaker: speaker, Text: f.spoken(l)})
	}
	return turns
}

// visible leaves out what the asker has cleared: what they said before, and the
// bot's replies to it.
func (f *frame) visible(asker messages.UserID) []messages.Line {
	if f.user.Cleared == 0 {
		return f.window.Lines
	}
	gone := map[messages.MessageID]bool{}
	var kept []messages.Line
	for _, l := range f.window.Lines {
		if l.ID < f.user.Cleared && l.Author == asker || l.Own && gone[l.ReplyTo] {
			gone[l.ID] = true
			continue
		}
		kept = append(kept, l)
	}
	return kept
}

// spoken returns a line as the model is shown it. What somebody says over
// several lines is indented, so that none of it looks like somebody else's.
func (f *frame) spoken(l messages.Line) string {
	if l.Own {
		return l.Text
	}
	return oneLine(l.Name) + ": " + strings.ReplaceAll(f.readable(l.Text), "\n", "\n  ")
}

// mention is how Discord writes somebody's name in a text (Discord
// documentation, Reference: Message Formatting).
var mention = regexp.MustCompile(`<@!?(\d{1,20})>`)

// known returns the names of the bot and of those who spoke lately.
func (f *frame) known(t *messages.Trigger) map[string]string {
	names := map[string]string{
		f.self.ID.String():  oneLine(f.self.Name),
		t.Asker.ID.String(): oneLine(t.Asker.Name),
	}
	for _, l := range f.window.Lines {
		names[l.Author.String()] = oneLine(l.Name)
	}
	return names
}

// readable writes names for mentions, as far as they are known: people read
// them so.
func (f *frame) readable(text string) string {
	if !strings.Contains(text, "<@") {
		return text
	}
	return mention.ReplaceAllStringFunc(text, func(m string) string {
		if name := f.names[strings.Trim(m, "<@!>")]; name != "" {
			return "@" + name
		}
		return m
	})
}

// question returns the last turn: what is asked, with what it replies to.
func (f *frame) question(t *messages.Trigger) string {
	var b strings.Builder
	if t.ReplyText != "" {
		b.WriteString("In reply to this message:\n> " + strings.ReplaceAll(f.readable(t.ReplyText), "\n", "\n> ") + "\n\n")
	}
	for _, file := range t.Attachments {
		if text, read := f.files[file.ID]; read {
			b.WriteString("Attached file " + quote(file.Name) + ":\n" + fence(text) + "\n")
		} else {
			b.WriteString("(attached, but you cannot see it: " + quote(file.Name) + ")\n")
		}
	}
	b.WriteString(named(t) + f.readable(t.Text))
	return b.String()
}

// named returns how the question names its asker: not at all, unless it may be
// about them.
func named(t *messages.Trigger) string {
	if !personal(t.Text) {
		return ""
	}
	return oneLine(t.Asker.Name) + ": "
}

// fence puts a text between fences that it does not contain.
func fence(text string) string {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	return mark + "\n" + strings.TrimRight(text, "\n") + "\n" + mark
}

// self matches words by which people speak of themselves, in the languages that
// most of them write. It may match too often: that only names the asker.
var self = regexp.MustCompile(`(?i)(^|[^\p{L}])(i|i'm|im|i've|me|my|mine|myself|we|us|our|` +
	`ich|mich|mir|mein\p{L}*|wir|uns|unser\p{L}*|yo|me|mi|mis|mí|mío|nos|` +
	`je|j|moi|mon|ma|mes|nous|eu|meu|minha|meus|minhas)([^\p{L}]|$)|私|僕|俺|我`)

// personal reports whether a question may be about who asks it.
func personal(text string) bool { return self.MatchString(text) }

// shareKey returns what two turns have in common if one generation can answer
// both: the channel, the last thing said before but copies, and the whole
// prompt, with the question as [messages.Trigger.Sameness] has it.
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
	write(t.ReplyText)
	write(named(t))
	write(t.Sameness())
	return t.Channel.String() + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}
