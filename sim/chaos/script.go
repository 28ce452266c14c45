package chaos

import (
	"regexp"
	"strconv"
	"strings"
)

// A question is named by a tag, which stands in it and in every word of its
// answer: q17-3 is the 17th question, and its answer has three pieces; an edited
// one has an e for each edit. So each message tells whose it is.
var answered = regexp.MustCompile(`(q\d+-\d+e*)\.(begin|end|\d+)`)

// pieceWords is how many words a piece of an answer has: about 1500 characters,
// so that a message holds one.
const pieceWords = 110

// family returns what all wordings of a question have in common.
func family(tag string) string { return strings.TrimRight(tag, "e") }

// Answer returns the whole answer to the question with this tag: a begin, words
// that are numbered, an end.
func Answer(tag string) string {
	_, size, _ := strings.Cut(family(tag), "-")
	pieces, err := strconv.Atoi(size)
	words := 8
	if err == nil && pieces > 0 {
		words = pieces * pieceWords
	}
	var b strings.Builder
	b.WriteString(tag + ".begin")
	for i := range words {
		between := " "
		if i%20 == 19 {
			between = "\n\n"
		}
		b.WriteString(between + tag + "." + strconv.Itoa(i))
	}
	b.WriteString(" " + tag + ".end")
	return b.String()
}
