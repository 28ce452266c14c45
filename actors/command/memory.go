package command

import (
	"strings"
	"time"

	"troupe/messages"
)

// factKind is what the keys of facts begin with.
const factKind = "fact"

// maxFact bounds a fact that somebody puts in their own words, in characters: a
// sentence or two.
const maxFact = 300

// everything is said in place of a number for all there are.
const everything = "all"

func memoryEntry() entry {
	number := func(description string) messages.CommandOption {
		return messages.CommandOption{Name: "number", Description: description, Required: true, MaxLength: maxNumber}
	}
	return group("memory", "What I remember of you: see it, change it, have it forgotten.",
		sub{messages.Subcommand{
			Name: "view", Description: "What I remember of you, and where you said it.",
			Options: []messages.CommandOption{pageOption()},
		}, planMemoryView},
		sub{messages.Subcommand{
			Name: "forget", Description: "Have me forget something that I remember of you.",
			Options: []messages.CommandOption{number("Its number, as /memory view shows it, or: all")},
		}, planMemoryForget},
		sub{messages.Subcommand{
			Name: "edit", Description: "Put something that I remember of you in other words.",
			Options: []messages.CommandOption{
				number("Its number, as /memory view shows it."),
				{Name: "text", Description: "How it is.", Required: true, MaxLength: maxFact},
			},
		}, planMemoryEdit},
		sub{messages.Subcommand{Name: "on", Description: "Let me remember what you tell me of yourself."}, func(u *use) plan {
			return planConsent(u, messages.ConsentMemory, true)
		}},
		sub{messages.Subcommand{Name: "off", Description: "Have me forget what I remember of you, and remember no more."}, func(u *use) plan {
			return planConsent(u, messages.ConsentMemory, false)
		}},
	)
}

func planMemoryView(u *use) plan {
	page, ok := u.page()
	if !ok {
		return only(sayNoPage())
	}
	to := address{whom: theUser}
	return plan{
		asks: []question{{to, &messages.GetFacts{User: u.User.ID}, soleWait}},
		say: func(got answers, _ time.Time) string {
			known, ok := from[*messages.Facts](got, to)
			if !ok {
				return sayNotSeen()
			}
			return sayMemory(known, page)
		},
	}
}

func planMemoryForget(u *use) plan {
	number := u.Options["number"]
	forget := &messages.ForgetFacts{User: u.User.ID}
	if !strings.EqualFold(strings.TrimSpace(number), everything) {
		key, ok := keyOf(factKind, number)
		if !ok {
			return only(sayNoNumber("/memory view", number) + " To have me forget everything, use " + code("/memory forget number:"+everything) + ".")
		}
		forget.Key = key
	}
	to := address{whom: theUser}
	return plan{
		asks: []question{{to, forget, writeWait}},
		say: func(got answers, _ time.Time) string {
			done, ok := from[*messages.FactsForgotten](got, to)
			if !ok {
				return sayNotKept()
			}
			return sayForgotten(forget.Key, done.Forgotten)
		},
	}
}

func planMemoryEdit(u *use) plan {
	number, text := u.Options["number"], strings.Join(strings.Fields(u.Options["text"]), " ")
	key, ok := keyOf(factKind, number)
	switch {
	case !ok:
		return only(sayNoNumber("/memory view", number))
	case text == "":
		return only(sayNoText(number))
	}
	to := address{whom: theUser}
	return plan{
		asks: []question{{to, &messages.EditFact{User: u.User.ID, Key: key, Text: text}, writeWait}},
		say:  func(got answers, _ time.Time) string { return sayEdited(key, text, got[to].err) },
	}
}
