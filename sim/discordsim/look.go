package discordsim

import (
	"cmp"
	"maps"
	"slices"

	"troupe/messages"
)

// A User is a person or a bot.
type User struct {
	ID   messages.UserID
	Name string
	Bot  bool
}

// A Guild is a server with channels.
type Guild struct {
	ID          messages.GuildID
	Name        string
	Owner       messages.UserID
	Bot         bool // the bot is in it
	Unavailable bool
}

// A Channel is where messages are said.
type Channel struct {
	ID        messages.ChannelID
	Guild     messages.GuildID   // 0: a direct message
	Parent    messages.ChannelID // of a thread
	Name      string             // "" of a direct message
	Topic     string
	Recipient messages.UserID // of a direct message: the person
	Joined    bool            // of a thread: the bot is in it
	Archived  bool            // of a thread
}

// Users returns all users by ID, the bot among them.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]User, 0, len(s.world.users))
	for _, id := range slices.Sorted(maps.Keys(s.world.users)) {
		u := s.world.users[id]
		out = append(out, User{ID: u.id, Name: u.name, Bot: u.bot})
	}
	return out
}

// Guilds returns all guilds by ID.
func (s *Server) Guilds() []Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Guild, 0, len(s.world.guilds))
	for _, id := range slices.Sorted(maps.Keys(s.world.guilds)) {
		g := s.world.guilds[id]
		out = append(out, Guild{
			ID: g.id, Name: g.name, Owner: g.owner, Bot: g.members[s.world.bot.id] != nil, Unavailable: g.unavailable,
		})
	}
	return out
}

// Channels returns all channels, threads and direct messages by ID.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Channel, 0, len(s.world.channels))
	for _, id := range slices.Sorted(maps.Keys(s.world.channels)) {
		c := s.world.channels[id]
		shown := Channel{
			ID: c.id, Guild: c.guildID(), Name: c.name, Topic: c.topic, Joined: c.joined, Archived: c.archived,
		}
		if c.parent != nil {
			shown.Parent = c.parent.id
		}
		if c.recipient != nil {
			shown.Recipient = c.recipient.id
		}
		out = append(out, shown)
	}
	return out
}

// Members returns who is in a guild, by ID, under the names shown there. There
// are none in a guild that does not exist.
func (s *Server) Members(g messages.GuildID) []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	realm := s.world.guilds[g]
	if realm == nil {
		return nil
	}
	out := make([]User, 0, len(realm.members))
	for _, m := range realm.sorted() {
		out = append(out, User{ID: m.user.id, Name: or(m.nick, m.user.name), Bot: m.user.bot})
	}
	return out
}

// May tells whether a user has all of those permissions in a channel.
func (s *Server) May(u messages.UserID, c messages.ChannelID, permissions uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ch, err := s.world.presence(u, c)
	return err == nil && ch.may(s.world.users[u], permissions)
}

// A Command is a slash command as people are shown it.
type Command struct {
	ID          uint64
	Guild       messages.GuildID // 0: everywhere
	Name        string           // with its subcommand after a space
	Description string
	Options     []Option
}

// An OptionKind says what an option of a command takes, in Discord's numbers.
type OptionKind int

// The kinds of option (Discord documentation, Application Command Option Type).
const (
	OptionString     OptionKind = optionString
	OptionInteger    OptionKind = optionInteger
	OptionBoolean    OptionKind = optionBoolean
	OptionUser       OptionKind = optionUser
	OptionChannel    OptionKind = optionChannel
	OptionRole       OptionKind = optionRole
	OptionMention    OptionKind = optionMention
	OptionNumber     OptionKind = optionNumber
	OptionAttachment OptionKind = optionAttachment
)

// An Option is a parameter of a command.
type Option struct {
	Name        string
	Description string
	Kind        OptionKind
	Required    bool
	Choices     []Choice // the only values, if any
}

// A Choice is one of the values that an option may have.
type Choice struct {
	Name  string
	Value string
}

// Commands returns the slash commands that are there in a guild, or, for guild
// 0, in direct messages, each subcommand by itself, by name. A guild's own
// command stands for the one of that name that is everywhere.
func (s *Server) Commands(g messages.GuildID) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Command
	for _, cmd := range s.world.commands[0] {
		if cmd.Type == commandSlash && (g == 0 && cmd.inDirect() || g != 0 && findCommand(s.world.commands[g], commandSlash, cmd.Name) == nil) {
			out = append(out, leaves(cmd, 0)...)
		}
	}
	if g != 0 {
		for _, cmd := range s.world.commands[g] {
			if cmd.Type == commandSlash {
				out = append(out, leaves(cmd, g)...)
			}
		}
	}
	slices.SortFunc(out, func(a, b Command) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// leaves returns what people can send of a command.
func leaves(c *command, g messages.GuildID) (out []Command) {
	var walk func(name, description string, options []*commandOption)
	walk = func(name, description string, options []*commandOption) {
		if len(options) > 0 && !options[0].leaf() {
			for _, o := range options {
				walk(name+" "+o.Name, o.Description, o.Options)
			}
			return
		}
		shown := Command{ID: c.ID, Guild: g, Name: name, Description: description}
		for _, o := range options {
			shown.Options = append(shown.Options, o.show())
		}
		out = append(out, shown)
	}
	walk(c.Name, c.Description, c.Options)
	return out
}

func (o *commandOption) show() Option {
	out := Option{Name: o.Name, Description: o.Description, Kind: OptionKind(o.Type), Required: o.Required}
	for _, c := range o.Choices {
		out.Choices = append(out.Choices, Choice{Name: c.Name, Value: c.text()})
	}
	return out
}

// Messages returns at most limit messages of a channel, oldest first: the last
// ones before the message with the given ID, or of all if it is 0. as is who
// looks: what is ephemeral is seen by its person alone, and nothing by who may
// not see the channel. The zero user sees everything.
func (s *Server) Messages(c messages.ChannelID, before messages.MessageID, limit int, as messages.UserID) ([]Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	ch := w.channels[c]
	if ch == nil {
		return nil, errUnknownChannel
	}
	if as != 0 {
		if _, _, err := w.presence(as, c); err != nil {
			return nil, err
		}
	}
	before = or(before, ^messages.MessageID(0))
	seen := slices.Clone(ch.before(before, limit))
	for _, m := range ch.private {
		if m.id < before && (as == 0 || m.ephemeral.id == as) {
			seen = append(seen, m)
		}
	}
	slices.SortFunc(seen, func(a, b *message) int { return cmp.Compare(a.id, b.id) })
	var out []Message
	for _, m := range seen[max(len(seen)-limit, 0):] {
		out = append(out, w.show(m))
	}
	return out, nil
}

// Message returns a message of a channel, whoever sees it.
func (s *Server) Message(c messages.ChannelID, id messages.MessageID) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.world.channels[c]
	if ch == nil {
		return Message{}, false
	}
	m := ch.message(id)
	for _, p := range ch.private {
		if p.id == id {
			m = p
		}
	}
	if m == nil {
		return Message{}, false
	}
	return s.world.show(m), true
}

// MessagesOf returns all messages of a user that are there, by ID, ephemeral
// ones included. It looks through the whole world.
func (s *Server) MessagesOf(u messages.UserID) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, c := range s.world.channels {
		for _, m := range slices.Concat(c.messages, c.private) {
			if m.author.id == u {
				out = append(out, s.world.show(m))
			}
		}
	}
	slices.SortFunc(out, func(a, b Message) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Replies returns the bot's messages in a channel by what they reply to, those
// to the same message by ID.
func (s *Server) Replies(c messages.ChannelID) map[messages.MessageID][]Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[messages.MessageID][]Message{}
	if ch := s.world.channels[c]; ch != nil {
		for _, m := range ch.messages {
			if m.author == s.world.bot && m.replyTo != 0 && m.kind == messageReply {
				out[m.replyTo] = append(out[m.replyTo], s.world.show(m))
			}
		}
	}
	return out
}

// File returns an attachment by its ID.
func (s *Server) File(id uint64) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.world.files[id]
	if a == nil {
		return File{}, false
	}
	return File{Name: a.name, Type: a.mime, Data: a.data}, true
}
