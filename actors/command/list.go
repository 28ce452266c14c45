package command

import (
	"strings"

	"troupe/messages"
)

// A Persona is one of those that a guild can choose from.
type Persona struct {
	Name  string // lower case, one word
	Mood  string // one word
	About string // one line
}

// The values of options that mean something beside a persona's name.
const (
	nameReset    = "reset" // of name: none of its own
	whereServer  = "server"
	whereChannel = "channel"
	minePlain    = "plain"
	mineGuild    = "guild"
)

// An entry is a command, and the function that plans what is done when somebody
// uses it. To add a command is to add both.
type entry struct {
	messages.Command
	plan func(*use) plan // nil for one that is not this actor's to answer, or that has subcommands
	subs []sub           // the same as the command's
}

// A sub is a subcommand, and the function that plans what is done when somebody
// uses it.
type sub struct {
	messages.Subcommand
	plan func(*use) plan
}

// group returns the entry of a command with subcommands.
func group(name, description string, subs ...sub) entry {
	e := entry{Command: messages.Command{Name: name, Description: description, Private: true}, subs: subs}
	for _, s := range subs {
		e.Subcommands = append(e.Subcommands, s.Subcommand)
	}
	return e
}

// entries returns the commands, as /help lists them.
func entries(personas []Persona) []entry {
	return []entry{
		{
			Command: messages.Command{
				Name:        "chat",
				Description: "Ask me something.",
				Options:     []messages.CommandOption{{Name: "message", Description: "What you want to know.", Required: true}},
			},
		},
		{
			Command: messages.Command{
				Name:        "persona",
				Description: "See who I am here, or choose who I should be.",
				Private:     true,
				Options: []messages.CommandOption{
					{Name: "name", Description: "Who I should be. Takes the Manage Server permission.", Choices: names(personas)},
					{Name: "where", Description: "Where I should be so: in the whole server unless you say otherwise.", Choices: []messages.Choice{
						{Name: "in the whole server", Value: whereServer},
						{Name: "in this channel only", Value: whereChannel},
					}},
					{Name: "mine", Description: "How I answer you, wherever you ask.", Choices: []messages.Choice{
						{Name: "plain: without the persona of a server", Value: minePlain},
						{Name: "guild: as the server has chosen", Value: mineGuild},
					}},
				},
			},
			plan: planPersona,
		},
		{
			Command: messages.Command{
				Name:        "clear",
				Description: "Forget our conversation in this channel: yours, nobody else's.",
				Private:     true,
			},
			plan: planClear,
		},
		memoryEntry(),
		privacyEntry(),
		loreEntry(),
		{
			Command: messages.Command{
				Name:        "status",
				Description: "How I am doing: quota, queues, health.",
				Private:     true,
			},
			plan: planStatus,
		},
		{
			Command: messages.Command{
				Name:        "help",
				Description: "What I can do, and how to ask me.",
				Private:     true,
			},
			plan: planHelp,
		},
	}
}

// names are the choices of a persona: at most 25, Discord's bound.
func names(personas []Persona) []messages.Choice {
	choices := []messages.Choice{{Name: "reset: none chosen here", Value: nameReset}}
	for _, p := range personas {
		choices = append(choices, messages.Choice{Name: p.Name + ": " + p.About, Value: p.Name})
	}
	return choices
}

// All returns the commands that are to be registered with Discord. The personas
// are the choices of /persona: at most 24, the one of a guild that chose none
// first.
func All(personas []Persona) []messages.Command {
	var all []messages.Command
	for _, e := range entries(personas) {
		all = append(all, e.Command)
	}
	return all
}

// Private reports whether only who used a command sees its answer. The name may
// have a subcommand after it. What is said of an unknown command is private.
func Private(name string) bool {
	e := find(entries(nil), name)
	return e == nil || e.Private
}

// find returns the entry of a command, or nil.
func find(all []entry, name string) *entry {
	name, _, _ = strings.Cut(name, " ")
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

// chosen returns what somebody uses of a command by a name: the command itself, or
// one of its subcommands, by both names then. It reports false if there is no such
// subcommand.
func (e *entry) chosen(name string) (s sub, ok bool) {
	if e.subs == nil {
		return sub{messages.Subcommand{Name: e.Name, Options: e.Options}, e.plan}, true
	}
	_, second, _ := strings.Cut(name, " ")
	for _, s := range e.subs {
		if s.Name == second {
			s.Name = e.Name + " " + s.Name
			return s, true
		}
	}
	return sub{}, false
}
