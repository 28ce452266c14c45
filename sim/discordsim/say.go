package discordsim

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"troupe/messages"
)

// Bounds of a message (Discord documentation, Create Message).
const (
	maxContent = 2000 // characters
	maxNonce   = 25   // characters
	maxEmbeds  = 10
	maxFiles   = 10

	maxComponents = 40 // components v2, as communities measured
)

// A draft is a message that is about to be posted, by whomever.
type draft struct {
	channel     *channel
	author      *user
	kind        int
	flags       int
	content     string
	replyTo     messages.MessageID
	needReply   bool // refuse when the message replied to is gone
	allowed     allowed
	attachments []*attachment
	embeds      json.RawMessage
	components  json.RawMessage
	nonce       string
	enforce     bool
	ephemeral   *user
	use         *interaction
}

// check tidies the content and returns what is wrong with the draft, or nil.
func (d *draft) check() *Error {
	d.content = strings.TrimSpace(d.content)
	switch {
	case utf8.RuneCountInString(d.content) > maxContent:
		return tooLong("content", maxContent)
	case utf8.RuneCountInString(d.nonce) > maxNonce:
		return badForm("nonce", "NONCE_TOO_LONG", "Must be 25 or fewer in length.")
	case len(d.attachments) > maxFiles:
		return badForm("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	case d.flags&flagComponentsV2 != 0 && d.content != "":
		return badForm("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
	case d.content == "" && len(d.attachments) == 0 && d.embeds == nil && d.components == nil && d.flags&flagLoading == 0:
		return errEmpty
	}
	return nil
}

// post puts the draft into its channel and tells everyone. A nonce that was
// used lately gives the first message instead.
func (w *world) post(d draft) (*message, *Error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if m, err := w.repeated(d); m != nil || err != nil {
		return m, err
	}
	target, err := w.replyTarget(&d)
	if err != nil {
		return nil, err
	}
	m := &message{
		id: messages.MessageID(w.newID()), channel: d.channel, author: d.author, kind: d.kind,
		flags: d.flags, content: d.content, created: w.date(), replyTo: d.replyTo,
		attachments: d.attachments, embeds: d.embeds, components: d.components,
		nonce: d.nonce, ephemeral: d.ephemeral, use: d.use,
	}
	w.notify(m, d.allowed, target)
	w.keep(m)
	if d.nonce != "" && d.enforce {
		w.remember(nonceKey{d.author.id, d.nonce}, nonceUse{message: m.id, channel: d.channel, at: w.now()})
	}
	w.append(m)
	if c := d.channel; c.thread() && m.ephemeral == nil {
		w.stir(c, m)
	}
	return m, nil
}

// stir does what a message in a thread does beside: it opens an archived one,
// and brings in who is mentioned or wrote it.
func (w *world) stir(t *channel, m *message) {
	if t.archived {
		t.archived = false
		w.channelChanged(t)
	}
	if m.author == w.bot || slices.Contains(m.mentions, w.bot) {
		w.join(t)
	}
}

// append puts a message into its channel and tells everyone who may see it.
func (w *world) append(m *message) {
	if m.id == 0 {
		m.id = messages.MessageID(w.newID())
	}
	var old []*message
	if m.ephemeral == nil {
		old = m.channel.add(m, w.s.cfg.History)
		w.publishMessage("MESSAGE_CREATE", m)
	} else {
		old = m.channel.whisper(m)
	}
	for _, o := range old {
		w.dropFiles(o)
	}
	delete(m.channel.typing, m.author.id)
	w.change(MessageCreated, m)
}

// keep gives new attachments of a message their IDs.
func (w *world) keep(m *message) {
	for _, a := range m.attachments {
		if a.id == 0 {
			a.id, a.channel = w.newID(), m.channel.id
			w.files[a.id] = a
		}
	}
}

// repeated returns the message that was already posted with the draft's nonce.
func (w *world) repeated(d draft) (*message, *Error) {
	if d.nonce == "" || !d.enforce {
		return nil, nil
	}
	w.forgetNonces()
	use, ok := w.nonces[nonceKey{d.author.id, d.nonce}]
	if !ok {
		return nil, nil
	}
	m := use.channel.message(use.message)
	if m == nil {
		return nil, errUnknownMessage
	}
	return m, nil
}

func (w *world) remember(key nonceKey, use nonceUse) {
	w.nonces[key] = use
	w.nonceOrder = append(w.nonceOrder, key)
}

// forgetNonces forgets those that were used too long ago.
func (w *world) forgetNonces() {
	for len(w.nonceOrder) > 0 {
		key := w.nonceOrder[0]
		if w.now().Sub(w.nonces[key].at) <= w.s.cfg.NonceWindow {
			return
		}
		delete(w.nonces, key)
		w.nonceOrder = w.nonceOrder[1:]
	}
}

// replyTarget returns the message that the draft replies to, or nil.
func (w *world) replyTarget(d *draft) (*message, *Error) {
	if d.replyTo == 0 {
		return nil, nil
	}
	if d.use == nil && !d.channel.may(d.author, PermReadHistory) {
		return nil, errReplyUnreadable
	}
	target := d.channel.message(d.replyTo)
	switch {
	case target == nil && d.needReply:
		return nil, badForm("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	case target == nil:
		d.replyTo = 0 // posted as an ordinary message
	default:
		d.kind = messageReply
	}
	return target, nil
}

// amend makes a message what the draft says, which began as the message, and
// marks it as edited.
func (w *world) amend(m *message, d draft) *Error {
	d.flags &^= flagLoading
	if err := d.check(); err != nil {
		return err
	}
	for _, a := range m.attachments {
		if !slices.Contains(d.attachments, a) {
			delete(w.files, a.id)
		}
	}
	if m.flags&flagLoading == 0 {
		m.edited = w.date() // what fills in a deferred answer is not an edit
	}
	m.content, m.embeds, m.components, m.attachments = d.content, d.embeds, d.components, d.attachments
	m.flags = d.flags&^flagEphemeral | m.flags&flagEphemeral
	w.keep(m)
	rung := m.pinged
	w.notify(m, d.allowed, m.channel.message(m.replyTo))
	m.pinged = rung // an edit rings nobody's client
	w.updated(m)
	return nil
}

// draft returns the message as a draft of itself.
func (m *message) draft() draft {
	return draft{
		channel: m.channel, author: m.author, kind: m.kind, flags: m.flags, content: m.content,
		attachments: m.attachments, embeds: m.embeds, components: m.components, allowed: allowAll(),
	}
}

// updated tells that a message is no longer what it was.
func (w *world) updated(m *message) {
	if m.ephemeral == nil {
		w.publishMessage("MESSAGE_UPDATE", m)
	}
	w.change(MessageEdited, m)
}

// remove takes a message out of its channel.
func (w *world) remove(m *message) {
	c := m.channel
	w.forget(m)
	if m.ephemeral == nil {
		w.publish(event{
			name: "MESSAGE_DELETE", guild: c.guildID(), intents: messageIntent(c), channel: c,
			data: marshal(wireDelete{ID: uint64(m.id), ChannelID: uint64(c.id), GuildID: optional(c.guildID())}),
		})
	}
	w.change(MessageDeleted, m)
}

// forget removes a message without telling the bot.
func (w *world) forget(m *message) {
	c := m.channel
	m.gone = true
	if i, ok := c.find(m.id); ok {
		c.messages = slices.Delete(c.messages, i, i+1)
	}
	c.private = slices.DeleteFunc(c.private, func(p *message) bool { return p == m })
	w.dropFiles(m)
	if m.use != nil && m.use.original == m {
		m.use.original = nil
	}
}

func (w *world) dropFiles(m *message) {
	for _, a := range m.attachments {
		delete(w.files, a.id)
	}
}

// removeMany takes messages out of their channel together.
func (w *world) removeMany(c *channel, gone []*message) {
	ids := make([]messages.MessageID, len(gone))
	if len(gone) == 0 {
		return
	}
	for i, m := range gone {
		ids[i] = m.id
		w.forget(m)
	}
	w.publish(event{
		name: "MESSAGE_DELETE_BULK", guild: c.guildID(), intents: messageIntent(c), channel: c,
		data: marshal(wireBulkDelete{IDs: quoted(ids), ChannelID: uint64(c.id), GuildID: optional(c.guildID())}),
	})
	for _, m := range gone {
		w.change(MessageDeleted, m)
	}
}

type wireBulkDelete struct {
	IDs       []string `json:"ids"`
	ChannelID uint64   `json:"channel_id,string"`
	GuildID   string   `json:"guild_id,omitempty"`
}

type wireDelete struct {
	ID        uint64 `json:"id,string"`
	ChannelID uint64 `json:"channel_id,string"`
	GuildID   string `json:"guild_id,omitempty"`
}

// optional is the ID as a string, empty for none.
func optional[ID interface {
	~uint64
	String() string
}](id ID,
) string {
	if id == 0 {
		return ""
	}
	return id.String()
}
