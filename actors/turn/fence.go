package turn

import (
	"regexp"
	"strings"

	"troupe/actors/fence"
	"troupe/messages"
)

// said returns what somebody said as the model is shown it. What they say over
// several lines is indented, so that none of it looks like somebody else's.
func (f *frame) said(l messages.Line, text string) string {
	return f.name(l) + ": " + fence.Hanging(text)
}

// name returns how a line's author is called in a prompt.
func (f *frame) name(l messages.Line) string {
	if name := fence.Name(l.Name); name != "" {
		return name
	}
	if name := f.names[l.Author.String()]; name != "" {
		return name
	}
	return "somebody"
}

// mention is how Discord writes somebody's name in a text (Discord
// documentation, Reference: Message Formatting).
var mention = regexp.MustCompile(`<@!?(\d{1,20})>`)

// known returns the names of the bot and of those who spoke lately.
func (f *frame) known(t *messages.Trigger) map[string]string {
	names := map[string]string{
		f.self.ID.String():  fence.OneLine(f.self.Name),
		t.Asker.ID.String(): fence.OneLine(t.Asker.Name),
	}
	for _, lines := range [][]messages.Line{f.pins, f.chain, f.window.Lines} {
		for _, l := range lines {
			names[l.Author.String()] = fence.OneLine(l.Name)
		}
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
