package router

import (
	"container/list"
	"time"

	"troupe/messages"
)

// ranks is how many priorities there are.
const ranks = int(messages.PriorityBackground) + 1

// A party is who takes turns with the others: a guild or a direct message.
type party struct {
	guild messages.GuildID
	name  string // when guild is 0
}

func partyOf(j *messages.Job) party {
	switch {
	case j.Guild != 0:
		return party{guild: j.Guild}
	case j.Fair != "":
		return party{name: j.Fair}
	}
	return party{name: j.Key}
}

// A lane is a queue of tasks that can be held up together: those that need the
// quota of one model, or those that need none.
type lane struct {
	model     string // "" for tasks without a reservation
	ranks     [ranks]rank
	closed    time.Time // nothing leaves before; zero for open
	why       string    // it is closed: a reason of Refused
	admitting *task     // that the quota was asked for; one at a time keeps the order
}

// A rank is what waits in a lane with one priority: parties in the order of
// their turns, and each party's tasks in the order of their arrival.
type rank struct {
	lines  map[party]*line
	turns  list.List // of *line, by turn
	served time.Time // when one of it was picked, or it ceased to be empty
}

// A line is what one party waits for, never empty.
type line struct {
	party party
	turn  uint64    // smaller is earlier
	tasks list.List // of *task, by ID
	seat  *list.Element
}

// first returns the task whose turn it is, or nil.
func (r *rank) first() *task {
	front := r.turns.Front()
	if front == nil {
		return nil
	}
	return front.Value.(*line).tasks.Front().Value.(*task)
}

// turn returns the turn of the first task.
func (r *rank) turn() uint64 { return r.turns.Front().Value.(*line).turn }

// add puts t into the line of its party. A party that had none takes the given
// turn; one that has keeps the earlier.
func (r *rank) add(t *task, turn uint64, now time.Time) {
	if len(r.lines) == 0 {
		r.served = now
	}
	l := r.lines[t.party]
	switch {
	case l == nil:
		l = &line{party: t.party, turn: turn}
		if r.lines == nil {
			r.lines = map[party]*line{}
		}
		r.lines[t.party] = l
		r.seat(l)
	case turn < l.turn:
		l.turn = turn
		r.turns.Remove(l.seat)
		r.seat(l)
	}
	t.line = l
	t.seat = insert(&l.tasks, t, func(other *task) bool { return other.id < t.id })
}

// seat puts l among the others, by turn.
func (r *rank) seat(l *line) {
	l.seat = insert(&r.turns, l, func(other *line) bool { return other.turn < l.turn })
}

// remove takes t out of its line.
func (r *rank) remove(t *task) {
	l := t.line
	l.tasks.Remove(t.seat)
	t.line, t.seat = nil, nil
	if l.tasks.Len() == 0 {
		r.turns.Remove(l.seat)
		delete(r.lines, l.party)
	}
}

// pick removes the first task. Its party goes behind the others, to the given
// turn; the task keeps the turn it had, should it come back.
func (r *rank) pick(turn uint64, now time.Time) *task {
	t := r.first()
	l := t.line
	t.turn = l.turn
	r.remove(t)
	if l.tasks.Len() > 0 {
		l.turn = turn
		r.turns.MoveToBack(l.seat)
	}
	r.served = now
	return t
}

// insert puts v behind all that come before it. It looks from the back, where
// most belong, but what comes back belongs in front: that is tried first.
func insert[T any](l *list.List, v T, before func(T) bool) *list.Element {
	front := l.Front()
	if front == nil || !before(front.Value.(T)) {
		return l.PushFront(v)
	}
	e := l.Back()
	for !before(e.Value.(T)) {
		e = e.Prev()
	}
	return l.InsertAfter(v, e)
}
