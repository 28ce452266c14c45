package geminisim

import (
	"slices"
	"strings"
)

// tasteRules read likes, diets and tools.
func tasteRules() []rule {
	diet := func(m []string) told {
		return told{about: "diet", fact: "{} is " + strings.ToLower(englishDiet(m[1])) + "."}
	}
	allergic := func(m []string) told {
		if !short(m[1], 4) {
			return told{}
		}
		return told{about: "allergy to " + m[1], fact: "{} is allergic to " + m[1] + "."}
	}
	const really = `(?:(?:really|absolutely|just|do|also|totally|still|personally) )*`
	const diets = `(vegan|vegetarian|pescatarian|lactose[- ]intolerant|coeliac|celiac|gluten[- ]free|diabetic)`
	return []rule{
		{is(`(?:i am|i'm)(?: now)?(?: a)?(?: strict)? ` + diets), diet},
		{is(`(?:i am|i'm) (?:not|no longer)(?: a)? ` + diets), func(m []string) told {
			return told{about: "diet", fact: "{} is not " + strings.ToLower(m[1]) + "."}
		}},
		{is(`ich bin(?: jetzt)? (vegan|veganer|veganerin|vegetarisch|vegetarier|vegetarierin)`), diet},
		{is(`(?:i am|i'm)(?: (?:very|severely|badly))? allergic to (.+)`), allergic},
		{is(`i have an? (.+) allergy`), allergic},
		{is(`ich bin allergisch (?:gegen|auf) (.+)`), allergic}, //nolint:misspell // German
		{is(`(?:i am|i'm) (?:not|no longer) allergic to (.+)`), func(m []string) told {
			return told{about: "allergy to " + m[1], fact: "{} is not allergic to " + m[1] + "."}
		}},
		{is(`my favou?rite ([\p{L} -]{2,30}?) (?:is|are) (.+)`), favourite},
		{is(`meine? lieblings-?([\p{L}]{2,30}) (?:ist|sind) (.+)`), favourite},
		{is(`i ` + really + `prefer (.+?)(?: (?:over|to) (.+))?`), prefers},
		{is(`i ` + really + `(love|like|enjoy|adore|hate|dislike|detest|can't stand|cannot stand|don't like|do not like) (.+)`), likes},
		{is(`ich (mag|liebe|hasse) (?:(?:sehr|wirklich|total|echt) )*(?:(keine?n?) )?(.+)`), mag},
		{is(`(?:i|i'm|i am)(?: mostly| mainly| always| currently| still)? (?:use|using) (.+?)(?: (?:as my|for|on my|at work|every day) ?.*)?`), uses},
		{is(`ich (?:benutze|verwende|nutze) (.+)`), uses},
	}
}

func englishDiet(word string) string {
	switch strings.ToLower(word) {
	case "veganer", "veganerin":
		return "vegan"
	case "vegetarisch", "vegetarier", "vegetarierin":
		return "vegetarian"
	default:
		return word
	}
}

func favourite(m []string) told {
	if !short(m[1], 3) || !short(m[2], 6) || has(nothingSaid, firstWord(m[2])) {
		return told{}
	}
	english := map[string]string{
		"farbe": "colour", "essen": "food", "film": "film", "buch": "book", "tier": "animal", "spiel": "game", "lied": "song", "band": "band", "getränk": "drink",
		"color": "colour", "movie": "film",
	}
	of := strings.ToLower(m[1])
	if e, ok := english[of]; ok {
		of = e
	}
	return told{about: "favourite " + of, fact: "{}'s favourite " + of + " is " + m[2] + "."}
}

// taste begins the slot of a liking, so that one for work is not the work.
const taste = "taste: "

// nothingSaid are words that stand for what is not said, or for people.
const nothingSaid = " it this that these those you him her them us how when what where who your his their everything everyone nothing " +
	"being doing seeing hearing myself yourself one das dich ihn sie es euch dies diese dieser mich alles nichts wie wenn was "

// unsaid are words that point elsewhere, and those of comparisons: they make no sense in a note.
const unsaid = " i my your you u ya it me we our not than "

// thing returns what a liking is of, as its slot has it. It is "" where that is not said.
func thing(text string) string {
	if !short(text, 6) || has(nothingSaid, firstWord(text)) {
		return ""
	}
	for _, w := range wordsOf(text) {
		if has(unsaid, w) {
			return ""
		}
	}
	slot := strings.ToLower(text)
	for _, article := range []string{"the ", "a ", "an ", "to ", "den ", "die ", "das "} {
		slot = strings.TrimPrefix(slot, article)
	}
	return slot
}

func likes(m []string) told {
	about := thing(m[2])
	if about == "" {
		return told{}
	}
	verb := strings.ToLower(m[1])
	switch verb {
	case "can't stand", "cannot stand":
		verb = "cannot stand"
	case "don't like", "do not like":
		verb = "does not like"
	default:
		verb += "s"
	}
	return told{about: taste + about, fact: "{} " + verb + " " + m[2] + "."}
}

func mag(m []string) told {
	about := thing(m[3])
	if about == "" {
		return told{}
	}
	verb := map[string]string{"mag": "likes", "liebe": "loves", "hasse": "hates"}[strings.ToLower(m[1])]
	if m[2] != "" {
		verb = "does not like"
	}
	return told{about: taste + about, fact: "{} " + verb + " " + m[3] + "."}
}

// prefers has one slot for two things, whichever is the better.
func prefers(m []string) told {
	a, b := thing(m[1]), thing(m[2])
	switch {
	case has(" short brief long detailed concise ", firstWord(m[1])) || a == "": // a wish, see wishRules
		return told{}
	case m[2] == "":
		return told{about: taste + a, fact: "{} prefers " + m[1] + "."}
	case b == "":
		return told{}
	}
	pair := []string{a, b}
	slices.Sort(pair)
	return told{about: taste + strings.Join(pair, " or "), fact: "{} prefers " + m[1] + " to " + m[2] + "."}
}

// uses takes up tools: those that are known, and what is written as a name.
func uses(m []string) told {
	name := m[1]
	if !short(name, 3) || has(nothingSaid, firstWord(name)) {
		return told{}
	}
	kinds := map[string]string{
		"editor":           " neovim nvim vim emacs vscode vs nano helix zed sublime intellij jetbrains ",
		"operating system": " arch linux ubuntu debian fedora nixos gentoo windows macos freebsd mint ",
		"browser":          " firefox chrome chromium safari brave vivaldi ",
		"shell":            " zsh bash fish nushell powershell ",
	}
	for kind, names := range kinds {
		if has(names, firstWord(name)) {
			return told{about: kind, fact: "{} uses " + name + "."}
		}
	}
	if name != capital(name) || has(" a an the my some he she they ", firstWord(name)) {
		return told{}
	}
	return told{about: "use of " + name, fact: "{} uses " + name + "."}
}
