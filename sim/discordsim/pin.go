package discordsim

import (
	"cmp"
	"slices"
	"time"
)

// maxPins is how many messages of a channel may be pinned (Discord
// documentation, Pin Message).
const maxPins = 250

func (c *call) pinMessage() (any, *Error) {
	m, err := c.pinnable()
	if err != nil || !m.pinned.IsZero() {
		return nil, err
	}
	if len(m.channel.pins()) >= maxPins {
		return nil, errTooManyPins
	}
	c.w.pin(m, c.w.bot)
	return nil, nil
}

func (c *call) unpinMessage() (any, *Error) {
	m, err := c.pinnable()
	if err != nil || m.pinned.IsZero() {
		return nil, err
	}
	m.pinned = time.Time{}
	c.w.pinsChanged(m)
	return nil, nil
}

// pinnable returns the message of the path, which the bot may pin and unpin:
// anybody may in a direct message.
func (c *call) pinnable() (*message, *Error) {
	m, err := c.message(0)
	if err == nil && !m.channel.may(c.w.bot, PermPinMessages) {
		return nil, errMissingPermissions
	}
	return m, err
}

// pin pins a message, and says so in the channel.
func (w *world) pin(m *message, by *user) {
	m.pinned = w.now()
	w.pinsChanged(m)
	notice := &message{kind: messagePinned, channel: m.channel, author: by, created: w.now(), replyTo: m.id}
	w.append(notice)
}

func (w *world) pinsChanged(m *message) {
	type pinsUpdate struct {
		ChannelID        uint64  `json:"channel_id,string"`
		GuildID          string  `json:"guild_id,omitempty"`
		LastPinTimestamp *string `json:"last_pin_timestamp"`
	}
	c := m.channel
	u := pinsUpdate{ChannelID: uint64(c.id), GuildID: optional(c.guildID())}
	if pins := c.pins(); len(pins) > 0 {
		u.LastPinTimestamp = stampOrNull(pins[0].pinned)
	}
	intents := intentGuilds
	if c.guild == nil {
		intents = intentDirectMessages
	}
	w.publish(event{name: "CHANNEL_PINS_UPDATE", guild: c.guildID(), intents: intents, channel: c, data: marshal(u)})
	w.updated(m)
}

// pins returns the pinned messages, the last one pinned first.
func (c *channel) pins() (out []*message) {
	for _, m := range c.messages {
		if !m.pinned.IsZero() {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *message) int { return b.pinned.Compare(a.pinned) })
	return out
}

// readablePins returns the pins of the path's channel, none if the bot may not
// read its history.
func (c *call) readablePins() ([]*message, *Error) {
	ch, err := c.channel(0)
	if err != nil || !ch.may(c.w.bot, PermReadHistory) {
		return nil, err
	}
	return ch.pins(), nil
}

// listPins answers on the old path, with all of them.
func (c *call) listPins() (any, *Error) {
	pins, err := c.readablePins()
	if err != nil {
		return nil, err
	}
	out := []wireMessage{}
	for _, m := range pins[:min(len(pins), 50)] {
		out = append(out, c.w.answered(m))
	}
	return out, nil
}

type wirePins struct {
	Items   []wirePin `json:"items"`
	HasMore bool      `json:"has_more"`
}

type wirePin struct {
	PinnedAt string      `json:"pinned_at"`
	Message  wireMessage `json:"message"`
}

// pagePins answers on the new path, in pages by the time of pinning.
func (c *call) pagePins() (any, *Error) {
	pins, err := c.readablePins()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(50, 50)
	if err != nil {
		return nil, err
	}
	if s := c.r.URL.Query().Get("before"); s != "" {
		before, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return nil, badForm("before", "DATE_TIME_TYPE_PARSE", "Could not parse "+s+". Should be ISO8601.")
		}
		first, _ := slices.BinarySearchFunc(pins, before, func(m *message, t time.Time) int {
			return cmp.Or(t.Compare(m.pinned), -1) // pins at that very time are not before it
		})
		pins = pins[first:]
	}
	out := wirePins{Items: []wirePin{}, HasMore: len(pins) > limit}
	for _, m := range pins[:min(len(pins), limit)] {
		out.Items = append(out.Items, wirePin{PinnedAt: stamp(m.pinned), Message: c.w.answered(m)})
	}
	return out, nil
}
