package command

import (
	"strings"

	"troupe/messages"
)

// sayChoices says what somebody lets the bot do, and how to change that.
func sayChoices(c *messages.Consent) []string {
	line := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	lines := []string{
		line(c.Memory,
			"Memory is on: I remember what you tell me of yourself. `/memory off` forgets it and ends that.",
			"Memory is off: I remember nothing of you beyond our conversations. `/memory on` changes that."),
		line(c.Profile,
			"Profile is on: I learn when and how you write. `/privacy choose what:profile value:off` forgets it and ends that.",
			"Profile is off: I do not learn when and how you write. `/privacy choose what:profile value:on` changes that."),
		line(c.Private,
			"Private is on: nothing you say is analysed, for you or for others. `/privacy choose what:private value:off` ends that.",
			"Private is off: where a server keeps lore or summaries, what you say may go into them. `/privacy choose what:private value:on` keeps it out."),
	}
	return lines
}

// sayConsent says that somebody's choice holds. Private is whether they chose that
// nothing is analysed.
func sayConsent(what string, yes, private bool) string {
	barred := ""
	if yes && private {
		barred = "\nBut private is on, so I analyse nothing that you say until you turn that off: `/privacy choose what:private value:off`."
	}
	switch {
	case what == messages.ConsentMemory && yes:
		return "Memory is on. What you tell me of yourself from now on I may remember, and use when I answer you. " +
			"`/memory view` shows it, with where it is from; when you delete the message, it goes too." + barred
	case what == messages.ConsentMemory:
		return "Memory is off. All that I remembered of you is forgotten, and I remember no more."
	case what == messages.ConsentProfile && yes:
		return "Profile is on. From your next message on I learn when and how you write, such as how long and about what, " +
			"to answer you in kind. `/memory view` shows it." + barred
	case what == messages.ConsentProfile:
		return "Profile is off. What I had learned of when and how you write is forgotten, and I learn no more."
	case yes:
		return "Private is on. What I remembered of you, and of when and how you write, is forgotten, and nothing that you say from now on is analysed, " +
			"for you or for others: not in summaries, not in a server's lore.\n" +
			"-# I still answer you. To have forgotten what else I keep, such as lore from you: `/privacy delete`."
	}
	return "Private is off. What you say from now on may be analysed again: for others where a server wants that, and for you where memory or profile is on."
}

func sayPrivacy(k counts, c *messages.Consent) string {
	lines := []string{"**What I keep about you**"}
	add := func(n int, one, more, what string) {
		if n > 0 {
			lines = append(lines, "- "+plural(n, one, more)+what)
		}
	}
	add(k.facts, "fact", "facts", " that I remember: `/memory view`")
	add(k.notes, "note", "notes", " of how you wrote a message, not of what it said")
	add(k.lore, "piece", "pieces", " of the lore of servers, from you or about you: `/lore view` in each")
	add(k.chunks, "summary", "summaries", " of channels where you spoke")
	add(k.questions, "question", "questions", " of the last week, without what I answered")
	add(k.traces, "trace", "traces", " of how I came to an answer in the last day, without what it says")
	add(k.pieces, "message", "messages", " of yours that I have yet to look at")
	add(k.settings, "setting", "settings", ", such as what you chose and where you used `/clear`")
	if k == (counts{}) {
		lines = append(lines, "Nothing.")
	}
	lines = append(lines, "`/privacy export` gives you all of it, `/privacy delete` has it forgotten.", "", "**What you chose**")
	lines = append(lines, sayChoices(c)...)
	lines = append(lines, "", "**What I never keep**",
		"What is in files that you attach, when you are online, and what you say without asking me, "+
			"unless it is to be analysed: then until that is done.")
	return strings.Join(lines, "\n")
}

func sayExported(whole bool) string {
	text := "Here is all that I keep about you. Only you see this file.\n" +
		"-# What others said is left out: what you replied to, and the texts of summaries."
	if !whole {
		text += " What you chose, and how you write on the whole, is missing, since I could not look it up: `/privacy view` shows your choices."
	}
	return text
}

func sayToBeDeleted() string {
	return "This would have me forget all that I keep about you:\n" +
		"- what I remember of you, and how you write\n" +
		"- what you asked me in the last week\n" +
		"- what of lore and summaries is from you or about you, in every server\n" +
		"- traces of answers to you, and what waits to be analysed\n" +
		"- your settings: where you used `/clear`, so that I may read in those channels again what is there, and whether you want plain answers\n\n" +
		"What you chose here stays: what is off stays off. No message in Discord is deleted. " +
		"**It cannot be taken back**, for what is forgotten is nowhere else; `/privacy export` gives you a copy first.\n\n" +
		"If you want that, use `/privacy delete confirm:" + confirmation + "`."
}

func sayDeleted(d *messages.PersonDeleted) string {
	text := "Done: what I kept about you is forgotten."
	questions, derived := "", ""
	if d.Questions > 0 {
		questions = plural(d.Questions, "question", "questions") + " of yours"
	}
	if d.Derived > 0 {
		derived = plural(d.Derived, "thing", "things") + " that I had concluded from what was said"
	}
	if what := several(" and ", questions, derived); what != "" {
		text += " That was " + what + "."
	}
	if d.Open > 0 {
		text += "\nWhat is being answered stays until it is: " + plural(d.Open, "question", "questions") +
			". Use this once more when you have the answer."
	}
	return text + "\n-# No message in Discord was deleted. What you chose stays: `/privacy view`."
}

func sayNotDeleted() string {
	return "I could not finish that in time: some of what I keep about you may still be there. " +
		"Please use `/privacy delete` again in a minute; it goes on where it stopped."
}

// sayLearnsNothing says that there is nothing that could be turned on.
func sayLearnsNothing() string {
	return "Whoever runs me has turned learning off altogether, so this cannot be turned on. Ask them for `memory.learn`, if you would like it."
}
