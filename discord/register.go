package discord

import (
	"context"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// RegisterCommands makes these the slash commands of the application,
// everywhere and in place of all that it had. It costs nothing to repeat, but
// Discord lets only 200 new commands through a day: it is for when they changed.
func (r *REST) RegisterCommands(ctx context.Context, app messages.ApplicationID, commands []messages.Command) error {
	body := make([]*discordgo.ApplicationCommand, len(commands))
	for i, c := range commands {
		body[i] = applicationCommand(c)
	}
	_, _, err := r.do(ctx, call{
		method:   http.MethodPut,
		endpoint: discordgo.EndpointApplicationGlobalCommands(app.String()),
		body:     body,
		route:    route{name: "PUT /applications/{}/commands"},
	})
	return err
}

// applicationCommand returns the command as Discord is told of it: for guilds
// and for direct messages with the bot.
func applicationCommand(c messages.Command) *discordgo.ApplicationCommand {
	w := &discordgo.ApplicationCommand{
		Type:             discordgo.ChatApplicationCommand,
		Name:             c.Name,
		Description:      c.Description,
		Options:          applicationOptions(c.Options),
		Contexts:         &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM},
		IntegrationTypes: &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
	}
	for _, sub := range c.Subcommands {
		w.Options = append(w.Options, &discordgo.ApplicationCommandOption{
			Type:        discordgo.ApplicationCommandOptionSubCommand,
			Name:        sub.Name,
			Description: sub.Description,
			Options:     applicationOptions(sub.Options),
		})
	}
	return w
}

func applicationOptions(options []messages.CommandOption) []*discordgo.ApplicationCommandOption {
	list := make([]*discordgo.ApplicationCommandOption, len(options))
	for i, o := range options {
		list[i] = &discordgo.ApplicationCommandOption{
			Type:        discordgo.ApplicationCommandOptionString,
			Name:        o.Name,
			Description: o.Description,
			Required:    o.Required,
			MaxLength:   o.MaxLength,
		}
		for _, choice := range o.Choices {
			list[i].Choices = append(list[i].Choices, &discordgo.ApplicationCommandOptionChoice{Name: choice.Name, Value: choice.Value})
		}
	}
	return list
}
