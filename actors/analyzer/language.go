package analyzer

import (
	"slices"
	"strings"
	"unicode"
)

// A tongue is a language and the words that give it away, such as nobody can do
// without.
type tongue struct {
	code  string // ISO 639-1
	words string // each with a space before and after
}

// tongues are the languages that are told apart by their words. Detectors by groups of
// letters err on messages of a few words, which is what people write in a chat.
const (
	english    = " the and is are was were what how why who when where do does did can could would should you your it's i'm i my me this that with for from have has not there about please thanks make tell want need which write explain help give know like "
	german     = " der die das und ist sind war was wie warum wer wann wo kann kannst könnte ich mein mir mich du dir dein nicht ein eine einen mit für von zu auf bitte danke mach sag gibt noch auch schon wir ihr haben hat habe wird werden einem über oder aber "
	french     = " le la les des et est sont que quoi comment pourquoi qui quand où je mon moi tu ton ne pas un une avec pour dans sur merci fais dis nous vous avez ai c'est quel quelle mais aussi plus cette plaît "
	spanish    = " el los las y es son qué cómo por porque quién cuándo dónde yo mi tú tu no un una con para en gracias haz dime nosotros usted tengo tiene hay más pero también esta este puedes cuál favor del "
	portuguese = " os as é são que como porque quem quando onde eu meu minha você não um uma com para em obrigado faça diga nós tem tenho há mais mas também está isso pode qual favor dos não "
	italian    = " il gli è sono che cosa come perché chi quando dove io mio tu tuo non un una con per in grazie fai dimmi noi voi ho ha c'è più ma anche questo questa puoi quale della nel "
	dutch      = " het een en is zijn was wat hoe waarom wie wanneer waar kan ik mijn mij jij jouw niet met voor van op bedankt alsjeblieft wij jullie heeft heb er nog ook maar deze dit kun welke aan "
	polish     = " jest są co jak dlaczego kto kiedy gdzie ja mój mnie ty twój nie z dla od na dziękuję proszę my wy ma mam się czy już też ale ten ta to możesz jaki który "
)

func tongues() []tongue {
	return []tongue{
		{"en", english}, {"de", german}, {"fr", french}, {"es", spanish}, {"pt", portuguese}, {"it", italian}, {"nl", dutch}, {"pl", polish},
	}
}

// languageOf returns the language of a text as an ISO 639-1 code: by its script where
// that says it, else by its words; "" if neither tells.
func languageOf(text string) string {
	if code := byScript(text); code != "" {
		return code
	}
	words := wordsOf(text)
	best, most, second := "", 0, 0
	for _, t := range tongues() {
		n := 0
		for _, w := range words {
			if strings.Contains(t.words, " "+w+" ") {
				n++
			}
		}
		switch {
		case n > most:
			best, most, second = t.code, n, most
		case n > second:
			second = n
		}
	}
	if most == second {
		return ""
	}
	return best
}

// byScript tells the language of a script that is mostly one language's.
func byScript(text string) string {
	counts := map[string]int{}
	letters := 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			counts["ja"]++
		case unicode.In(r, unicode.Hangul):
			counts["ko"]++
		case unicode.In(r, unicode.Han):
			counts["zh"]++
		case unicode.In(r, unicode.Cyrillic):
			counts["ru"]++
		}
	}
	if counts["ja"] > 0 { // which has Chinese signs too
		counts["ja"] += counts["zh"]
	}
	for _, code := range []string{"ja", "ko", "zh", "ru"} {
		if 2*counts[code] > letters {
			return code
		}
	}
	return ""
}

// isCommon reports whether a word is one of those that every text has.
func isCommon(word string) bool {
	return slices.ContainsFunc(tongues(), func(t tongue) bool { return strings.Contains(t.words, " "+word+" ") })
}
