package geminisim

import (
	"slices"

	"troupe/messages"
	"troupe/sim/fault"
)

// Plan returns the faults in force, where more can be set.
func (s *Server) Plan() *fault.Plan { return s.plan }

// Key returns the key that is accepted.
func (s *Server) Key() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// SetKey makes another key the one that is accepted.
func (s *Server) SetKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key
}

// SetModels says which models exist from now on.
func (s *Server) SetModels(models []Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.models = slices.Clone(models)
}

// SetAnswer has f answer what no rule does. It must be safe for concurrent use
// and not wait; nil means [StandIn].
func (s *Server) SetAnswer(f func(*messages.Prompt) Reply) {
	if f == nil {
		f = StandIn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// SetLatency says how long answers take that begin from now on.
func (s *Server) SetLatency(l Latency) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = l
}

// SetCapacity says how many generations may be in flight. Those that are over it
// already go on.
func (s *Server) SetCapacity(c Capacity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.capacity = c
}

// SetQuota says how much of a model may be used. What was used before, in this
// minute and today, counts.
func (s *Server) SetQuota(model string, q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meter(model).quota = q
}

// Script adds rules by which calls are answered. A rule that is good for a
// number of calls comes before those that stay; among the former the oldest
// comes first, among the latter the newest.
func (s *Server) Script(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, rules...)
}

// Unscript removes all rules.
func (s *Server) Unscript() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = nil
}
