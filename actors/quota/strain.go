package quota

import (
	"time"

	"troupe/messages"
)

// What of a day is left when the bot begins to go without something, if it would
// not last until the day's end.
const (
	reducedLeft  = 0.50 // of the requests: what the first half of a day's is worth is not known before
	fallbackLeft = 0.05 // so that at least 95 % of them are used for new answers
	reducedSpent = 0.80 // of the day's money
)

// shortFor is for how long a model runs short that did at one time.
const shortFor = paceMinutes * time.Minute

// strain returns what the bot is to go without for the sake of the model that
// answers, and why. A spare one that is not under such strain itself does the rest:
// what it is asked lately would be asked of the other without it.
func (s *state) strain(model, spare string, now time.Time) (messages.Level, string) {
	s.roll(now)
	m, other := s.models[model], s.models[spare]
	level, why := s.strainOf(m, other, spare != "", now)
	if spare != "" && level > messages.LevelReduced {
		if of, _ := s.strainOf(other, nil, false, now); of <= messages.LevelReduced {
			level = messages.LevelReduced
		}
	}
	if l, w := s.spendStrain(); l > level {
		level, why = l, w
	}
	return level, why
}

// strainOf is the strain of one model, nil if it was not asked yet, which another may
// have relieved.
func (s *state) strainOf(m, other *model, spare bool, now time.Time) (messages.Level, string) {
	if m == nil {
		return messages.LevelNormal, ""
	}
	recent := m.pace.requests(now)
	if other != nil {
		recent += other.pace.requests(now)
	}
	const used = "today's requests to Gemini are used up"
	switch left, short := m.left(), m.runsShort(recent, now, s.today.end.Sub(now)); {
	case now.Before(m.until) && m.cause == messages.CauseDayQuota, m.limits.RPD > 0 && left <= 0:
		return messages.LevelFallback, used
	case now.Before(m.until) && m.cause != messages.CauseMinuteQuota:
		return messages.LevelFallback, "Gemini does not let me ask"
	case short && left <= fallbackLeft*float64(m.limits.RPD):
		return messages.LevelFallback, "today's requests to Gemini are nearly used up"
	case short:
		return messages.LevelReduced, "today's requests to Gemini would not last"
	case m.crowded(spare, now):
		return messages.LevelReduced, "this minute's requests to Gemini are used up"
	}
	return messages.LevelNormal, ""
}

// left returns how many requests of the day are left.
func (m *model) left() float64 { return float64(m.limits.RPD - m.today.sent - m.today.open) }

// runsShort reports whether the rest of the day's requests would not last if
// there were as many as in the last minutes, or would not have a while ago: few
// requests make no steady pace.
func (m *model) runsShort(recent int, now time.Time, rest time.Duration) bool {
	if m.limits.RPD <= 0 || m.left() > reducedLeft*float64(m.limits.RPD) {
		return false
	}
	if m.left() < float64(recent)*float64(rest)/float64(paceMinutes*time.Minute) {
		m.short = now
	}
	return !m.short.IsZero() && now.Sub(m.short) < shortFor
}

// crowded reports whether a request had to wait lately for what shorter prompts, or
// another model, leave room for.
func (m *model) crowded(spare bool, now time.Time) bool {
	lately := func(at time.Time) bool { return !at.IsZero() && now.Sub(at) < messages.StrainLife }
	return lately(m.waited[limitTPM]) || spare && lately(m.waited[limitRPM])
}

// spendStrain is the strain of the day's money.
func (s *state) spendStrain() (messages.Level, string) {
	switch spent := s.spent + s.pending; {
	case s.SpendCap <= 0:
	case spent >= s.SpendCap:
		return messages.LevelFallback, "today's budget is spent"
	case spent >= reducedSpent*s.SpendCap:
		return messages.LevelReduced, "most of today's budget is spent"
	}
	return messages.LevelNormal, ""
}
