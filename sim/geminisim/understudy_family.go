package geminisim

import "strings"

// familyRules read pets and family.
func familyRules() []rule {
	called := func(m []string) told {
		kin, ok := kinOf(m[1])
		if !ok || !short(m[2], 2) || has(notNames, firstWord(m[2])) {
			return told{}
		}
		return told{about: kin + "'s name", fact: "{}'s " + kin + " is called " + m[2] + "."}
	}
	owns := func(m []string) told {
		count, kin := strings.ToLower(m[1]), m[3]
		one, ok := kinOf(kin)
		if !ok {
			return told{}
		}
		english := map[string]string{"ein": "a", "eine": "a", "einen": "a", "zwei": "two", "drei": "three", "vier": "four"}
		if e, ok := english[count]; ok {
			count, kin = e, one
			if e != "a" {
				kin = pluralKin(one)
			}
		}
		name := ""
		if m[4] != "" && short(m[4], 6) {
			name = " called " + m[4]
		}
		return told{about: pluralKin(one), fact: "{} has " + joined(" ", []string{count, strings.ToLower(m[2]), strings.ToLower(kin)}) + name + "."}
	}
	const count = `(an?|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})`
	return []rule{
		{is(`my ([\p{L}-]+)(?:'s name is|'s called|'s named| is called| is named) (\p{L}[\p{L}'-]{0,40})`), called},
		{is(`meine? ([\p{L}-]+) hei(?:ß|ss)t (\p{L}[\p{L}'-]{0,40})`), called},
		{is(`(?:i have|i've got|i've|i own) ` + count + ` ((?:[\p{L}-]+ )?)([\p{L}-]+)(?:,? (?:called|named) (\p{L}[\p{L}', &-]{0,50}))?`), owns},
		{is(`ich habe (einen|eine|ein|zwei|drei|vier) ((?:[\p{L}-]+ )?)([\p{L}-]+)(?:,? (?:namens) (\p{L}[\p{L}', &-]{0,50}))?`), owns},
	}
}

// kinOf returns the English singular of an animal or relative, in either language and
// number.
func kinOf(word string) (kin string, ok bool) {
	word = strings.ToLower(word)
	const singular = " cat dog hamster rabbit parrot horse fish bird turtle snake puppy kitten pet goat chicken kid child son daughter baby sister brother " +
		"wife husband partner girlfriend boyfriend mother mom mum father dad twin "
	other := map[string]string{
		"children": "child", "puppies": "puppy", "babies": "baby", "wives": "wife",
		"katze": "cat", "katzen": "cat", "kater": "cat", "hund": "dog", "hunde": "dog", "hündin": "dog", "hase": "rabbit", "pferd": "horse",
		"pferde": "horse", "vogel": "bird", "fische": "fish", "kind": "child", "kinder": "child", "sohn": "son", "söhne": "son", "tochter": "daughter",
		"töchter": "daughter", "schwester": "sister", "bruder": "brother", "frau": "wife", "mann": "husband", "mutter": "mother", "vater": "father",
		"freundin": "girlfriend", "freund": "boyfriend",
	}
	if kin, ok = other[word]; ok {
		return kin, true
	}
	if has(singular, word) {
		return word, true
	}
	word = strings.TrimSuffix(word, "s")
	return word, has(singular, word)
}

func pluralKin(one string) string {
	switch one {
	case "child", "kid":
		return "children"
	case "fish":
		return "fish"
	case "puppy", "baby":
		return strings.TrimSuffix(one, "y") + "ies"
	case "wife":
		return "wives"
	default:
		return one + "s"
	}
}
