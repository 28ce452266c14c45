package discordsim

import (
	"encoding/json"
	"slices"
	"time"

	"troupe/messages"
)

// The kinds of interaction, and of what answers one (Discord documentation,
// Interaction Type, Interaction Callback Type).
const (
	usedCommand   = 2
	usedComponent = 3

	callbackMessage        = 4
	callbackDeferred       = 5
	callbackDeferredUpdate = 6
	callbackUpdate         = 7
)

// How long an interaction may be answered at all, and go on being answered
// (Discord documentation, Interactions: Responding).
const (
	ackWindow  = 3 * time.Second
	tokenLives = 15 * time.Minute
)

// An interaction is the use of a command, or a click.
type interaction struct {
	id       messages.InteractionID
	token    string
	kind     int
	name     string // of the command, with its subcommand after a space; of the button: its custom ID
	user     *user
	channel  *channel
	at       time.Time
	source   *message  // that was clicked in
	acked    time.Time // zero: not
	callback int       // how
	original *message  // the first answer; nil: not yet, or deleted
	answers  []*message
}

// begin makes an interaction and forgets those whose token is dead.
func (w *world) beginUse(use *interaction) {
	id := w.newID()
	use.id, use.at = messages.InteractionID(id), w.now()
	use.token = "sim" + bucketHash(decimal(id))
	w.interactions[use.id], w.tokens[use.token] = use, use
	w.uses = append(w.uses, use)
	for len(w.uses) > w.s.cfg.Records {
		delete(w.interactions, w.uses[0].id)
		delete(w.tokens, w.uses[0].token)
		w.uses = w.uses[1:]
	}
}

// respond is the callback: the first answer to an interaction.
func (c *call) respond() (any, *Error) {
	use := c.w.interactions[pathID[messages.InteractionID](c, "interaction")]
	switch {
	case use == nil || use.token != c.r.PathValue("token"):
		return nil, errUnknownInteraction
	case !use.acked.IsZero():
		return nil, errAcknowledged
	case c.w.now().Sub(use.at) > ackWindow:
		return nil, errUnknownInteraction
	}
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	update := in.Type == callbackDeferredUpdate || in.Type == callbackUpdate
	if in.Type < callbackMessage || in.Type > callbackUpdate || update && use.kind != usedComponent {
		return nil, badForm("type", "BASE_TYPE_CHOICES", "Value is not a callback that this interaction may have.")
	}
	c.payload = in.Data
	if err := c.firstAnswer(use, in.Type); err != nil {
		return nil, err
	}
	use.acked, use.callback = c.w.now(), in.Type
	if c.r.URL.Query().Get("with_response") != "true" {
		return nil, nil
	}
	return c.w.wireCallback(use), nil
}

// firstAnswer does what a callback says.
func (c *call) firstAnswer(use *interaction, callback int) (err *Error) {
	switch callback {
	case callbackDeferredUpdate:
		use.original = use.source
		return nil
	case callbackUpdate:
		use.original = use.source
		return c.amend(use.source)
	}
	var b messageBody
	if err := c.decode(&b); err != nil {
		return err
	}
	d := draft{channel: use.channel, author: c.w.bot, kind: messageCommand, use: use}
	if use.kind == usedComponent {
		d.kind, d.replyTo = messageDefault, use.source.id
	}
	if err := b.onto(&d, c.files); err != nil {
		return err
	}
	if callback == callbackDeferred {
		d = draft{channel: d.channel, author: d.author, kind: d.kind, use: use, replyTo: d.replyTo, flags: d.flags&flagEphemeral | flagLoading}
	}
	use.original, err = c.answer(use, d)
	return err
}

// answer posts a message that answers an interaction, to its user alone if it
// is ephemeral.
func (c *call) answer(use *interaction, d draft) (*message, *Error) {
	if d.flags&flagEphemeral != 0 {
		d.ephemeral = use.user
	}
	d.allowed.Replied = false // it would be the bot itself
	m, err := c.w.post(d)
	if err == nil {
		use.answers = append(use.answers, m)
	}
	return m, err
}

type wireCallback struct {
	Interaction wireCallbackUse   `json:"interaction"`
	Resource    *wireCallbackDone `json:"resource,omitempty"`
}

type wireCallbackUse struct {
	ID        uint64 `json:"id,string"`
	Type      int    `json:"type"`
	MessageID string `json:"response_message_id,omitempty"`
	Loading   bool   `json:"response_message_loading"`
	Ephemeral bool   `json:"response_message_ephemeral"`
	ChannelID uint64 `json:"channel_id,string"`
	GuildID   string `json:"guild_id,omitempty"`
}

type wireCallbackDone struct {
	Type    int          `json:"type"`
	Message *wireMessage `json:"message,omitempty"`
}

// wireCallback is the answer to a callback when a response is asked for.
func (w *world) wireCallback(use *interaction) wireCallback {
	out := wireCallback{Interaction: wireCallbackUse{
		ID: uint64(use.id), Type: use.kind, ChannelID: uint64(use.channel.id), GuildID: optional(use.channel.guildID()),
	}}
	out.Resource = &wireCallbackDone{Type: use.callback}
	if m := use.original; m != nil {
		out.Interaction.MessageID = m.id.String()
		out.Interaction.Loading = m.flags&flagLoading != 0
		out.Interaction.Ephemeral = m.ephemeral != nil
		shown := w.posted(m)
		out.Resource.Message = &shown
	}
	return out
}

// use returns the interaction whose token is in the path, as long as that
// lives and there was a first answer.
func (c *call) use() (*interaction, *Error) {
	use := c.w.tokens[c.r.PathValue("token")]
	switch {
	case pathID[messages.ApplicationID](c, "app") != c.w.app:
		return nil, errUnknownWebhook
	case use == nil || c.w.now().Sub(use.at) > tokenLives:
		return nil, errInvalidToken
	case use.acked.IsZero():
		return nil, errUnknownWebhook
	}
	return use, nil
}

// followUp posts another answer. Right after a deferred first answer it fills
// that in, as Discord does for older clients (Discord documentation, Create
// Followup Message).
func (c *call) followUp() (any, *Error) {
	use, err := c.use()
	if err != nil {
		return nil, err
	}
	if m := use.original; m != nil && m.flags&flagLoading != 0 {
		if err := c.amend(m); err != nil {
			return nil, err
		}
		return c.w.posted(m), nil
	}
	var b messageBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	b.Nonce, b.EnforceNonce, b.Reference = "", false, nil // webhooks have none
	d := draft{channel: use.channel, author: c.w.bot, use: use}
	if err := b.onto(&d, c.files); err != nil {
		return nil, err
	}
	if m := use.original; m != nil && m.ephemeral == nil {
		d.replyTo = m.id
	}
	m, err := c.answer(use, d)
	if err != nil {
		return nil, err
	}
	return c.w.posted(m), nil
}

// answered returns the interaction's message of the path: "@original" or one
// of its answers.
func (c *call) answered() (*message, *Error) {
	use, err := c.use()
	if err != nil {
		return nil, err
	}
	if c.r.PathValue("message") == "@original" {
		if use.original == nil {
			return nil, errUnknownMessage
		}
		return use.original, nil
	}
	id := pathID[messages.MessageID](c, "message")
	for _, m := range slices.Concat(use.answers, []*message{use.source}) {
		if m != nil && m.id == id && !m.gone {
			return m, nil
		}
	}
	return nil, errUnknownMessage
}

func (c *call) getAnswer() (any, *Error) {
	m, err := c.answered()
	if err != nil {
		return nil, err
	}
	return c.w.posted(m), nil
}

func (c *call) editAnswer() (any, *Error) {
	m, err := c.answered()
	if err != nil {
		return nil, err
	}
	if err := c.amend(m); err != nil {
		return nil, err
	}
	return c.w.posted(m), nil
}

func (c *call) deleteAnswer() (any, *Error) {
	m, err := c.answered()
	if err != nil {
		return nil, err
	}
	c.w.remove(m)
	return nil, nil
}
