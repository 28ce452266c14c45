package geminisim

import "strings"

// wishRules read how somebody wants to be answered, which matters for every answer.
func wishRules() []rule {
	length := func(m []string) told {
		how := "short"
		if has(" long longer detailed ", m[1]) {
			how = "detailed"
		}
		return told{about: "answer length", fact: "{} wants " + how + " answers.", always: true}
	}
	in := func(m []string) told {
		name := languageNamed(m[1])
		if name == "" {
			return told{}
		}
		return told{about: "answer language", fact: "{} wants answers in " + name + ".", always: true}
	}
	units := func(m []string) told {
		what := strings.ToLower(m[1])
		if what == "metric" || what == "imperial" {
			what += " units"
		} else {
			what = capital(what)
		}
		return told{about: "units", fact: "{} wants " + what + ".", always: true}
	}
	address := func(m []string) told {
		if !short(m[1], 2) || has(notNames, firstWord(m[1])) {
			return told{}
		}
		return told{about: "how to address", fact: "{} wants to be called " + m[1] + ".", always: true}
	}
	const (
		asked  = `(?:(?:please|always|from now on|in (?:the )?future|bitte),? )*`
		answer = `(?:answer|reply|respond|write|talk|speak)`
		ever   = `(?: (?:from now on|always|in future))?`
		dauer  = `(?:(?:mir|bitte|immer|ab jetzt|mit mir|in zukunft) )*`
	)
	return []rule{
		// Without a word that it is meant for good, it is of one answer.
		{is(`(?:please|always|from now on|in (?:the )?future),? ` + asked + answer + ` (?:(?:to )?me )?(?:always )?(?:only )?in (\p{L}+)` + ever), in},
		{is(answer + ` (?:to )?me (?:always |only )*in (\p{L}+)` + ever), in},
		{is(answer + ` in (\p{L}+) (?:from now on|always|in future)`), in},
		{is(`(?:i want|i prefer|i like) (?:(?:your )?(?:answers|replies)|you to ` + answer + `) in (\p{L}+)`), in},
		{is(`(?:bitte )?(?:antworte|schreib|sprich|rede) ` + dauer + `(?:auf|in) (\p{L}+)`), in},
		{is(asked + `keep (?:it|(?:your |the )?(?:answers|replies|responses)|things) (short|brief|concise|simple)`), length},
		{is(asked + `be (brief|concise|short|more concise|more brief)`), length},
		{is(`(?:i want|i prefer|i like|i need) (short|brief|concise|long|longer|detailed|shorter) (?:answers|replies|responses)`), length},
		{is(`(?:bitte )?(fass|halte) dich (?:bitte )?kurz`), length},
		{is(asked + `use (metric|imperial)(?: units| system| measurements)?`), units},
		{is(asked + `use (celsius|fahrenheit|kilometers|kilometres|miles|kilograms|pounds)`), units},
		{is(asked + `call me (\p{L}[\p{L}'-]{0,30})`), address},
		{is(`(?:bitte )?nennt? mich (?:bitte )?(\p{L}[\p{L}'-]{0,30})`), address},
		{is(asked + `(?:don't use|do not use|stop using|no|avoid)(?: any)? emojis?`), func([]string) told {
			return told{about: "emojis", fact: "{} wants no emojis.", always: true}
		}},
	}
}
