package actors

import (
	"testing"

	"github.com/anthdm/hollywood/actor"
)

// Who waits is known by what for, and by themselves; once forgotten, by neither.
func TestAskers(t *testing.T) {
	ann, again, bob := actor.NewPID("local", "ask/1"), actor.NewPID("local", "ask/1"), actor.NewPID("local", "ask/2")
	var a Askers[int]
	if a.Of(1) != nil || a.Drop(1) != nil {
		t.Error("somebody waits before anybody asked")
	}
	a.Add(1, ann)
	a.Add(2, bob)
	if key, ok := a.Withdraw(again); !ok || key != 1 || a.Of(1) != nil {
		t.Errorf("withdrawn: %d, %v", key, ok)
	}
	if _, ok := a.Withdraw(ann); ok {
		t.Error("withdrawn twice")
	}
	if _, ok := a.Withdraw(nil); ok {
		t.Error("nobody is withdrawn")
	}
	a.Add(2, ann) // in place of bob
	if _, ok := a.Withdraw(bob); ok || a.Of(2) != ann {
		t.Errorf("%v waits", a.Of(2))
	}
	if a.Drop(2) != ann || len(a.pids) != 0 || len(a.keys) != 0 {
		t.Errorf("left: %v, %v", a.pids, a.keys)
	}
}
