package router

import (
	"time"

	"troupe/messages"
)

// What the router does where the quota or a limit does not say when to come
// again, and how many breakers it keeps.
const (
	quotaRetry   = 250 * time.Millisecond
	shortestWait = time.Millisecond
	mostBreakers = 256
	meanWeight   = 0.1 // of the newest value in a moving mean
)

// limitGlobal names the limit that holds for all jobs of an upstream, whatever
// their key ([messages.Limited]).
const limitGlobal = "global"

// dispatch starts what may start, and returns the actions of the call.
func (s *state) dispatch(now time.Time) []action {
	for s.slots < s.limiter.slots() {
		l, rank := s.choose(now)
		if l == nil {
			break
		}
		s.turns++
		t := l.ranks[rank].pick(s.turns, now)
		s.queued--
		s.drop(t)
		if again, yes := s.breakerOf(t).refuses(now); yes {
			s.refuse(t, messages.RefusedBreaker, again, now)
			continue
		}
		s.slots++
		if l.model != "" {
			l.admitting = t
			t.phase = admitting
			s.do(admit, t, nil)
			continue
		}
		s.start(t, now)
	}
	return s.out
}

// choose returns the lane and the rank whose turn it is, or nil: the highest
// rank, but for one that had no turn for long, and the earliest turn in it.
func (s *state) choose(now time.Time) (best *lane, rank int) {
	aged := false
	for _, l := range s.lanes {
		if l.closed.After(now) || l.admitting != nil {
			continue
		}
		for i := range l.ranks {
			r := &l.ranks[i]
			if len(r.lines) == 0 {
				continue
			}
			old := i > 0 && now.Sub(r.served) >= s.cfg.Ageing
			switch {
			case best == nil, old && !aged:
			case old != aged, i > rank:
				continue
			case i == rank && r.turn() > best.ranks[rank].turn():
				continue
			}
			best, rank, aged = l, i, old
		}
	}
	return best, rank
}

// start gives t, which has a slot, to the shell.
func (s *state) start(t *task, now time.Time) {
	t.phase = running
	t.began = now
	t.trial = s.breakerOf(t).begin(now)
	s.do(run, t, nil)
}

// reserved goes on with a task that the quota has admitted.
func (s *state) reserved(id uint64, now time.Time) []action {
	s.out = s.out[:0]
	t := s.admitted(id)
	if t == nil {
		return nil
	}
	again, refused := s.breakerOf(t).refuses(now)
	switch {
	case t.gone:
		s.do(release, t, nil)
		s.end(t, now)
	case refused: // it opened meanwhile
		s.do(release, t, nil)
		s.refuse(t, messages.RefusedBreaker, again, now)
	default:
		s.slots++
		s.start(t, now)
	}
	return s.dispatch(now)
}

// unreserved goes on with a task that the quota did not admit: not now
// (*Limited), not today (*Failure), or it gave no answer.
func (s *state) unreserved(id uint64, err error, now time.Time) []action {
	s.out = s.out[:0]
	t := s.admitted(id)
	if t == nil {
		return nil
	}
	if t.gone {
		s.end(t, now)
		return s.dispatch(now)
	}
	wait := quotaRetry
	switch err := err.(type) { //nolint:errorlint // what a quota answers is never wrapped
	case *messages.Failure:
		s.count.refused[string(err.Cause)]++
		s.do(answer, t, err)
		s.end(t, now)
		return s.dispatch(now)
	case *messages.Limited:
		wait = err.Wait
	}
	s.close(t, wait, messages.RefusedQuota, now)
	return s.dispatch(now)
}

// admitted takes back the slot of a task that waited for the quota.
func (s *state) admitted(id uint64) *task {
	t := s.tasks[id]
	if t == nil || t.phase != admitting {
		return nil
	}
	t.lane.admitting = nil
	s.slots--
	return t
}

// close holds up the lane of t, and puts t back to its turn.
func (s *state) close(t *task, wait time.Duration, why string, now time.Time) {
	wait = max(wait, shortestWait)
	if until := now.Add(wait); until.After(t.lane.closed) {
		t.lane.closed, t.lane.why = until, why
	}
	if t.lane.closed.After(t.deadline) {
		s.refuse(t, why, t.lane.closed.Sub(now), now)
		return
	}
	s.enqueue(t, t.turn, now)
}

// finished goes on when the run of a task has returned. latency is the time to
// the first sign of an answer.
func (s *state) finished(id uint64, result any, latency time.Duration, now time.Time) []action {
	s.out = s.out[:0]
	t := s.tasks[id]
	if t == nil || t.phase != running {
		return nil
	}
	how := judge(t, result)
	s.learn(t, how, latency, now)
	s.slots--
	switch r := result.(type) {
	case *messages.Limited:
		s.limited(t, r, now)
	case *messages.TryAgain:
		s.failed(t, r, now)
	default:
		s.done(t, result, now)
	}
	return s.dispatch(now)
}

// failed puts away a task whose run is to be tried again, unless it is not
// willing to wait so long.
func (s *state) failed(t *task, m *messages.TryAgain, now time.Time) {
	wait := max(m.Wait, shortestWait)
	if t.gone || now.Add(wait).After(t.deadline) {
		s.done(t, m.Failure, now)
		return
	}
	s.probed(t, true, now)
	t.key = lotKey{id: t.id} // its failure is its own: it holds up no other
	s.park(t, wait, now)
}

// limited puts away a task that met a limit, until that has passed.
func (s *state) limited(t *task, m *messages.Limited, now time.Time) {
	if t.gone {
		s.end(t, now)
		return
	}
	wait := max(m.Wait, shortestWait)
	if m.What == limitGlobal {
		s.close(t, wait, messages.RefusedLimit, now)
		return
	}
	s.park(t, wait, now)
}

// done answers a task that ran.
func (s *state) done(t *task, result any, now time.Time) {
	if t.gone {
		s.end(t, now)
		return
	}
	answered := &messages.JobDone{Result: result, Waited: t.began.Sub(t.arrived), Ran: now.Sub(t.began)}
	s.count.done++
	if _, failed := result.(*messages.Failure); failed {
		s.count.failed++
	}
	s.count.waited = mean(s.count.waited, answered.Waited)
	s.count.ran = mean(s.count.ran, answered.Ran)
	s.probed(t, true, now)
	s.do(answer, t, answered)
	s.end(t, now)
}

func mean(old, value time.Duration) time.Duration {
	if old == 0 {
		return value
	}
	return old + time.Duration(meanWeight*float64(value-old))
}
