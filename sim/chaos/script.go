package chaos

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"troupe/messages"
	"troupe/sim/geminisim"
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

// asked finds tags in what is asked of Gemini.
var asked = regexp.MustCompile(`q\d+-\d+e*`)

// makeTag names a question whose answer has so many pieces; one of 0 pieces is
// short.
func makeTag(number, pieces int) string { return fmt.Sprintf("q%d-%d", number, pieces) }

// Reply is the simulated Gemini's: the [Answer] to the tag that comes last in what
// the prompt ends with. A prompt that ends without a tag is told that it asks
// nothing; one of an analyzer is answered as the stand-in does.
func Reply(p *messages.Prompt) geminisim.Reply {
	if p.Schema != "" {
		return geminisim.StandIn(p)
	}
	tags := asked.FindAllString(p.Turns[len(p.Turns)-1].Text, -1)
	if len(tags) == 0 {
		return geminisim.Reply{Text: "That is no question of the lab."}
	}
	return geminisim.Reply{Text: Answer(tags[len(tags)-1])}
}
