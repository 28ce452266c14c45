package actors_test

import (
	"testing"

	"troupe/actors"

	"github.com/anthdm/hollywood/actor"
)

// One change is under way at a time, in their order, and no more wait than may.
func TestChanges(t *testing.T) {
	var s actors.Changes
	first := actor.NewPID("local", "ask/1")
	for i, want := range []bool{true, true, true, false} {
		change := actors.Change{Message: i}
		if i == 0 {
			change.Asker = first
		}
		if got := s.Add(change, 3); got != want {
			t.Errorf("change %d: taken %v", i, got)
		}
	}
	if s.Under() != nil {
		t.Error("one is under way before it began")
	}
	if change, ok := s.Next(); !ok || change.Message != 0 || s.Under().Message != 0 {
		t.Errorf("begins %v, %v", change, ok)
	}
	if change, ok := s.Next(); ok {
		t.Errorf("a second begins: %v", change)
	}
	s.Drop(func(c actors.Change) bool { return c.Message != 2 })
	if !s.Open() || s.End() != first {
		t.Error("the first one's asker is not told")
	}
	if change, ok := s.Next(); !ok || change.Message != 2 {
		t.Errorf("then begins %v, %v", change, ok)
	}
	if s.End() != nil || s.Open() {
		t.Error("one is left")
	}
}
