package channel

import (
	"slices"
	"strings"
	"unicode"

	"troupe/messages"
)

// Rules say what asks the bot something in a channel. They are never changed
// once made.
type Rules struct {
	Guilds   []messages.GuildID   // the only guilds that are served; empty for all
	Channels []messages.ChannelID // the only channels, a thread's parent included; empty for all
	Users    []messages.UserID    // the only people; empty for all
	Direct   bool                 // direct messages are served
	Always   []messages.ChannelID // where every message asks the bot
	Prefixes []string             // words a question may begin with instead of a mention, any case
}

// serves reports whether the rules let this person ask here at all.
func (r *Rules) serves(p place, user messages.UserID) bool {
	return (len(r.Users) == 0 || slices.Contains(r.Users, user)) && r.servesPlace(p)
}

// servesPlace reports whether the rules let anybody ask here.
func (r *Rules) servesPlace(p place) bool {
	if p.guild == 0 {
		return r.Direct
	}
	if len(r.Guilds) > 0 && !slices.Contains(r.Guilds, p.guild) {
		return false
	}
	return len(r.Channels) == 0 || slices.Contains(r.Channels, p.id) || slices.Contains(r.Channels, p.parent)
}

// classify says whether a message asks the bot something, by what, and what the
// question is without the mention or prefix. The question may be empty.
func (r *Rules) classify(m *messages.Message, p place) (kind messages.TriggerKind, text string, ok bool) {
	if m.Author.Bot || m.Author.ID == p.self || !m.Spoken || !r.serves(p, m.Author.ID) {
		return "", "", false
	}
	text, mentioned := stripMentions(m.Content, p)
	rest, prefixed := r.stripPrefix(text)
	legible := text != "" || len(m.Attachments) > 0 // else it is a sticker, or Discord withholds it
	switch {
	case m.ReplyToAuthor == p.self && m.ReplyTo != 0:
		return messages.TriggerReply, text, true
	case p.guild == 0:
		return messages.TriggerDirect, text, true
	case mentioned || slices.Contains(m.Mentions, p.self) || sharesRole(m.MentionRoles, p.botRoles):
		return messages.TriggerMention, text, true
	case p.joined && legible:
		return messages.TriggerThread, text, true
	case r.always(p) && legible:
		return messages.TriggerAlways, text, true
	case prefixed:
		return messages.TriggerPrefix, rest, true
	}
	return "", "", false
}

// certain reports whether a message asks the bot something, and the same, whatever
// the guild tells of the place.
func (r *Rules) certain(m *messages.Message, p place) bool {
	if len(m.MentionRoles) > 0 || strings.Contains(m.Content, "<@&") {
		return false
	}
	kind, _, ok := r.classify(m, place{id: p.id, guild: p.guild, self: p.self})
	return ok && (kind == messages.TriggerMention || kind == messages.TriggerReply)
}

// always reports whether every message asks the bot here.
func (r *Rules) always(p place) bool {
	return slices.Contains(r.Always, p.id) || p.parent != 0 && slices.Contains(r.Always, p.parent)
}

func sharesRole(a, b []messages.RoleID) bool {
	return slices.ContainsFunc(a, func(id messages.RoleID) bool { return slices.Contains(b, id) })
}

// stripMentions removes the mentions of the bot before and after what is asked.
// Those within it are part of the sentence, and stay in one form. It reports
// whether there were any.
func stripMentions(text string, p place) (rest string, mentioned bool) {
	self := "<@" + p.self.String() + ">"
	forms := []string{"<@!" + p.self.String() + ">"}
	for _, role := range p.botRoles {
		forms = append(forms, "<@&"+role.String()+">")
	}
	rest = strings.TrimSpace(text)
	for _, form := range forms {
		rest = strings.ReplaceAll(rest, form, self)
	}
	if !strings.Contains(rest, self) {
		return rest, false
	}
	for strings.HasPrefix(rest, self) {
		rest = strings.TrimLeft(rest[len(self):], ",:; \t\r\n")
	}
	for strings.HasSuffix(rest, self) {
		rest = strings.TrimRight(rest[:len(rest)-len(self)], ", \t\r\n")
	}
	return rest, true
}

// stripPrefix removes the first prefix that the text begins with, as a word of
// its own.
func (r *Rules) stripPrefix(text string) (rest string, ok bool) {
	for _, prefix := range r.Prefixes {
		if prefix == "" || len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
			continue
		}
		rest = text[len(prefix):]
		last := []rune(prefix)[len([]rune(prefix))-1]
		if rest == "" || !isWord(last) || !isWord([]rune(rest)[0]) {
			return strings.TrimLeft(strings.TrimSpace(rest), ",:; \t"), true
		}
	}
	return "", false
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
