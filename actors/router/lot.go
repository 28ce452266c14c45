package router

import (
	"container/list"
	"time"

	"troupe/messages"
)

// A lot is where the tasks of one key wait for a limit to pass. When it has,
// one of them probes; each that gets through lets twice as many go together.
type lot struct {
	key    lotKey
	until  time.Time
	open   bool      // until has passed
	window int       // how many may be out together, while open
	out    int       // woken, and not known yet whether they get through
	tasks  list.List // of *task, by ID
	at     int       // place in the calendar of lots
}

// A lotKey is the key of a job, or its ID when it has none.
type lotKey struct {
	key string
	id  uint64
}

func (l *lot) due() time.Time { return l.until }
func (l *lot) place() *int    { return &l.at }

// park puts t into the lot of its key for at least the wait, or refuses it if
// it is not willing to wait so long.
func (s *state) park(t *task, wait time.Duration, now time.Time) {
	l := s.lots[t.key]
	if l == nil {
		l = &lot{key: t.key, at: -1}
		s.lots[t.key] = l
	}
	if t.probe {
		t.probe = false
		l.out--
	}
	if until := now.Add(wait); until.After(l.until) {
		l.until = until
	}
	l.open, l.window = false, 1
	s.opening.remove(l)
	s.opening.add(l)
	if l.until.After(t.deadline) {
		s.refuse(t, messages.RefusedLimit, l.until.Sub(now), now)
		return
	}
	s.shelve(t, l)
}

// shelve puts t into l, to its place by age.
func (s *state) shelve(t *task, l *lot) {
	t.phase, t.lot = parked, l
	t.seat = insert(&l.tasks, t, func(other *task) bool { return other.id < t.id })
	s.parked++
	s.hold(t)
}

// wake lets as many out of l as may be, and drops l when it is of no use.
func (s *state) wake(l *lot, now time.Time) {
	for l.open && l.out < l.window && l.tasks.Len() > 0 {
		t := l.tasks.Front().Value.(*task)
		l.tasks.Remove(t.seat)
		t.seat = nil
		s.parked--
		l.out++
		t.probe = true
		s.enqueue(t, t.turn, now)
	}
	if l.open && l.out == 0 && l.tasks.Len() == 0 {
		delete(s.lots, l.key)
	}
}

// probed tells the lot of t what became of it: it got through, or it ended
// without a try.
func (s *state) probed(t *task, through bool, now time.Time) {
	if !t.probe {
		return
	}
	t.probe = false
	l := t.lot
	l.out--
	if through && l.open {
		l.window = min(2*l.window, s.cfg.Capacity)
	}
	s.wake(l, now)
}
