package turn

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// How the tokens of a prompt are shared out, beside the system text and the
// question itself, which are always whole. What one does not use is left to the
// next, and what is left by all is for what was said last.
const (
	fileShare   = 1. / 2  // of all, for attachments
	chainShare  = 1. / 4  // of what those leave, for what the question replies to
	pinShare    = 1. / 8  // the same, for what is pinned
	memoryShare = 1. / 8  // the same, for what is remembered of the asker
	loreShare   = 1. / 16 // the same, of the guild
	chunkShare  = 1. / 8  // the same, for summaries of what was said earlier
	lineShare   = 1. / 4  // of the room for what was said, that one message may take
	lateShare   = 3. / 4  // the same, that is for the latest even if older ones matter more
)

// share returns a part of the room that is left.
func share(room int, part float64) int { return int(float64(max(room, 0)) * part) }

// cutMark ends what was too long.
const cutMark = " […]"

// cut shortens a text to a number of tokens; to nothing if not even a little of
// it fits.
func cut(text string, most int, tokens func(string) int) string {
	if tokens(text) <= most {
		return text
	}
	size := len(text)
	for size > 0 {
		got := tokens(text[:size]) + tokens(cutMark)
		if got <= most {
			return strings.TrimRight(text[:size], " \n") + cutMark
		}
		size = min(size-1, size*max(most, 0)/got)
		for size > 0 && !utf8.RuneStart(text[size]) {
			size--
		}
	}
	return ""
}

// A saying is a message that a prompt may have room for.
type saying struct {
	cost    int // in tokens
	matters int // how much it has to do with the question
}

// pick returns which of the sayings there is room for, by their numbers in order:
// the latest, and of those before them the ones that matter most.
func pick(all []saying, room int) (picked []int) {
	chosen, left, from := make([]bool, len(all)), room, len(all)
	take := func(i, least int) bool { // unless less would be left
		if !chosen[i] && left-all[i].cost < least {
			return false
		}
		if !chosen[i] {
			chosen[i], left = true, left-all[i].cost
		}
		return true
	}
	latest := func(least int) {
		for from > 0 && take(from-1, least) {
			from--
		}
	}
	latest(max(room-share(room, lateShare), 0))
	for _, i := range byMatter(all[:from]) {
		take(i, 0)
	}
	latest(0)
	for i := range all {
		if chosen[i] {
			picked = append(picked, i)
		}
	}
	return picked
}

// byMatter returns the numbers of those that matter, what matters most first, and
// the later ones before the earlier.
func byMatter(all []saying) (order []int) {
	for i := range all {
		if all[i].matters > 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(all[j].matters, all[i].matters), cmp.Compare(j, i))
	})
	return order
}
