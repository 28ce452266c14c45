package analyzer

import (
	"fmt"

	"troupe/messages"
)

// maxLearned bounds what a batch may come to, in bytes of memory: twice what the largest
// does, which are 20 facts of 360 characters. More is a bug of the mind, and kept from
// those who would have to take it in while people wait for them.
const maxLearned = 64 << 10

// itemBytes is what one thing that was learned takes beside its texts.
const itemBytes = 100

// bounded returns what was learned. It panics if that is more than may be.
func bounded(l *messages.Learned) *messages.Learned {
	if l == nil {
		return nil
	}
	n := itemBytes * (len(l.Facts) + len(l.Said) + len(l.Lore))
	for i := range l.Facts {
		n += len(l.Facts[i].About) + len(l.Facts[i].Text)
	}
	for i := range l.Said {
		n += len(l.Said[i].Language)
		for _, topic := range l.Said[i].Topics {
			n += itemBytes/4 + len(topic)
		}
	}
	for i := range l.Lore {
		n += len(l.Lore[i].Kind) + len(l.Lore[i].Text) + itemBytes/4*len(l.Lore[i].Sources)
	}
	if l.Chunk != nil {
		n += len(l.Chunk.Text) + itemBytes/4*len(l.Chunk.Sources)
	}
	if n > maxLearned {
		panic(fmt.Sprintf("a batch comes to %d KiB: %d are the most", n>>10, maxLearned>>10))
	}
	return l
}
