package discord

import (
	"fmt"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// A wireChannel is a channel or thread as Discord tells it.
type wireChannel struct {
	ID          messages.ChannelID    `json:"id,string"`
	Guild       messages.GuildID      `json:"guild_id,string"`
	Parent      messages.ChannelID    `json:"parent_id,string"`
	Name        string                `json:"name"`
	Type        discordgo.ChannelType `json:"type"`
	LastMessage messages.MessageID    `json:"last_message_id,string"`
	Member      *struct{}             `json:"member"` // of the bot, in a thread that it has joined
	Overwrites  []struct {
		ID    uint64                            `json:"id,string"`
		Type  discordgo.PermissionOverwriteType `json:"type"`
		Allow uint64                            `json:"allow,string"`
		Deny  uint64                            `json:"deny,string"`
	} `json:"permission_overwrites"`
}

// channel returns what we make of it. guild is taken where the channel itself
// does not name its guild, as inside a guild.
func (w *wireChannel) channel(guild messages.GuildID) messages.Channel {
	c := messages.Channel{
		ID:          w.ID,
		Guild:       w.Guild,
		Name:        w.Name,
		Kind:        channelKind(w.Type),
		LastMessage: w.LastMessage,
		Joined:      w.Member != nil,
	}
	if c.Guild == 0 {
		c.Guild = guild
	}
	if c.Kind == messages.ChannelThread {
		c.Parent = w.Parent // of other channels it would be the category
	}
	for _, o := range w.Overwrites {
		c.Overwrites = append(c.Overwrites, messages.Overwrite{
			ID: o.ID, User: o.Type == discordgo.PermissionOverwriteTypeMember, Allow: o.Allow, Deny: o.Deny,
		})
	}
	return c
}

func channelKind(t discordgo.ChannelType) messages.ChannelKind {
	switch t { //nolint:exhaustive // all others are ChannelOther
	case discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildVoice,
		discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildStageVoice:
		return messages.ChannelText
	case discordgo.ChannelTypeDM, discordgo.ChannelTypeGroupDM:
		return messages.ChannelDirect
	case discordgo.ChannelTypeGuildNewsThread, discordgo.ChannelTypeGuildPublicThread,
		discordgo.ChannelTypeGuildPrivateThread:
		return messages.ChannelThread
	}
	return messages.ChannelOther
}

// A wireRole is a role as Discord tells it.
type wireRole struct {
	ID          messages.RoleID `json:"id,string"`
	Name        string          `json:"name"`
	Permissions *uint64         `json:"permissions,string"`
	Managed     bool            `json:"managed"`
	Tags        struct {
		Bot messages.UserID `json:"bot_id,string"`
	} `json:"tags"`
}

// role returns what we make of it. One whose permissions are not told has all:
// what is not known is tried.
func (w *wireRole) role() messages.Role {
	r := messages.Role{ID: w.ID, Name: w.Name, Permissions: messages.PermissionAll, Managed: w.Managed, Bot: w.Tags.Bot}
	if w.Permissions != nil {
		r.Permissions = *w.Permissions
	}
	return r
}

// A wireGuild is a guild as GUILD_CREATE tells it.
type wireGuild struct {
	ID          messages.GuildID `json:"id,string"`
	Unavailable bool             `json:"unavailable"`
	Name        string           `json:"name"`
	Owner       messages.UserID  `json:"owner_id,string"`
	Channels    []wireChannel    `json:"channels"`
	Threads     []wireChannel    `json:"threads"`
	Roles       []wireRole       `json:"roles"`
	Emojis      []wireEmoji      `json:"emojis"`
	Members     []struct {       // the bot is always among them
		User struct {
			ID messages.UserID `json:"id,string"`
		} `json:"user"`
		Roles []id `json:"roles"`
	} `json:"members"`
}

type wireEmoji struct {
	ID        uint64 `json:"id,string"`
	Name      string `json:"name"`
	Animated  bool   `json:"animated"`
	Available *bool  `json:"available"` // false when a boost has ended
}

// String returns the emoji as it is written in a message.
func (e wireEmoji) String() string {
	if e.Animated {
		return fmt.Sprintf("<a:%s:%d>", e.Name, e.ID)
	}
	return fmt.Sprintf("<:%s:%d>", e.Name, e.ID)
}

func (d *decoder) guildSeen(data []byte, seq int64) (any, error) {
	w, err := decodeAs[wireGuild](data)
	if err != nil {
		return nil, err
	}
	if w.ID == 0 {
		return nil, errNameless
	}
	if w.Unavailable {
		return &messages.GuildGone{Guild: w.ID, Unavailable: true, Seq: seq}, nil
	}
	g := &messages.GuildSeen{Guild: w.ID, Name: w.Name, Owner: w.Owner, Untold: true, Seq: seq}
	g.Channels = make([]messages.Channel, 0, len(w.Channels)+len(w.Threads))
	for i := range w.Channels {
		g.Channels = append(g.Channels, w.Channels[i].channel(w.ID))
	}
	for i := range w.Threads {
		g.Channels = append(g.Channels, w.Threads[i].channel(w.ID))
	}
	for i := range w.Roles {
		g.Roles = append(g.Roles, w.Roles[i].role())
	}
	for _, e := range w.Emojis {
		if e.Available == nil || *e.Available {
			g.Emojis = append(g.Emojis, e.String())
		}
	}
	for _, m := range w.Members {
		if m.User.ID == d.bot {
			g.BotRoles, g.Untold = idsAs[messages.RoleID](m.Roles), false
		}
	}
	return g, nil
}

func guildGone(data []byte, seq int64) (any, error) {
	w, err := decodeAs[wireGuild](data)
	if err != nil {
		return nil, err
	}
	if w.ID == 0 {
		return nil, errNameless
	}
	return &messages.GuildGone{Guild: w.ID, Unavailable: w.Unavailable, Seq: seq}, nil
}

// channelSeen decodes a channel. joinUnknown tells that this kind of event
// does not say whether the bot is in the thread.
func channelSeen(data []byte, seq int64, joinUnknown bool) (any, error) {
	w, err := decodeAs[wireChannel](data)
	if err != nil {
		return nil, err
	}
	if w.ID == 0 {
		return nil, errNameless
	}
	c := w.channel(0)
	c.JoinUnknown = joinUnknown && !c.Joined
	return &messages.ChannelSeen{Channel: c, Seq: seq}, nil
}

func channelGone(data []byte, seq int64) (any, error) {
	w, err := decodeAs[struct {
		ID    messages.ChannelID `json:"id,string"`
		Guild messages.GuildID   `json:"guild_id,string"`
	}](data)
	if err != nil {
		return nil, err
	}
	if w.ID == 0 {
		return nil, errNameless
	}
	return &messages.ChannelGone{Channel: w.ID, Guild: w.Guild, Seq: seq}, nil
}
