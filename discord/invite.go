package discord

import (
	"net/url"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"troupe/messages"
)

// Permissions are those that the bot uses: it reads and writes in channels and
// threads, with links that show a preview and with files.
const Permissions = messages.PermissionViewChannel | messages.PermissionSendMessages | messages.PermissionSendInThreads |
	messages.PermissionReadMessageHistory | messages.PermissionEmbedLinks | messages.PermissionAttachFiles

// InviteURL returns the page on which people add the bot to a guild, with
// commands and [Permissions] and nothing else.
func InviteURL(app messages.ApplicationID) string {
	q := url.Values{
		"client_id":   {app.String()},
		"scope":       {"bot applications.commands"},
		"permissions": {strconv.FormatUint(Permissions, 10)},
	}
	return discordgo.EndpointDiscord + "oauth2/authorize?" + q.Encode()
}
