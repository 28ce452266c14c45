package quota

import (
	"net/http"
	"time"

	"troupe/messages"
)

// The pauses of a model that said no, where it gave no time.
const (
	limitPause   = 10 * time.Second // a limit, and no word of how long
	accountPause = time.Minute      // the key, the account or the model itself: until somebody has seen to it
)

// A lesson is what Gemini's refusal has taught, for the log.
type lesson struct {
	model   string
	lowered []messages.Limit
	cause   messages.Cause // of a pause that begins; "" for none
	pause   time.Duration
}

// learn draws what there is to learn from a failure: lower limits than we knew
// of, and for how long the model is not to be asked. What is learned holds until
// the next start; the operator is told to write it down. sent is when the request
// was let go; f is nil if it was answered.
func (s *state) learn(m *model, f *messages.Failure, sent, now time.Time) lesson {
	l := lesson{model: m.name}
	if f == nil {
		m.crowd = crowd{}
		return l
	}
	for _, told := range f.Limits {
		if m.limits.lower(told) {
			l.lowered = append(l.lowered, told)
		}
	}
	switch {
	case f.Cause == messages.CauseDayQuota:
		// The delay that comes with it speaks of the minute and is of no use.
		l.cause, l.pause = f.Cause, s.today.end.Sub(now)
	case f.Status == http.StatusTooManyRequests && f.After <= 0 && len(f.Limits) == 0:
		if l.pause = m.crowd.refused(sent, now); l.pause > 0 {
			l.cause = messages.CauseMinuteQuota
		}
	case f.Cause == messages.CauseMinuteQuota, f.Status == http.StatusTooManyRequests:
		l.cause, l.pause = messages.CauseMinuteQuota, f.After
		if l.pause <= 0 {
			l.pause = limitPause
		}
	case f.Cause == messages.CauseKey, f.Cause == messages.CauseModel:
		l.cause, l.pause = f.Cause, accountPause
	}
	if l.cause == "" {
		return l
	}
	again := now.Before(m.until) // who was under way hears the same: no news
	if until := now.Add(l.pause); until.After(m.until) {
		m.until, m.cause = until, l.cause
	}
	if again {
		l.cause = ""
	}
	return l
}

// lower takes over a limit that was told, if it is news.
func (l *Limits) lower(told messages.Limit) bool {
	known := map[string]*int{limitRPM: &l.RPM, limitTPM: &l.TPM, limitRPD: &l.RPD}[told.What]
	if known == nil || told.Value <= 0 || *known > 0 && *known <= told.Value {
		return false
	}
	*known = told.Value
	return true
}

// paused returns why a model that said no is not asked.
func (m *model) paused(now time.Time) error {
	rest := m.until.Sub(now)
	if m.cause == messages.CauseMinuteQuota {
		return &messages.Limited{Wait: rest, What: waitPaused}
	}
	return &messages.Failure{Cause: m.cause, After: rest, Detail: m.name + ": paused, since Gemini said no"}
}
