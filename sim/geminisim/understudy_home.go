package geminisim

import "strings"

// now is what stands around a verb in the present.
const now = `(?: now| currently| still| mostly)?`

// homeRules read where somebody lives, and is from.
func homeRules() []rule {
	lives := func(m []string) told {
		if !isPlace(m[1]) {
			return told{}
		}
		return told{about: "home", fact: "{} lives in " + m[1] + "."}
	}
	const beside = `(?: (?:with|since|for|because|near) .+)?`
	return []rule{
		{is(`i` + now + ` live` + now + ` in (.+?)` + beside), lives},
		{is(`(?:i am|i'm|i've been)` + now + ` (?:living|based)` + now + ` in (.+?)` + beside), lives},
		{is(`(?:i|i have|i've)(?: just| recently| finally)? moved(?: here| back| over)? to (.+?)(?: from .+)?`), lives},
		{is(`ich (?:wohne|lebe)(?: jetzt| derzeit| gerade)? in (.+)`), lives},
		{is(`ich bin(?: gerade)? nach (.+) (?:gezogen|umgezogen)`), lives},
		{is(`(?:(?:i am|i'm) from|ich komme aus) (.+)`), func(m []string) told {
			if !isPlace(m[1]) {
				return told{}
			}
			return told{about: "home", fact: "{} is from " + m[1] + "."}
		}},
		{is(`(?:(?:i am|i'm) originally from|i was born in|i grew up in) (.+)`), func(m []string) told {
			if !isPlace(m[1]) {
				return told{}
			}
			return told{about: "origin", fact: "{} is originally from " + m[1] + "."}
		}},
	}
}

// workRules read what somebody does.
func workRules() []rule {
	job := func(how string) func([]string) told {
		return func(m []string) told {
			what := m[1]
			if how == "as" {
				what = strings.TrimPrefix(strings.TrimPrefix(what, "a "), "an ")
			}
			if !short(m[1], 6) || has(notWork, firstWord(what)) {
				return told{}
			}
			return told{about: "job", fact: "{} works " + how + " " + m[1] + "."}
		}
	}
	studies := func(m []string) told {
		if !short(m[1], 6) || has(notWork, firstWord(m[1])) {
			return told{}
		}
		return told{about: "studies", fact: "{} studies " + m[1] + "."}
	}
	return []rule{
		{is(`i` + now + ` work` + now + ` as (.+)`), job("as")},
		{is(`i` + now + ` work` + now + ` (?:at|for) (.+)`), job("at")},
		{is(`(?:i am|i'm)` + now + ` working` + now + ` as (.+)`), job("as")},
		{is(`(?:i am|i'm)` + now + ` working` + now + ` (?:at|for) (.+)`), job("at")},
		{is(`ich arbeite(?: jetzt| derzeit)? als (.+)`), job("as")},
		{is(`ich arbeite(?: jetzt| derzeit)? bei (.+)`), job("at")},
		{is(`(?:i am|i'm)` + now + ` (an?) ((?:[\p{L}-]+ ){0,3}?[\p{L}-]+)(?: (?:by profession|by trade))?( (?:at|in|for) .+)?`), profession},
		{is(`ich bin (?:von beruf )?([\p{L}-]+)(?: von beruf)?`), func(m []string) told {
			if !has(berufe, m[1]) {
				return told{}
			}
			return told{about: "job", fact: "{} works as " + m[1] + "."}
		}},
		{is(`i` + now + ` study` + now + ` (.+)`), studies},
		{is(`(?:i am|i'm)` + now + ` studying` + now + ` (.+)`), studies},
		{is(`ich studiere(?: derzeit| gerade)? (.+)`), studies},
	}
}

// isPlace reports whether a text can be the name of a place.
func isPlace(text string) bool {
	const not = " a an my this that your his her their our work home scratch bed fear denial peace pain front there here where what which it " +
		"one two next last plan phase step level stage round version meinem meiner einem einer deinem "
	const countries = " the netherlands the uk the us the usa the philippines the alps the countryside the bahamas the bay der schweiz der steiermark den "
	first := firstWord(text)
	if strings.EqualFold(first, "the") || strings.EqualFold(first, "der") || strings.EqualFold(first, "den") {
		rest := strings.Fields(text)
		return len(rest) > 1 && short(text, 4) && has(countries, first+" "+rest[1])
	}
	return short(text, 4) && !has(not, first) && !number.MatchString(text)
}

// notWork are words that follow where work might.
const notWork = " it that this them him her you me us intended expected usual well if long soon much such home night nights weekends " +
	"a an my your hard again too free fun money "

const (
	professions = " nurse teacher doctor engineer developer programmer designer student lawyer chef cook baker artist musician writer journalist author editor " +
		"photographer architect scientist researcher physicist chemist biologist mathematician professor tutor librarian accountant carpenter plumber " +
		"electrician mechanic pilot driver farmer gardener firefighter paramedic pharmacist dentist vet veterinarian psychologist therapist translator " +
		"consultant analyst administrator sysadmin devops manager salesperson cashier waiter waitress bartender barista hairdresser tailor postdoc intern " +
		"apprentice actor dancer singer illustrator animator freelancer mechanician surgeon midwife judge "
	berufe = " lehrer lehrerin arzt ärztin krankenpfleger krankenpflegerin student studentin entwickler entwicklerin programmierer programmiererin ingenieur " +
		"ingenieurin koch köchin bäcker bäckerin anwalt anwältin tischler tischlerin gärtner gärtnerin künstler künstlerin musiker musikerin journalist " +
		"journalistin professor apotheker apothekerin schüler schülerin "
)

// profession takes up what somebody is, if that is a trade.
func profession(m []string) told {
	words := strings.Fields(m[2])
	if len(words) == 0 || !has(professions, words[len(words)-1]) || !short(m[2]+" "+m[3], 8) {
		return told{}
	}
	where := ""
	if m[3] != "" {
		where = " " + m[3]
	}
	return told{about: "job", fact: "{} is " + strings.ToLower(m[1]) + " " + m[2] + where + "."}
}
