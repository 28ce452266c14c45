package discordsim

import "troupe/messages"

// Buckets returns how many buckets are remembered.
func (s *Server) Buckets() int {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	return len(s.limits.buckets)
}

// TokenOf returns the token of an interaction.
func (s *Server) TokenOf(id messages.InteractionID) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.interactions[id].token
}
