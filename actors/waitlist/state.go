package waitlist

import (
	"cmp"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"
)

// limits bound a list.
type limits struct {
	Line  int // questions of one guild
	Total int
}

// How the list finds out that the model is back, and lets questions go then.
const (
	firstPause = 2 * time.Second // after a question has failed, before the next is tried; doubles
	lastPause  = 10 * time.Second
	trialWait  = 2 * time.Minute // for a word of a question that was let go; after that it is forgotten
	maxWidth   = 64              // questions that are tried at once
)

// A key names a line: a guild, or the channel of a direct message.
type key uint64

// A waiter is a question that waits.
type waiter struct {
	trigger messages.MessageID
	told    int // its place, as told last; -1 for never
}

// A trial is a question that was let go.
type trial struct {
	line  key
	since time.Time
}

// A state is what a waitlist knows. Its methods take what was heard and return
// what is to be done, valid until the next call.
//
// As long as nothing is known of the model but that it failed, one question is
// tried after each pause. Each that is answered lets more go at once, as TCP opens
// its window.
type state struct {
	limits  limits
	lines   map[key][]*waiter // by trigger: the order in which they were asked
	turns   []key             // lines that are not empty, in the order of their turns
	waiting int
	trials  map[messages.MessageID]trial // let go, and not heard of since
	failed  int                          // pauses since the model answered last
	width   int                          // questions that may be tried at once
	again   time.Time                    // no question is let go before

	out []action
}

// An action is what is to be told to who waits for a trigger.
type action struct {
	trigger messages.MessageID
	tell    any // *messages.Place, *messages.Proceed
}

func newState(l limits) *state {
	return &state{limits: l, lines: map[key][]*waiter{}, trials: map[messages.MessageID]trial{}, width: 1}
}

func keyOf(m *messages.StandBy) key {
	if m.Guild != 0 {
		return key(m.Guild)
	}
	return key(m.Channel)
}

// outage returns how many questions there are that the model has yet to answer, if it
// is not known to be back.
func (s *state) outage() messages.Outage {
	if s.failed == 0 {
		return messages.Outage{Waiting: s.waiting}
	}
	return messages.Outage{Waiting: s.waiting + len(s.trials)}
}

// standBy takes a question in that is not to be tried now. It reports whether there
// is room.
func (s *state) standBy(m *messages.StandBy, now time.Time) ([]action, bool) {
	s.out = s.out[:0]
	_, tried := s.trials[m.Trigger]
	delete(s.trials, m.Trigger)
	s.remove(m.Trigger)
	if !m.Untried {
		s.fail(m.After, tried, now)
	}
	k := keyOf(m)
	if len(s.lines[k]) >= s.limits.Line || s.waiting >= s.limits.Total {
		return s.step(now), false
	}
	if len(s.lines[k]) == 0 {
		s.turns = append(s.turns, k)
	}
	i, _ := slices.BinarySearchFunc(s.lines[k], m.Trigger, byTrigger)
	s.lines[k] = slices.Insert(s.lines[k], i, &waiter{trigger: m.Trigger, told: -1})
	s.waiting++
	return s.step(now), true
}

func byTrigger(w *waiter, id messages.MessageID) int { return cmp.Compare(w.trigger, id) }

// fail takes in that the model does not answer. Questions that were under way at
// the same time tell nothing new.
func (s *state) fail(after time.Duration, tried bool, now time.Time) {
	s.width = 1
	if now.Before(s.again) || !tried && s.failed > 0 {
		s.again = later(s.again, now.Add(min(after, lastPause)))
		return
	}
	pause := actors.Doubled(firstPause, s.failed, lastPause)
	s.failed++
	s.again = now.Add(max(pause, min(after, lastPause)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// served takes in that the model has answered.
func (s *state) served(id messages.MessageID, now time.Time) []action {
	s.out = s.out[:0]
	if _, tried := s.trials[id]; tried {
		delete(s.trials, id)
		s.failed, s.again = 0, time.Time{}
		s.width = min(2*s.width, maxWidth)
	}
	return s.step(now)
}

// leave forgets a question that waits no longer, or is not tried any more.
func (s *state) leave(id messages.MessageID, now time.Time) []action {
	s.out = s.out[:0]
	s.remove(id)
	return s.step(now)
}

// tick goes on when the time has come that [state.wake] gave.
func (s *state) tick(now time.Time) []action {
	s.out = s.out[:0]
	return s.step(now)
}

// step lets go who may go, and tells the others their places.
func (s *state) step(now time.Time) []action {
	for id, t := range s.trials {
		if now.Sub(t.since) >= trialWait {
			delete(s.trials, id)
		}
	}
	for s.waiting > 0 && len(s.trials) < s.width && !now.Before(s.again) {
		s.release(now)
	}
	for _, k := range s.turns {
		for i, w := range s.lines[k] {
			if ahead := i + s.tried(k, w.trigger); w.told != ahead {
				w.told = ahead
				s.out = append(s.out, action{w.trigger, &messages.Place{Ahead: ahead}})
			}
		}
	}
	return s.out
}

// tried returns how many questions of a line that were asked before one are being
// tried.
func (s *state) tried(k key, before messages.MessageID) (n int) {
	for id, t := range s.trials {
		if t.line == k && id < before {
			n++
		}
	}
	return n
}

// release lets the first go of the line whose turn it is.
func (s *state) release(now time.Time) {
	k := s.turns[0]
	s.turns = s.turns[1:]
	w := s.lines[k][0]
	s.lines[k] = s.lines[k][1:]
	s.waiting--
	if len(s.lines[k]) == 0 {
		delete(s.lines, k)
	} else {
		s.turns = append(s.turns, k)
	}
	s.trials[w.trigger] = trial{k, now}
	s.out = append(s.out, action{w.trigger, &messages.Proceed{}})
}

// remove takes a question out of its line.
func (s *state) remove(id messages.MessageID) {
	for k, line := range s.lines {
		i, found := slices.BinarySearchFunc(line, id, byTrigger)
		if !found {
			continue
		}
		s.waiting--
		if s.lines[k] = slices.Delete(line, i, i+1); len(s.lines[k]) == 0 {
			delete(s.lines, k)
			s.turns = slices.DeleteFunc(s.turns, func(t key) bool { return t == k })
		}
		return
	}
}

// wake returns when [state.tick] is to be called; zero for never.
func (s *state) wake() time.Time {
	if s.waiting == 0 {
		return time.Time{}
	}
	if len(s.trials) < s.width {
		return s.again
	}
	var first time.Time
	for _, t := range s.trials {
		if first.IsZero() || t.since.Before(first) {
			first = t.since
		}
	}
	return later(s.again, first.Add(trialWait))
}
