package discordsim

import (
	"slices"
	"strconv"
	"strings"

	"troupe/messages"
)

type wireEmojiRef struct {
	ID   *string `json:"id"`
	Name string  `json:"name"`
}

// emojiRef shows an emoji as it is written in a path: a character, or
// "name:id".
func emojiRef(s string) wireEmojiRef {
	if name, id, custom := strings.Cut(s, ":"); custom {
		return wireEmojiRef{ID: &id, Name: name}
	}
	return wireEmojiRef{Name: s}
}

// emoji returns the emoji of the path, which must be a character or one of the
// bot's guilds' own.
func (c *call) emoji() (string, *Error) {
	s := c.r.PathValue("emoji")
	_, id, custom := strings.Cut(s, ":")
	if !custom {
		if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < 0x80 && r >= 'A' }) {
			return "", errUnknownEmoji
		}
		return s, nil
	}
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || !c.w.emojis[n] {
		return "", errUnknownEmoji
	}
	return s, nil
}

func (c *call) addReaction() (any, *Error) {
	m, err := c.message(PermReadHistory)
	if err != nil {
		return nil, err
	}
	e, err := c.emoji()
	if err != nil {
		return nil, err
	}
	if m.reaction(e) == nil && !m.channel.may(c.w.bot, PermAddReactions) {
		return nil, errMissingPermissions
	}
	c.w.react(m, c.w.bot, e)
	return nil, nil
}

// removeReaction removes the bot's own reaction, or that of somebody else.
func (c *call) removeReaction() (any, *Error) {
	m, err := c.message(0)
	if err != nil {
		return nil, err
	}
	e, err := c.emoji()
	if err != nil {
		return nil, err
	}
	u := c.w.bot
	if who := c.r.PathValue("user"); who != "@me" {
		if u = c.w.users[pathID[messages.UserID](c, "user")]; u == nil {
			return nil, errUnknownUser
		}
	}
	if u != c.w.bot && !m.channel.may(c.w.bot, PermManageMessages) {
		return nil, errMissingPermissions
	}
	c.w.unreact(m, u, e)
	return nil, nil
}

// clearReactions removes all reactions, or those with the emoji of the path.
func (c *call) clearReactions() (any, *Error) {
	m, err := c.message(PermManageMessages)
	if err != nil {
		return nil, err
	}
	if c.r.PathValue("emoji") == "" {
		m.reactions = nil
		c.w.publishReaction("MESSAGE_REACTION_REMOVE_ALL", m, nil, "")
		return nil, nil
	}
	e, err := c.emoji()
	if err != nil {
		return nil, err
	}
	m.reactions = slices.DeleteFunc(m.reactions, func(r reaction) bool { return r.emoji == e })
	c.w.publishReaction("MESSAGE_REACTION_REMOVE_EMOJI", m, nil, e)
	return nil, nil
}

// listReactions tells who reacted with an emoji.
func (c *call) listReactions() (any, *Error) {
	m, err := c.message(PermReadHistory)
	if err != nil {
		return nil, err
	}
	e, err := c.emoji()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(25, 100)
	if err != nil {
		return nil, err
	}
	after, _ := queryID[messages.UserID](c, "after")
	out := []wireUser{}
	if r := m.reaction(e); r != nil {
		for _, id := range slices.Sorted(slices.Values(r.users)) {
			if id > after && len(out) < limit {
				out = append(out, c.w.users[id].wire())
			}
		}
	}
	return out, nil
}

func (m *message) reaction(emoji string) *reaction {
	for i := range m.reactions {
		if m.reactions[i].emoji == emoji {
			return &m.reactions[i]
		}
	}
	return nil
}

// react adds u's reaction, if it is not there.
func (w *world) react(m *message, u *user, emoji string) {
	r := m.reaction(emoji)
	if r == nil {
		m.reactions = append(m.reactions, reaction{emoji: emoji})
		r = &m.reactions[len(m.reactions)-1]
	}
	if slices.Contains(r.users, u.id) {
		return
	}
	r.users = append(r.users, u.id)
	w.publishReaction("MESSAGE_REACTION_ADD", m, u, emoji)
}

// unreact removes u's reaction, if it is there.
func (w *world) unreact(m *message, u *user, emoji string) {
	r := m.reaction(emoji)
	if r == nil || !slices.Contains(r.users, u.id) {
		return
	}
	r.users = slices.DeleteFunc(r.users, func(id messages.UserID) bool { return id == u.id })
	if len(r.users) == 0 {
		m.reactions = slices.DeleteFunc(m.reactions, func(r reaction) bool { return r.emoji == emoji })
	}
	w.publishReaction("MESSAGE_REACTION_REMOVE", m, u, emoji)
}

type wireReacted struct {
	UserID    string        `json:"user_id,omitempty"`
	ChannelID uint64        `json:"channel_id,string"`
	MessageID uint64        `json:"message_id,string"`
	GuildID   string        `json:"guild_id,omitempty"`
	Member    *wireMember   `json:"member,omitempty"`
	Emoji     *wireEmojiRef `json:"emoji,omitempty"`
	AuthorID  string        `json:"message_author_id,omitempty"`
	Burst     *bool         `json:"burst,omitempty"`
	Type      *int          `json:"type,omitempty"`
}

// publishReaction tells that reactions changed. u and emoji may be none.
func (w *world) publishReaction(name string, m *message, u *user, emoji string) {
	c := m.channel
	out := wireReacted{ChannelID: uint64(c.id), MessageID: uint64(m.id), GuildID: optional(c.guildID())}
	if emoji != "" {
		ref := emojiRef(emoji)
		out.Emoji = &ref
	}
	if u != nil {
		out.UserID, out.Burst, out.Type = u.id.String(), new(bool), new(int)
	}
	if name == "MESSAGE_REACTION_ADD" {
		out.AuthorID = m.author.id.String()
		if c.guild != nil && c.guild.members[u.id] != nil {
			out.Member = c.guild.members[u.id].wire(true)
		}
	}
	intents := intentReactions
	if c.guild == nil {
		intents = intentDirectReactions
	}
	w.publish(event{name: name, guild: c.guildID(), intents: intents, channel: c, data: marshal(out)})
	w.change(MessageEdited, m)
}
