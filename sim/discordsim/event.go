package discordsim

import (
	"bytes"
	"encoding/json"
	"time"

	"troupe/messages"
)

// The intents (Discord documentation, Gateway Intents).
const (
	intentGuilds          = 1 << 0
	intentMembers         = 1 << 1
	intentExpressions     = 1 << 3
	intentPresences       = 1 << 8
	intentMessages        = 1 << 9
	intentReactions       = 1 << 10
	intentTyping          = 1 << 11
	intentDirectMessages  = 1 << 12
	intentDirectReactions = 1 << 13
	intentDirectTyping    = 1 << 14
	intentContent         = 1 << 15
	intentsKnown          = 1<<26 - 1
)

// An event is something that the gateway tells, to those sessions whose shard
// and intents fit.
type event struct {
	name    string
	guild   messages.GuildID
	intents int      // any of these; 0: told whatever the intents
	channel *channel // that the bot must be able to see; nil: none
	data    []byte   // what everybody is told, or
	message *message // rendered for each kind of reader
}

// marshal encodes a wire type, with "<" as it is, like Discord. They all can
// be.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("discordsim: a wire type cannot be encoded: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func messageIntent(c *channel) int {
	if c.guild == nil {
		return intentDirectMessages
	}
	return intentMessages
}

func (w *world) publishMessage(name string, m *message) {
	w.publish(event{name: name, guild: m.channel.guildID(), intents: messageIntent(m.channel), channel: m.channel, message: m})
}

// publish hands the event to every session that wants it, in the order in
// which the world changed. What nobody wants is not encoded.
func (w *world) publish(e event) {
	if len(w.sessions) == 0 || !w.visible(e) {
		return
	}
	var full, bare []byte
	for id, ses := range w.sessions {
		if ses.expired(w.now(), w.s.cfg.ResumeWindow) {
			delete(w.sessions, id)
			continue
		}
		if !ses.wants(e) {
			continue
		}
		data := e.data
		if e.message != nil {
			content := ses.intents&intentContent != 0
			data = bare
			if content {
				data = full
			}
			if data == nil {
				data = marshal(w.wireMessage(e.message, view{event: true, content: content, nonce: true}))
			}
			if content {
				full = data
			} else {
				bare = data
			}
		}
		ses.push(e.name, data)
	}
}

// visible tells whether the bot is where the event happened.
func (w *world) visible(e event) bool {
	if e.channel != nil && !e.channel.may(w.bot, PermViewChannel) {
		return false
	}
	if e.guild == 0 || e.name == "GUILD_DELETE" || e.intents == 0 {
		return true
	}
	g := w.guilds[e.guild]
	return g != nil && g.members[w.bot.id] != nil && !g.unavailable
}

// publishGuild tells of something in a guild that is no message.
func (w *world) publishGuild(name string, g *guild, v any) {
	w.publish(event{name: name, guild: g.id, intents: intentGuilds, data: marshal(v)})
}

// publishTyping tells that somebody types.
func (w *world) publishTyping(c *channel, u *user) {
	type typing struct {
		ChannelID uint64      `json:"channel_id,string"`
		GuildID   string      `json:"guild_id,omitempty"`
		UserID    uint64      `json:"user_id,string"`
		Timestamp int64       `json:"timestamp"`
		Member    *wireMember `json:"member,omitempty"`
	}
	t := typing{ChannelID: uint64(c.id), GuildID: optional(c.guildID()), UserID: uint64(u.id), Timestamp: w.now().Unix()}
	e := event{name: "TYPING_START", guild: c.guildID(), intents: intentDirectTyping, channel: c}
	if c.guild != nil {
		e.intents = intentTyping
		if m := c.guild.members[u.id]; m != nil {
			t.Member = m.wire(true)
		}
	}
	e.data = marshal(t)
	w.publish(e)
}

// typingLasts is how long one typing signal is shown (Discord documentation,
// Trigger Typing Indicator).
const typingLasts = 10 * time.Second

// types notes that u types in c.
func (w *world) types(c *channel, u *user) {
	if c.typing == nil {
		c.typing = map[messages.UserID]time.Time{}
	}
	c.typing[u.id] = w.now().Add(typingLasts)
	w.publishTyping(c, u)
	w.change(TypingStarted, &message{channel: c, author: u, created: w.now()})
}
