package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"troupe/messages"
	"troupe/sim/discordsim"
)

const (
	configUsage  = "config KEY: VALUE                       a setting of the bot, such as limits.user_requests_per_minute: 2"
	discordUsage = "discord withholds message content       as long as the Message Content intent is not granted"
	guildUsage   = "guild NAME: ann, bob, p1..p20           a server with its people, the owner first"
	robotUsage   = "robot NAME                              another bot, in the latest guild"
	channelUsage = "channel #NAME [in GUILD]"
	removeUsage  = "remove #CHANNEL"
	mayUsage     = "NAME|everyone may [not] PERMISSION[, PERMISSION] in #CHANNEL"
)

// A setting says what the simulated Discord is like from the beginning.
type setting interface {
	set(*discordsim.Config)
}

// configure gives the bot a setting.
type configure struct{ key, value string }

func parseConfig(c *cursor) (action, error) {
	key, err := c.name("a key, such as gemini.model")
	if err != nil {
		return nil, err
	}
	if err := c.expect(":"); err != nil {
		return nil, err
	}
	if strings.Count(key, ".") > 1 {
		return nil, fmt.Errorf("%q has more than two parts", key)
	}
	a := configure{key, c.remainder()}
	if a.value == "" {
		return nil, fmt.Errorf("%s has no value", key)
	}
	return a, nil
}

func (a configure) do(s *stage) error {
	s.config = append(s.config, a)
	return nil
}

// yaml writes settings as the bot's configuration file has them. Names of
// channels in them become IDs.
func (s *stage) yaml() string {
	var sections []string
	keys := map[string][]string{}
	for _, c := range s.config {
		section, key, deep := strings.Cut(c.key, ".")
		value := channelName.ReplaceAllStringFunc(c.value, func(name string) string {
			if id, ok := s.book.channels[name]; ok {
				return id.String()
			}
			return name
		})
		if !deep {
			sections = append(sections, section+": "+value)
			continue
		}
		if keys[section] == nil {
			sections = append(sections, section+":")
		}
		keys[section] = append(keys[section], "\n  "+key+": "+value)
	}
	var b strings.Builder
	for _, section := range sections {
		b.WriteString(section + strings.Join(keys[strings.TrimSuffix(section, ":")], "") + "\n")
	}
	return b.String()
}

// withhold makes Discord keep what people say from the bot.
type withhold struct{}

func parseDiscord(c *cursor) (action, error) {
	return withhold{}, c.expect("withholds message content")
}

func (withhold) set(c *discordsim.Config) { c.MessageContentIntent = false }
func (withhold) do(*stage) error          { return nil }

// addGuild makes a guild and its people. Who exists already joins it.
type addGuild struct {
	name   string
	people []string
}

func parseGuild(c *cursor) (action, error) {
	name, err := c.name("the name of the guild")
	if err != nil {
		return nil, err
	}
	if err := c.expect(":"); err != nil {
		return nil, err
	}
	people, err := c.people()
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if reserved(p) {
			return nil, fmt.Errorf("nobody can be called %s: that word means something in scripts", p)
		}
	}
	return addGuild{name, people}, nil
}

func reserved(name string) bool {
	return slices.ContainsFunc(verbs(), func(v verb) bool { return v.word == name }) ||
		slices.Contains([]string{everyone, botName, "together", "end", direct}, name)
}

func (a addGuild) do(s *stage) error {
	if _, there := s.book.guilds[a.name]; there {
		return fmt.Errorf("there is a guild %s already", a.name)
	}
	for i, name := range a.people {
		id, known := s.book.people[name]
		if !known {
			id = s.discord.AddUser(name)
			s.book.person(name, id)
		}
		if i == 0 {
			s.book.guild(a.name, s.discord.AddGuild(a.name, id))
		} else {
			s.discord.AddMember(s.book.guilds[a.name], id)
		}
	}
	return nil
}

// addRobot makes another bot.
type addRobot struct{ name string }

func parseRobot(c *cursor) (action, error) {
	name, err := c.name("a name")
	if err == nil && reserved(name) {
		err = fmt.Errorf("no bot can be called %s: that word means something in scripts", name)
	}
	return addRobot{name}, err
}

func (a addRobot) do(s *stage) error {
	guild, ok := s.book.guilds[s.book.latest]
	if !ok {
		return errors.New("there is no guild yet")
	}
	id := s.discord.AddBot(a.name)
	s.discord.AddMember(guild, id)
	s.book.person(a.name, id)
	return nil
}

// addChannel makes a channel, in the latest guild if none is named.
type addChannel struct{ name, guild string }

func parseChannel(c *cursor) (action, error) {
	name, err := c.place()
	if err != nil {
		return nil, err
	}
	if name[0] != '#' {
		return nil, fmt.Errorf("%q is no name of a channel: it begins with #", name)
	}
	a := addChannel{name: name}
	if c.accept("in") {
		a.guild, err = c.name("the name of a guild")
	}
	return a, err
}

func (a addChannel) do(s *stage) error {
	name := a.guild
	if name == "" {
		name = s.book.latest
	}
	guild, ok := s.book.guilds[name]
	switch {
	case !ok:
		return fmt.Errorf("there is no guild %q: there are %s", name, listed(s.book.guilds))
	case s.book.channels[a.name] != 0:
		return fmt.Errorf("there is a channel %s already; names are unique in all guilds together", a.name)
	}
	s.book.channel(a.name, s.discord.AddChannel(guild, a.name[1:]))
	return nil
}

// removeChannel deletes a channel.
type removeChannel struct{ name string }

func parseRemove(c *cursor) (action, error) {
	name, err := c.place()
	return removeChannel{name}, err
}

func (a removeChannel) do(s *stage) error {
	id, err := s.book.place(a.name)
	if err == nil {
		s.discord.RemoveChannel(id)
	}
	return err
}

// permit changes what somebody may do in a channel.
type permit struct {
	who     []string
	not     bool
	what    uint64
	channel string
}

func parseMay(c *cursor, who []string) (action, error) {
	a := permit{who: who, not: c.accept("not")}
	for {
		var words []string
		for c.peek() != "" && c.peek() != "," && c.peek() != "in" {
			words = append(words, c.word())
		}
		bit, ok := permissions()[strings.Join(words, " ")]
		if !ok {
			return nil, fmt.Errorf("%q is no permission: there are %s", strings.Join(words, " "), listed(permissions()))
		}
		a.what |= bit
		if !c.accept(",") {
			break
		}
	}
	if err := c.expect("in"); err != nil {
		return nil, err
	}
	var err error
	a.channel, err = c.place()
	return a, err
}

// permissions returns the permissions that scripts know, by name.
func permissions() map[string]uint64 {
	return map[string]uint64{
		"view": discordsim.PermViewChannel, "send messages": discordsim.PermSendMessages,
		"read history": discordsim.PermReadHistory, "attach files": discordsim.PermAttachFiles,
		"embed links": discordsim.PermEmbedLinks, "manage messages": discordsim.PermManageMessages,
		"send in threads": discordsim.PermSendInThreads, "create threads": discordsim.PermCreateThreads,
		"use commands": discordsim.PermUseCommands, "mention everyone": discordsim.PermMentionEveryone,
	}
}

// everyone stands for all members of a guild.
const everyone = "everyone"

func (a permit) do(s *stage) error {
	channel, err := s.book.place(a.channel)
	if err != nil {
		return err
	}
	for _, name := range a.who {
		var o messages.Overwrite
		if name == everyone {
			o.ID = uint64(s.guildOf(channel))
		} else {
			id, err := s.book.who(name)
			if err != nil {
				return err
			}
			o.ID, o.User = uint64(id), true
		}
		key := overwritten{channel, o.ID}
		o.Allow, o.Deny = s.overwrites[key].Allow, s.overwrites[key].Deny
		if a.not {
			o.Allow, o.Deny = o.Allow&^a.what, o.Deny|a.what
		} else {
			o.Allow, o.Deny = o.Allow|a.what, o.Deny&^a.what
		}
		s.overwrites[key] = o
		s.discord.SetOverwrite(channel, o)
	}
	return nil
}

// listed names what there is.
func listed[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
