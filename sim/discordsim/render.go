package discordsim

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"time"
)

var emptyList = json.RawMessage("[]")

func (u *user) wire() wireUser {
	w := wireUser{ID: uint64(u.id), Username: u.name, Discriminator: "0", Bot: u.bot}
	if u.bot {
		w.Discriminator = "0001"
	} else {
		w.GlobalName = &u.name
	}
	return w
}

func (m *member) wire(withUser bool) *wireMember {
	w := &wireMember{Roles: quoted(m.roles), JoinedAt: stamp(m.joined)}
	if m.nick != "" {
		w.Nick = &m.nick
	}
	if withUser {
		u := m.user.wire()
		w.User = &u
	}
	return w
}

func (r *role) wire(position int) wireRole {
	w := wireRole{
		ID: uint64(r.id), Name: r.name, Permissions: decimal(r.permissions),
		Position: position, Managed: r.managed != 0, Mentionable: r.mentionable,
	}
	if r.managed != 0 {
		w.Tags = &roleTags{BotID: uint64(r.managed)}
	}
	return w
}

func (g *guild) wireRoles() []wireRole {
	out := make([]wireRole, len(g.roles))
	for i, r := range g.roles {
		out[i] = r.wire(i)
	}
	return out
}

func (g *guild) wireEmojis() []wireEmoji {
	out := make([]wireEmoji, len(g.emojis))
	for i, e := range g.emojis {
		out[i] = wireEmoji{ID: e.id, Name: e.name, Roles: []string{}, RequireColons: true, Available: true}
	}
	return out
}

func (g *guild) wire() wireGuild {
	return wireGuild{
		ID: uint64(g.id), Name: g.name, OwnerID: uint64(g.owner), PreferredLocale: "en-US",
		Features: []string{}, Roles: g.wireRoles(), Emojis: g.wireEmojis(), Stickers: []struct{}{},
	}
}

// wireCreate is a guild as GUILD_CREATE shows it to the bot.
func (w *world) wireCreate(g *guild, members bool) wireGuild {
	out := g.wire()
	no := false
	out.Large, out.Unavailable, out.MemberCount = &no, &no, len(g.members)
	out.JoinedAt = stamp(g.members[w.bot.id].joined)
	if members {
		for _, m := range g.sorted() {
			out.Members = append(out.Members, *m.wire(true))
		}
	} else {
		out.Members = []wireMember{*g.members[w.bot.id].wire(true)}
	}
	for _, c := range g.channels {
		switch {
		case !c.thread():
			out.Channels = append(out.Channels, w.wireChannel(c))
		case !c.archived && c.may(w.bot, PermViewChannel):
			out.Threads = append(out.Threads, w.wireChannel(c))
		}
	}
	return out
}

func (w *world) wireChannel(c *channel) wireChannel {
	out := wireChannel{ID: uint64(c.id), Type: c.kind, Name: c.name}
	if c.last != 0 {
		id := c.last.String()
		out.LastMessageID = &id
	}
	if c.guild == nil {
		out.Recipients = []wireUser{c.recipient.wire()}
		return out
	}
	out.GuildID = c.guild.id.String()
	out.Position = c.position
	if c.topic != "" {
		out.Topic = &c.topic
	}
	for _, o := range c.overwrites {
		t := 0
		if o.User {
			t = 1
		}
		out.Overwrites = append(out.Overwrites, wireOverwrite{ID: o.ID, Type: t, Allow: o.Allow, Deny: o.Deny})
	}
	if c.parent == nil {
		return out
	}
	parent := c.parent.id.String()
	out.ParentID = &parent
	out.OwnerID = c.owner.id.String()
	out.MessageCount, out.MemberCount = len(c.messages), 1
	out.ThreadMetadata = &threadMetadata{
		AutoArchiveDuration: 1440, ArchiveTimestamp: stamp(c.born), Archived: c.archived, Locked: c.locked,
	}
	if c.joined {
		out.Member = w.botIn(c)
	}
	return out
}

// view says how a message is shown.
type view struct {
	event   bool // with guild, member and channel type
	content bool // to someone who may read all content
	nonce   bool // to who posted it, when it is posted
}

// wireMessage shows a message to the bot. What it may not read is left empty,
// unless it said it, was mentioned in it or was told it directly.
func (w *world) wireMessage(m *message, v view) wireMessage {
	out := wireMessage{
		ID: uint64(m.id), Type: m.kind, ChannelID: uint64(m.channel.id),
		Content: m.content, Timestamp: stamp(m.created), EditedTimestamp: stampOrNull(m.edited),
		Author: m.author.wire(), Mentions: make([]wireUser, len(m.mentions)), MentionRoles: quoted(m.roles),
		MentionEveryone: m.everyone, Attachments: make([]wireAttachment, len(m.attachments)),
		Embeds: emptyList, Components: emptyList, Flags: m.flags, Pinned: !m.pinned.IsZero(),
		Reactions: w.wireReactions(m),
	}
	for i, u := range m.mentions {
		out.Mentions[i] = u.wire()
	}
	if v.nonce && m.author == w.bot {
		out.Nonce = m.nonce
	}
	if m.use != nil && m.author == w.bot {
		id := w.app.String()
		out.ApplicationID, out.WebhookID = id, id
		out.Interaction = &wireUse{
			ID: uint64(m.use.id), Type: m.use.kind, User: m.use.user.wire(), Owners: map[string]string{"0": decimal(uint64(m.channel.guildID()))},
		}
	}
	if v.content || w.readable(m) {
		for i, a := range m.attachments {
			out.Attachments[i] = w.wireAttachment(a)
		}
		out.Embeds, out.Components = orEmpty(m.embeds), orEmpty(m.components)
	} else {
		out.Content, out.Attachments = "", []wireAttachment{}
	}
	if v.event {
		w.placeInEvent(m, &out)
	}
	w.refer(m, &out, v)
	return out
}

func orEmpty(list json.RawMessage) json.RawMessage {
	if list == nil {
		return emptyList
	}
	return list
}

// readable tells whether the bot reads m without the message content intent.
func (w *world) readable(m *message) bool {
	return m.author == w.bot || m.channel.guild == nil || slices.Contains(m.mentions, w.bot)
}

// placeInEvent adds what events have and REST answers have not.
func (w *world) placeInEvent(m *message, out *wireMessage) {
	out.ChannelType = &m.channel.kind
	g := m.channel.guild
	if g == nil {
		return
	}
	out.GuildID = g.id.String()
	if mem := g.members[m.author.id]; mem != nil {
		out.Member = mem.wire(false)
	}
	for i, u := range m.mentions {
		if mem := g.members[u.id]; mem != nil {
			out.Mentions[i].Member = mem.wire(false)
		}
	}
}

// refer adds the message replied to, one level deep, null when it is gone.
func (w *world) refer(m *message, out *wireMessage, v view) {
	if m.replyTo == 0 {
		return
	}
	out.Reference = &wireReference{MessageID: uint64(m.replyTo), ChannelID: uint64(m.channel.id)}
	if g := m.channel.guild; g != nil {
		out.Reference.GuildID = g.id.String()
	}
	if m.kind != messageReply {
		return
	}
	out.Referenced = &nullableMessage{}
	if to := m.channel.message(m.replyTo); to != nil {
		flat := *to
		flat.replyTo = 0
		shown := w.wireMessage(&flat, view{content: v.content})
		out.Referenced.m = &shown
	}
}

func (w *world) wireReactions(m *message) []wireReaction {
	var out []wireReaction
	for _, r := range m.reactions {
		out = append(out, wireReaction{Count: len(r.users), Me: slices.Contains(r.users, w.bot.id), Emoji: emojiRef(r.emoji)})
	}
	return out
}

func (w *world) wireAttachment(a *attachment) wireAttachment {
	link := w.link(a)
	return wireAttachment{ID: a.id, Filename: a.name, Size: len(a.data), URL: link, ProxyURL: link, ContentType: a.mime}
}

// linkLasts is how long an attachment's address works.
const linkLasts = 24 * time.Hour

// link returns the attachment's signed address.
func (w *world) link(a *attachment) string {
	until := strconv.FormatInt(w.now().Add(linkLasts).Unix(), 16)
	return fmt.Sprintf("%s/attachments/%d/%d/%s?ex=%s&is=%x&hm=%s",
		w.s.cfg.CDN, a.channel, a.id, url.PathEscape(a.name), until, w.now().Unix(), a.signature(until))
}

// signature is what proves that an address was given out by this server.
func (a *attachment) signature(until string) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(decimal(a.id) + " " + until)) // never fails
	return fmt.Sprintf("%016x", sum.Sum64())
}

// expiry reads when an address ceases to work; one that says nothing has.
func expiry(until string) time.Time {
	n, err := strconv.ParseInt(until, 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
