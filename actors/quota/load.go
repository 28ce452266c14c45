package quota

import (
	"slices"
	"time"

	"troupe/messages"
)

// mostUnkept bounds the attempts that the journal has not acknowledged. Beyond
// it they are counted, but lost at a restart.
const mostUnkept = 4096

// since returns from when on attempts matter.
func (s *state) since(now time.Time) time.Time {
	s.roll(now)
	if from := now.Add(-window); from.Before(s.today.start) {
		return from
	}
	return s.today.start
}

// load rebuilds what is used from what the journal has kept and from the book.
// It returns the attempts that are to be kept still.
func (s *state) load(rows []messages.AttemptMade, now time.Time) (unkept []uint64) {
	s.roll(now)
	all := slices.Clone(rows)
	known := map[int64]bool{}
	for _, row := range rows {
		known[row.At.UnixMilli()] = true
	}
	for id, a := range s.unkept {
		if known[a.At.UnixMilli()] { // it was done and not acknowledged
			delete(s.unkept, id)
			continue
		}
		all = append(all, *a)
		unkept = append(unkept, id)
	}
	for _, a := range all {
		s.count(&a, a.At)
		if m := s.model(a.Model); a.Output > 0 {
			m.output = mean(m.output, a.Output)
		}
	}
	s.fill(all, now)
	return unkept
}

// fill rebuilds the minute.
func (s *state) fill(attempts []messages.AttemptMade, now time.Time) {
	for _, a := range attempts {
		at := a.At
		if at.After(now) { // a stamp is a little late if many came at once
			at = now
		}
		if now.Before(at.Add(window)) {
			s.model(a.Model).minute.add(at, a.Input)
		}
	}
	for _, r := range s.open {
		s.enter(r)
	}
	for _, m := range s.models {
		m.minute.sort()
	}
}

// kept takes note that the journal has an attempt.
func (s *state) kept(attempt uint64) { delete(s.unkept, attempt) }
