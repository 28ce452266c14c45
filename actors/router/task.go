package router

import (
	"net/http"
	"time"

	"troupe/messages"
)

// laneOf returns the lane that a job waits in.
func (s *state) laneOf(j *messages.Job) *lane {
	model := ""
	if s.cfg.Quota && j.Reserve != nil {
		model = j.Reserve.Model
	}
	l := s.lanes[model]
	if l == nil {
		l = &lane{model: model}
		s.lanes[model] = l
	}
	return l
}

// breakerOf returns the breaker of a task, or nil, which never opens.
func (s *state) breakerOf(t *task) *breaker {
	name := t.job.Breaker
	if name == "" {
		return nil
	}
	b := s.breakers[name]
	if b == nil && len(s.breakers) < mostBreakers {
		b = &breaker{cfg: s.cfg.Breaker}
		s.breakers[name] = b
	}
	return b
}

// enqueue puts t into its lane, at the turn of its party.
func (s *state) enqueue(t *task, turn uint64, now time.Time) {
	t.phase = queued
	t.lane.ranks[t.rank()].add(t, turn, now)
	s.queued++
	s.hold(t)
}

// hold books t as one that waits, if it is not yet.
func (s *state) hold(t *task) {
	if t.at >= 0 {
		return
	}
	s.deadlines.add(t)
	held := s.parties[t.party]
	if held == nil {
		held = new([ranks]int)
		s.parties[t.party] = held
	}
	held[t.rank()]++
}

// drop books t as one that waits no more.
func (s *state) drop(t *task) {
	s.deadlines.remove(t)
	held := s.parties[t.party]
	held[t.rank()]--
	if *held == [ranks]int{} {
		delete(s.parties, t.party)
	}
}

// leave takes a waiting task from where it waits.
func (s *state) leave(t *task, now time.Time) {
	s.drop(t)
	if t.phase == queued {
		t.lane.ranks[t.rank()].remove(t)
		s.queued--
		return
	}
	t.lot.tasks.Remove(t.seat)
	t.seat = nil
	s.parked--
	s.wake(t.lot, now)
}

// end forgets t, which has left all queues and slots.
func (s *state) end(t *task, now time.Time) {
	t.phase = ended
	delete(s.tasks, t.id)
	s.do(forget, t, nil)
	s.probed(t, false, now)
}

// refuse answers t, which is in no queue and no slot, that it will not run.
func (s *state) refuse(t *task, reason string, again time.Duration, now time.Time) {
	s.count.refused[reason]++
	s.do(answer, t, &messages.Refused{Reason: reason, RetryAfter: again})
	s.end(t, now)
}

// expire refuses a task that has waited too long, with what it waited for.
func (s *state) expire(t *task, now time.Time) {
	reason, again := messages.RefusedDeadline, s.patience()
	switch {
	case t.phase == parked:
		reason, again = messages.RefusedLimit, max(t.lot.until.Sub(now), 0)
	case t.lane.closed.After(now):
		reason, again = t.lane.why, t.lane.closed.Sub(now)
	}
	s.leave(t, now)
	s.refuse(t, reason, again, now)
}

// room makes sure that one more task may wait. When all places are taken, the
// party that holds most of the lowest rank gives its newest up, if that rank is
// lower than t's or that party holds more than t's own.
func (s *state) room(t *task, now time.Time) bool {
	if s.queued+s.parked < s.cfg.Capacity {
		return true
	}
	own := 0
	if held := s.parties[t.party]; held != nil {
		own = held[t.rank()]
	}
	for rank := ranks - 1; rank >= t.rank(); rank-- {
		who, most := s.largest(rank)
		if most == 0 || rank == t.rank() && most <= own+1 {
			continue
		}
		if victim := s.newest(who, rank); victim != nil {
			s.leave(victim, now)
			s.refuse(victim, messages.RefusedFull, s.patience(), now)
			return true
		}
	}
	return false
}

// largest returns who holds most places with tasks of a rank.
func (s *state) largest(rank int) (who party, most int) {
	for p, held := range s.parties {
		if held[rank] > most {
			who, most = p, held[rank]
		}
	}
	return who, most
}

func (s *state) newest(who party, rank int) (found *task) {
	for _, t := range s.deadlines.rows {
		if t.party == who && t.rank() == rank && (found == nil || t.id > found.id) {
			found = t
		}
	}
	return found
}

// patience returns how long what waits now will take, as far as is known.
func (s *state) patience() time.Duration {
	return s.count.ran * time.Duration(s.queued+1) / time.Duration(max(s.limiter.slots(), 1))
}

// judge says what the end of a run tells of its upstream.
func judge(t *task, result any) outcome {
	failure, failed := result.(*messages.Failure)
	if again, ok := result.(*messages.TryAgain); ok {
		failure, failed = again.Failure, true
	}
	_, limited := result.(*messages.Limited)
	switch {
	case limited, t.gone:
		return silent
	case !failed:
		return served
	case failure.Status == http.StatusTooManyRequests:
		return rejected
	case failure.Status >= http.StatusInternalServerError:
		return failing
	}
	switch failure.Cause { //nolint:exhaustive // the others are answers as good as any
	case messages.CauseOverloaded, messages.CauseTimeout, messages.CauseUnreachable:
		return failing
	case messages.CauseInternal, messages.CauseCancelled:
		return silent
	}
	return served
}

// learn tells breaker and limiter how a run ended.
func (s *state) learn(t *task, how outcome, latency time.Duration, now time.Time) {
	s.breakerOf(t).end(how, t.trial, now)
	switch how {
	case served:
		s.limiter.served(t.job.Kind, t.began, latency, s.slots, now)
	case rejected, failing:
		s.limiter.rejected(t.began, now)
	case silent:
	}
}
