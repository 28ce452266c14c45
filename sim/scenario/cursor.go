package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	errNested  = errors.New("a block cannot stand in another one: close the first with a line that says end")
	errNoBlock = errors.New("there is no block to end here: together begins one")
	errStray   = errors.New("an indented line is part of a transcript, and that stands right below an action")
)

// A cursor reads a line from left to right.
type cursor struct{ rest string }

// word returns the next word, "" at the end of the line. A colon or a comma is
// a word by itself.
func (c *cursor) word() string {
	c.rest = strings.TrimLeft(c.rest, " \t")
	n := strings.IndexAny(c.rest, " \t:,")
	switch {
	case n < 0:
		n = len(c.rest)
	case n == 0:
		n = 1
	}
	word := c.rest[:n]
	c.rest = c.rest[n:]
	return word
}

// peek returns the next word without taking it.
func (c *cursor) peek() string {
	ahead := *c
	return ahead.word()
}

// accept takes the next words if they are those given.
func (c *cursor) accept(words string) bool {
	ahead := *c
	for want := range strings.FieldsSeq(words) {
		if ahead.word() != want {
			return false
		}
	}
	*c = ahead
	return true
}

// expect takes the given words, or complains.
func (c *cursor) expect(words string) error {
	if !c.accept(words) {
		return fmt.Errorf("%q is where %q has to be", c.peek(), words)
	}
	return nil
}

// end complains if there is more.
func (c *cursor) end() error {
	if rest := strings.TrimSpace(c.rest); rest != "" {
		return fmt.Errorf("there is more than there may be: %q", rest)
	}
	return nil
}

// remainder takes all that is left.
func (c *cursor) remainder() string {
	rest := strings.TrimSpace(c.rest)
	c.rest = ""
	return rest
}

// A name is one word.
func (c *cursor) name(what string) (string, error) {
	name := c.word()
	if name == "" || name == ":" || name == "," {
		return "", fmt.Errorf("here has to be %s", what)
	}
	return name, nil
}

// place takes "#general", "dm" or "dm-ann".
func (c *cursor) place() (string, error) {
	name, err := c.name("a channel, such as #general, or dm")
	if err == nil && (name[0] != '#' || len(name) < 2) && name != direct && !strings.HasPrefix(name, direct+"-") {
		return "", fmt.Errorf("%q is no place: channels are written as #general, direct messages as dm, or dm-ann from outside", name)
	}
	return name, err
}

// direct is the place of a person's direct messages, as that person says it.
const direct = "dm"

// number takes a whole number from 1.
func (c *cursor) number(what string) (int, error) {
	word := c.word()
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is where %s has to be", word, what)
	}
	return n, nil
}

// duration reads a length of time.
func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > longest {
		return 0, fmt.Errorf("%q is no length of time: write 300ms, 10s, 5m or 2h", s)
	}
	return d, nil
}

// longest is the longest time that a script may name.
const longest = 1000 * time.Hour

// maxPeople bounds a range of people.
const maxPeople = 1000

// people takes names: "ann", "ann, bob" or "p1..p20".
func (c *cursor) people() ([]string, error) {
	var names []string
	for {
		name, err := c.name("a name")
		if err != nil {
			return nil, err
		}
		more, err := crowd(name)
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
		if !c.accept(",") {
			return names, nil
		}
	}
}

// crowd returns the names that a range stands for.
func crowd(name string) ([]string, error) {
	first, last, ok := strings.Cut(name, "..")
	if !ok {
		return []string{name}, nil
	}
	stem := strings.TrimRight(first, "0123456789")
	from, err1 := strconv.Atoi(strings.TrimPrefix(first, stem))
	to, err2 := strconv.Atoi(strings.TrimPrefix(last, stem))
	if stem == "" || err1 != nil || err2 != nil || from > to || to-from >= maxPeople {
		return nil, fmt.Errorf("%q is no range of people: write p1..p20", name)
	}
	var names []string
	for i := from; i <= to; i++ {
		names = append(names, stem+strconv.Itoa(i))
	}
	return names, nil
}

// flags takes what is left as settings, KEY=VALUE each, of which only those
// given are known.
func (c *cursor) flags(known ...string) (map[string]string, error) {
	flags := map[string]string{}
	for setting := range strings.FieldsSeq(c.remainder()) {
		key, value, ok := strings.Cut(setting, "=")
		if !ok || !slices.Contains(known, key) {
			return nil, fmt.Errorf("%q is no setting: there are %s", setting, strings.Join(known, "=, ")+"=")
		}
		flags[key] = value
	}
	return flags, nil
}
