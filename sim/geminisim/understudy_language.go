package geminisim

import (
	"strings"
	"unicode"
)

// A language that the understudy can be courteous in.
type language int

const (
	english language = iota
	german
	spanish
	french
)

// detect guesses the language of a text, English when in doubt, by its small
// words.
func detect(lower string) language {
	words := strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	small := map[language]string{
		english: " the is are what how why who i you a an in of to and please hello hi thanks can do does my it was die me no on so ",
		german:  " der die das ist was wie warum wer wo wann ich du wir nicht und ein eine bitte hallo danke kannst mir mein auf heißt guten morgen tag für ",
		spanish: " que qué es el la los las por cómo como hola gracias quién puedes una un para dónde está mi me de y no en favor buenos días ",
		french:  " le la les est que quoi qu'est-ce bonjour salut merci qui peux tu une un pour comment pourquoi où je de et mon ma en s'il plaît des ",
	}
	best, most := english, 0
	for _, l := range []language{english, german, spanish, french} {
		hits := 0
		for _, w := range words {
			if strings.Contains(small[l], " "+w+" ") {
				hits++
			}
		}
		if hits > most {
			best, most = l, hits
		}
	}
	return best
}

// in picks the text of the question's language.
func (s *scene) in(english, german, spanish, french string) string {
	return [...]string{english, german, spanish, french}[s.language]
}
