package discordsim

import (
	"encoding/json"
	"slices"
	"time"

	"troupe/messages"
)

// A ChangeKind says what changed.
type ChangeKind int

// The kinds of [Change].
const (
	MessageCreated ChangeKind = iota
	MessageEdited             // also: pinned, reacted to, an embed unfurled
	MessageDeleted
	TypingStarted // Message has Channel, Guild, the author and Created only
	WorldChanged  // guilds, channels, members or commands: Message is zero
)

// A Change is something that happened in the world.
type Change struct {
	Kind    ChangeKind
	Message Message
}

// A Message is a message as people see it.
type Message struct {
	ID          messages.MessageID
	Channel     messages.ChannelID
	Guild       messages.GuildID // 0: a direct message
	Author      messages.UserID
	AuthorName  string
	Bot         bool // the author is a bot
	Notice      bool // nothing that somebody said: a pin, a thread begun
	Content     string
	Created     time.Time
	Edited      time.Time // zero: never
	Reply       *Quote    // nil: no reply
	Mentions    []messages.UserID
	Pinged      []messages.UserID // whose clients rang
	Attachments []messages.Attachment
	Embeds      json.RawMessage // nil: none
	Components  json.RawMessage // nil: none
	Reactions   []Reaction      // in the order in which they began
	Pinned      bool
	Nonce       string          // that it was posted with
	Ephemeral   messages.UserID // the only person who sees it; 0: everybody
	Thinking    bool            // a command's answer is still to come
	Command     string          // that it answers, with its subcommand after a space, or the button
	Person      messages.UserID // who used that
	PersonName  string
	Interaction messages.InteractionID // 0: none
}

// A Quote is the message that a reply refers to.
type Quote struct {
	ID         messages.MessageID
	Author     messages.UserID
	AuthorName string
	Content    string
	Deleted    bool // then all but ID is zero
}

// A Reaction is an emoji on a message: a character, or "name:id".
type Reaction struct {
	Emoji string
	Users []messages.UserID
}

type watcher struct{ f func(Change) }

// Watch calls f with every change, in order, until stop is called; f is not
// called any more once that has returned. f returns at once and calls nothing
// of the server, which stands still meanwhile.
func (s *Server) Watch(f func(Change)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &watcher{f}
	s.world.watchers[w] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.world.watchers, w)
	}
}

// change tells the watchers. m may be nil.
func (w *world) change(kind ChangeKind, m *message) {
	if len(w.watchers) == 0 {
		return
	}
	c := Change{Kind: kind}
	if m != nil {
		c.Message = w.show(m)
	}
	for watcher := range w.watchers {
		watcher.f(c)
	}
}

// show returns a message as people see it.
func (w *world) show(m *message) Message {
	out := Message{
		ID: m.id, Channel: m.channel.id, Guild: m.channel.guildID(),
		Author: m.author.id, AuthorName: m.channel.nameOf(m.author), Bot: m.author.bot,
		Notice:  m.kind != messageDefault && m.kind != messageReply && m.kind != messageCommand,
		Content: m.content, Created: m.created, Edited: m.edited, Reply: m.quote(),
		Pinged: slices.Clone(m.pinged), Embeds: m.embeds, Components: m.components,
		Pinned: !m.pinned.IsZero(), Nonce: m.nonce, Thinking: m.flags&flagLoading != 0,
	}
	for _, u := range m.mentions {
		out.Mentions = append(out.Mentions, u.id)
	}
	for _, a := range m.attachments {
		out.Attachments = append(out.Attachments, messages.Attachment{ID: a.id, Name: a.name, Type: a.mime, Size: len(a.data), URL: w.link(a)})
	}
	for _, r := range m.reactions {
		out.Reactions = append(out.Reactions, Reaction{Emoji: r.emoji, Users: slices.Clone(r.users)})
	}
	if m.ephemeral != nil {
		out.Ephemeral = m.ephemeral.id
	}
	if use := m.use; use != nil {
		out.Command, out.Interaction = use.name, use.id
		out.Person, out.PersonName = use.user.id, m.channel.nameOf(use.user)
	}
	return out
}

// quote returns what m replies to, as it is now; nil if it is no reply.
func (m *message) quote() *Quote {
	if m.replyTo == 0 || m.kind == messagePinned {
		return nil
	}
	to := m.channel.message(m.replyTo)
	if to == nil {
		return &Quote{ID: m.replyTo, Deleted: true}
	}
	return &Quote{ID: to.id, Author: to.author.id, AuthorName: m.channel.nameOf(to.author), Content: to.content}
}

// nameOf returns the name under which u is shown in the channel.
func (c *channel) nameOf(u *user) string {
	if c.guild != nil {
		if m := c.guild.members[u.id]; m != nil && m.nick != "" {
			return m.nick
		}
	}
	return u.name
}
