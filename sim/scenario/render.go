package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// transcript returns what was seen, with the time since begun, and what the
// script asked to see.
func (s *stage) transcript(begun time.Time) (lines []string) {
	for _, one := range s.seen.take(begun, s.exact) {
		said := s.book.describe(&one)
		if said != "" && (!s.silent || one.note != "") {
			lines = append(lines, indented(s.clock(one.at.Sub(begun))+said)...)
		}
	}
	for _, entry := range s.shown {
		lines = append(lines, indented(entry)...)
	}
	s.shown = nil
	return lines
}

// indented makes lines of a transcript of a text. All but the first stand
// behind a bar, so that empty ones are kept.
func indented(text string) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i > 0 {
			line = "  | " + line
		}
		lines[i] = strings.TrimRight("  "+line, " \t")
	}
	return lines
}

// clock writes the time since a line was begun, as exactly as the script wants it.
func (s *stage) clock(d time.Duration) string {
	if s.exact == 0 {
		return ""
	}
	d = d.Truncate(s.exact)
	minutes, seconds, ms := d/time.Minute, d%time.Minute/time.Second, d%time.Second/time.Millisecond
	text := fmt.Sprintf("+%d", seconds)
	if minutes > 0 {
		text = fmt.Sprintf("+%d:%02d", minutes, seconds)
	}
	if s.exact < time.Second {
		text += fmt.Sprintf(".%03d", ms)
	}
	return text + " "
}

// describe says what was seen, or "" if it looks as before.
func (b *book) describe(one *sight) string {
	m := &one.message
	switch {
	case one.note != "":
		return one.note
	case one.kind == discordsim.TypingStarted:
		return b.channelNames[m.Channel] + " " + b.names[m.Author] + " is typing"
	}
	before, known := b.shown[m.ID]
	b.shown[m.ID] = *m
	switch {
	case one.kind == discordsim.MessageDeleted:
		return b.titled(m) + " is deleted"
	case one.born || !known:
		return b.titled(m) + " " + b.utterance(m)
	}
	now, then := b.content(m), b.content(&before)
	grown, grows := strings.CutPrefix(now, then)
	switch {
	case now == then:
		return ""
	case grows && !before.Thinking && len(m.Attachments) == len(before.Attachments):
		return b.titled(m) + " grows: " + elide(strings.TrimLeft(grown, " "))
	}
	return b.titled(m) + " becomes: " + elide(now)
}

// utterance says who says what to whom.
func (b *book) utterance(m *discordsim.Message) string {
	who := b.names[m.Author]
	if m.Notice {
		return who + " gives notice: " + elide(b.content(m))
	}
	switch {
	case m.Command != "":
		who += " to " + b.names[m.Person] + "'s /" + m.Command
	case m.Reply != nil:
		who += " to " + strconv.Itoa(b.numbers[m.Reply.ID])
	}
	if len(m.Pinged) > 0 {
		who += ", ringing " + b.all(m.Pinged)
	}
	if m.Ephemeral != 0 {
		return who + ", seen by " + b.names[m.Ephemeral] + " alone: " + b.content(m)
	}
	return who + ": " + elide(b.content(m))
}

// content is a message's text as people read it, and its files.
func (b *book) content(m *discordsim.Message) string {
	if m.Thinking {
		return "(thinking)"
	}
	var lines []string
	if m.Content != "" {
		lines = append(lines, b.readable(m.Content, m.Created, m.Edited))
	}
	for _, f := range m.Attachments {
		lines = append(lines, fmt.Sprintf("[file %s, %d bytes]", f.Name, f.Size))
	}
	return strings.Join(lines, "\n")
}

var markup = regexp.MustCompile(`<(@!?|@&|#|t:)(\d+)(:R)?>`)

// readable shows mentions and times as clients do.
func (b *book) readable(text string, created, edited time.Time) string {
	return markup.ReplaceAllStringFunc(text, func(found string) string {
		parts := markup.FindStringSubmatch(found)
		id, err := strconv.ParseUint(parts[2], 10, 64)
		if err != nil {
			return found
		}
		switch parts[1] {
		case "#":
			return b.channelNames[messages.ChannelID(id)]
		case "t:":
			read := created
			if !edited.IsZero() {
				read = edited
			}
			return away(time.Unix(int64(id), 0).Sub(read)) //nolint:gosec // a time of these centuries
		case "@&":
			return "@&" + botName
		}
		if name, known := b.names[messages.UserID(id)]; known {
			return "@" + name
		}
		return found
	})
}

// away says how far off a time is, more exactly than clients do.
func away(d time.Duration) string {
	if d < 0 {
		return "(" + (-d).Round(time.Second).String() + " ago)"
	}
	return "(in " + d.Round(time.Second).String() + ")"
}

// How much of a text a transcript shows, unless one person alone sees it.
const (
	mostLines = 12
	someLines = 3
	mostRunes = 240 // of a line
	someRunes = 60
)

// elide leaves out the middle of what is long.
func elide(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if runes := []rune(line); len(runes) > mostRunes {
			left := len(runes) - 2*someRunes
			lines[i] = fmt.Sprintf("%s … %d characters … %s", string(runes[:someRunes]), left, string(runes[len(runes)-someRunes:]))
		}
	}
	if len(lines) > mostLines {
		left := lines[someLines : len(lines)-someLines]
		note := fmt.Sprintf("… %d lines …", len(left))
		lines = append(append(append([]string{}, lines[:someLines]...), note), lines[len(lines)-someLines:]...)
	}
	return strings.Join(lines, "\n")
}
