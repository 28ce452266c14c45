package journal

import (
	"slices"

	"troupe/messages"
)

// reads are the questions to the store: some under way, some waiting.
type reads struct {
	under   map[uint64]bool // that the store has
	waiting []question
	broken  bool // the last one failed
}

type question struct {
	id      uint64
	message any
}

// ask takes a question in, or refuses it.
func (s *state) ask(id uint64, m any) []action {
	s.out = s.out[:0]
	switch {
	case len(s.under) < s.cfg.Reads:
		s.under[id] = true
		s.do(action{verb: read, id: id, message: m})
	case len(s.waiting) < s.cfg.Asks:
		s.waiting = append(s.waiting, question{id, m})
	default:
		s.do(action{verb: answer, id: id, message: &messages.Refused{Reason: messages.RefusedFull}})
	}
	return s.out
}

// found passes on what the store answered, and asks the next.
func (s *state) found(id uint64, m any, err error) []action {
	s.out = s.out[:0]
	s.broken = err != nil
	if err != nil {
		m = failure(err.Error())
	}
	delete(s.under, id)
	s.do(action{verb: answer, id: id, message: m})
	if len(s.waiting) > 0 {
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.under[next.id] = true
		s.do(action{verb: read, id: next.id, message: next.message})
	}
	return s.out
}

// unreadable reports whether an error of a question is news.
func (s *state) unreadable() bool { return !s.broken }

// withdraw forgets a question that waits.
func (s *state) withdraw(id uint64) {
	s.waiting = slices.DeleteFunc(s.waiting, func(q question) bool { return q.id == id })
}
