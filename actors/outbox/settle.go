package outbox

import (
	"slices"
	"time"

	"troupe/messages"
)

// settle ends the replies of which nothing is left to do.
func (s *state) settle(now time.Time) {
	s.order = slices.DeleteFunc(s.order, func(r *reply) bool {
		r.unhook(now, s)
		r.forget(s.patience, now)
		if !s.over(r, now) {
			return false
		}
		r.ended = true
		if s.replies[r.Trigger] == r {
			delete(s.replies, r.Trigger)
		}
		return true
	})
}

// over reports whether nothing is left to do for r, and answers who waits.
func (s *state) over(r *reply, now time.Time) bool {
	switch {
	case r.leaving:
		if now.Before(r.heard.Add(s.patience)) && (r.busy() || r.erase && (r.shown() || r.stray() >= 0)) {
			s.later(r.heard.Add(s.patience))
			return false
		}
		s.answerAll(r, &messages.ReplyCancelled{})
		return true
	case r.failure != nil && r.final():
		s.answerAll(r, r.failure)
		return true
	case r.stands():
		if r.unconfirmed() == 0 {
			s.stand(r, now)
			s.answerAll(r, &messages.ReplyPosted{Parts: r.messages(), Merged: r.merged()})
			return true
		}
	case !r.final():
		s.later(r.heard.Add(abandoned))
		return !now.Before(r.heard.Add(abandoned))
	}
	at := r.expires(s.patience)
	if now.Before(at) {
		s.later(at)
		return false
	}
	s.answerAll(r, &messages.Failure{Cause: messages.CauseUnreachable, Detail: "the answer did not get through in time"})
	return true
}

// ended returns what became of a reply, if nothing is to be done for it any
// more; else nil.
func (s *state) ended(m messages.Reply) *ending {
	e := s.endings.last[m.Trigger]
	if e == nil || m.Revision > e.revision {
		return nil
	}
	return e
}

// stand notes where the answer stands that r and its members have.
func (s *state) stand(r *reply, now time.Time) {
	if !r.merged() {
		s.endings.add(ending{trigger: r.Trigger, revision: r.Revision, parts: r.messages()}, now)
	}
	for _, m := range r.members {
		s.endings.add(ending{trigger: m.Trigger, revision: m.Revision, parts: r.messages(), merged: true}, now)
	}
}

// answerAll tells all who wait for r what became of it.
func (s *state) answerAll(r *reply, result any) {
	for _, asker := range r.askers {
		s.answer(asker, result)
	}
	r.askers = nil
	for _, m := range r.members {
		s.answerAll(m, result)
		m.ended = true
		delete(s.replies, m.Trigger)
	}
}

func (s *state) answer(asker uint64, result any) {
	s.out = append(s.out, answer{asker, result})
}

// unhook makes a reply to an interaction whose token is about to die one to the
// channel.
func (r *reply) unhook(now time.Time, s *state) {
	since := r.Started
	if since.IsZero() {
		since = r.opened
	}
	if !r.hook || now.Before(since.Add(hookLife-hookMargin)) {
		return
	}
	r.hook, r.lane = false, &s.lane
	if r.shown() {
		return
	}
	r.address = address([]messages.UserID{r.Asker}, r.text)
	if r.final() {
		r.goal = whole(r.address, r.text)
	}
}
