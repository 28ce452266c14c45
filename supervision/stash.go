package supervision

import "github.com/anthdm/hollywood/actor"

// A stash is mail kept in order while an actor is down. It is given back one by
// one through the actor's own mailbox; each comes back with a sender that is
// the same address but another pointer, by which it is known from newer mail.
type stash struct {
	mail []envelope
	mark *actor.PID // sender of the one on its way; nil if none is
}

type envelope struct {
	message any
	sender  *actor.PID // may be nil
}

func (s *stash) empty() bool { return len(s.mail) == 0 }

func (s *stash) size() int { return len(s.mail) }

func (s *stash) push(m any, sender *actor.PID) {
	s.mail = append(s.mail, envelope{m, sender})
}

// next returns the eldest, with the sender to send it with. Who looks at the
// sender of a message without one sees an address where nobody is.
func (s *stash) next(address string) (m any, sender *actor.PID) {
	e := s.mail[0]
	if e.sender == nil {
		s.mark = actor.NewPID(address, "nobody")
	} else {
		s.mark = actor.NewPID(e.sender.GetAddress(), e.sender.GetID())
	}
	return e.message, s.mark
}

// replays reports whether a message with this sender is the one on its way.
func (s *stash) replays(sender *actor.PID) bool { return s.mark != nil && sender == s.mark }

// under reports whether one is on its way.
func (s *stash) under() bool { return s.mark != nil }

// arrived takes note that the one on its way is back. If it is not wanted now,
// it stays the eldest.
func (s *stash) arrived(wanted bool) bool {
	s.mark = nil
	if !wanted || len(s.mail) == 0 {
		return false
	}
	s.mail[0] = envelope{}
	if s.mail = s.mail[1:]; len(s.mail) == 0 {
		s.mail = nil
	}
	return true
}

func (s *stash) clear() []envelope {
	all := s.mail
	*s = stash{}
	return all
}
