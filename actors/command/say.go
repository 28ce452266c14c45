package command

import (
	"errors"
	"fmt"
	"strings"

	"troupe/messages"
)

// What people read. Discord shows "-# " as small print.

func sayBusy() string {
	return fmt.Sprintf("Too many commands are under way right now. Please try again in %d seconds.", comeBack)
}

func sayUnknown(name string) string {
	return "I do not know the command " + code("/"+name) + ". Discord may show an old list: reload it, or see `/help`."
}

func sayNoSubcommand(c messages.Command) string {
	return "The command " + code("/"+c.Name) + " needs one of its subcommands: " + usage(c) + ". Discord may show an old list: reload it, then try again."
}

func sayOutdated(command string) string {
	return "The command " + code("/"+command) + " has other options by now. Reload Discord to see them, then try again."
}

func sayMissing(command, option string) string {
	return "The command " + code("/"+command) + " needs the option " + code(option) + ". Please use it again with that."
}

func sayNoChoice(o messages.CommandOption) string {
	var values []string
	for _, c := range o.Choices {
		values = append(values, code(c.Value))
	}
	return "The option " + code(o.Name) + " can only be one of these: " + strings.Join(values, ", ") + "."
}

func sayTooLong(o messages.CommandOption) string {
	return fmt.Sprintf("The option %s can have %d characters at most. Please shorten it.", code(o.Name), o.MaxLength)
}

func sayHelp(self messages.UserID, entries []entry, p present) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**Ask me anything:** mention <@%d>, reply to one of my messages, write to me directly, ", self)
	b.WriteString("or just write in a thread that I am in. I see what was said before, so you can go on from there.\n\n**Commands**\n")
	for _, e := range entries {
		b.WriteString("- " + usage(e.Command) + " " + e.Description + "\n")
	}
	if who := sayPresent(p); who != "" {
		b.WriteString("\n" + who)
	}
	return strings.TrimSpace(b.String())
}

// usage shows how a command is written.
func usage(c messages.Command) string {
	if len(c.Subcommands) > 0 {
		var names []string
		for _, s := range c.Subcommands {
			names = append(names, s.Name)
		}
		return "`/" + c.Name + " " + strings.Join(names, "|") + "`"
	}
	words := []string{"/" + c.Name}
	for _, o := range c.Options {
		if o.Required {
			words = append(words, o.Name)
		} else {
			words = append(words, "["+o.Name+"]")
		}
	}
	return "`" + strings.Join(words, " ") + "`"
}

// sayPresent says who the bot is where it was asked.
func sayPresent(p present) string {
	if !p.known {
		return ""
	}
	who := "Here I am **" + p.persona.Name + "**, " + p.persona.Mood + ": " + p.persona.About
	switch {
	case p.plain && p.persona != p.first:
		who += "\nYou asked for plain answers, so to you I am **" + p.first.Name + "**."
	case p.plain:
		who += "\nYou asked for plain answers, so that is who I am to you everywhere."
	}
	return who
}

func sayPersonas(p present, all []Persona) string {
	var b strings.Builder
	if who := sayPresent(p); who != "" {
		b.WriteString(who)
	} else {
		b.WriteString("Who I am here: no answer in time.")
	}
	b.WriteString("\n\n**Who I can be**\n")
	for _, one := range all {
		b.WriteString("- **" + one.Name + "**, " + one.Mood + ": " + one.About + "\n")
	}
	if p.direct {
		b.WriteString("\nIn direct messages I am always " + code(all[0].Name) + ".")
	} else {
		b.WriteString("\nWhoever has the Manage Server permission can choose, with `/persona name:`.")
	}
	if p.plain {
		b.WriteString(" To be answered as servers have chosen again, use `/persona mine:guild`.")
	} else {
		b.WriteString(" To be answered plainly yourself, wherever you ask, use `/persona mine:plain`.")
	}
	return b.String()
}

func sayWhereAlone() string {
	return "`where` says where a persona is to hold. Please choose one too, with the option `name`."
}

func sayNotHere(first Persona) string {
	return "A persona is chosen for a server, and in direct messages I am always " + code(first.Name) +
		". Use `/persona name:` in a server where you have the Manage Server permission."
}

func sayNotAllowed() string {
	return "Only people with the Manage Server permission can choose who I am in this server. " +
		"Ask one of them, or use `/persona mine:plain` to be answered plainly yourself."
}

func sayChosen(here bool, p Persona, err error) string {
	switch {
	case err != nil:
		return sayNotChosen(err)
	case here:
		return "In this channel I am **" + p.Name + "** from the next message on: " + p.About
	}
	return "In this server I am **" + p.Name + "** from the next message on: " + p.About +
		"\n-# A channel with a persona of its own keeps it; `/persona name:reset where:channel` takes it away."
}

func sayReset(here bool, first Persona, err error) string {
	switch {
	case err != nil:
		return sayNotChosen(err)
	case here:
		return "This channel has no persona of its own any more: I am who the server has chosen."
	}
	return "This server has no persona any more: I am " + code(first.Name) + ".\n-# A channel with a persona of its own keeps it."
}

func sayNotChosen(err error) string {
	if full(err) {
		return "Too many channels of this server have a persona of their own. " +
			"Take one away first, with `/persona name:reset where:channel` there."
	}
	return "I could not write that down, so it may not hold. Please try again in a minute."
}

func sayMine(plain bool, first Persona, err error) string {
	switch {
	case err != nil:
		return "I could not write down how you want to be answered, so it may not last. Please try again in a minute."
	case plain:
		return "From your next message on I answer you plainly, as " + code(first.Name) + ", whatever a server has chosen."
	}
	return "From your next message on I answer you as the server has chosen."
}

func sayCleared(direct bool, err error) string {
	switch {
	case full(err):
		return "You have cleared more channels than I can remember. I cannot clear this one; " +
			"delete your messages here to have them forgotten."
	case err != nil:
		return "I could not write that down, so the conversation may come back. Please use `/clear` again in a minute."
	}
	done := "Done. What you said here until now, and what I answered, no longer goes into my answers to you.\n" +
		"-# No message was deleted."
	if direct {
		return done
	}
	return done + " I still see what others said, and when they ask me here I may still see what you said. " +
		"To have a message forgotten for everybody, delete it."
}

// full reports whether there was no room.
func full(err error) bool {
	r, ok := errors.AsType[*messages.Refused](err)
	return ok && r.Reason == messages.RefusedFull
}
