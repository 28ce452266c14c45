package messages

import (
	"slices"
	"testing"
)

func TestPermissions(t *testing.T) {
	const (
		guild  = GuildID(1)
		bot    = UserID(2)
		member = RoleID(3)
		muted  = RoleID(4)
		boss   = RoleID(5)
		see    = PermissionViewChannel
		say    = PermissionSendMessages
		attach = PermissionAttachFiles
		thread = PermissionSendInThreads
	)
	roles := map[RoleID]Role{
		RoleID(guild): {Permissions: see},
		member:        {Permissions: say | attach},
		muted:         {},
		boss:          {Permissions: PermissionAdministrator},
	}
	everyone := func(allow, deny uint64) Overwrite { return Overwrite{ID: uint64(guild), Allow: allow, Deny: deny} }
	tests := []struct {
		name       string
		owner      bool
		roles      []RoleID
		kind       ChannelKind
		overwrites []Overwrite
		want       uint64
	}{
		{name: "roles add up", roles: []RoleID{member}, want: see | say | attach},
		{name: "an unknown role adds nothing", roles: []RoleID{99}, want: see},
		{name: "the owner may do all", owner: true, overwrites: []Overwrite{everyone(0, see)}, want: PermissionAll},
		{name: "an administrator too", roles: []RoleID{boss}, overwrites: []Overwrite{everyone(0, see)}, want: PermissionAll},
		{name: "everyone's overwrite", roles: []RoleID{member}, overwrites: []Overwrite{everyone(0, say)}, want: see},
		{
			name: "a role's wins over everyone's, wherever it stands", roles: []RoleID{member},
			overwrites: []Overwrite{{ID: uint64(member), Allow: say}, everyone(0, say)}, want: see | say | attach,
		},
		{
			name: "among roles, what is allowed wins", roles: []RoleID{member, muted},
			overwrites: []Overwrite{{ID: uint64(member), Allow: say}, {ID: uint64(muted), Deny: say}}, want: see | say | attach,
		},
		{
			name: "a role that one has not does not matter", roles: []RoleID{member},
			overwrites: []Overwrite{{ID: uint64(muted), Deny: say}}, want: see | say | attach,
		},
		{
			name: "the member's own wins over all", roles: []RoleID{member},
			overwrites: []Overwrite{{ID: uint64(bot), User: true, Deny: attach}, {ID: uint64(member), Allow: attach}}, want: see | say,
		},
		{
			name: "a user's ID is no role's", roles: []RoleID{RoleID(bot), member},
			overwrites: []Overwrite{{ID: uint64(member), User: true, Deny: say}}, want: see | say | attach,
		},
		{name: "unseen, nothing", roles: []RoleID{member}, overwrites: []Overwrite{everyone(0, see)}, want: 0},
		{
			name: "in a thread one writes by another right", roles: []RoleID{member}, kind: ChannelThread,
			want: see | say,
		},
		{
			name: "and attaches by it", roles: []RoleID{member}, kind: ChannelThread,
			overwrites: []Overwrite{everyone(thread, say)}, want: see | attach | thread,
		},
	}
	for _, tt := range tests {
		m := Member{User: bot, Owner: tt.owner, Roles: tt.roles}
		inGuild := GuildPermissions(guild, m, func(id RoleID) (Role, bool) { r, ok := roles[id]; return r, ok })
		if got := ChannelPermissions(guild, m, inGuild, tt.kind, tt.overwrites); got != tt.want {
			t.Errorf("%s: %#x, want %#x", tt.name, got, tt.want)
		}
	}
}

func TestGuildContext(t *testing.T) {
	const all = PermissionViewChannel | PermissionSendMessages | PermissionReadMessageHistory | PermissionAttachFiles
	tests := []struct {
		name       string
		guild      GuildContext
		post, read bool
		missing    []string
	}{
		{name: "unknown is tried", post: true, read: true},
		{name: "all", guild: GuildContext{Known: true, Permissions: all}, post: true, read: true},
		{
			name: "nothing", guild: GuildContext{Known: true},
			missing: []string{"View Channel", "Send Messages", "Read Message History", "Attach Files"},
		},
		{
			name: "thread", guild: GuildContext{Known: true, Kind: ChannelThread, Permissions: all}, read: true,
			missing: []string{"Send Messages in Threads"},
		},
		{
			name: "no history", guild: GuildContext{Known: true, Permissions: all &^ PermissionReadMessageHistory}, post: true,
			missing: []string{"Read Message History"},
		},
	}
	for _, tt := range tests {
		g := &tt.guild
		if g.CanPost() != tt.post || g.CanRead() != tt.read || !slices.Equal(g.Missing(), tt.missing) {
			t.Errorf("%s: post %v, read %v, missing %v", tt.name, g.CanPost(), g.CanRead(), g.Missing())
		}
	}
}
