package discordsim

import (
	"slices"

	"troupe/messages"
)

// The permissions that the simulation checks (Discord documentation,
// Permissions).
const (
	PermAdministrator   = 1 << 3
	PermManageChannels  = 1 << 4
	PermAddReactions    = 1 << 6
	PermViewChannel     = 1 << 10
	PermSendMessages    = 1 << 11
	PermManageMessages  = 1 << 13
	PermEmbedLinks      = 1 << 14
	PermAttachFiles     = 1 << 15
	PermReadHistory     = 1 << 16
	PermMentionEveryone = 1 << 17
	PermUseCommands     = 1 << 31
	PermManageThreads   = 1 << 34
	PermCreateThreads   = 1 << 35
	PermSendInThreads   = 1 << 38
	PermPinMessages     = 1 << 51
)

// DefaultPermissions is what @everyone may do in a new guild.
const DefaultPermissions = PermAddReactions | PermViewChannel | PermSendMessages | PermEmbedLinks | PermAttachFiles |
	PermReadHistory | PermUseCommands | PermCreateThreads | PermSendInThreads

// BotPermissions is what the bot's own role grants in a new guild.
const BotPermissions = DefaultPermissions | PermManageMessages | PermManageThreads | PermPinMessages

// everything is what owners and administrators may do: all that has a name.
const everything = 1<<53 - 1

// permissions returns what u may do in c, as Discord's documentation computes
// it. In a direct message both may do everything that is possible there.
func (c *channel) permissions(u *user) uint64 {
	g := c.guild
	if g == nil {
		return DefaultPermissions | PermPinMessages
	}
	m := g.members[u.id]
	if m == nil {
		return 0
	}
	p := g.permissions(m)
	if p == everything {
		return p
	}
	p = c.overwritten(p, m)
	if p&PermViewChannel == 0 {
		return 0
	}
	return p
}

// permissions returns what a member may do in the guild, before overwrites.
func (g *guild) permissions(m *member) uint64 {
	if g.owner == m.user.id {
		return everything
	}
	p := g.roles[0].permissions
	for _, id := range m.roles {
		if r := g.role(id); r != nil {
			p |= r.permissions
		}
	}
	if p&PermAdministrator != 0 {
		return everything
	}
	return p & everything
}

// overwritten applies the channel's overwrites, or its parent's: first those of
// @everyone, then those of the roles together, then the member's own.
func (c *channel) overwritten(p uint64, m *member) uint64 {
	if c.parent != nil {
		c = c.parent
	}
	var allow, deny uint64
	for _, o := range c.overwrites {
		switch {
		case o.User:
		case o.ID == uint64(c.guild.id):
			p = p&^o.Deny | o.Allow
		case slices.Contains(m.roles, messages.RoleID(o.ID)):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range c.overwrites {
		if o.User && o.ID == uint64(m.user.id) {
			p = p&^o.Deny | o.Allow
		}
	}
	return p
}

// may tells whether u has all of those permissions in c.
func (c *channel) may(u *user, p uint64) bool { return c.permissions(u)&p == p }

// maySend returns why u may not post in c, or nil.
func (c *channel) maySend(u *user) *Error {
	p := c.permissions(u)
	send := uint64(PermSendMessages)
	if c.thread() {
		send = PermSendInThreads
	}
	switch {
	case p&PermViewChannel == 0:
		return errMissingAccess
	case c.guild == nil && u.bot && c.recipient.closed:
		return errDMClosed
	case p&send == 0:
		return errMissingPermissions
	case c.locked && p&PermManageThreads == 0:
		return errThreadLocked
	}
	return nil
}
