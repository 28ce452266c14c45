package discordsim

import (
	"slices"
	"time"

	"troupe/messages"
)

// Bounds of deleting many messages at once (Discord documentation, Bulk Delete
// Messages).
const (
	minBulk    = 2
	maxBulk    = 100
	maxBulkAge = 14 * 24 * time.Hour
)

// maxPage is how many messages a page of history may have (Discord
// documentation, Get Channel Messages).
const maxPage = 100

// channel returns the channel of the path, in which the bot has all of those
// permissions.
func (c *call) channel(need uint64) (*channel, *Error) {
	ch := c.w.channels[pathID[messages.ChannelID](c, "channel")]
	if ch == nil {
		return nil, errUnknownChannel
	}
	if ch.guild != nil && ch.guild.members[c.w.bot.id] == nil {
		return nil, errMissingAccess
	}
	p := ch.permissions(c.w.bot)
	switch {
	case p&PermViewChannel == 0:
		return nil, errMissingAccess
	case p&need != need:
		return nil, errMissingPermissions
	}
	return ch, nil
}

// message returns the message of the path.
func (c *call) message(need uint64) (*message, *Error) {
	ch, err := c.channel(need)
	if err != nil {
		return nil, err
	}
	m := ch.message(pathID[messages.MessageID](c, "message"))
	if m == nil {
		return nil, errUnknownMessage
	}
	return m, nil
}

// answered is how REST shows a message.
func (w *world) answered(m *message) wireMessage {
	return w.wireMessage(m, view{content: w.s.cfg.MessageContentIntent})
}

// posted is how REST shows a message to who has just posted it.
func (w *world) posted(m *message) wireMessage {
	return w.wireMessage(m, view{content: true, nonce: true})
}

func (c *call) createMessage() (any, *Error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	if err := ch.maySend(c.w.bot); err != nil {
		return nil, err
	}
	var b messageBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	d := draft{channel: ch, author: c.w.bot}
	if err := b.onto(&d, c.files); err != nil {
		return nil, err
	}
	d.flags &^= flagEphemeral
	if err := d.permitted(); err != nil {
		return nil, err
	}
	m, err := c.w.post(d)
	if err != nil {
		return nil, err
	}
	return c.w.posted(m), nil
}

// permitted tells whether the author may send what the draft holds.
func (d *draft) permitted() *Error {
	p := d.channel.permissions(d.author)
	if len(d.attachments) > 0 && p&PermAttachFiles == 0 || d.embeds != nil && p&PermEmbedLinks == 0 {
		return errMissingPermissions
	}
	return nil
}

func (c *call) editMessage() (any, *Error) {
	m, err := c.message(0)
	switch {
	case err != nil:
		return nil, err
	case m.author != c.w.bot:
		return nil, errNotAuthor
	}
	if err := c.amend(m); err != nil {
		return nil, err
	}
	return c.w.answered(m), nil
}

// amend changes a message of the bot's as the body says.
func (c *call) amend(m *message) *Error {
	var b messageBody
	if err := c.decode(&b); err != nil {
		return err
	}
	d := m.draft()
	if err := b.onto(&d, c.files); err != nil {
		return err
	}
	return c.w.amend(m, d)
}

func (c *call) deleteMessage() (any, *Error) {
	m, err := c.message(0)
	switch {
	case err != nil:
		return nil, err
	case m.author == c.w.bot:
	case m.channel.guild == nil:
		return nil, errNotInDM
	case !m.channel.may(c.w.bot, PermManageMessages):
		return nil, errMissingPermissions
	}
	c.w.remove(m)
	return nil, nil
}

func (c *call) bulkDelete() (any, *Error) {
	ch, err := c.channel(0)
	switch {
	case err != nil:
		return nil, err
	case ch.guild == nil:
		return nil, errNotInDM
	case !ch.may(c.w.bot, PermManageMessages):
		return nil, errMissingPermissions
	}
	var in struct {
		Messages []snowflake `json:"messages"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if n := len(in.Messages); n < minBulk || n > maxBulk {
		return nil, badForm("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
	}
	oldest := messages.MessageIDAt(c.w.date().Add(-maxBulkAge))
	var gone []*message
	for _, id := range in.Messages {
		if messageIDOf(id) < oldest {
			return nil, errTooOldToDelete
		}
		if m := ch.message(messageIDOf(id)); m != nil && !slices.Contains(gone, m) {
			gone = append(gone, m)
		}
	}
	c.w.removeMany(ch, gone)
	return nil, nil
}

func (c *call) getMessage() (any, *Error) {
	m, err := c.message(PermReadHistory)
	if err != nil {
		return nil, err
	}
	return c.w.answered(m), nil
}

// listMessages pages through history, the latest first. Without permission to
// read it there is none (Discord documentation, Get Channel Messages).
func (c *call) listMessages() (any, *Error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(50, maxPage)
	if err != nil {
		return nil, err
	}
	out := []wireMessage{}
	if !ch.may(c.w.bot, PermReadHistory) {
		return out, nil
	}
	page := ch.messages
	if id, ok := queryID[messages.MessageID](c, "around"); ok {
		page = ch.around(id, limit)
	} else if id, ok := queryID[messages.MessageID](c, "before"); ok {
		page = ch.before(id, limit)
	} else if id, ok := queryID[messages.MessageID](c, "after"); ok {
		page = ch.after(id, limit)
	}
	for _, m := range slices.Backward(page[max(len(page)-limit, 0):]) {
		out = append(out, c.w.answered(m))
	}
	return out, nil
}

// before returns the last messages before an ID.
func (c *channel) before(id messages.MessageID, limit int) []*message {
	i, _ := c.find(id)
	return c.messages[max(i-limit, 0):i]
}

// after returns the first messages after an ID.
func (c *channel) after(id messages.MessageID, limit int) []*message {
	i, found := c.find(id)
	if found {
		i++
	}
	return c.messages[i:min(i+limit, len(c.messages))]
}

// around returns messages before and after an ID, and the one that has it.
func (c *channel) around(id messages.MessageID, limit int) []*message {
	i, _ := c.find(id)
	first := max(i-limit/2, 0)
	return c.messages[first:min(first+limit, len(c.messages))]
}

func (c *call) startTyping() (any, *Error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	if err := ch.maySend(c.w.bot); err != nil {
		return nil, err
	}
	c.w.types(ch, c.w.bot)
	return nil, nil
}
