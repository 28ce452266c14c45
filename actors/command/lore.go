package command

import (
	"time"

	"troupe/messages"
)

// loreKind is what the keys of lore begin with.
const loreKind = "lore"

func loreEntry() entry {
	return group("lore", "What this server wants remembered: see it, have it forgotten, turn it on or off.",
		sub{messages.Subcommand{
			Name: "view", Description: "What of this server's lore may be told here.",
			Options: []messages.CommandOption{pageOption()},
		}, planLoreView},
		sub{messages.Subcommand{
			Name: "forget", Description: "Have a piece forgotten that is from you or about you, or any if you manage the server.",
			Options: []messages.CommandOption{{
				Name: "number", Description: "Its number, as /lore view shows it.", Required: true, MaxLength: maxNumber,
			}},
		}, planLoreForget},
		sub{messages.Subcommand{Name: "on", Description: "Let me keep lore of this server. Takes the Manage Server permission."}, func(u *use) plan {
			return planLoreSet(u, true)
		}},
		sub{messages.Subcommand{Name: "off", Description: "Have all lore of this server forgotten. Takes the Manage Server permission."}, func(u *use) plan {
			return planLoreSet(u, false)
		}},
	)
}

func planLoreView(u *use) plan {
	page, ok := u.page()
	switch {
	case u.Guild == 0:
		return only(sayNoLoreHere())
	case !ok:
		return only(sayNoPage())
	}
	to := address{whom: theGuild}
	return plan{
		asks: []question{{to, &messages.GetLore{Guild: u.Guild, Channel: u.Channel, Person: u.User.ID}, soleWait}},
		say: func(got answers, _ time.Time) string {
			found, ok := from[*messages.LoreFound](got, to)
			if !ok {
				return sayNotSeen()
			}
			return sayLore(u.Guild, found, page)
		},
	}
}

func planLoreForget(u *use) plan {
	key, ok := keyOf(loreKind, u.Options["number"])
	switch {
	case u.Guild == 0:
		return only(sayNoLoreHere())
	case !ok:
		return only(sayNoNumber("/lore view", u.Options["number"]))
	}
	to := address{whom: theGuild}
	forget := &messages.ForgetLore{Guild: u.Guild, Channel: u.Channel, Key: key, Person: u.User.ID, Manages: u.manages()}
	return plan{
		asks: []question{{to, forget, writeWait}},
		say:  func(got answers, _ time.Time) string { return sayLoreForgotten(key, forget.Manages, got[to].err) },
	}
}

func planLoreSet(u *use, on bool) plan {
	switch {
	case u.Guild == 0:
		return only(sayNoLoreHere())
	case !u.manages():
		return only(sayLoreNotAllowed())
	case on && !u.analyzes(messages.AnalyzerLore):
		return only(sayLearnsNothing())
	}
	to := address{whom: theGuild}
	return plan{
		asks: []question{{to, &messages.SetLore{Guild: u.Guild, On: on}, writeWait}},
		say:  func(got answers, _ time.Time) string { return sayLoreSet(on, got[to].err) },
	}
}
