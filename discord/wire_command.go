package discord

import (
	"encoding/json"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// maxOptions bounds the options of one command (Discord documentation,
// Application Commands: 25), and maxDepth how deep subcommands lie.
const (
	maxOptions = 25
	maxDepth   = 3
)

// A wireInteraction is an interaction as Discord tells it.
type wireInteraction struct {
	ID          messages.InteractionID    `json:"id,string"`
	Application messages.ApplicationID    `json:"application_id,string"`
	Type        discordgo.InteractionType `json:"type"`
	Token       string                    `json:"token"`
	Guild       messages.GuildID          `json:"guild_id,string"`
	ChannelID   messages.ChannelID        `json:"channel_id,string"`
	Channel     struct {
		Type discordgo.ChannelType `json:"type"`
	} `json:"channel"`
	Member   *wireMember     `json:"member"` // in a guild
	User     *wireUser       `json:"user"`   // in a direct message
	AppPerms uint64          `json:"app_permissions,string"`
	Locale   string          `json:"locale"`
	Data     json.RawMessage `json:"data"` // its form depends on Type
}

// A wireCommand is the data of a slash command.
type wireCommand struct {
	Name     string                           `json:"name"`
	Type     discordgo.ApplicationCommandType `json:"type"`
	Options  []wireOption                     `json:"options"`
	Resolved struct {
		Attachments map[string]wireAttachment `json:"attachments"`
	} `json:"resolved"`
}

type wireOption struct {
	Name    string                                 `json:"name"`
	Type    discordgo.ApplicationCommandOptionType `json:"type"`
	Value   json.RawMessage                        `json:"value"`
	Options []wireOption                           `json:"options"`
}

// commandUsed decodes the use of a slash command. Other interactions, such as
// buttons, are not listened to: the bot offers none.
func (d *decoder) commandUsed(data []byte, seq int64) (any, error) {
	w, err := decodeAs[wireInteraction](data)
	if err != nil {
		return nil, err
	}
	if w.Type != discordgo.InteractionApplicationCommand {
		return nil, nil //nolint:nilnil // not a command
	}
	if w.ID == 0 || w.Token == "" || w.ChannelID == 0 {
		return nil, errNameless
	}
	if w.Application == 0 {
		w.Application = d.app
	}
	u := &messages.CommandUsed{
		Interaction: messages.Interaction{ID: w.ID, Application: w.Application, Token: w.Token},
		Channel:     w.ChannelID,
		ChannelKind: channelKind(w.Channel.Type),
		Guild:       w.Guild,
		AppPerms:    w.AppPerms,
		Locale:      w.Locale,
		Seq:         seq,
	}
	switch {
	case w.Member != nil && w.Member.User != nil:
		u.User = w.Member.User.person(w.Member.Nick)
		u.UserRoles = idsAs[messages.RoleID](w.Member.Roles)
		u.Permissions = w.Member.Permissions
	case w.User != nil:
		u.User = w.User.person("")
	default:
		return nil, errNameless
	}
	cmd, err := decodeAs[wireCommand](w.Data)
	if err != nil {
		return nil, err
	}
	if cmd.Type != discordgo.ChatApplicationCommand && cmd.Type != 0 {
		return nil, nil //nolint:nilnil // of a context menu
	}
	u.Name = cmd.Name
	u.Options = make(map[string]string)
	return u, cmd.fill(u, cmd.Options, 0)
}

// fill adds options to u. Subcommands are options that have options.
func (w *wireCommand) fill(u *messages.CommandUsed, options []wireOption, depth int) error {
	if len(options) > maxOptions || depth > maxDepth {
		return fmt.Errorf("more options than the %d that a command may have", maxOptions)
	}
	for _, o := range options {
		switch o.Type { //nolint:exhaustive // all others have a value
		case discordgo.ApplicationCommandOptionSubCommand, discordgo.ApplicationCommandOptionSubCommandGroup:
			u.Name += " " + o.Name
			if err := w.fill(u, o.Options, depth+1); err != nil {
				return err
			}
			continue
		}
		value, err := o.text()
		if err != nil {
			return err
		}
		u.Options[o.Name] = value
		if a, ok := w.Resolved.Attachments[value]; ok && o.Type == discordgo.ApplicationCommandOptionAttachment {
			u.Attachments = append(u.Attachments, a.attachment())
		}
	}
	return nil
}

// text returns the value of an option as text: IDs, numbers and truth values
// as Discord writes them.
func (o *wireOption) text() (string, error) {
	if len(o.Value) == 0 || o.Value[0] != '"' {
		return string(o.Value), nil
	}
	var s string
	err := json.Unmarshal(o.Value, &s)
	return s, err
}
