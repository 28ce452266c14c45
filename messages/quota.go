package messages

import "time"

// Reserve asks the quota for one request to a model. The answer is [*Reserved],
// once it is written down that the request may be under way, so that it counts
// even if the process dies: it must not be sent before. The error is [*Limited]
// when it fits at a later time of the day, and [*Failure] when it does not fit
// today: [CauseDayQuota] or [CauseSpend].
type Reserve struct {
	Model  string
	Tokens int // input tokens, as estimated
}

// Reserved answers [Reserve]. The asker owes a [Settle].
type Reserved struct{ ID uint64 }

// Settle tells what became of a reservation. There is no answer. A reservation
// that is never settled counts as a request that was sent.
type Settle struct {
	ID      uint64
	Usage   Usage    // zero if unknown: the estimate stays
	Sent    bool     // false gives all back
	Failure *Failure // what the request ended in, if it failed: a 429 teaches
}

// GetQuota asks the quota how much is left. The answer is [*QuotaState].
type GetQuota struct{}

// QuotaState answers [GetQuota].
type QuotaState struct {
	Models   []ModelQuota  // sorted by name; those used today
	Spent    float64       // dollars today, all models together
	SpendCap float64       // dollars a day; 0 for none
	DayReset time.Duration // until the next day begins, at midnight in Los Angeles
}

// A ModelQuota is what is used and left of one model. A limit of 0 is no limit
// of our own.
type ModelQuota struct {
	Model          string
	MinuteRequests int // used of the last 60 s
	MinuteTokens   int
	DayRequests    int
	DayTokens      int // input and output
	LimitRPM       int
	LimitTPM       int
	LimitRPD       int
	Lasts          time.Duration // for how long today's requests are enough at the pace of the last minutes, until DayReset at most; 0 without a limit
	MinuteReset    time.Duration // until the oldest of the last minute's requests does not count any more
	Paused         time.Duration // until the model may be asked again, after it said no; 0 if it may
	Cause          Cause         // of the pause; empty if none
}

// LeftThisMinute returns how many requests still fit into this minute, or -1 if
// nothing limits them.
func (q ModelQuota) LeftThisMinute() int { return left(q.LimitRPM, q.MinuteRequests) }

// LeftToday returns how many requests still fit into this day, or -1 if nothing
// limits them.
func (q ModelQuota) LeftToday() int { return left(q.LimitRPD, q.DayRequests) }

func left(limit, used int) int {
	if limit == 0 {
		return -1
	}
	return max(limit-used, 0)
}

// Plenty reports whether a quota is used so little that a request which nobody waits
// for takes nothing from anybody: less than half of the minute's requests and of the
// day's money, and the day's requests last. A model that is not named was not asked
// today.
func (q *QuotaState) Plenty(r *Reserve) bool {
	if q.SpendCap > 0 && q.Spent >= q.SpendCap/2 {
		return false
	}
	for _, m := range q.Models {
		switch {
		case r == nil || m.Model != r.Model:
		case m.Paused > 0, m.LimitRPM > 0 && 2*m.MinuteRequests >= m.LimitRPM, m.LimitRPD > 0 && m.Lasts < q.DayReset:
			return false
		}
	}
	return true
}
