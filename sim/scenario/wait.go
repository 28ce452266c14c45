package scenario

import (
	"errors"
	"time"
)

const waitUsage = `wait 10s
wait until quiet                        nothing was seen for 30 s, and Gemini is not busy`

const (
	// quietFor is how long nothing must be seen for it to be quiet: longer than
	// typing is shown.
	quietFor = 30 * time.Second
	// quietBy bounds how long that is waited for.
	quietBy = 2 * time.Hour
)

// waiting lets time pass.
type waiting struct {
	time  time.Duration
	quiet bool
}

func parseWait(c *cursor) (action, error) {
	if c.accept("until quiet") {
		return waiting{quiet: true}, nil
	}
	d, err := duration(c.word())
	return waiting{time: d}, err
}

func (a waiting) do(s *stage) error {
	if a.quiet {
		return s.untilQuiet()
	}
	time.Sleep(a.time)
	return nil
}

func (s *stage) untilQuiet() error {
	begun := time.Now()
	for time.Since(begun) < quietBy {
		s.bot.Settle()
		since := s.seen.latest()
		if since.Before(begun) {
			since = begun
		}
		switch left := time.Until(since.Add(quietFor)); {
		case left > 0:
			time.Sleep(left)
		case s.gemini.Load().InFlight == 0:
			return nil
		default:
			time.Sleep(time.Second)
		}
	}
	return errors.New("it did not become quiet within " + quietBy.String())
}
