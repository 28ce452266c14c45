package guild

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

const (
	id   messages.GuildID = 7
	bot  messages.UserID  = 42
	see                   = messages.PermissionViewChannel
	say                   = messages.PermissionSendMessages
	read                  = messages.PermissionReadMessageHistory
	talk                  = messages.PermissionSendInThreads

	everyone messages.RoleID = 7 // its ID is the guild's
	own      messages.RoleID = 70
	helper   messages.RoleID = 71
)

func allow(role messages.RoleID, p uint64) messages.Overwrite {
	return messages.Overwrite{ID: uint64(role), Allow: p}
}

func deny(role messages.RoleID, p uint64) messages.Overwrite {
	return messages.Overwrite{ID: uint64(role), Deny: p}
}

// told is a guild with a channel for all, one for helpers, and threads in both.
func told() *messages.GuildSeen {
	return &messages.GuildSeen{
		Guild: id, Name: "The Globe", Owner: 1, Emojis: []string{"<:skull:5>"}, BotRoles: []messages.RoleID{own},
		Channels: []messages.Channel{
			{ID: 10, Guild: id, Name: "stage"},
			{ID: 11, Guild: id, Name: "wings", Overwrites: []messages.Overwrite{deny(everyone, see|say), allow(helper, see|say)}},
			{ID: 20, Guild: id, Name: "act one", Kind: messages.ChannelThread, Parent: 10, Joined: true},
			{ID: 21, Guild: id, Name: "props", Kind: messages.ChannelThread, Parent: 11},
		},
		Roles: []messages.Role{
			{ID: everyone, Permissions: see | say | talk | read},
			{ID: own, Managed: true, Bot: bot},
			{ID: helper},
			{ID: 72, Managed: true, Bot: 99},
		},
	}
}

func newState() *state { return &state{id: id, self: bot} }

func toldState() *state {
	s := newState()
	s.seen(told())
	return s
}

// Where the bot's roles or @everyone's permissions were not told it may do all:
// what is not known is tried.
func TestNotAllIsTold(t *testing.T) {
	untold, roleless := told(), told()
	untold.Untold, untold.BotRoles = true, nil
	roleless.Roles = nil
	for _, seen := range []*messages.GuildSeen{untold, roleless} {
		s := newState()
		s.seen(seen)
		if got := s.context(11).Permissions; got != messages.PermissionAll {
			t.Errorf("%+v: %x", seen, got)
		}
	}
	s := newState()
	s.seen(untold)
	s.botRolesChanged(nil)
	if got := s.context(11).Permissions; got != 0 {
		t.Errorf("when the roles are known: %x", got)
	}
}

// What Discord tells later changes just that.
func TestEvents(t *testing.T) {
	const all = see | say | talk | read
	stage := messages.GuildContext{
		Known: true, Name: "The Globe", ChannelName: "stage", BotRoles: []messages.RoleID{own},
		Emojis: []string{"<:skull:5>"}, Permissions: all, Public: true, Open: []messages.ChannelID{10},
	}
	with := func(c messages.GuildContext, change func(*messages.GuildContext)) messages.GuildContext {
		change(&c)
		return c
	}
	act := with(stage, func(c *messages.GuildContext) {
		c.ChannelName, c.Kind, c.Parent, c.Joined = "act one", messages.ChannelThread, 10, true
		c.Public = false
	})
	tests := []struct {
		name    string
		do      func(*state)
		channel messages.ChannelID
		want    messages.GuildContext
	}{
		{"a channel", func(*state) {}, 10, stage},
		{"a thread", func(*state) {}, 20, act},
		{"an unknown channel is unknown", func(*state) {}, 12, messages.GuildContext{}},
		{"a channel that the bot may not see", func(*state) {}, 11, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Permissions = "wings", 0
			c.Public = false
		})},
		{"a thread has the overwrites of its parent", func(*state) {}, 21, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Kind, c.Parent, c.Permissions = "props", messages.ChannelThread, 11, 0
			c.Public = false
		})},
		{"a role gained opens a channel and its threads", func(s *state) {
			s.botRolesChanged([]messages.RoleID{own, helper})
		}, 21, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Kind, c.Parent = "props", messages.ChannelThread, 11
			c.Public = false
		})},
		{"a role changed", func(s *state) {
			s.roleSeen(&messages.Role{ID: own, Managed: true, Bot: bot, Permissions: messages.PermissionAdministrator})
		}, 11, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Permissions = "wings", messages.PermissionAll
			c.Public = false
		})},
		{"the bot's own role gone", func(s *state) { s.roleGone(own) }, 10, with(stage, func(c *messages.GuildContext) {
			c.BotRoles = nil
		})},
		{"the bot is the owner", func(s *state) {
			g := told()
			g.Owner = bot
			s.seen(g)
		}, 11, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Permissions = "wings", messages.PermissionAll
			c.Public = false
		})},
		{"a channel changed, and one person may not see it", func(s *state) {
			s.channelSeen(&messages.Channel{ID: 10, Name: "pit", Overwrites: []messages.Overwrite{
				{ID: uint64(bot), User: true, Deny: say}, {ID: 1, User: true, Deny: see},
			}})
		}, 10, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Permissions = "pit", all&^say
			c.Public, c.Open = false, nil
		})},
		{"a thread left", func(s *state) { s.threadChanged(20, false) }, 20, with(act, func(c *messages.GuildContext) {
			c.Joined = false
		})},
		{"a thread changed, without a word on who is in it", func(s *state) {
			s.channelSeen(&messages.Channel{ID: 20, Name: "act two", Kind: messages.ChannelThread, Parent: 10, JoinUnknown: true})
		}, 20, with(act, func(c *messages.GuildContext) { c.ChannelName = "act two" })},
		{"a thread whose parent was not told is tried", func(s *state) {
			s.channelSeen(&messages.Channel{ID: 22, Name: "lost", Kind: messages.ChannelThread, Parent: 99})
		}, 22, with(stage, func(c *messages.GuildContext) {
			c.ChannelName, c.Kind, c.Parent, c.Permissions = "lost", messages.ChannelThread, 99, messages.PermissionAll
			c.Public = false
		})},
		{"a channel gone", func(s *state) { s.channelGone(10) }, 10, messages.GuildContext{}},
		{"its threads go along", func(s *state) { s.channelGone(10) }, 20, messages.GuildContext{}},
		{"the guild gone", func(s *state) { s.gone() }, 10, messages.GuildContext{}},
		{"told again, what was before does not matter", func(s *state) {
			s.channelSeen(&messages.Channel{ID: 12, Name: "old"})
			s.seen(told())
		}, 12, messages.GuildContext{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := toldState()
			tt.do(s)
			if d := cmp.Diff(&tt.want, s.context(tt.channel)); d != "" {
				t.Error(d)
			}
		})
	}
}

// A channel is public when every role may see it: nobody is kept out by name, and
// nothing that is not known lets people in.
func TestPublic(t *testing.T) {
	visible, hidden := messages.Role{ID: everyone, Permissions: see}, messages.Role{ID: everyone}
	tests := []struct {
		name string
		role *messages.Role // @everyone; nil for not told
		kind messages.ChannelKind
		with []messages.Overwrite
		want bool
	}{
		{"visible to all", &visible, messages.ChannelText, nil, true},
		{"hidden from all", &hidden, messages.ChannelText, nil, false},
		{"nobody knows", nil, messages.ChannelText, nil, false},
		{"a thread in it", &visible, messages.ChannelThread, nil, false},
		{"denied to all", &visible, messages.ChannelText, []messages.Overwrite{deny(everyone, see)}, false},
		{"denied to all but some", &visible, messages.ChannelText, []messages.Overwrite{deny(everyone, see), allow(helper, see)}, false},
		{"denied to some", &visible, messages.ChannelText, []messages.Overwrite{deny(helper, see)}, false},
		{"allowed to all here", &hidden, messages.ChannelText, []messages.Overwrite{allow(everyone, see)}, true},
		{"allowed to some here", &hidden, messages.ChannelText, []messages.Overwrite{allow(helper, see)}, false},
		{"denied to one person", &visible, messages.ChannelText, []messages.Overwrite{{ID: 77, User: true, Deny: see}}, false},
		{"something else is denied to one person", &visible, messages.ChannelText, []messages.Overwrite{{ID: 77, User: true, Deny: say}}, true},
		{"something else is denied", &visible, messages.ChannelText, []messages.Overwrite{deny(everyone, say)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, g := newState(), &messages.GuildSeen{Guild: id, Channels: []messages.Channel{{ID: 10, Kind: tt.kind, Overwrites: tt.with}}}
			if tt.role != nil {
				g.Roles = []messages.Role{*tt.role}
			}
			s.seen(g)
			if got := s.context(10).Public; got != tt.want {
				t.Errorf("public: %v", got)
			}
		})
	}
}

// What changes in a guild that was not told yet is nothing to go by: the whole
// comes later.
func TestBeforeSeen(t *testing.T) {
	s := newState()
	s.channelSeen(&messages.Channel{ID: 10, Name: "stage"})
	s.roleSeen(&messages.Role{ID: everyone})
	s.botRolesChanged([]messages.RoleID{own})
	s.threadChanged(20, true)
	s.roleGone(own)
	s.channelGone(10)
	if d := cmp.Diff(&messages.GuildContext{}, s.context(10)); d != "" {
		t.Error(d)
	}
}

// What was sent is never changed, and what came is not held on to.
func TestSharedSlices(t *testing.T) {
	g := told()
	s := newState()
	s.seen(g)
	before := s.context(10)
	g.BotRoles[0], g.Emojis[0] = 1, "x"
	s.roleSeen(&messages.Role{ID: 3, Managed: true, Bot: bot})
	s.roleGone(own)
	want := &messages.GuildContext{
		Known: true, Name: "The Globe", ChannelName: "stage", BotRoles: []messages.RoleID{own},
		Emojis: []string{"<:skull:5>"}, Permissions: see | say | talk | read, Public: true,
		Open: []messages.ChannelID{10},
	}
	if d := cmp.Diff(want, before); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]messages.RoleID{3}, s.context(10).BotRoles); d != "" {
		t.Error(d)
	}
}

// Threads that are over are not told of, so that their number is bounded: the
// newest stay, and those that the bot is in.
func TestThreadsAreBounded(t *testing.T) {
	s := toldState()
	for i := range maxThreads + 100 {
		thread := messages.Channel{ID: messages.ChannelID(1000 + i), Kind: messages.ChannelThread, Parent: 10, Joined: i < 10}
		s.channelSeen(&thread)
		s.channelSeen(&thread)
	}
	s.channelSeen(&messages.Channel{ID: 15, Kind: messages.ChannelThread, Parent: 10})
	if s.threads != maxThreads || len(s.channels) != maxThreads+2 {
		t.Fatalf("%d threads of %d channels", s.threads, len(s.channels))
	}
	for _, id := range []messages.ChannelID{10, 11, 20, 1000, 1009, 1000 + maxThreads + 99, 15} {
		if !s.context(id).Known {
			t.Errorf("%d is forgotten", id)
		}
	}
	for _, id := range []messages.ChannelID{21, 1010, 1100} {
		if s.context(id).Known {
			t.Errorf("%d is kept", id)
		}
	}
	s.channelGone(10)
	if s.threads != 0 {
		t.Errorf("%d threads without their parent", s.threads)
	}
}

func TestPersonas(t *testing.T) {
	tests := []struct {
		name           string
		loaded         map[string]string
		kept           []note // before it was loaded
		channel, under string // of 10 and its thread 20
	}{
		{name: "none chosen"},
		{name: "of the guild", loaded: map[string]string{"persona": "pirate"}, channel: "pirate", under: "pirate"},
		{
			name:    "a channel's own, and in its threads",
			loaded:  map[string]string{"persona": "pirate", "persona/10": "tutor"},
			channel: "tutor", under: "tutor",
		},
		{
			name:    "a thread's own",
			loaded:  map[string]string{"persona": "pirate", "persona/10": "tutor", "persona/20": "roast"},
			channel: "tutor", under: "roast",
		},
		{
			name:   "what is chosen later is newer",
			loaded: map[string]string{"persona": "pirate", "persona/10": "tutor"},
			kept:   []note{{"persona", "concise"}, {"persona/10", "roast"}, {"persona/10", ""}}, channel: "concise", under: "concise",
		},
		{
			name:   "what makes no sense is left alone",
			loaded: map[string]string{"persona/x": "pirate", "persona/": "pirate", "mood": "pirate", "persona/0": "pirate"},
		},
	}
	for _, tt := range tests {
		s := toldState()
		s.personas.load(tt.loaded)
		for _, n := range tt.kept {
			s.personas.take(n)
		}
		if c, u := s.context(10).Persona, s.context(20).Persona; c != tt.channel || u != tt.under {
			t.Errorf("%s: %q, in the thread %q", tt.name, c, u)
		}
		s.gone()
		if got := s.context(10).Persona; got != tt.channel {
			t.Errorf("%s: %q in a guild that is not told", tt.name, got)
		}
	}
}

// With a channel goes what was chosen for it and its threads.
func TestPersonasOfGoneChannels(t *testing.T) {
	s := toldState()
	s.personas.load(map[string]string{"persona": "pirate", "persona/10": "tutor", "persona/20": "roast", "persona/11": "concise"})
	want := []note{{"persona/10", ""}, {"persona/20", ""}}
	if _, got := s.channelGone(10); !slices.Equal(got, want) {
		t.Errorf("forgets %v", got)
	}
}

func TestPersonasAreBounded(t *testing.T) {
	var p personas
	for i := range maxPersonas {
		p.take(noteOf(messages.ChannelID(i+1), "pirate"))
	}
	const chosen, other = 1, maxPersonas + 1
	if p.room(other, "pirate") || !p.room(other, "") || !p.room(chosen, "tutor") || !p.room(0, "tutor") {
		t.Error("the bound is not kept, or keeps out what needs no room")
	}
}

// Channels of a category share their overwrites.
func TestAlike(t *testing.T) {
	a := alike{}
	one := a.share([]messages.Overwrite{deny(1, see), allow(2, say)})
	two := a.share([]messages.Overwrite{deny(1, see), allow(2, say)})
	other := a.share([]messages.Overwrite{deny(1, see), allow(2, see)})
	if &one[0] != &two[0] || &one[0] == &other[0] {
		t.Error("equal ones are not shared, or others are")
	}
}

// guildOf makes a guild of n channels in categories of ten with 3 overwrites,
// half of them threads.
func guildOf(n int) *messages.GuildSeen {
	g := told()
	for i := range n {
		c := messages.Channel{ID: messages.ChannelID(1000 + i), Guild: id, Name: fmt.Sprintf("channel-%05d", i)}
		if i%2 == 1 {
			c.Kind, c.Parent = messages.ChannelThread, c.ID-1
		} else {
			for j := range 3 {
				c.Overwrites = append(c.Overwrites, messages.Overwrite{ID: uint64(i/10 + j), Allow: see, Deny: say})
			}
		}
		g.Channels = append(g.Channels, c)
	}
	return g
}

// BenchmarkMemory tells what a channel costs. 100 000 of them are to stay small.
func BenchmarkMemory(b *testing.B) {
	const channels, guilds = 200, 500
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		states := make([]*state, guilds)
		weight := 0
		for i := range states {
			states[i] = newState()
			states[i].seen(guildOf(channels))
			weight += states[i].weight()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/channels/guilds, "B/channel")
		b.ReportMetric(float64(weight)/channels/guilds, "estimated-B/channel")
		runtime.KeepAlive(states)
	}
}

func BenchmarkContext(b *testing.B) {
	s := newState()
	s.seen(guildOf(200))
	b.ReportAllocs()
	for b.Loop() {
		s.context(1001)
	}
}
