package quota

import (
	"cmp"
	"slices"
	"time"

	"troupe/messages"
)

// report returns what is used and left.
func (s *state) report(now time.Time) *messages.QuotaState {
	s.roll(now)
	q := &messages.QuotaState{Spent: s.spent, SpendCap: s.SpendCap, DayReset: s.today.end.Sub(now)}
	for _, m := range s.models {
		if r := m.report(now, s.today); r.DayRequests > 0 || r.MinuteRequests > 0 || r.Paused > 0 {
			q.Models = append(q.Models, r)
		}
	}
	slices.SortFunc(q.Models, func(a, b messages.ModelQuota) int { return cmp.Compare(a.Model, b.Model) })
	return q
}

func (m *model) report(now time.Time, today day) messages.ModelQuota {
	r := messages.ModelQuota{
		Model:       m.name,
		MinuteReset: m.minute.reset(now), // which clears the minute
		DayRequests: m.today.sent + m.today.open,
		DayTokens:   m.today.tokens,
		LimitRPM:    m.limits.RPM,
		LimitTPM:    m.limits.TPM,
		LimitRPD:    m.limits.RPD,
	}
	r.MinuteRequests, r.MinuteTokens = m.minute.requests, m.minute.tokens
	if m.limits.RPD > 0 {
		r.Lasts = lasts(r.LeftToday(), m.pace.requests(now), today.end.Sub(now))
	}
	if now.Before(m.until) {
		r.Paused, r.Cause = m.until.Sub(now), m.cause
	}
	return r
}
