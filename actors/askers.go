package actors

import "github.com/anthdm/hollywood/actor"

// Askers are those who wait for an answer of an actor, by what they wait for. What
// is withdrawn ([Withdrawn]) is known by its sender alone. The zero value is ready.
type Askers[K comparable] struct {
	pids map[K]*actor.PID
	keys map[string]K // by the PID as text
}

// Add notes who waits, in place of who waited for the same before.
func (a *Askers[K]) Add(key K, pid *actor.PID) {
	if a.pids == nil {
		a.pids, a.keys = map[K]*actor.PID{}, map[string]K{}
	}
	a.Drop(key)
	a.pids[key], a.keys[pid.String()] = pid, key
}

// Of returns who waits for key, or nil.
func (a *Askers[K]) Of(key K) *actor.PID { return a.pids[key] }

// Drop forgets who waits for key, and returns who that was, or nil.
func (a *Askers[K]) Drop(key K) *actor.PID {
	pid := a.pids[key]
	if pid != nil {
		delete(a.keys, pid.String())
		delete(a.pids, key)
	}
	return pid
}

// Withdraw forgets somebody, and returns what they waited for; false if for
// nothing, or pid is nil.
func (a *Askers[K]) Withdraw(pid *actor.PID) (key K, waited bool) {
	if pid == nil {
		return key, false
	}
	if key, waited = a.keys[pid.String()]; waited {
		a.Drop(key)
	}
	return key, waited
}
