package geminisim

import "strings"

// personRules read names, birthdays, timezones and languages.
func personRules() []rule {
	name := func(m []string) told {
		if !short(m[1], 2) || has(notNames, firstWord(m[1])) {
			return told{}
		}
		return told{about: "name", fact: "{}'s name is " + m[1] + "."}
	}
	nick := func(m []string) told {
		if !short(m[1], 2) || has(notNames, firstWord(m[1])) {
			return told{}
		}
		return told{about: "nickname", fact: "{}'s nickname is " + m[1] + "."}
	}
	birthday := func(m []string) told {
		if len(strings.Fields(m[1])) > 5 || len(m[1]) > maxValue || !number.MatchString(m[1]) || firstWord(m[1]) == "in" {
			return told{}
		}
		return told{about: "birthday", fact: "{}'s birthday is " + m[1] + "."}
	}
	zone := func(m []string) told { return told{about: "timezone", fact: "{}'s timezone is " + m[1] + "."} }
	return []rule{
		{is(`my (?:real |full |first )?name(?:'s| is) (\p{L}[\p{L}' -]{1,40})`), name},
		{is(`(?:i am|i'm) called (\p{L}[\p{L}'-]{1,40})`), name},
		{is(`ich hei(?:ß|ss)e (\p{L}[\p{L}'-]{1,40})`), name},
		{is(`mein name ist (\p{L}[\p{L}' -]{1,40})`), name},
		{is(`(?:my nickname is|(?:people|friends|my friends|they|everyone) call me|mein spitzname ist) (\p{L}[\p{L}'-]{1,40})`), nick},
		{is(`my birthday(?:'s| is)(?: on)?(?: the)? (.+)`), birthday},
		{is(`mein geburtstag ist(?: am)? (.+)`), birthday},
		{is(`i was born on (?:the )?(.+)`), birthday},
		{is(`my time ?zone(?:'s| is) ([\p{L}/+:\d_ -]{2,40})`), zone},
		{is(`(?:i am|i'm) in (?:the )?((?:utc|gmt)(?:[+-]\d{1,2}(?::\d\d)?)?|cet|cest|est|edt|cst|pst|pdt|mst|ist|jst|aest)(?: time ?zone)?`), zone},
		{is(`i (?:can |also )*speak (.+)`), speaks},
		{is(`ich spreche (.+)`), speaks},
	}
}

// notNames are words that follow where a name might.
const notNames = " a an the later back when if crazy maybe tomorrow tonight old paranoid not on at in after before once what that whatever stupid dumb weird " +
	"lazy mad insane something anything up out for your my dr mr mrs ms prof morgen später zurück an nicht ein eine "

// speaks takes up languages, if there is nothing else.
func speaks(m []string) told {
	var known []string
	for _, w := range wordsOf(m[1]) {
		if name := languageNamed(w); name != "" {
			known = append(known, name)
		} else if !has(" and und a little bit of some fluent fluently native also auch ein bisschen etwas fließend ", w) {
			return told{}
		}
	}
	switch len(known) {
	case 0:
		return told{}
	case 1:
		return told{about: "languages", fact: "{} speaks " + known[0] + "."}
	default:
		last := len(known) - 1
		return told{about: "languages", fact: "{} speaks " + strings.Join(known[:last], ", ") + " and " + known[last] + "."}
	}
}

// languageNamed returns the English name of a language, or "".
func languageNamed(word string) string {
	const names = " english german french spanish italian portuguese dutch polish czech slovak hungarian romanian russian ukrainian turkish greek arabic " +
		"hebrew persian hindi urdu bengali chinese mandarin cantonese japanese korean vietnamese thai indonesian swedish norwegian danish finnish " +
		"croatian serbian slovenian bulgarian latin catalan "
	germanNames := map[string]string{
		"englisch": "English", "deutsch": "German", "französisch": "French", "spanisch": "Spanish", "italienisch": "Italian", //nolint:misspell // German
		"portugiesisch": "Portuguese", "niederländisch": "Dutch", "polnisch": "Polish", "tschechisch": "Czech", "ungarisch": "Hungarian",
		"russisch": "Russian", "ukrainisch": "Ukrainian", "türkisch": "Turkish", "kroatisch": "Croatian", "slowenisch": "Slovenian",
		"japanisch": "Japanese", "chinesisch": "Chinese", "latein": "Latin",
	}
	word = strings.ToLower(word)
	if has(names, word) {
		return capital(word)
	}
	return germanNames[word]
}
