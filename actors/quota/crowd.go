package quota

import (
	"time"

	"troupe/actors"
)

// What happens where Gemini is crowded: it says 429, and neither which limit is
// passed nor for how long. One such word says only that there were too many at
// once. The pool takes fewer then, and who was refused comes again after a pause of
// their own; the model is paused for all when nothing else comes.
const (
	crowdRounds = 5                // refusals in a row before the first pause
	crowdPause  = time.Second      // the first; it doubles with each refusal more, up to limitPause
	crowdMemory = 30 * time.Second // after which the last refusal says nothing any more: more than the longest pause
)

// A crowd counts the refusals of a model since its last answer.
type crowd struct {
	rounds int
	heard  time.Time // the last that counts
}

// refused counts the refusal of a request that was let go at a time, and returns
// how long the model is to be left alone. Requests that were under way together
// hear the same, and count once.
func (c *crowd) refused(sent, now time.Time) time.Duration {
	switch {
	case now.Sub(c.heard) > crowdMemory:
		c.rounds = 0
	case sent.Before(c.heard):
		return 0
	}
	c.rounds++
	c.heard = now
	if c.rounds < crowdRounds {
		return 0
	}
	return actors.Doubled(crowdPause, c.rounds-crowdRounds, limitPause)
}
