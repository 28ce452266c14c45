package scenario

import "time"

// Chance decides about some of what is to be seen: a pause has a random length,
// or more is done at one instant than limits let through. So that a transcript is
// the same every time, a script tells less of it then.
const (
	timesUsage = `times to the second                     from here on; else to the millisecond
times hidden                            what is seen in one action is told by what it answers`
	transcriptUsage = `transcript off                          no messages are told from here on but by show
transcript on`
)

// timing says how exact the times in the transcript are.
type timing time.Duration

func parseTimes(c *cursor) (action, error) {
	if c.accept("hidden") {
		return timing(0), nil
	}
	return timing(time.Second), c.expect("to the second")
}

func (a timing) do(s *stage) error {
	s.exact = time.Duration(a)
	return nil
}

// silencing turns the transcript off.
type silencing bool

func parseTranscript(c *cursor) (action, error) {
	if c.accept("on") {
		return silencing(false), nil
	}
	return silencing(true), c.expect("off")
}

func (a silencing) do(s *stage) error {
	s.silent = bool(a)
	return nil
}
