package router

import (
	"time"

	"troupe/messages"
)

// longWait is how long those who wait may expect to wait before that is a strain:
// people look elsewhere after ten seconds (Nielsen, Response Times, 1993).
const longWait = 10 * time.Second

// strain returns what is to be gone without for the sake of the upstream, and why.
func (s *state) strain(now time.Time) (messages.Level, string) {
	level, why := messages.LevelNormal, ""
	if s.queued > 0 && time.Duration(s.queued/max(s.limiter.slots(), 1))*s.count.ran > longWait {
		level, why = messages.LevelReduced, "many people are asking at once"
	}
	for _, b := range s.breakers {
		switch {
		case b.state(now) != messages.BreakerClosed:
			return messages.LevelFallback, "Gemini fails"
		case b.fails(now):
			level, why = messages.LevelReduced, "Gemini fails now and then"
		}
	}
	return level, why
}
