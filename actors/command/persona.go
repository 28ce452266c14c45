package command

import (
	"strings"
	"time"

	"troupe/messages"
)

// A present is who the bot is where a command was used, as far as is known.
type present struct {
	known   bool    // the guild has answered, or there is none
	persona Persona // that holds here
	first   Persona // that holds for who refuses it
	direct  bool    // in a direct message
	plain   bool    // the user refuses it
}

// askPersona asks who the bot is.
func askPersona(u *use) []question {
	asks := []question{{
		address{whom: theUser}, &messages.GetUserContext{User: u.User.ID, Channel: u.Channel}, readWait,
	}}
	if u.Guild != 0 {
		asks = append(asks, question{
			address{whom: theGuild}, &messages.GetGuildContext{Guild: u.Guild, Channel: u.Channel}, readWait,
		})
	}
	return asks
}

// presentOf returns what was answered to askPersona.
func presentOf(u *use, got answers) present {
	p := present{known: u.Guild == 0, persona: u.personas[0], first: u.personas[0], direct: u.Guild == 0}
	if guild, ok := from[*messages.GuildContext](got, address{whom: theGuild}); ok {
		p.known, p.persona = true, u.persona(guild.Persona)
	}
	if user, ok := from[*messages.UserContext](got, address{whom: theUser}); ok {
		p.plain = user.PlainPersona
	}
	return p
}

// planPersona shows who the bot is, or changes it: for the guild or a channel if
// the user may, and for the user's own answers.
func planPersona(u *use) plan {
	name, where, mine := u.Options["name"], u.Options["where"], u.Options["mine"]
	if name == "" && mine == "" {
		if where != "" {
			return only(sayWhereAlone())
		}
		return plan{asks: askPersona(u), say: func(got answers, _ time.Time) string {
			return sayPersonas(presentOf(u, got), u.personas)
		}}
	}
	var p plan
	var lines []func(answers) string
	if name != "" {
		asks, line := choose(u, name, where == whereChannel)
		p.asks, lines = append(p.asks, asks...), append(lines, line)
	}
	if mine != "" {
		to := address{whom: theUser}
		refuse := &messages.RefusePersona{User: u.User.ID, Refuse: mine == minePlain}
		p.asks = append(p.asks, question{to, refuse, writeWait})
		lines = append(lines, func(got answers) string { return sayMine(refuse.Refuse, u.personas[0], got[to].err) })
	}
	p.say = func(got answers, _ time.Time) string {
		var said []string
		for _, line := range lines {
			said = append(said, line(got))
		}
		return strings.Join(said, "\n\n")
	}
	return p
}

// choose asks for a persona, if the user may.
func choose(u *use, name string, here bool) (asks []question, say func(answers) string) {
	switch {
	case u.Guild == 0:
		return nil, func(answers) string { return sayNotHere(u.personas[0]) }
	case !u.manages():
		return nil, func(answers) string { return sayNotAllowed() }
	}
	set := &messages.SetPersona{Guild: u.Guild, Persona: name}
	if here {
		set.Channel = u.Channel
	}
	if name == nameReset {
		set.Persona = ""
	}
	to := address{whom: theGuild}
	return []question{{to, set, writeWait}}, func(got answers) string {
		if set.Persona == "" {
			return sayReset(here, u.personas[0], got[to].err)
		}
		return sayChosen(here, u.persona(set.Persona), got[to].err)
	}
}
