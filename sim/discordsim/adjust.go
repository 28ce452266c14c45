package discordsim

import "time"

// SetCalendar puts the calendar of which IDs and the times of messages are made
// ahead of the clock by which limits and windows are measured, or behind it: as
// the bot sees it, its own clock is wrong. IDs grow all the same.
func (s *Server) SetCalendar(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.ahead = ahead
}

// date returns the time by the calendar.
func (w *world) date() time.Time { return w.now().Add(w.ahead) }

// ForgetNonces makes the nonces used so far mean nothing any more, as if the
// window within which Discord knows them were over.
func (s *Server) ForgetNonces() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.world.nonces)
	s.world.nonceOrder = nil
}

// Forget cuts every gateway connection and forgets all sessions: none can be
// resumed.
func (s *Server) Forget() {
	connected := s.connections()
	s.mu.Lock()
	for id := range s.world.sessions {
		s.world.end(id)
	}
	s.mu.Unlock()
	for _, c := range connected {
		c.cut()
	}
}
