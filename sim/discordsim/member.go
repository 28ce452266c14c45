package discordsim

import (
	"slices"

	"troupe/messages"
)

// addBot puts the bot into a guild, with a role of its own.
func (w *world) addBot(g *guild) {
	own := &role{id: messages.RoleID(w.newID()), name: w.bot.name, permissions: BotPermissions, managed: w.bot.id}
	g.roles = append(g.roles, own)
	g.members[w.bot.id] = &member{user: w.bot, roles: []messages.RoleID{own.id}, joined: w.now()}
	w.publishGuild("GUILD_CREATE", g, w.wireCreate(g, false))
	w.change(WorldChanged, nil)
}

func (w *world) addRole(g *guild, r *role) {
	g.roles = append(g.roles, r)
	w.publishRole("GUILD_ROLE_CREATE", g, r)
}

func (w *world) removeRole(g *guild, id messages.RoleID) {
	g.roles = slices.DeleteFunc(g.roles, func(r *role) bool { return r.id == id })
	for _, m := range g.sorted() {
		if slices.Contains(m.roles, id) {
			m.roles = slices.DeleteFunc(m.roles, func(r messages.RoleID) bool { return r == id })
			w.memberChanged(g, m)
		}
	}
	type gone struct {
		GuildID uint64 `json:"guild_id,string"`
		RoleID  uint64 `json:"role_id,string"`
	}
	w.publishGuild("GUILD_ROLE_DELETE", g, gone{uint64(g.id), uint64(id)})
}

func (w *world) publishRole(name string, g *guild, r *role) {
	type changed struct {
		GuildID uint64   `json:"guild_id,string"`
		Role    wireRole `json:"role"`
	}
	w.publishGuild(name, g, changed{uint64(g.id), r.wire(slices.Index(g.roles, r))})
}

// addMember puts u into the guild, or gives the member that is there the roles.
func (w *world) addMember(g *guild, u *user, roles []messages.RoleID) {
	if m := g.members[u.id]; m != nil {
		m.roles = roles
		w.memberChanged(g, m)
		return
	}
	if u == w.bot {
		w.addBot(g)
		return
	}
	m := &member{user: u, roles: roles, joined: w.now()}
	g.members[u.id] = m
	shown := m.wire(true)
	shown.GuildID = g.id.String()
	w.publish(event{name: "GUILD_MEMBER_ADD", guild: g.id, intents: intentMembers, data: marshal(shown)})
	w.change(WorldChanged, nil)
}

// memberChanged tells of a member's roles and nickname. Of its own the bot
// hears without the intent for members.
func (w *world) memberChanged(g *guild, m *member) {
	shown := m.wire(true)
	shown.GuildID = g.id.String()
	e := event{name: "GUILD_MEMBER_UPDATE", guild: g.id, intents: intentMembers, data: marshal(shown)}
	if m.user == w.bot {
		e.intents |= intentGuilds
	}
	w.publish(e)
	w.change(WorldChanged, nil)
}

// removeMember takes u out of the guild. Without the bot the guild is there for
// people only, until it is added again.
func (w *world) removeMember(g *guild, u *user) {
	if g.members[u.id] == nil {
		return
	}
	delete(g.members, u.id)
	if u == w.bot {
		type gone struct {
			ID uint64 `json:"id,string"`
		}
		g.roles = slices.DeleteFunc(g.roles, func(r *role) bool { return r.managed == w.bot.id })
		delete(w.commands, g.id)
		w.publishGuild("GUILD_DELETE", g, gone{uint64(g.id)})
	} else {
		type left struct {
			GuildID uint64   `json:"guild_id,string"`
			User    wireUser `json:"user"`
		}
		w.publish(event{name: "GUILD_MEMBER_REMOVE", guild: g.id, intents: intentMembers, data: marshal(left{uint64(g.id), u.wire()})})
	}
	w.change(WorldChanged, nil)
}
