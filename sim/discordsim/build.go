package discordsim

import (
	"fmt"
	"slices"

	"troupe/messages"
)

// The builder's methods panic when they are given an ID of nothing: the world
// is made by programs.

func (w *world) person(id messages.UserID) *user {
	u := w.users[id]
	if u == nil {
		panic(fmt.Sprintf("discordsim: there is no user %d", id))
	}
	return u
}

func (w *world) place(id messages.ChannelID) *channel {
	c := w.channels[id]
	if c == nil {
		panic(fmt.Sprintf("discordsim: there is no channel %d", id))
	}
	return c
}

func (w *world) realm(id messages.GuildID) *guild {
	g := w.guilds[id]
	if g == nil {
		panic(fmt.Sprintf("discordsim: there is no guild %d", id))
	}
	return g
}

// AddUser makes a person.
func (s *Server) AddUser(name string) messages.UserID {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.world.change(WorldChanged, nil)
	return s.world.addUser(name, false).id
}

// AddBot makes a bot other than the one that is served.
func (s *Server) AddBot(name string) messages.UserID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.addUser(name, true).id
}

// AddGuild makes a guild whose members are its owner and the bot. Everybody
// has [DefaultPermissions] there, and the bot has a role of its own with
// [BotPermissions]. There are no channels.
func (s *Server) AddGuild(name string, owner messages.UserID) messages.GuildID {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	g := &guild{id: messages.GuildID(w.newID()), name: name, owner: w.person(owner).id, members: map[messages.UserID]*member{}}
	g.roles = []*role{{id: messages.RoleID(g.id), name: "@everyone", permissions: DefaultPermissions}}
	g.members[owner] = &member{user: w.person(owner), joined: w.now()}
	w.guilds[g.id] = g
	w.addBot(g)
	return g.id
}

// AddChannel makes a text channel.
func (s *Server) AddChannel(g messages.GuildID, name string) messages.ChannelID {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	c := &channel{id: messages.ChannelID(w.newID()), guild: w.realm(g), kind: kindText, name: name}
	w.addChannel(c)
	w.publishChannel("CHANNEL_CREATE", c, w.wireChannel(c))
	return c.id
}

// AddThread makes a public thread of the guild's owner, in which the bot is
// not. It panics if the channel cannot have one; see [Server.StartThread].
func (s *Server) AddThread(parent messages.ChannelID, name string) messages.ChannelID {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.place(parent)
	t, err := s.world.openThread(c, s.world.person(c.guild.owner), name, nil)
	if err != nil {
		panic("discordsim: " + err.Error())
	}
	return t.id
}

// RemoveChannel deletes a channel or thread of a guild.
func (s *Server) RemoveChannel(c messages.ChannelID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.removeChannel(s.world.place(c))
}

// SetTopic says what a channel is for.
func (s *Server) SetTopic(c messages.ChannelID, topic string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.world.place(c)
	ch.topic = topic
	s.world.channelChanged(ch)
}

// SetOverwrite changes what a role or member may do in a channel. One that
// neither allows nor denies anything is removed.
func (s *Server) SetOverwrite(c messages.ChannelID, o messages.Overwrite) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.world.place(c)
	ch.overwrites = slices.DeleteFunc(ch.overwrites, func(old messages.Overwrite) bool {
		return old.ID == o.ID && old.User == o.User
	})
	if o.Allow|o.Deny != 0 {
		ch.overwrites = append(ch.overwrites, o)
	}
	s.world.channelChanged(ch)
}

// AddRole makes a role.
func (s *Server) AddRole(g messages.GuildID, name string, permissions uint64, mentionable bool) messages.RoleID {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	r := &role{id: messages.RoleID(w.newID()), name: name, permissions: permissions, mentionable: mentionable}
	w.addRole(w.realm(g), r)
	return r.id
}

// SetRole changes what a role grants and whether all may mention it. The ID of
// @everyone is the guild's.
func (s *Server) SetRole(g messages.GuildID, id messages.RoleID, permissions uint64, mentionable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	realm := s.world.realm(g)
	r := realm.role(id)
	if r == nil {
		panic(fmt.Sprintf("discordsim: there is no role %d", id))
	}
	r.permissions, r.mentionable = permissions, mentionable
	s.world.publishRole("GUILD_ROLE_UPDATE", realm, r)
}

// RemoveRole deletes a role, which nobody has any more then.
func (s *Server) RemoveRole(g messages.GuildID, id messages.RoleID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.removeRole(s.world.realm(g), id)
}

// BotRole returns the role that is the bot's own in a guild.
func (s *Server) BotRole(g messages.GuildID) messages.RoleID {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.world.realm(g).roles {
		if r.managed == s.world.bot.id {
			return r.id
		}
	}
	return 0
}

// AddMember puts a user into a guild. Whom it has already gets those roles.
func (s *Server) AddMember(g messages.GuildID, u messages.UserID, roles ...messages.RoleID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.addMember(s.world.realm(g), s.world.person(u), slices.Clone(roles))
}

// SetNick changes the name that a member has in a guild; "" is the user's own.
func (s *Server) SetNick(g messages.GuildID, u messages.UserID, nick string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	realm := s.world.realm(g)
	m := realm.members[u]
	if m == nil {
		panic(fmt.Sprintf("discordsim: user %d is not in guild %d", u, g))
	}
	m.nick = nick
	s.world.memberChanged(realm, m)
}

// RemoveMember takes a user out of a guild. Of the bot it is a kick.
func (s *Server) RemoveMember(g messages.GuildID, u messages.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.removeMember(s.world.realm(g), s.world.person(u))
}

// AddEmoji makes an emoji of a guild's own. Its ID is for "<:name:id>".
func (s *Server) AddEmoji(g messages.GuildID, name string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	realm := w.realm(g)
	e := emoji{id: w.newID(), name: name}
	realm.emojis = append(realm.emojis, e)
	w.emojis[e.id] = true
	type update struct {
		GuildID uint64      `json:"guild_id,string"`
		Emojis  []wireEmoji `json:"emojis"`
	}
	w.publish(event{
		name: "GUILD_EMOJIS_UPDATE", guild: g, intents: intentExpressions,
		data: marshal(update{uint64(g), realm.wireEmojis()}),
	})
	return e.id
}

// SetUnavailable takes a guild out of reach, as an outage does, or brings it
// back.
func (s *Server) SetUnavailable(g messages.GuildID, unavailable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	realm := w.realm(g)
	if realm.unavailable == unavailable {
		return
	}
	realm.unavailable = unavailable
	if unavailable {
		w.publishGuild("GUILD_DELETE", realm, unavailableGuild{ID: uint64(g), Unavailable: true})
	} else {
		w.publishGuild("GUILD_CREATE", realm, w.wireCreate(realm, false))
	}
}
