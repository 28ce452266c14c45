package command

import (
	"strings"
	"time"

	"troupe/messages"
)

// The values of the options of /privacy choose that say what holds.
const (
	choiceOn  = "on"
	choiceOff = "off"
)

// confirmation is what somebody types who wants all about them deleted.
const confirmation = "delete"

func privacyEntry() entry {
	return group("privacy", "What I keep about you: see it, take it with you, have it deleted, choose.",
		sub{messages.Subcommand{Name: "view", Description: "What I keep about you, and what you chose."}, planPrivacyView},
		sub{messages.Subcommand{Name: "export", Description: "All that I keep about you, as a file that only you see."}, planPrivacyExport},
		sub{messages.Subcommand{
			Name: "delete", Description: "Have me forget all that I keep about you.",
			Options: []messages.CommandOption{{
				Name: "confirm", Description: "Type: delete. Without it I only tell you what would be deleted.", MaxLength: 100,
			}},
		}, planPrivacyDelete},
		sub{messages.Subcommand{
			Name: "choose", Description: "Choose what I may do with what you say.",
			Options: []messages.CommandOption{
				{Name: "what", Description: "What it is about.", Required: true, Choices: []messages.Choice{
					{Name: "memory: I remember what you tell me of yourself", Value: messages.ConsentMemory},
					{Name: "profile: I learn when and how you write", Value: messages.ConsentProfile},
					{Name: "private: nothing you say is analysed for anyone, such as in summaries or lore", Value: messages.ConsentPrivate},
				}},
				{Name: "value", Description: "Whether you want it.", Required: true, Choices: []messages.Choice{
					{Name: choiceOn, Value: choiceOn}, {Name: choiceOff, Value: choiceOff},
				}},
			},
		}, func(u *use) plan { return planConsent(u, u.Options["what"], u.Options["value"] == choiceOn) }},
	)
}

// planConsent has written down what somebody chose. What else they chose is asked
// too, since it may stand in the way.
func planConsent(u *use, what string, yes bool) plan {
	analyzer := map[string]messages.Analyzer{messages.ConsentMemory: messages.AnalyzerMemory, messages.ConsentProfile: messages.AnalyzerBehaviour}
	if name, learns := analyzer[what]; yes && learns && !u.analyzes(name) {
		return only(sayLearnsNothing())
	}
	set, get := address{whom: theUser}, address{whom: theUser, index: 1}
	return plan{
		asks: []question{
			{set, &messages.SetConsent{User: u.User.ID, What: what, Yes: yes}, writeWait},
			{get, &messages.GetConsent{User: u.User.ID}, readWait},
		},
		say: func(got answers, _ time.Time) string {
			if got[set].err != nil {
				return sayNotKept()
			}
			c, ok := from[*messages.Consent](got, get)
			return sayConsent(what, yes, ok && c.Private)
		},
	}
}

func planPrivacyView(u *use) plan {
	kept, chosen := address{whom: theJournal}, address{whom: theUser}
	return plan{
		asks: []question{
			{kept, &messages.GetPerson{User: u.User.ID}, soleWait},
			{chosen, &messages.GetConsent{User: u.User.ID}, soleWait},
		},
		say: func(got answers, _ time.Time) string {
			p, known := from[*messages.PersonFound](got, kept)
			c, chose := from[*messages.Consent](got, chosen)
			if !known || !chose {
				return sayNotSeen()
			}
			return sayPrivacy(countsOf(u.User.ID, p), c)
		},
	}
}

func planPrivacyExport(u *use) plan {
	kept, known := address{whom: theJournal}, address{whom: theUser}
	return plan{
		asks: []question{
			{kept, &messages.GetPerson{User: u.User.ID}, soleWait},
			{known, &messages.GetFacts{User: u.User.ID}, soleWait},
		},
		say: func(got answers, _ time.Time) string {
			if _, ok := from[*messages.PersonFound](got, kept); !ok {
				return sayNotSeen()
			}
			_, whole := from[*messages.Facts](got, known)
			return sayExported(whole)
		},
		files: func(got answers, now time.Time) []messages.File {
			p, ok := from[*messages.PersonFound](got, kept)
			if !ok {
				return nil
			}
			f, _ := from[*messages.Facts](got, known)
			return []messages.File{exportOf(u.User, p, f, now).file(maxExport)}
		},
	}
}

func planPrivacyDelete(u *use) plan {
	if !strings.EqualFold(strings.TrimSpace(u.Options["confirm"]), confirmation) {
		return only(sayToBeDeleted())
	}
	to := address{whom: theUser}
	forget := &messages.DeletePerson{User: u.User.ID, Before: messages.MessageID(u.Interaction.ID)}
	return plan{
		asks: []question{{to, forget, deleteWait}},
		say: func(got answers, _ time.Time) string {
			done, ok := from[*messages.PersonDeleted](got, to)
			if !ok {
				return sayNotDeleted()
			}
			return sayDeleted(done)
		},
	}
}

// counts are how much is kept about a person.
type counts struct {
	facts, notes   int // of theirs
	lore, chunks   int // from them or about them
	questions      int
	traces, pieces int
	settings       int
}

func countsOf(user messages.UserID, p *messages.PersonFound) counts {
	k := counts{questions: len(p.Triggers), traces: p.Traces, pieces: p.Pieces, settings: len(p.Notes)}
	for i := range p.Derived {
		switch sortOf(user, &p.Derived[i]) {
		case ofFact:
			k.facts++
		case ofNote:
			k.notes++
		case ofLore:
			k.lore++
		case ofChunk:
			k.chunks++
		case ofOther:
		}
	}
	return k
}

// A sort says what something derived is.
type sort int

// The sorts of what is derived.
const (
	ofOther sort = iota
	ofFact       // a [messages.Fact]
	ofNote       // a [messages.SaidNote]
	ofLore       // a [messages.Lore]
	ofChunk      // a [messages.Chunk]
)

// sortOf tells what something derived is by whose it is: a person has facts and
// notes, a guild lore, a channel the chunks of its summary.
func sortOf(user messages.UserID, d *messages.Derived) sort {
	owner, _, _ := strings.Cut(d.Owner, "/")
	switch kind, _, _ := strings.Cut(d.Key, "/"); {
	case d.Owner == user.Owner() && kind == factKind:
		return ofFact
	case d.Owner == user.Owner():
		return ofNote
	case owner == "guild":
		return ofLore
	case owner == "channel":
		return ofChunk
	}
	return ofOther
}
