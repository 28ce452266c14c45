package actors

import (
	"slices"

	"github.com/anthdm/hollywood/actor"
)

// A Change is what an actor is told to change of what it keeps.
type Change struct {
	Message any
	Asker   *actor.PID // nil if nobody is to be told
}

// Changes are those of an actor, in their order. Each builds on what the one before
// came to, so that one is under way at a time. The zero value is ready.
type Changes struct {
	waiting []Change
	under   *Change
}

// Add takes one in. It reports false if as many wait as may.
func (s *Changes) Add(change Change, most int) bool {
	if len(s.waiting) >= most {
		return false
	}
	s.waiting = append(s.waiting, change)
	return true
}

// Next begins the next one, unless there is none or one is under way.
func (s *Changes) Next() (change Change, ok bool) {
	if s.under != nil || len(s.waiting) == 0 {
		return Change{}, false
	}
	change, s.waiting = s.waiting[0], s.waiting[1:]
	s.under = &change
	return change, true
}

// Under returns the one under way, or nil.
func (s *Changes) Under() *Change { return s.under }

// End ends the one under way, and returns who is to be told.
func (s *Changes) End() (asker *actor.PID) {
	asker, s.under = s.under.Asker, nil
	return asker
}

// Drop forgets those that wait and are such.
func (s *Changes) Drop(such func(Change) bool) { s.waiting = slices.DeleteFunc(s.waiting, such) }

// Open reports whether there is one, waiting or under way.
func (s *Changes) Open() bool { return s.under != nil || len(s.waiting) > 0 }
