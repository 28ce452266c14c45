package geminisim

import "time"

// A Load is how many generations are in flight, and were at most.
type Load struct {
	InFlight int
	Peak     int
}

// Load returns how many generations are in flight, those included that a fault
// holds.
func (s *Server) Load() Load {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load
}

// enter takes up a generation, unless there are too many.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.capacity; c.Calls > 0 && !c.Slow && s.load.InFlight >= c.Calls {
		return false
	}
	s.load.InFlight++
	s.load.Peak = max(s.load.Peak, s.load.InFlight)
	return true
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load.InFlight--
}

// stretch returns how long something takes with the load that there is now.
func (s *Server) stretch(d time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.capacity; c.Slow && c.Calls > 0 && s.load.InFlight > c.Calls {
		return d * time.Duration(s.load.InFlight) / time.Duration(c.Calls)
	}
	return d
}
