package channel

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

const (
	stretchLines = 20  // lines of people after which background analyzers are told of a stretch
	maxChunks    = 24  // summaries that are kept: the eldest give way
	maxChanges   = 200 // of lines that are remembered
)

// A stretch is what was said since background analyzers were told of something last.
type stretch struct {
	from, to messages.MessageID
	lines    int
}

// add takes in a line that was heard. It returns the stretch once it is long enough,
// and begins the next.
func (s *stretch) add(id messages.MessageID) (full stretch, ok bool) {
	if s.lines == 0 {
		s.from = id
	}
	s.from, s.to = min(s.from, id), max(s.to, id)
	if s.lines++; s.lines < stretchLines {
		return stretch{}, false
	}
	full, *s = *s, stretch{}
	return full, true
}

// A change is that a line was edited or deleted.
type change struct {
	id messages.MessageID
	at time.Time
}

// changes are what became of lines lately, so that nothing is kept that was concluded
// from what is not there any more.
type changes struct {
	since time.Time // what was before is not known
	last  []change  // the eldest first, at most maxChanges
}

func (x *changes) note(id messages.MessageID, now time.Time) {
	if len(x.last) == maxChanges {
		x.since = x.last[0].at
		x.last = slices.Delete(x.last, 0, 1)
	}
	x.last = append(x.last, change{id, now})
}

// stand reports whether sources are as they were at a time, as far as that is known.
func (x *changes) stand(sources []messages.Source, at time.Time) bool {
	if !at.After(x.since) {
		return false
	}
	for _, c := range x.last {
		if c.at.Before(at) {
			continue
		}
		if slices.ContainsFunc(sources, func(s messages.Source) bool { return s.Message == c.id }) {
			return false
		}
	}
	return true
}

// chunks are the summaries of what was said before, the eldest first.
type chunks []messages.Chunk

// add takes one in. It returns those that give way to it: what it is about again, and
// the eldest of too many.
func (c *chunks) add(next messages.Chunk) (gone []messages.Chunk) {
	kept := chunks{}
	for _, old := range *c {
		if old.From <= next.To && next.From <= old.To {
			gone = append(gone, old)
		} else {
			kept = append(kept, old)
		}
	}
	kept = append(kept, next)
	slices.SortFunc(kept, func(a, b messages.Chunk) int { return cmp.Compare(a.From, b.From) })
	if over := len(kept) - maxChunks; over > 0 {
		gone = append(gone, kept[:over]...)
		kept = kept[over:]
	}
	*c = kept
	return gone
}

// remove takes one out by its key, if it is there.
func (c *chunks) remove(key string) {
	*c = slices.DeleteFunc(slices.Clone(*c), func(chunk messages.Chunk) bool { return keyOf(&chunk) == key })
}

// before returns those that tell of something before a message; all for 0.
func (c chunks) before(id messages.MessageID) (told []messages.Chunk) {
	for _, chunk := range c {
		if id == 0 || chunk.From < id {
			told = append(told, chunk)
		}
	}
	return told
}

// size returns the bytes that they keep in memory.
func (c chunks) size() (n int) {
	for i := range c {
		n += lineBytes + len(c[i].Text)
	}
	return n
}

const prefixChunk = "chunk/"

// keyOf returns how a summary is filed.
func keyOf(c *messages.Chunk) string { return prefixChunk + c.From.String() + "-" + c.To.String() }

// stretchOf returns what the summary is about that is filed so. It reports false for
// what is none.
func stretchOf(key string) (from, to messages.MessageID, ok bool) {
	stretch, isChunk := strings.CutPrefix(key, prefixChunk)
	first, last, _ := strings.Cut(stretch, "-")
	from, err := messages.ParseID[messages.MessageID](first)
	to, also := messages.ParseID[messages.MessageID](last)
	return from, to, isChunk && err == nil && also == nil && from > 0 && to > 0
}
