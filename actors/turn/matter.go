package turn

import (
	"strings"
	"unicode"
)

// subjects are sets of words by which something older may have to do with a
// question though they share none: a question about an error, and the code that
// somebody showed.
var subjects = setsOf(
	"code function method class variable compile compiler build script api library package module import repo commit branch merge deploy program programming syntax test tests golang python javascript typescript rust java sql json ```",
	"error errors bug bugs crash crashed crashes fail fails failed failing failure broken exception panic stack trace stacktrace wrong issue debug fix fixed warning fehler kaputt ```",
	"help helps stuck explain problem problems hilfe ayuda aide",
	"meet meeting tomorrow today tonight schedule date deadline event morgen heute termin",
	"rule rules allowed forbidden policy moderator moderators announcement announcements regeln",
)

// common are words that say nothing about what a text is about.
var common = termsOf("the and for are was were you your what who how why when where which this that these those " +
	"with from have has had not but can could would should will did does doing its it's they them their there here about into than then just " +
	"also some any all one more most very really please tell say said know think like want get got make made let " +
	"der die das und ist ein eine nicht mit von wie was wer den dem")

// past are words by which a question asks for what a server likes to remember,
// whatever that is about.
var past = termsOf("remember remembers remembered lore legend legends legendary history happened happen moment moments memory memories " +
	"gag gags joke jokes meme memes server guild erinnerst erinnerung passiert witz witze geschichte")

const codeMark = "```"

type set map[string]bool

func setsOf(lists ...string) (sets []set) {
	for _, list := range lists {
		sets = append(sets, termsOf(list))
	}
	return sets
}

// termsOf returns the words of a text, in small letters. Signs between letters,
// as in "it's" and "a.go", are part of a word. The mark of a block of code is one too.
func termsOf(text string) set {
	words := set{}
	if strings.Contains(text, codeMark) {
		words[codeMark] = true
	}
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if len(word) > 1 {
			words[word] = true
		}
	}
	return words
}

// A topic is what a question is about, as far as words tell.
type topic struct {
	words    set
	subjects []set // that it touches
}

func topicOf(question string) topic {
	t := topic{words: termsOf(question)}
	for _, s := range subjects {
		if s.touches(t.words) {
			t.subjects = append(t.subjects, s)
		}
	}
	for word := range t.words {
		if len(word) < 3 || common[word] {
			delete(t.words, word)
		}
	}
	return t
}

func (s set) touches(words set) bool {
	for word := range words {
		if s[word] {
			return true
		}
	}
	return false
}

// matters says how much a text has to do with the topic: a word that they share
// counts two, a subject one.
func (t topic) matters(text string) (n int) {
	words := termsOf(text)
	for word := range words {
		if t.words[word] {
			n += 2
		}
	}
	for _, s := range t.subjects {
		if s.touches(words) {
			n++
		}
	}
	return n
}

// resembles says how many words of the topic begin as one of a text does, so that who
// asks where they live is told of where somebody lives.
func (t topic) resembles(text string) (n int) {
	words := termsOf(text)
	for word := range t.words {
		for other := range words {
			if word != other && sameStem(word, other) {
				n++
				break
			}
		}
	}
	return n
}

// leastStem is how many letters two words begin with that are forms of one, at least.
const leastStem = 4

// sameStem reports whether two words are likely forms of one: they begin with the same
// letters, but for an ending of three at most.
func sameStem(a, b string) bool {
	stem := 0
	for stem < min(len(a), len(b)) && a[stem] == b[stem] {
		stem++
	}
	return stem >= leastStem && max(len(a), len(b))-stem <= 3
}
