package guild

import (
	"encoding/binary"
	"slices"

	"troupe/messages"
)

// A state is what is known of one guild. Its methods take what was told and say
// what is to be done.
type state struct {
	id   messages.GuildID
	self messages.UserID // the bot

	known    bool // Discord has told of the guild; all up to personas is zero if not
	name     string
	owner    messages.UserID
	held     []messages.RoleID // the bot's
	untold   bool              // held is not known
	mention  []messages.RoleID // roles that stand for the bot: never changed, only replaced
	emojis   []string          // never changed, only replaced; at most maxEmojis
	roles    map[messages.RoleID]role
	channels map[messages.ChannelID]channel
	threads  int // of channels; at most maxThreads

	open   []messages.ChannelID // those that everybody may see, sorted: never changed, only replaced
	opened bool                 // open is as the rest is

	personas personas
	lore     lore
}

// A role is what is remembered of one.
type role struct {
	permissions uint64
	own         bool // it stands for the bot
}

// A channel is what is remembered of one. There may be a hundred thousand of
// them in a process, so it holds nothing that nobody asks for.
type channel struct {
	name       string
	parent     messages.ChannelID
	overwrites []messages.Overwrite // never changed: channels share them
	kind       messages.ChannelKind
	joined     bool
	barred     bool // somebody may not see it, by name
}

const (
	// maxThreads bounds the threads remembered of one guild. Discord lets 1000
	// be active (Discord documentation, Threads); those that are archived are
	// not told apart from them.
	maxThreads = 2000
	// maxEmojis bounds the emojis remembered of one guild: as many as a prompt
	// may want, of the 500 that a guild may have.
	maxEmojis = 50
)

// seen takes all of a guild, in place of what was known.
func (s *state) seen(g *messages.GuildSeen) {
	s.known, s.opened = true, false
	s.name, s.owner, s.held, s.untold = g.Name, g.Owner, slices.Clone(g.BotRoles), g.Untold
	s.emojis = slices.Clone(g.Emojis[:min(len(g.Emojis), maxEmojis)])
	s.roles = make(map[messages.RoleID]role, len(g.Roles))
	for i := range g.Roles {
		s.roles[g.Roles[i].ID] = s.role(&g.Roles[i])
	}
	s.remention()
	s.channels, s.threads = make(map[messages.ChannelID]channel, len(g.Channels)), 0
	alike := alike{}
	for i := range g.Channels {
		s.add(&g.Channels[i], alike)
	}
}

// gone forgets what Discord told.
func (s *state) gone() {
	*s = state{id: s.id, self: s.self, personas: s.personas, lore: s.lore}
}

// channelSeen takes a new or changed channel.
func (s *state) channelSeen(c *messages.Channel) {
	if s.known {
		s.add(c, alike{})
	}
}

func (s *state) add(c *messages.Channel, a alike) {
	before, changed := s.channels[c.ID]
	next := channel{
		name: c.Name, parent: c.Parent, kind: c.Kind, joined: c.Joined || c.JoinUnknown && before.joined,
		overwrites: a.share(s.relevant(c.Overwrites)), barred: slices.ContainsFunc(c.Overwrites, bars),
	}
	s.channels[c.ID], s.opened = next, false
	if c.Kind != messages.ChannelThread || changed {
		return
	}
	if s.threads++; s.threads > maxThreads {
		s.evict(c.ID)
	}
}

// evict forgets the eldest thread but one. Those that the bot is in go last.
func (s *state) evict(but messages.ChannelID) {
	var eldest messages.ChannelID
	joined := true
	for id, c := range s.channels {
		if c.kind != messages.ChannelThread || id == but || c.joined && !joined {
			continue
		}
		if eldest == 0 || joined && !c.joined || id < eldest {
			eldest, joined = id, c.joined
		}
	}
	s.forget(eldest)
}

// bars reports whether an overwrite has one person not see the channel.
func bars(o messages.Overwrite) bool { return o.User && o.Deny&messages.PermissionViewChannel != 0 }

// relevant leaves out the overwrites that are about other people.
func (s *state) relevant(all []messages.Overwrite) []messages.Overwrite {
	var kept []messages.Overwrite
	for _, o := range all {
		if !o.User || o.ID == uint64(s.self) {
			kept = append(kept, o)
		}
	}
	return kept
}

// channelGone forgets a channel with its threads, of which Discord does not
// tell. It returns these, and the notes by which the journal forgets what was chosen
// there.
func (s *state) channelGone(id messages.ChannelID) (gone []messages.ChannelID, notes []note) {
	gone = []messages.ChannelID{id}
	for thread, c := range s.channels {
		if c.kind == messages.ChannelThread && c.parent == id {
			gone = append(gone, thread)
		}
	}
	for _, id := range gone {
		s.forget(id)
		if s.personas.has(id) {
			notes = append(notes, noteOf(id, ""))
		}
	}
	return gone, notes
}

func (s *state) forget(id messages.ChannelID) {
	if s.channels[id].kind == messages.ChannelThread {
		s.threads--
	}
	s.opened = false
	delete(s.channels, id)
}

// threadChanged takes that the bot joined or left a thread.
func (s *state) threadChanged(id messages.ChannelID, joined bool) {
	if c, ok := s.channels[id]; ok {
		c.joined = joined
		s.channels[id] = c
	}
}

func (s *state) roleSeen(r *messages.Role) {
	if s.known {
		s.roles[r.ID] = s.role(r)
		s.remention()
	}
}

func (s *state) roleGone(id messages.RoleID) {
	delete(s.roles, id)
	s.remention()
}

func (s *state) botRolesChanged(roles []messages.RoleID) {
	if s.known {
		s.held, s.untold = slices.Clone(roles), false
	}
}

func (s *state) role(r *messages.Role) role {
	return role{permissions: r.Permissions, own: r.Managed && r.Bot == s.self}
}

// remention finds the roles by which people mention the bot, and has it seen anew which
// channels they open.
func (s *state) remention() {
	s.mention, s.opened = nil, false
	for id, r := range s.roles {
		if r.own {
			s.mention = append(s.mention, id)
		}
	}
	slices.Sort(s.mention)
}

// context returns what of the guild matters to the bot in a channel.
func (s *state) context(id messages.ChannelID) *messages.GuildContext {
	c, ok := s.channels[id]
	if !ok {
		return &messages.GuildContext{Persona: s.personas.of(id, 0)}
	}
	return &messages.GuildContext{
		Known:       true,
		Name:        s.name,
		ChannelName: c.name,
		Kind:        c.kind,
		Parent:      c.parent,
		Joined:      c.joined,
		BotRoles:    s.mention,
		Emojis:      s.emojis,
		Persona:     s.personas.of(id, c.parent),
		Permissions: s.permissions(c),
		Public:      s.public(c),
		Open:        s.everybodys(),
		KeepsLore:   s.lore.on,
		Lore:        s.lore.told(s.id, s.audience(id), 0, maxTold),
	}
}

// permissions returns what the bot may do in a channel. In a thread whose
// parent was not told it may do all, so that it is tried: what the parent's
// overwrites would allow cannot be known. So it is where the bot's roles or
// @everyone's permissions were not told.
func (s *state) permissions(c channel) uint64 {
	if _, told := s.roles[messages.RoleID(s.id)]; s.untold || !told {
		return messages.PermissionAll
	}
	bot := messages.Member{User: s.self, Owner: s.owner == s.self, Roles: s.held}
	inGuild := messages.GuildPermissions(s.id, bot, func(id messages.RoleID) (messages.Role, bool) {
		r, ok := s.roles[id]
		return messages.Role{Permissions: r.permissions}, ok
	})
	overwrites := c.overwrites
	if c.kind == messages.ChannelThread {
		parent, ok := s.channels[c.parent]
		if !ok {
			return messages.PermissionAll
		}
		overwrites = parent.overwrites
	}
	return messages.ChannelPermissions(s.id, bot, inGuild, c.kind, overwrites)
}

// weight estimates the memory that the state takes, in bytes, as BenchmarkMemory
// measures it.
func (s *state) weight() int {
	return 2048 + 128*len(s.channels) + 40*len(s.roles) + 48*len(s.emojis) + 8*len(s.open) + s.personas.weight() + s.lore.weight()
}

// alike finds overwrites that are equal: most channels of a category have the
// same.
type alike map[string][]messages.Overwrite

// share returns o, or what is equal and was shared before.
func (a alike) share(o []messages.Overwrite) []messages.Overwrite {
	if len(o) == 0 {
		return nil
	}
	key := likeness(o)
	if known, ok := a[key]; ok {
		return known
	}
	o = slices.Clip(o)
	a[key] = o
	return o
}

// likeness is equal for overwrites that are.
func likeness(o []messages.Overwrite) string {
	var key []byte
	for _, w := range o {
		key = binary.BigEndian.AppendUint64(key, w.ID)
		key = binary.BigEndian.AppendUint64(key, w.Allow)
		key = binary.BigEndian.AppendUint64(key, w.Deny)
	}
	return string(key)
}
