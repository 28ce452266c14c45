package command

import (
	"fmt"
	"strconv"
	"strings"

	"troupe/messages"
)

// maxNumber bounds what can be a number of something, or of a page, in characters.
const maxNumber = 10

// pageOption is the option that says which page of a long list is shown.
func pageOption() messages.CommandOption {
	return messages.CommandOption{Name: "page", Description: "Which page of a long list: 1, 2 and so on.", MaxLength: maxNumber}
}

// page returns which page of a list is asked for, from 1 on. It reports false if
// that is no number.
func (u *use) page() (n int, ok bool) {
	text, given := u.Options["page"]
	if !given {
		return 1, true
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n > 0
}

func sayNoPage() string {
	return "A page is a number: 1, 2 and so on. Please use the command again with one, or without `page` for the first."
}

// keyOf returns the key of what a view shows under a number. It reports false if
// it is no number.
func keyOf(kind, number string) (key string, ok bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(number), "#"), 10, 64)
	return fmt.Sprintf("%s/%d", kind, n), err == nil
}

// numberOf returns the number that a view shows for a key.
func numberOf(key string) string {
	_, number, _ := strings.Cut(key, "/")
	return code(number)
}

// A listing is a list that may be too long for one message.
type listing struct {
	head  string   // before it, on every page
	items []string // lines
	foot  string   // after it, on every page
	view  string   // the command that shows another page
}

// page returns the text of a page, from 1 on. Which items are on it depends on
// those before them alone.
func (l *listing) page(n int) string {
	const turn = 100 // characters for how to turn the page
	most := maxText - units(l.head) - units(l.foot) - turn
	var first []int // item of each page
	room := 0
	for i, item := range l.items {
		size := units(item) + 1
		if room -= size; room < 0 {
			first, room = append(first, i), most-size
		}
	}
	if n > max(len(first), 1) {
		return fmt.Sprintf("There is no page %d: the last is `%s page:%d`.", n, l.view, max(len(first), 1))
	}
	shown := l.items
	end := len(l.items)
	if n < len(first) {
		end = first[n]
	}
	if len(first) > 0 {
		shown = l.items[first[n-1]:end]
	}
	turning := ""
	if rest := len(l.items) - end; rest > 0 {
		turning = fmt.Sprintf("-# %d more: `%s page:%d`", rest, l.view, n+1)
	}
	return several("\n", l.head, strings.Join(shown, "\n"), turning, l.foot)
}
