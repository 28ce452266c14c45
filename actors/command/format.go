package command

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText bounds a message, in characters (Discord documentation, Create
// Message). Counted are UTF-16 code units: never less than what Discord counts.
const maxText = 2000

// bounded cuts text that is too long for a message at the end of a line.
func bounded(text string) string {
	const more = "\n…"
	if units(text) <= maxText {
		return text
	}
	room := maxText - units(more)
	cut := 0
	for i, r := range text {
		if room -= max(utf16.RuneLen(r), 1); room < 0 {
			cut = i
			break
		}
	}
	if line := strings.LastIndexByte(text[:cut], '\n'); line > 0 {
		cut = line
	}
	return text[:cut] + more
}

func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1) // a broken one becomes U+FFFD
	}
	return n
}

// code shows a word as it is, whatever is in it.
func code(word string) string {
	const most = 40 // characters: names that we made are shorter
	word = visible(strings.ReplaceAll(word, "`", "'"))
	if word == "" {
		word = "?" // nothing between two marks would be the mark of longer code
	}
	if utf8.RuneCountInString(word) > most {
		word = string([]rune(word)[:most]) + "…"
	}
	return "`" + word + "`"
}

// at shows a time in each reader's own words, such as "in 2 minutes" (Discord
// documentation, Message Formatting: Timestamps).
func at(t time.Time) string {
	return fmt.Sprintf("<t:%d:R>", t.Add(time.Second-1).Unix())
}

// clock shows a time of day as each reader's clock has it, such as "18:40".
func clock(t time.Time) string { return fmt.Sprintf("<t:%d:t>", t.Unix()) }

// short shows a number with as few digits as tell enough.
func short(n int) string {
	switch {
	case n < 10_000:
		return fmt.Sprint(n)
	case n < 1_000_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprintf("%.1fM", float64(n)/1e6)
}

// several joins what is left of some parts after the empty ones.
func several(separator string, parts ...string) string {
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return strings.Join(full, separator)
}

// plural counts things.
func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
