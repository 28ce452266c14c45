package quota

import (
	"slices"
	"time"

	"troupe/messages"
)

// mostUnkept bounds the attempts that the journal has not acknowledged. Beyond it
// they are counted now, but after the end of the process as they were reserved.
const mostUnkept = 4096

// kept takes note that the journal has an attempt.
func (b *book) kept(id uint64) { delete(b.unkept, id) }

// since returns from when on attempts matter.
func (s *state) since(now time.Time) time.Time {
	s.roll(now)
	if from := now.Add(-window); from.Before(s.today.start) {
		return from
	}
	return s.today.start
}

// load rebuilds what is used from what the journal has kept and from the book,
// which goes before it. It returns the attempts that are to be kept still, and
// the reservations that nobody will use, since they were not granted: who asked was
// told of the crash.
func (s *state) load(rows []messages.AttemptMade, now time.Time) (unkept []*messages.AttemptMade, unused []uint64) {
	s.roll(now)
	for id, r := range s.open {
		if !r.granted {
			delete(s.open, id)
			unused = append(unused, id)
		}
	}
	var all []messages.AttemptMade
	for _, row := range rows {
		if s.open[row.ID] == nil && s.unkept[row.ID] == nil && !slices.Contains(unused, row.ID) {
			all = append(all, row)
		}
	}
	for _, a := range s.unkept {
		all = append(all, *a)
		unkept = append(unkept, a)
	}
	for _, a := range all {
		s.count(&a, a.At)
		if m := s.model(a.Model); a.Output > 0 {
			m.output = mean(m.output, a.Output)
		}
	}
	s.fill(all, now)
	return unkept, unused
}

// fill rebuilds the minute.
func (s *state) fill(attempts []messages.AttemptMade, now time.Time) {
	for _, a := range attempts {
		if now.Before(a.At.Add(window)) {
			s.model(a.Model).minute.add(a.At, a.Input)
		}
	}
	for _, r := range s.open {
		s.enter(r)
	}
	for _, m := range s.models {
		m.minute.sort()
	}
}
