package discordsim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// The kinds of channel (Discord documentation, Channel Types).
const (
	kindText         = 0
	kindDM           = 1
	kindPublicThread = 11
)

// The kinds of message (Discord documentation, Message Types).
const (
	messageDefault = 0
	messagePinned  = 6
	messageThread  = 18
	messageReply   = 19
	messageCommand = 20
)

// The flags of a message (Discord documentation, Message Flags).
const (
	flagSuppressEmbeds = 1 << 2
	flagHasThread      = 1 << 5
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagComponentsV2   = 1 << 15
)

// discordEpoch is the first millisecond of Discord's calendar (Discord
// documentation, Snowflakes).
const discordEpoch = 1420070400000

// A world is all that there is. Everything in it is guarded by Server.mu.
type world struct {
	s        *Server
	app      messages.ApplicationID
	bot      *user
	lastID   uint64
	ahead    time.Duration // of the calendar
	users    map[messages.UserID]*user
	names    map[string][]*user // by name in lower case
	guilds   map[messages.GuildID]*guild
	channels map[messages.ChannelID]*channel
	files    map[uint64]*attachment
	emojis   map[uint64]bool // of all guilds, by ID
	nonces   map[nonceKey]nonceUse

	nonceOrder []nonceKey // oldest first

	commands     map[messages.GuildID][]*command // 0: global
	interactions map[messages.InteractionID]*interaction
	tokens       map[string]*interaction
	uses         []*interaction              // the latest, oldest first
	created      map[messages.GuildID]window // commands created lately

	sessions map[string]*session
	starts   starts
	watchers map[*watcher]struct{}
}

type user struct {
	id     messages.UserID
	name   string
	bot    bool
	dm     *channel
	closed bool // takes no direct messages
}

type guild struct {
	id          messages.GuildID
	name        string
	owner       messages.UserID
	channels    []*channel // threads included
	roles       []*role    // the first is @everyone
	members     map[messages.UserID]*member
	emojis      []emoji
	unavailable bool
}

type role struct {
	id          messages.RoleID
	name        string
	permissions uint64
	managed     messages.UserID // the bot it belongs to
	mentionable bool
}

type member struct {
	user   *user
	roles  []messages.RoleID
	nick   string
	joined time.Time
}

type emoji struct {
	id   uint64
	name string
}

type channel struct {
	id         messages.ChannelID
	guild      *guild // nil: a direct message
	parent     *channel
	kind       int
	name       string
	recipient  *user
	overwrites []messages.Overwrite
	topic      string
	position   int
	messages   []*message // by ID
	private    []*message // by ID; each is seen by one person alone
	last       messages.MessageID
	typing     map[messages.UserID]time.Time // until when

	// Of a thread.
	owner    *user
	born     time.Time
	joined   bool // the bot is in it
	archived bool
	locked   bool
}

type message struct {
	id          messages.MessageID
	channel     *channel
	author      *user
	kind        int
	flags       int
	content     string
	created     time.Time
	edited      time.Time // zero: never
	replyTo     messages.MessageID
	mentions    []*user
	roles       []messages.RoleID
	everyone    bool
	pinged      []messages.UserID
	attachments []*attachment
	embeds      json.RawMessage // nil: none
	components  json.RawMessage // nil: none
	nonce       string
	pinned      time.Time // zero: not
	reactions   []reaction
	ephemeral   *user // who alone sees it
	use         *interaction
	gone        bool // deleted
}

type attachment struct {
	id      uint64
	channel messages.ChannelID
	name    string
	mime    string
	data    []byte
}

type reaction struct {
	emoji string
	users []messages.UserID
}

type nonceKey struct {
	author messages.UserID
	nonce  string
}

type nonceUse struct {
	message messages.MessageID
	channel *channel
	at      time.Time
}

func newWorld(s *Server) world {
	w := world{
		s:            s,
		ahead:        s.cfg.Calendar,
		users:        map[messages.UserID]*user{},
		names:        map[string][]*user{},
		guilds:       map[messages.GuildID]*guild{},
		channels:     map[messages.ChannelID]*channel{},
		files:        map[uint64]*attachment{},
		emojis:       map[uint64]bool{},
		nonces:       map[nonceKey]nonceUse{},
		commands:     map[messages.GuildID][]*command{},
		interactions: map[messages.InteractionID]*interaction{},
		created:      map[messages.GuildID]window{},
		tokens:       map[string]*interaction{},
		sessions:     map[string]*session{},
		starts:       starts{left: s.cfg.Starts},
		watchers:     map[*watcher]struct{}{},
	}
	w.bot = w.addUser(s.cfg.BotName, true)
	w.app = messages.ApplicationID(w.bot.id)
	return w
}

func (w *world) now() time.Time { return w.s.cfg.Now() }

// newID returns an ID larger than all before, which tells the time.
func (w *world) newID() uint64 {
	ms := max(w.date().UnixMilli()-discordEpoch, 0)
	w.lastID = max(uint64(ms)<<22, w.lastID+1)
	return w.lastID
}

func (w *world) addUser(name string, bot bool) *user {
	u := &user{id: messages.UserID(w.newID()), name: name, bot: bot}
	w.users[u.id] = u
	key := strings.ToLower(name)
	w.names[key] = append(w.names[key], u)
	return u
}

// find returns the message's place in the channel, or where it would be.
func (c *channel) find(id messages.MessageID) (int, bool) {
	return slices.BinarySearchFunc(c.messages, id, func(m *message, id messages.MessageID) int {
		switch {
		case m.id < id:
			return -1
		case m.id > id:
			return 1
		}
		return 0
	})
}

// message returns the message of that ID which is in the channel, or nil.
func (c *channel) message(id messages.MessageID) *message {
	if i, ok := c.find(id); ok {
		return c.messages[i]
	}
	return nil
}

// add appends a message. When there are too many it returns the oldest, which
// are no longer there.
func (c *channel) add(m *message, bound int) (old []*message) {
	if n := len(c.messages) - bound; n >= bound/8+1 {
		old, c.messages = c.messages[:n], slices.Clone(c.messages[n:])
	}
	c.messages = append(c.messages, m)
	c.last = m.id
	return old
}

// maxPrivate is how many messages of a channel that only one person sees are
// kept.
const maxPrivate = 100

// whisper appends a message that only one person sees, as add does.
func (c *channel) whisper(m *message) (old []*message) {
	if len(c.private) >= maxPrivate {
		old, c.private = c.private[:1:1], slices.Clone(c.private[1:])
	}
	c.private = append(c.private, m)
	return old
}

func (c *channel) guildID() messages.GuildID {
	if c.guild == nil {
		return 0
	}
	return c.guild.id
}

func (c *channel) thread() bool { return c.parent != nil }

// directOf returns the direct message channel between the bot and u.
func (w *world) directOf(u *user) *channel {
	if u.dm == nil {
		u.dm = &channel{id: messages.ChannelID(w.newID()), kind: kindDM, recipient: u}
		w.channels[u.dm.id] = u.dm
	}
	return u.dm
}

func (g *guild) role(id messages.RoleID) *role {
	for _, r := range g.roles {
		if r.id == id {
			return r
		}
	}
	return nil
}
