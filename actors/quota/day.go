package quota

import "time"

// A day is one of Gemini's: from midnight to midnight in Los Angeles (Gemini API
// documentation, Rate limits). It has 23 to 25 hours.
type day struct{ start, end time.Time }

// dayOf returns the day that now is in.
func dayOf(now time.Time, zone *time.Location) day {
	year, month, date := now.In(zone).Date()
	return day{
		start: time.Date(year, month, date, 0, 0, 0, 0, zone),
		end:   time.Date(year, month, date+1, 0, 0, 0, 0, zone),
	}
}

// holds reports whether t is not before the day. Nothing is booked for a later
// one.
func (d day) holds(t time.Time) bool { return !t.Before(d.start) }

// A tally is what was used of a model in a day.
type tally struct {
	sent   int // requests
	open   int // reservations
	tokens int // of both, input and output
}
