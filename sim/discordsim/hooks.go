package discordsim

// connections returns the connections that have a session.
func (s *Server) connections() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*conn
	for _, ses := range s.world.sessions {
		if c := ses.connection(); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// Reconnect asks every connected client to reconnect and resume: op 7.
func (s *Server) Reconnect() {
	for _, c := range s.connections() {
		c.send(`{"t":null,"s":null,"op":7,"d":null}`)
	}
}

// Invalidate tells every connected client that its session is invalid: op 9.
// Unless they are resumable, all sessions are forgotten, and the clients may
// identify on the connections that they have.
func (s *Server) Invalidate(resumable bool) {
	connected := s.connections()
	if !resumable {
		s.mu.Lock()
		for id := range s.world.sessions {
			s.world.end(id)
		}
		s.mu.Unlock()
	}
	for _, c := range connected {
		c.invalid(resumable)
	}
}

// Drop cuts every gateway connection without a close frame. The sessions may
// be resumed.
func (s *Server) Drop() {
	for _, c := range s.connections() {
		c.cut()
	}
}

// CloseAll closes every gateway connection with a close code. Where the code
// calls for a new session, the former one is forgotten.
func (s *Server) CloseAll(code int) {
	for _, c := range s.connections() {
		switch code {
		case closeInvalidSeq, closeTimeout, closeAuthentication, closeInvalidShard, closeShardingRequired,
			closeInvalidVersion, closeInvalidIntents, closeDisallowed:
			s.forgetSession(c)
		}
		c.close(code, "")
	}
}

// Replay writes each session's latest n events once more, with the sequence
// numbers that they had.
func (s *Server) Replay(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ses := range s.world.sessions {
		ses.rewind(n)
	}
}

// SendRaw writes one text frame as it is to every connected client.
func (s *Server) SendRaw(frame []byte) {
	for _, c := range s.connections() {
		c.send(string(frame))
	}
}

// HoldAcks makes the gateway leave heartbeats unanswered: a zombie.
func (s *Server) HoldAcks(hold bool) { s.deaf.Store(hold) }
