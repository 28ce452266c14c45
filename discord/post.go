package discord

import (
	"context"
	"net/http"
	"slices"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// maxMentions bounds the people that one message may notify (Discord
// documentation, Message: Allowed Mentions Structure).
const maxMentions = 100

// The bodies are our own, since discordgo's know no nonce and send null for
// lists that are left out.

type createBody struct {
	Content      string                            `json:"content,omitempty"`
	Mentions     *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Reference    *discordgo.MessageReference       `json:"message_reference,omitempty"`
	Nonce        string                            `json:"nonce,omitempty"`
	EnforceNonce bool                              `json:"enforce_nonce,omitempty"`
	Flags        discordgo.MessageFlags            `json:"flags,omitempty"`
}

type editBody struct {
	Content     string                            `json:"content"`
	Mentions    *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Attachments []wireFile                        `json:"attachments,omitempty"` // none: those that are there stay
}

// A wireFile is a file of the same form, by its index there.
type wireFile struct {
	ID   int    `json:"id,string"`
	Name string `json:"filename"`
}

// allowed lets nobody be notified but these people, and who is replied to if
// reply is set. Parse must not be null: Discord would notify everybody named.
func allowed(people []messages.UserID, reply bool) *discordgo.MessageAllowedMentions {
	m := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}, RepliedUser: reply}
	for _, id := range people {
		if s := id.String(); id != 0 && len(m.Users) < maxMentions && !slices.Contains(m.Users, s) {
			m.Users = append(m.Users, s)
		}
	}
	return m
}

// Post posts a message. A repeat with the same nonce within minutes returns the
// first message instead (Discord documentation, Create Message); if that was
// deleted since, the failure is [messages.CauseGone].
func (r *REST) Post(ctx context.Context, m *messages.Post) (messages.Sent, error) {
	body := createBody{
		Content:      m.Content,
		Mentions:     allowed(m.Mentions, m.Notify && m.ReplyTo != 0),
		Nonce:        m.Nonce,
		EnforceNonce: m.Nonce != "",
	}
	if m.ReplyTo != 0 {
		no := false
		body.Reference = &discordgo.MessageReference{MessageID: m.ReplyTo.String(), FailIfNotExists: &no}
	}
	return r.change(ctx, call{
		method:   http.MethodPost,
		endpoint: discordgo.EndpointChannelMessages(m.Channel.String()),
		body:     body,
		files:    m.Files,
		route:    route{name: "POST /channels/{}/messages", major: m.Channel.String()},
	})
}

// Edit gives a message another text, and adds files to it.
func (r *REST) Edit(ctx context.Context, m *messages.Edit) (messages.Sent, error) {
	return r.change(ctx, call{
		method:   http.MethodPatch,
		endpoint: discordgo.EndpointChannelMessage(m.Channel.String(), m.Message.String()),
		body:     editBody{Content: m.Content, Mentions: allowed(nil, false)},
		files:    m.Files,
		route:    route{name: "PATCH /channels/{}/messages/{}", major: m.Channel.String()},
		message:  m.Message,
	})
}

// Delete deletes a message. That it is gone already is as good.
func (r *REST) Delete(ctx context.Context, channel messages.ChannelID, message messages.MessageID) error {
	_, _, err := r.do(ctx, call{
		method:   http.MethodDelete,
		endpoint: discordgo.EndpointChannelMessage(channel.String(), message.String()),
		route:    route{name: "DELETE /channels/{}/messages/{}", major: channel.String()},
		done:     discordgo.ErrCodeUnknownMessage,
	})
	return err
}

// Typing shows the bot as typing for 10 s, or until it posts (Discord
// documentation, Trigger Typing Indicator).
func (r *REST) Typing(ctx context.Context, channel messages.ChannelID) error {
	_, _, err := r.do(ctx, call{
		method:   http.MethodPost,
		endpoint: discordgo.EndpointChannelTyping(channel.String()),
		route:    route{name: "POST /channels/{}/typing", major: channel.String()},
	})
	return err
}

// change makes a request that is answered with the message as it is now.
func (r *REST) change(ctx context.Context, c call) (messages.Sent, error) {
	b, budget, err := r.do(ctx, c)
	if err != nil {
		return messages.Sent{Budget: budget}, err
	}
	w, err := decodeAs[struct {
		ID      messages.MessageID `json:"id,string"`
		Content string             `json:"content"`
	}](b)
	switch {
	case err == nil && w.ID != 0:
	case c.message != 0: // it is known which one it was
		return messages.Sent{Message: c.message, Budget: budget}, nil
	default:
		return messages.Sent{Budget: budget}, r.unreadable(c.route)
	}
	return messages.Sent{Message: w.ID, Content: w.Content, Budget: budget}, nil
}

// unreadable returns the failure of a request that was done, but whose answer
// makes no sense.
func (r *REST) unreadable(to route) *messages.Failure {
	if r.odd.first(to.name) {
		r.log.Warn("Discord answered what is not understood", "route", to.name)
	}
	f := &messages.Failure{
		Cause: messages.CauseOverloaded, Retry: messages.RetryBackoff, Status: http.StatusOK,
		Detail: "the answer cannot be read",
	}
	r.count("failed_" + string(f.Cause))
	return f
}
