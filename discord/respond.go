package discord

import (
	"context"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// ackBody is the first response to an interaction.
type ackBody struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data struct {
		Flags discordgo.MessageFlags `json:"flags,omitempty"`
	} `json:"data"`
}

// Ack tells Discord that a command is being worked on, within the 3 s that it
// gives: people see the bot thinking, or only who used the command if private.
// That it was told before is as good. An interaction that is not known any more
// is gone.
func (r *REST) Ack(ctx context.Context, i messages.Interaction, private bool) error {
	body := ackBody{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
	if private {
		body.Data.Flags = discordgo.MessageFlagsEphemeral
	}
	_, _, err := r.do(ctx, call{
		method:   http.MethodPost,
		endpoint: discordgo.EndpointInteractionResponse(i.ID.String(), i.Token),
		body:     body,
		route:    route{name: "POST /interactions/{}/{}/callback", major: i.ID.String(), exempt: true},
		secret:   i.Token,
		done:     discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged,
	})
	return err
}

// Respond answers a command that was acknowledged, within 15 minutes. A further
// message that is new may be there twice after a repeat.
func (r *REST) Respond(ctx context.Context, m *messages.Response) (messages.Sent, error) {
	i := m.Interaction
	app, major := i.Application.String(), i.Application.String()+"/"+i.Token
	if m.Further && m.Message == 0 {
		body := createBody{Content: m.Content, Mentions: allowed(m.Mentions, false)}
		if m.Private {
			body.Flags = discordgo.MessageFlagsEphemeral
		}
		return r.change(ctx, call{
			method:   http.MethodPost,
			endpoint: discordgo.EndpointFollowupMessage(app, i.Token),
			body:     body,
			files:    m.Files,
			route:    route{name: "POST /webhooks/{}/{}", major: major, exempt: true},
			secret:   i.Token,
		})
	}
	endpoint := discordgo.EndpointInteractionResponseActions(app, i.Token)
	if m.Message != 0 {
		endpoint = discordgo.EndpointFollowupMessageActions(app, i.Token, m.Message.String())
	}
	return r.change(ctx, call{
		method:   http.MethodPatch,
		endpoint: endpoint,
		body:     editBody{Content: m.Content, Mentions: allowed(m.Mentions, false), Attachments: instead(m.Files)},
		files:    m.Files,
		route:    route{name: "PATCH /webhooks/{}/{}/messages/{}", major: major, exempt: true},
		message:  m.Message,
		secret:   i.Token,
	})
}

// instead names new files as all that a message has, so that a repeat does not
// add them once more (Discord documentation, Edit Message: attachments to keep
// or to add). Without new files those that are there stay.
func instead(files []messages.File) []wireFile {
	var list []wireFile
	for i, f := range files {
		list = append(list, wireFile{ID: i, Name: f.Name})
	}
	return list
}
