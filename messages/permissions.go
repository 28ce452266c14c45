package messages

import "slices"

// The permissions that matter to the bot (Discord documentation, Permissions:
// Bitwise Permission Flags).
const (
	PermissionAdministrator      uint64 = 1 << 3
	PermissionManageGuild        uint64 = 1 << 5
	PermissionViewChannel        uint64 = 1 << 10
	PermissionSendMessages       uint64 = 1 << 11
	PermissionManageMessages     uint64 = 1 << 13
	PermissionEmbedLinks         uint64 = 1 << 14
	PermissionAttachFiles        uint64 = 1 << 15
	PermissionReadMessageHistory uint64 = 1 << 16
	PermissionSendInThreads      uint64 = 1 << 38

	// PermissionAll is what owners and administrators have.
	PermissionAll uint64 = 1<<64 - 1
)

// A Member is somebody in a guild, as far as permissions go.
type Member struct {
	User  UserID
	Owner bool     // of the guild
	Roles []RoleID // without @everyone
}

// GuildPermissions returns what m may do in the guild as a whole. Discord's
// order: the owner may do all; else the roles add up, @everyone among them,
// whose ID is the guild's; an administrator may do all (Discord documentation,
// Permissions: Permission Overwrites).
func GuildPermissions(guild GuildID, m Member, role func(RoleID) (Role, bool)) uint64 {
	if m.Owner {
		return PermissionAll
	}
	everyone, _ := role(RoleID(guild))
	p := everyone.Permissions
	for _, id := range m.Roles {
		r, _ := role(id)
		p |= r.Permissions
	}
	if p&PermissionAdministrator != 0 {
		return PermissionAll
	}
	return p
}

// ChannelPermissions returns what m may do in a channel, given what m may do in
// the guild and the channel's overwrites; a thread has those of its parent.
// Overwrites apply in three steps, @everyone's, all of the roles' together, the
// member's own, and in each step what is allowed wins. Who may not see a
// channel may do nothing there, and who may not write there may not attach or
// embed (Discord documentation, Permissions: Implicit Permissions).
func ChannelPermissions(guild GuildID, m Member, inGuild uint64, kind ChannelKind, overwrites []Overwrite) uint64 {
	p := inGuild
	if p == PermissionAll {
		return p
	}
	var allow, deny uint64
	for _, o := range overwrites {
		if !o.User && o.ID == uint64(guild) {
			p = p&^o.Deny | o.Allow
		}
	}
	for _, o := range overwrites {
		if !o.User && o.ID != uint64(guild) && slices.Contains(m.Roles, RoleID(o.ID)) {
			allow |= o.Allow
			deny |= o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range overwrites {
		if o.User && o.ID == uint64(m.User) {
			p = p&^o.Deny | o.Allow
		}
	}
	if p&PermissionViewChannel == 0 {
		return 0
	}
	if p&writePermission(kind) == 0 {
		p &^= PermissionAttachFiles | PermissionEmbedLinks
	}
	return p
}

// writePermission is the one that lets people write in a kind of channel.
func writePermission(kind ChannelKind) uint64 {
	if kind == ChannelThread {
		return PermissionSendInThreads
	}
	return PermissionSendMessages
}

// CanPost reports whether the bot may write in the channel. What is not known
// is tried.
func (g *GuildContext) CanPost() bool {
	return !g.Known || g.Permissions&PermissionViewChannel != 0 && g.Permissions&writePermission(g.Kind) != 0
}

// CanRead reports whether the bot may page through what was said in the
// channel. What is not known is tried.
func (g *GuildContext) CanRead() bool {
	const both = PermissionViewChannel | PermissionReadMessageHistory
	return !g.Known || g.Permissions&both == both
}

// Missing returns the names of the permissions that the bot wants in the
// channel and does not have, as Discord's settings show them in English.
func (g *GuildContext) Missing() []string {
	if !g.Known {
		return nil
	}
	write := "Send Messages"
	if g.Kind == ChannelThread {
		write = "Send Messages in Threads"
	}
	var missing []string
	for _, want := range []struct {
		permission uint64
		name       string
	}{
		{PermissionViewChannel, "View Channel"},
		{writePermission(g.Kind), write},
		{PermissionReadMessageHistory, "Read Message History"},
		{PermissionAttachFiles, "Attach Files"},
	} {
		if g.Permissions&want.permission == 0 {
			missing = append(missing, want.name)
		}
	}
	return missing
}
