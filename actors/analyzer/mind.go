package analyzer

import (
	"time"

	"troupe/messages"
)

// A Mind is what an analyzer thinks. Its functions are pure: they may run beside the
// actor, keep nothing, and take as long as they need to within [thinkTime].
type Mind struct {
	Name   messages.Analyzer
	Batch  int           // pieces of one owner that are thought about together
	Gather time.Duration // how long a piece waits for more of them
	Enough int           // pieces in the backlog, of whomever, that wait no more
	Reads  Reading       // what is to be known beside the pieces

	// Ask returns what a model is to be asked about a batch; nil if nothing is, since
	// there is nothing in it. Its model is filled in. A mind that asks no model has
	// none.
	Ask func(b *Batch) *messages.Prompt
	// Conclude returns what a batch comes to, given what the model answered. Who it
	// is for, and from which pieces, is filled in. More than [maxLearned] bytes are a
	// crash. The error says that the answer makes no sense, and nothing of what it says.
	Conclude func(b *Batch, answer string) (*messages.Learned, error)
}

// A Reading is what a mind is to know beside its pieces.
type Reading int

// What minds read.
const (
	ReadsNothing Reading = iota
	ReadsFacts           // what is remembered of the person
	ReadsLines           // what was said in the stretch of the channel
)

// A Batch is what a mind thinks about.
type Batch struct {
	Pieces []messages.Piece // of one owner
	Facts  []messages.Fact  // of the person, told where the pieces were said, the newest first
	Lines  []messages.Line  // of the stretch, by people who allow it, and the bot; oldest first
	Self   messages.UserID  // the bot
}

// Minds returns the minds that there are.
func Minds() []Mind { return []Mind{behaviour(), memory(), summary(), lore()} }
