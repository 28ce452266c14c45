package discordsim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// A Use is a slash command that a person sends.
type Use struct {
	Person  messages.UserID
	Channel messages.ChannelID
	Command string            // with its subcommand after a space
	Options map[string]string // by name; IDs, numbers and truth values as Discord writes them
	Files   map[string]File   // of the options that take an attachment
	Locale  string            // en-US by default
}

type wireUseEvent struct {
	ID            uint64            `json:"id,string"`
	ApplicationID uint64            `json:"application_id,string"`
	Type          int               `json:"type"`
	Token         string            `json:"token"`
	Version       int               `json:"version"`
	Data          any               `json:"data"`
	Guild         *wireUseGuild     `json:"guild,omitempty"`
	GuildID       string            `json:"guild_id,omitempty"`
	GuildLocale   string            `json:"guild_locale,omitempty"`
	Channel       wireChannel       `json:"channel"`
	ChannelID     uint64            `json:"channel_id,string"`
	Member        *wireMember       `json:"member,omitempty"`
	User          *wireUser         `json:"user,omitempty"`
	Message       *wireMessage      `json:"message,omitempty"`
	AppPerms      string            `json:"app_permissions"`
	Locale        string            `json:"locale"`
	Context       int               `json:"context"` // 0: a guild, 1: the bot's direct messages
	Owners        map[string]string `json:"authorizing_integration_owners"`
	Entitlements  []struct{}        `json:"entitlements"`
	MaxFile       int               `json:"attachment_size_limit"`
}

type wireUseGuild struct {
	ID       uint64   `json:"id,string"`
	Locale   string   `json:"locale"`
	Features []string `json:"features"`
}

type wireUseData struct {
	ID       uint64          `json:"id,string"`
	Name     string          `json:"name"`
	Type     int             `json:"type"`
	GuildID  string          `json:"guild_id,omitempty"`
	Options  []wireUseOption `json:"options,omitempty"`
	Resolved *wireResolved   `json:"resolved,omitempty"`
}

type wireUseOption struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   any             `json:"value,omitempty"`
	Options []wireUseOption `json:"options,omitempty"`
}

// UseCommand sends a slash command, unless the person's client would not. The
// error is an [*Error].
func (s *Server) UseCommand(u Use) (messages.InteractionID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	use, err := s.world.useCommand(u)
	if err != nil {
		return 0, err
	}
	return use.id, nil
}

func (w *world) useCommand(u Use) (*interaction, *Error) {
	p, ch, err := w.presence(u.Person, u.Channel)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(u.Command)
	cmd, err := w.usable(p, ch, words)
	if err != nil {
		return nil, err
	}
	options := cmd.Options
	data := wireUseData{ID: cmd.ID, Name: cmd.Name, Type: cmd.Type, GuildID: cmd.GuildID}
	at := &data.Options
	for _, word := range words[1:] {
		i := slices.IndexFunc(options, func(o *commandOption) bool { return o.Name == word && !o.leaf() })
		if i < 0 {
			return nil, refusal("There is no command /%s.", u.Command)
		}
		*at = []wireUseOption{{Name: word, Type: options[i].Type}}
		at, options = &(*at)[0].Options, options[i].Options
	}
	if len(options) > 0 && !options[0].leaf() {
		return nil, refusal("/%s needs one of its subcommands.", u.Command)
	}
	f := filler{w: w, channel: ch, use: u}
	if *at, err = f.fill(options); err != nil {
		return nil, err
	}
	data.Resolved = f.resolved
	use := &interaction{kind: usedCommand, name: strings.Join(words, " "), user: p, channel: ch}
	w.publishUse(use, data, u.Locale)
	return use, nil
}

// usable returns the command that p may use in ch; a guild's own come first.
func (w *world) usable(p *user, ch *channel, words []string) (*command, *Error) {
	if len(words) == 0 {
		return nil, refusal("There is no command without a name.")
	}
	cmd := findCommand(w.commands[0], commandSlash, words[0])
	if g := ch.guild; g != nil {
		if own := findCommand(w.commands[g.id], commandSlash, words[0]); own != nil {
			cmd = own
		}
		if g.members[w.bot.id] == nil {
			cmd = nil
		}
	} else if cmd != nil && !cmd.inDirect() {
		cmd = nil
	}
	if cmd == nil {
		return nil, refusal("There is no command /%s here.", words[0])
	}
	may := ch.permissions(p)
	if ch.guild != nil && (may&PermUseCommands == 0 || may&cmd.needs() != cmd.needs()) {
		return nil, errMissingPermissions
	}
	return cmd, nil
}

// inDirect tells whether the command is there in direct messages.
func (c *command) inDirect() bool {
	if c.Contexts != nil {
		return slices.Contains(c.Contexts, 1)
	}
	return c.InDMs == nil || *c.InDMs
}

// needs returns the permissions that a member needs to be shown the command.
func (c *command) needs() uint64 {
	if c.Permissions == nil {
		return 0
	}
	var p uint64
	if _, err := fmt.Sscan(*c.Permissions, &p); err != nil || p == 0 {
		return PermAdministrator // "0": administrators alone
	}
	return p
}

// publishUse begins an interaction and tells the bot.
func (w *world) publishUse(use *interaction, data any, locale string) {
	w.beginUse(use)
	c := use.channel
	shown := w.wireChannel(c)
	shown.Overwrites, shown.Permissions = nil, decimal(c.permissions(use.user))
	out := wireUseEvent{
		ID: uint64(use.id), ApplicationID: uint64(w.app), Type: use.kind, Token: use.token, Version: 1, Data: data,
		Channel: shown, ChannelID: uint64(c.id), AppPerms: decimal(c.permissions(w.bot)), Locale: or(locale, "en-US"),
		Owners: map[string]string{}, Entitlements: []struct{}{}, MaxFile: maxFile,
	}
	if m := use.source; m != nil {
		clicked := w.posted(m)
		out.Message = &clicked
	}
	if g := c.guild; g != nil {
		out.GuildID, out.GuildLocale = g.id.String(), "en-US"
		out.Guild = &wireUseGuild{ID: uint64(g.id), Locale: "en-US", Features: []string{}}
		out.Member = g.members[use.user.id].wire(true)
		out.Member.Permissions = shown.Permissions
		out.Owners["0"] = g.id.String()
	} else {
		u := use.user.wire()
		out.User, out.Context, out.Owners["0"] = &u, 1, "0"
	}
	w.publish(event{name: "INTERACTION_CREATE", guild: c.guildID(), data: marshal(out)})
}

// A Used is what became of the use of a command or of a click.
type Used struct {
	ID           messages.InteractionID
	Name         string // of the command, or the button's custom ID
	Person       messages.UserID
	Channel      messages.ChannelID
	At           time.Time
	Acknowledged time.Time            // zero: not; the person has seen it fail after 3 s
	Answers      []messages.MessageID // that were not deleted
	Thinking     bool                 // the first answer is deferred and still to come
}

// Uses returns the latest uses of commands and buttons, oldest first.
func (s *Server) Uses() []Used {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Used, 0, len(s.world.uses))
	for _, use := range s.world.uses {
		u := Used{
			ID: use.id, Name: use.name, Person: use.user.id, Channel: use.channel.id, At: use.at, Acknowledged: use.acked,
			Thinking: use.original != nil && use.original.flags&flagLoading != 0,
		}
		for _, m := range use.answers {
			if !m.gone {
				u.Answers = append(u.Answers, m.id)
			}
		}
		out = append(out, u)
	}
	return out
}
