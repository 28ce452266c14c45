package geminisim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	dice    = regexp.MustCompile(`\b(?:roll|throw|würfle|rzuć)\b[^\d]{0,20}(\d{0,3})\s*d(\d{1,6})(?:\s*([+-])\s*(\d{1,6}))?`)
	anyDice = regexp.MustCompile(`\b(?:roll|throw)\b.{0,12}\b(?:(\d{1,2}|two|three|four|five|six) )?(?:dice|die)\b`)
	coin    = regexp.MustCompile(`\b(?:flip|toss)\b.{0,12}\bcoin\b|\bheads or tails\b`)
	between = regexp.MustCompile(`\b(?:pick|choose|random|give me|think of)\b.{0,20}\bnumber\b.{0,20}?(-?\d{1,9})\D{1,8}?(-?\d{1,9})`)
	options = regexp.MustCompile(`^(?:please )?(?:pick|choose|decide)(?: one)?(?: of| from| between| among)?:? (.+)$`)
	jokes   = regexp.MustCompile(`\b(?:tell|know|give|got|hear)\b.{0,20}\b(?:joke|pun)\b|^(?:joke|another joke)\b`)
)

// noLuck is said where people expect chance.
const noLuck = "There is no luck in it: the same question rolls the same."

// roll rolls dice.
func roll(s *scene) (speech, bool) {
	var count int
	sides, plus := 6, 0
	if m := dice.FindStringSubmatch(s.lower); m != nil {
		count, sides = max(1, atoi(m[1])), max(1, atoi(m[2]))
		if plus = atoi(m[4]); m[3] == "-" {
			plus = -plus
		}
	} else if m := anyDice.FindStringSubmatch(s.lower); m != nil {
		count = max(1, amount(m[1]))
	} else {
		return speech{}, false
	}
	if count > 100 {
		return speech{body: "I have but a hundred dice."}, true
	}
	sum, faces := plus, make([]string, count)
	for i := range faces {
		face := 1 + s.random.IntN(sides)
		sum += face
		faces[i] = strconv.Itoa(face)
	}
	body := fmt.Sprintf("🎲 **%d**", sum)
	if count > 1 || plus != 0 {
		body += " (" + strings.Join(faces, " + ")
		if plus != 0 {
			body += strings.NewReplacer("+", " + ", "-", " - ").Replace(fmt.Sprintf("%+d", plus))
		}
		body += ")"
	}
	return speech{body: body, tail: noLuck}, true
}

// flip flips a coin, or picks a number.
func flip(s *scene) (speech, bool) {
	if coin.MatchString(s.lower) {
		return speech{body: "🪙 " + s.pick("**Heads**", "**Tails**"), tail: noLuck}, true
	}
	m := between.FindStringSubmatch(s.lower)
	if m == nil {
		return speech{}, false
	}
	low, high := atoi(m[1]), atoi(m[2])
	if low > high {
		low, high = high, low
	}
	return speech{body: fmt.Sprintf("**%d**", low+s.random.IntN(high-low+1)), tail: noLuck}, true
}

// choose picks one of several things.
func choose(s *scene) (speech, bool) {
	m := options.FindStringSubmatch(s.lower)
	if m == nil {
		return speech{}, false
	}
	split := func(r rune) bool { return r == ',' || r == ';' || r == '/' }
	named := strings.NewReplacer(" or ", ",", " and ", ",").Replace(strings.TrimRight(m[1], "?!. "))
	var things []string
	for _, t := range strings.FieldsFunc(named, split) {
		if t = strings.TrimSpace(t); t != "" {
			things = append(things, shorten(t, 100))
		}
	}
	if len(things) < 2 {
		return speech{}, false
	}
	return speech{lead: "I would take", body: "**" + s.pick(things...) + "**.", tail: noLuck}, true
}

func joke(s *scene) (speech, bool) {
	if !jokes.MatchString(s.lower) {
		return speech{}, false
	}
	return speech{body: s.pick(jests()...)}, true
}

// jests returns the jokes in stock.
func jests() []string {
	return []string{
		"Why did the actor fall through the floor? It was just a stage.",
		"A mutex walks into a bar. The bar is closed until it leaves.",
		"There are two hard things: naming, caching, and counting.",
		"I told my channel a joke about UDP. Not everybody got it.",
		"Why do gophers never get lost? They always return an error.",
		"The understudy's favourite line? “He is ill tonight.”",
		"My other half is a model. I am the half that is here.",
		"A programmer's shopping: a litre of milk, and if they have eggs, twelve. They came home with twelve litres.",
	}
}

// atoi reads a number that a pattern has matched; "" is 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// amount reads a number in digits or as a word up to twenty; 0 if it is none.
func amount(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	for n, word := range strings.Fields("one two three four five six seven eight nine ten eleven twelve " +
		"thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty") {
		if word == s {
			return n + 1
		}
	}
	return 0
}
