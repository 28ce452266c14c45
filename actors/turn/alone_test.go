package turn

import (
	"strings"
	"testing"

	"troupe/messages"
)

// yes are questions that whoever asks may get the same answer to.
const yes = `
what is recursion?
What is a monad
what's a closure?
What’s a closure?
whats a mutex
what are prime numbers?
what is the capital of France?
What is the capital of france
what is the difference between TCP and UDP?
what's the difference between a process and a coroutine in linux?
what is the speed of light
what is the boiling point of water in celsius
what is the square root of 144
what is the population of Germany
what is the plural of mouse
what is the meaning of recursion
what is 2+2?
what is 17 * 23
what is seven times six?
what is the sun made of
please what is a semaphore?
what is a semaphore please
What does HTTP stand for?
what does ephemeral mean
how does photosynthesis work?
how do solar panels work
how is cheese made
how are rainbows formed?
how many bytes in a kilobyte?
how many legs does a spider have
how to reverse a list in python
how to create an index in sql?
who wrote hamlet
who invented dynamite?
who discovered penicillin
when was penicillin discovered
why is the sky blue?
why is grass green
define entropy
explain recursion
Explain quantum entanglement
explain how a compiler works
explain what a pointer is
translate house to German
translate apple into french
convert 5 miles to km
convert 100 celsius to fahrenheit
calculate (3+4)*5
list 3 fruits
list five planets
is 17 a prime number
is 91 prime?
is a tomato a fruit?
`

// no are questions of which the answer depends on something else, or may.
const no = `
hello
hello bot
thanks
42
1234567890
?
recursion
why
why?
what?
what is
what is it?
what is this?
what is that thing
what are those
what are you?
who are you?
what is your name
what is my name?
who am I
what do I owe
how do I reverse a list in python
tell me a joke
tell a joke
write a haiku about autumn
write a program
tell me a story
explain it
explain again
explain more
explain that again please
explain further
explain yourself
explain simply
explain briefly
explain why
explain the code
explain the error
what is the plan?
what are the rules
what are the rules of this server
what is the password?
what is the answer
what is the topic
what is the capital
what is the score of the match
what is the name of the dog
what is the deadline for the project
what is the best of both
what does the bot do
what does it mean
what does she mean?
what does anna like
what did she say?
what did bob say
what was decided
what was lunch
what is new
what is up
what is going on
what is happening in paris
what is wrong
what is broken
what is planned
what is down
what is next
what is left to do
what is on tv
what is for dinner
what is in the news
what is trending
what is the weather in paris
what is the time
what is the time in tokyo
what time is it
what day is today?
what is the date
what is the latest version of go
what is the current population of germany
what is the price of bitcoin
who is the president of france
who is the ceo of google
who won the game
who wrote this?
who is online
who is Anna
what is mon ami
who invented the rule
name five planets
who is anna
what is Anna
What is Bob
where is bob
where are you?
where is paris
when is lunch?
when will they be ripe?
when is the meeting
when does the game start
how are you
how is my cat called?
how old is anna
how old are you
how does it work
how does this work
how does that function work
how many people are online
how many members are in a server
how many messages are here
how to fix this
how to join
how to get roles
how to open a ticket
how to get a refund
why is prod down
why is the sky so red today
why is the build red
why did he leave
why not
and the grass?
and why is the sky blue?
but what is recursion
is it a fruit
is that a fruit
is anybody there?
are you there?
are we there yet
again
once again what is recursion
continue
go on
more
more please
list more fruits
list 3 more fruits
list all members
list the members
name colours
name 3 people here
name another
translate this to german
translate to german
translate it into french
translate
convert it to km
convert to km
calculate it
calculate the sum of those
what is recursion in this channel
what is recursion here
what is recursion? I need it for school
what is recursion, anna?
what is anna's dog
define it
define the above
@troupe what is recursion
what is <@123456789012345678>
what is <#123456789012345678>
what is https://example.com
what is example.com
what is main.go
what is :smile:
hey what is recursion
ok what is recursion
first question what is recursion
what is recursion` + "\x00" + `
was ist rekursion
was ist die hauptstadt von frankreich
qu'est-ce que la récursion
¿qué es la recursión?
что такое рекурсия
再帰とは何ですか
roll a dice
flip a coin
pick a number
give a random number
list 3 random words
WHAT IS ANNABELLE
`

func isAlone(text string) bool { return standsAlone(&messages.Trigger{Text: text}) }

// Only what surely refers to nothing outside itself stands alone.
func TestStandsAlone(t *testing.T) {
	for want, list := range map[bool]string{true: yes, false: no} {
		for text := range strings.SplitSeq(strings.TrimSpace(list), "\n") {
			if got := isAlone(text); got != want {
				t.Errorf("%q stands alone: %v", text, got)
			}
		}
	}
}

// What replies to something, brings something along or is long does not stand
// alone, and a question of several lines does not.
func TestStandsNotAlone(t *testing.T) {
	const text = "what is recursion"
	for name, q := range map[string]messages.Trigger{
		"a reply":           {Text: text, ReplyTo: 1},
		"a reply's text":    {Text: text, ReplyText: "hm"},
		"a file":            {Text: text, Attachments: []messages.Attachment{{ID: 1}}},
		"empty":             {},
		"spaces":            {Text: "   "},
		"two lines":         {Text: text + "\nwhat is iteration"},
		"code":              {Text: "what is `x`"},
		"too many bytes":    {Text: text + strings.Repeat("x", maxAlone)},
		"too many words":    {Text: text + strings.Repeat(" or a", maxAloneWords)},
		"not even letters":  {Text: "what is \xff\xfe"},
		"right to left":     {Text: "what is \u202eabc"},
		"nothing but marks": {Text: "?? !!"},
	} {
		if standsAlone(&q) {
			t.Errorf("%s stands alone", name)
		}
	}
}

// Whatever is asked: a question that stands alone has none of what refers to
// something, is not about its asker, and does not stand alone any more with a word
// that refers to something.
func FuzzStandsAlone(f *testing.F) {
	for text := range strings.SplitSeq(yes+no, "\n") {
		f.Add(text, uint8(len(text)))
	}
	words := strings.Fields(outward)
	f.Fuzz(func(t *testing.T, text string, n uint8) {
		q := messages.Trigger{Text: text}
		if !standsAlone(&q) {
			return
		}
		if personal(text) {
			t.Error("it is about its asker")
		}
		if strings.ContainsAny(text, "<>@`\n\r\t:_~|\\[]{}") || strings.Contains(text, "http") && strings.Contains(text, "//") {
			t.Error("it has a mention, a link or code in it")
		}
		if strings.Trim(text, "0123456789.,+-*/^%=()# ?!") == "" {
			t.Error("it is but numbers")
		}
		if len(text) > maxAlone || len(strings.Fields(text)) < 2 {
			t.Error("it is very long or very short")
		}
		q.ReplyTo = 1
		if standsAlone(&q) {
			t.Error("so does a reply")
		}
		bare := strings.TrimRight(text, "?!. ")
		for _, more := range []string{" " + words[int(n)%len(words)], " Zoe", " <@1>", " anna's", " the"} {
			if isAlone(bare + more) {
				t.Errorf("so does it with %q", more)
			}
		}
		for _, less := range []string{"and ", "but ", "Zoe, ", "so "} {
			if isAlone(less + bare) {
				t.Errorf("so does it after %q", less)
			}
		}
		same, _, _ := strings.Cut(q.Sameness(), "\x00")
		if !isAlone(same) {
			t.Errorf("what is the same as it, %q, does not", same)
		}
	})
}
