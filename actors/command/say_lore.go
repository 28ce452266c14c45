package command

import (
	"fmt"
	"slices"
	"strings"

	"troupe/messages"
)

const (
	// maxLore bounds how much of a piece of lore is shown, in characters.
	maxLore = 300
	// maxAbout bounds of how many people it is shown that a piece is about them.
	maxAbout = 3
)

func sayLore(guild messages.GuildID, found *messages.LoreFound, page int) string {
	if !found.On {
		return "No lore is kept of this server. Whoever has the Manage Server permission can turn it on: `/lore on`."
	}
	l := listing{head: "**The lore of this server**, as far as it may be told here", view: "/lore view"}
	for _, one := range found.Lore {
		l.items = append(l.items, sayPiece(guild, &one))
	}
	if l.items == nil {
		return "There is no lore yet that may be told here. It grows with what is said in this server."
	}
	l.foot = "\nTo have a piece forgotten that is from you or about you: `/lore forget`. " +
		"To keep what you say out of it: `/privacy choose what:private value:on`."
	return l.page(page)
}

func sayPiece(guild messages.GuildID, p *messages.Lore) string {
	told := ""
	if !p.Told.IsZero() {
		told = at(p.Told)
	}
	return "- " + numberOf(p.Key) + " " + code(p.Kind) + " " +
		several(" · ", quoted(p.Text, maxLore), link(guild, p.Channel, p.Message), told, sayPeople(p.Sources))
}

// sayPeople names those whom something is from or about. Nobody is notified: no
// answer to a command lets its mentions do that.
func sayPeople(sources []messages.Source) string {
	var people []messages.UserID
	for _, s := range sources {
		if s.Person != 0 && !slices.Contains(people, s.Person) {
			people = append(people, s.Person)
		}
	}
	var names []string
	for _, id := range people[:min(len(people), maxAbout)] {
		names = append(names, fmt.Sprintf("<@%d>", id))
	}
	if more := len(people) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

func sayNoLoreHere() string {
	return "Lore belongs to a server, and this is a direct message. Please use `/lore` in a server."
}

func sayLoreNotAllowed() string {
	return "Only people with the Manage Server permission can turn this server's lore on or off. " +
		"Ask one of them. What is from you or about you, you can have forgotten yourself: `/lore forget`."
}

func sayLoreForgotten(key string, manages bool, err error) string {
	switch {
	case unknown(err) && manages:
		return "This server's lore has no number " + numberOf(key) + ". `/lore view` shows what there is."
	case unknown(err):
		return "There is no number " + numberOf(key) + " in this server's lore that is from you or about you. " +
			"`/lore view` shows what there is; whoever has the Manage Server permission can have any of it forgotten."
	case err != nil:
		return sayNotKept()
	}
	return "Forgotten: " + numberOf(key) + ". It is no longer part of this server's lore, and the like of it does not come back."
}

func sayLoreSet(on bool, err error) string {
	switch {
	case err != nil:
		return sayNotKept()
	case on:
		return "Lore is on. From now on I remember what is worth remembering of this server: moments, running gags, facts, code. " +
			"It is told only where everybody may read what it is from. `/lore view` shows it, and anybody can have forgotten what is from or about them."
	}
	return "Lore is off. All of this server's lore is forgotten, and none is kept any more."
}
