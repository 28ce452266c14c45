package outbox

import (
	"cmp"
	"strings"

	"troupe/messages"
)

// maxParts is how many messages one answer may fill; a longer one is a file.
const maxParts = 5

// maxPart is the bound of a message (Discord documentation, Create Message).
const maxPart = 2000

// What stands in for an answer that is a file.
const (
	fileName   = "answer.md"
	fileType   = "text/markdown; charset=utf-8"
	fileLead   = 800 // of the text is in the message; it ends with a paragraph if it can
	fileNotice = "\n\n-# The whole answer is in the file, since it is too long for messages."
)

// A content is what one message holds.
type content struct {
	text string
	file string // of the attachment; "" for none
}

func (c content) files() []messages.File {
	if c.file == "" {
		return nil
	}
	return []messages.File{{Name: fileName, Type: fileType, Data: []byte(c.file)}}
}

// whole returns what the messages of a finished answer hold. The address is
// what its first message begins with: mentions, or nothing.
func whole(address, text string) []content {
	parts := split(address+text, maxPart, maxParts+1)
	if len(parts) <= maxParts {
		return contents(parts)
	}
	lead := split(text, fileLead, 1)[0]
	return []content{{text: address + lead + fileNotice, file: text}}
}

// growing returns what the messages of an answer hold that is not finished. As
// the text grows, only the last one changes.
func growing(address, text string) []content {
	return contents(split(address+text, maxPart, maxParts))
}

func contents(parts []string) []content {
	all := make([]content, len(parts))
	for i, text := range parts {
		all[i].text = text
	}
	return all
}

// withNote returns text with the note on a line of its own beneath, outside of
// a code block that the text leaves open.
func withNote(text, note string) string {
	text = strings.TrimSpace(text)
	if note == "" || text == "" {
		return cmp.Or(text, note)
	}
	return text + openAtEnd(text).closing() + "\n" + note
}

// openAtEnd returns the fence of the code block that text leaves open.
func openAtEnd(text string) (open fence) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch f, ok := opens(line); {
		case open.ticks > 0:
			if open.closes(line) {
				open = fence{}
			}
		case ok:
			open = f
		}
	}
	return open
}

// maxMention is the length of a mention with the space behind it: <@, an ID of
// at most 20 digits, and >.
const maxMention = 24

// How many people one message may answer. More than the first number only if the
// whole text fits beside the mentions; Discord takes 100 (Discord documentation,
// Allowed Mentions Object).
const (
	fewMentions  = 40
	mostMentions = 80
)

// carries returns how many people can be mentioned with the text.
func carries(text string) int {
	return min(max((maxPart-units(text))/maxMention, fewMentions), mostMentions)
}

// address returns the mentions that an answer to these people begins with. What
// begins a line in Markdown still does.
func address(people []messages.UserID, text string) string {
	var b strings.Builder
	for i, id := range people {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("<@" + id.String() + ">")
	}
	line, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	_, fenced := opens(line)
	if _, item := marker(line); fenced || item || strings.ContainsAny(line[:min(1, len(line))], "#>-|") {
		b.WriteByte('\n')
	} else {
		b.WriteByte(' ')
	}
	return b.String()
}
