package turn

import (
	"strings"

	"troupe/actors/fence"
	"troupe/messages"
)

// replied tells what the question replies to, and what that replied to: the message
// itself in any case, those before it as far as there is room. Of what the asker
// has cleared only that message is shown: they point at it.
func (f *frame) replied(t *messages.Trigger, room int) string {
	chain := f.chain
	if len(chain) == 0 && t.ReplyText != "" {
		chain = []messages.Line{{ID: t.ReplyTo, Author: t.ReplyUser, Text: t.ReplyText}}
	}
	if len(chain) == 0 {
		return ""
	}
	last := len(chain) - 1
	earlier := f.visible(chain[:last], t.Asker.ID)
	var texts []string
	for _, l := range append([]messages.Line{chain[last]}, reversed(earlier)...) {
		text := f.said(l, cut(f.readable(l.Text), max(room, leastShown), f.tokens))
		if room -= f.tokens(text); room < 0 && len(texts) > 0 {
			break
		}
		texts = append([]string{text}, texts...)
	}
	head := "In reply to this message:\n"
	if len(texts) > 1 {
		head = "In reply to the last of these messages:\n"
	}
	return head + fence.Around(strings.Join(texts, "\n")) + "\n"
}

// leastShown is how much of the message that the question replies to is shown
// however little room there is, in tokens.
const leastShown = 16

func reversed(lines []messages.Line) (out []messages.Line) {
	for i := range lines {
		out = append(out, lines[len(lines)-1-i])
	}
	return out
}

// attached shows the files that came with the question, each with its part of the
// room.
func (f *frame) attached(t *messages.Trigger, room int) string {
	var b strings.Builder
	for i, file := range t.Attachments {
		text, read := f.files[file.ID]
		if !read {
			b.WriteString("(attached, but you cannot see it: " + fence.Quote(file.Name) + ")\n")
			continue
		}
		head := "Attached file " + fence.Quote(file.Name) + ":\n"
		most := room/(len(t.Attachments)-i) - f.tokens(head+fence.Around(""))
		shown := head + fence.Around(cut(text, most, f.tokens)) + "\n"
		room -= f.tokens(shown)
		b.WriteString(shown)
	}
	return b.String()
}
