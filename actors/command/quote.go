package command

import (
	"fmt"
	"strings"
	"unicode"

	"troupe/messages"
)

// marks are what Discord takes for markup within a line (Discord help center,
// Markdown Text 101), and what begins a mention.
const marks = "\\*_~`|<>[]"

// quoted shows what people or models wrote as it is, in one line and no more of it
// than so many characters: nothing in it is markup, and nobody is mentioned.
func quoted(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range visible(text) {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		if strings.ContainsRune(marks, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		if r == '@' {
			b.WriteRune('\u200b') // a space without width: @everyone has no escape
		}
	}
	return b.String()
}

// visible returns a text in one line, without what people do not see but that may
// turn around what comes after it.
func visible(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// link returns the address of a message. Discord shows it as the channel's name.
func link(guild messages.GuildID, channel messages.ChannelID, message messages.MessageID) string {
	where := "@me" // a direct message
	if guild != 0 {
		where = guild.String()
	}
	return fmt.Sprintf("https://discord.com/channels/%s/%d/%d", where, channel, message)
}
