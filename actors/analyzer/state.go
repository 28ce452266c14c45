package analyzer

import (
	"slices"
	"sync/atomic"
	"time"

	"troupe/messages"
)

const (
	maxPending = 1000             // pieces that wait to be kept
	keepBatch  = 100              // of them that are kept at once
	firstPause = 10 * time.Second // before work is tried again that nothing could be done about; doubles
	lastPause  = 10 * time.Minute
	maxTries   = 3 // times that work is tried whose owner crashes at it, or whose answer makes no sense

	maxTogether = 2 // of those tries, before each piece is tried by itself
)

// A state is what an analyzer knows of its backlog.
type state struct {
	most    int
	pending []messages.Piece   // taken in, not under way to the store yet
	under   []messages.Piece   // under way
	backlog int                // pieces in the store, as far as known
	eldest  messages.MessageID // of what was taken in since the last look; 0 for nothing
	pauses  int                // since work was done last
	waiting string             // what for; "" for nothing
}

// take takes a piece in. It reports false if there are as many as may.
func (s *state) take(p messages.Piece) bool {
	if s.backlog+len(s.under)+len(s.pending) >= s.most || len(s.pending) >= maxPending {
		return false
	}
	s.pending = append(s.pending, p)
	return true
}

// keeps returns the pieces that are to be kept now; none while some are under way.
func (s *state) keeps() []messages.Piece {
	if len(s.under) > 0 || len(s.pending) == 0 {
		return nil
	}
	n := min(len(s.pending), keepBatch)
	s.under, s.pending = slices.Clone(s.pending[:n]), slices.Clone(s.pending[n:])
	return s.under
}

// keepsMore reports whether there is more to keep.
func (s *state) keepsMore() bool { return len(s.pending) > 0 }

// kept takes what became of those under way.
func (s *state) kept(ok bool) {
	if !ok {
		s.pending = append(s.under, s.pending...)
		s.under = nil
		return
	}
	s.backlog += len(s.under)
	for _, p := range s.under {
		if s.eldest == 0 || p.To < s.eldest {
			s.eldest = p.To
		}
	}
	s.under = nil
}

// due returns when to look for work: when the eldest of what came has waited long
// enough for more, or at once if there is enough. The zero time is never.
func (s *state) due(m *Mind, now time.Time) time.Time {
	switch {
	case s.backlog == 0 || s.eldest == 0:
		return time.Time{}
	case s.backlog >= m.Enough:
		return now
	}
	at := s.eldest.Time().Add(m.Gather)
	if at.Sub(now) > m.Gather { // Discord's clock is ahead
		at = now.Add(m.Gather)
	}
	return at
}

// fetched takes what the store has to be done, and returns the pieces to begin with:
// none if more is to be waited for. What is suspect is done by itself; what is on its
// way into quarantine is not done any more. What is thought about together with what else
// is known of a person was said in one place.
func (s *state) fetched(m *messages.Pieces, mind *Mind, past *past, now time.Time) []messages.Piece {
	s.backlog, s.eldest = m.Backlog, 0
	if m.Backlog == 0 { // others may have dropped what it was
		clear(past.tries)
		clear(past.crashes)
	}
	pieces := slices.DeleteFunc(slices.Clone(m.Pieces), func(p messages.Piece) bool { return past.crashes[p.ID] >= maxCrashes })
	if len(pieces) == 0 {
		return nil
	}
	for i := range pieces {
		if past.suspects(&pieces[i]) {
			return pieces[i : i+1]
		}
	}
	if mind.Reads == ReadsFacts {
		pieces = ofPlace(pieces)
	}
	s.eldest = pieces[0].To
	if at := s.due(mind, now); at.After(now) && s.pauses == 0 {
		return nil
	}
	return pieces
}

// ofPlace returns those that were said where the first was: what is concluded from
// several together may be told where each of them may.
func ofPlace(pieces []messages.Piece) []messages.Piece {
	first := pieces[0]
	return slices.DeleteFunc(pieces, func(p messages.Piece) bool { return p.Guild != first.Guild || p.Channel != first.Channel })
}

// settled takes note that pieces have left the backlog.
func (s *state) settled(pieces int) { s.backlog = max(s.backlog-pieces, 0) }

// report tells how the analyzer fares.
func (s *state) report(name messages.Analyzer, past *past) *messages.AnalyzerState {
	return &messages.AnalyzerState{
		Analyzer: name, Backlog: s.backlog + len(s.under) + len(s.pending), Waiting: s.waiting,
		Done: past.done, Quarantined: past.poisoned,
	}
}

// A past is what an analyzer knows of its former instances. Of these there is one at a
// time, but what their minds think may go on.
type past struct {
	at       []messages.Piece // being dealt with; nil when nothing is
	stack    string           // of the last crash
	crashes  map[int64]int    // by piece; few, since each is done by itself then
	tries    map[int64]int    // by piece: answers that made no sense, owners that crashed
	done     int              // pieces
	poisoned int              // pieces
	thinking atomic.Int32     // thoughts that have not come to an end
}

func newPast() *past { return &past{crashes: map[int64]int{}, tries: map[int64]int{}} }

// maxCrashes is how often a piece may crash the analyzer before it goes into
// quarantine.
const maxCrashes = 2

// recall counts the crash of the last instance. It returns the pieces that have
// crashed too many.
func (p *past) recall() (poison []messages.Piece) {
	for _, piece := range p.at {
		p.crashes[piece.ID]++
		if p.crashes[piece.ID] >= maxCrashes {
			poison = append(poison, piece)
		}
	}
	p.at = nil
	return poison
}

// suspects reports whether a piece may be why the batch that it was in failed.
func (p *past) suspects(piece *messages.Piece) bool {
	return p.crashes[piece.ID] > 0 || p.tries[piece.ID] >= maxTogether
}

// forget forgets pieces that are done with.
func (p *past) forget(pieces []messages.Piece) {
	for _, piece := range pieces {
		delete(p.crashes, piece.ID)
		delete(p.tries, piece.ID)
	}
	p.stack = ""
}

// tried counts that work came to nothing by its own fault. It reports whether that was
// often enough.
func (p *past) tried(pieces []messages.Piece) (enough bool) {
	for _, piece := range pieces {
		p.tries[piece.ID]++
		enough = enough || p.tries[piece.ID] >= maxTries
	}
	return enough
}
