package discordsim

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"troupe/messages"
)

// allowed is what a message may notify: allowed_mentions.
type allowed struct {
	Parse   []string    `json:"parse"`
	Users   []snowflake `json:"users"`
	Roles   []snowflake `json:"roles"`
	Replied bool        `json:"replied_user"`
}

// allowAll is what applies when allowed_mentions is left out, or its parse is
// null: everything in the content notifies.
func allowAll() allowed {
	return allowed{Parse: []string{"users", "roles", "everyone"}, Replied: true}
}

// parseAllowed reads allowed_mentions.
func parseAllowed(raw json.RawMessage) (allowed, *Error) {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return allowAll(), nil
	}
	var a allowed
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, badForm("allowed_mentions", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
	if a.Parse == nil {
		var keys map[string]json.RawMessage
		if json.Unmarshal(raw, &keys) == nil && keys["parse"] != nil { // null
			a.Parse = allowAll().Parse
		}
	}
	switch {
	case a.parses("users") && len(a.Users) > 0, a.parses("roles") && len(a.Roles) > 0:
		return a, badForm("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse and the list of that kind are mutually exclusive")
	case len(a.Users) > 100, len(a.Roles) > 100:
		return a, badForm("allowed_mentions", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length.")
	}
	return a, nil
}

func (a allowed) parses(what string) bool { return slices.Contains(a.Parse, what) }

func (a allowed) user(id messages.UserID) bool {
	return a.parses("users") || slices.Contains(a.Users, snowflake(id))
}

func (a allowed) role(id messages.RoleID) bool {
	return a.parses("roles") || slices.Contains(a.Roles, snowflake(id))
}

var mentionPattern = regexp.MustCompile(`<@(!|&)?(\d{1,20})>`)

// notify fills in whom m mentions and whose client rings: what its content
// names, as far as that is allowed, and the author of what it replies to.
func (w *world) notify(m *message, a allowed, replied *message) {
	m.mentions, m.roles, m.everyone, m.pinged = nil, nil, false, nil
	pinged := map[messages.UserID]bool{}
	mention := func(u *user) {
		if !slices.Contains(m.mentions, u) {
			m.mentions = append(m.mentions, u)
		}
		pinged[u.id] = true
	}
	if replied != nil && a.Replied {
		mention(replied.author)
	}
	if strings.Contains(m.content, "<@") {
		for _, found := range mentionPattern.FindAllStringSubmatch(m.content, -1) {
			id, err := strconv.ParseUint(found[2], 10, 64)
			if err != nil {
				continue
			}
			if found[1] == "&" {
				w.mentionRole(m, a, messages.RoleID(id), pinged)
			} else if u := w.users[messages.UserID(id)]; u != nil && a.user(u.id) {
				mention(u)
			}
		}
	}
	w.mentionEveryone(m, a, pinged)
	delete(pinged, m.author.id)
	if m.flags&flagSilent == 0 {
		m.pinged = slices.Sorted(maps.Keys(pinged))
	}
}

func (w *world) mentionRole(m *message, a allowed, id messages.RoleID, pinged map[messages.UserID]bool) {
	g := m.channel.guild
	if g == nil || !a.role(id) {
		return
	}
	r := g.role(id)
	if r == nil || !r.mentionable && !m.channel.may(m.author, PermMentionEveryone) {
		return
	}
	if !slices.Contains(m.roles, id) {
		m.roles = append(m.roles, id)
	}
	for _, mem := range g.members {
		if slices.Contains(mem.roles, id) && m.channel.may(mem.user, PermViewChannel) {
			pinged[mem.user.id] = true
		}
	}
}

func (w *world) mentionEveryone(m *message, a allowed, pinged map[messages.UserID]bool) {
	g := m.channel.guild
	if g == nil || !a.parses("everyone") || !m.channel.may(m.author, PermMentionEveryone) ||
		!strings.Contains(m.content, "@everyone") && !strings.Contains(m.content, "@here") {
		return
	}
	m.everyone = true
	for _, mem := range g.members {
		if m.channel.may(mem.user, PermViewChannel) {
			pinged[mem.user.id] = true
		}
	}
}

// maxUserName is how long a user's name may be (Discord documentation, Usernames
// and Nicknames).
const maxUserName = 32 // characters

// address turns "@Name" into a mention of the one in the channel who has that
// name, as a client's completion does. The longest name wins; letter case does
// not matter.
func (w *world) address(c *channel, content string) string {
	var b strings.Builder
	rest, before := content, ' '
	for {
		i := strings.IndexByte(rest, '@')
		if i < 0 {
			break
		}
		if i > 0 {
			before, _ = utf8.DecodeLastRuneInString(rest[:i])
		}
		b.WriteString(rest[:i])
		rest = rest[i+1:]
		u, length := w.named(c, rest)
		if u == nil || before == '<' || wordly(before) {
			b.WriteByte('@')
		} else {
			b.WriteString("<@" + u.id.String() + ">")
			rest = rest[length:]
		}
		before = '@'
	}
	b.WriteString(rest)
	return b.String()
}

// named returns the one in the channel whose name the text begins with, and how
// many bytes of it that is.
func (w *world) named(c *channel, text string) (found *user, length int) {
	runes := 0
	for i := range text + "." {
		if runes > maxUserName {
			break
		}
		runes++
		if next, _ := utf8.DecodeRuneInString(text[i:]); i == 0 || wordly(next) {
			continue
		}
		for _, u := range w.names[strings.ToLower(text[:i])] {
			if c.guild == nil && (u == w.bot || u == c.recipient) || c.guild != nil && c.guild.members[u.id] != nil {
				found, length = u, i
			}
		}
	}
	return found, length
}

// wordly tells whether a character is part of a word.
func wordly(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}
