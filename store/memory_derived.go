package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// analyse does the writes of analyzers, and of those who see to what they keep.
func (s *Memory) analyse(w any) any {
	switch m := w.(type) {
	case *messages.KeepPieces:
		for _, p := range m.Pieces {
			s.keepPiece(p)
		}
	case *messages.SettlePieces:
		return s.settle(m)
	case *messages.KeepDerived:
		s.keepDerived(m.Keep, m.Drop)
	case *messages.DropPieces:
		s.dropPieces(func(p messages.Piece) bool { return p.Analyzer == m.Analyzer && p.Person == m.Person && p.Person != 0 })
		if m.Private {
			s.renewStretches()
		}
	case *messages.ForgetSources:
		return s.forget(m.Messages)
	case *messages.ForgetChannels:
		s.forgetChannels(m.Channels)
	case *messages.ErasePerson:
		return s.erase(m)
	}
	return &messages.Kept{}
}

func (s *Memory) keepPiece(p messages.Piece) {
	s.dropPieces(func(old messages.Piece) bool {
		return old.Analyzer == p.Analyzer && old.Owner == p.Owner && old.To == p.To
	})
	s.lastPiece++
	p.ID = s.lastPiece
	s.pieces = append(s.pieces, p)
}

// renewStretches has what is being concluded from stretches concluded anew.
func (s *Memory) renewStretches() {
	for _, analyzer := range ofStretches() {
		i := slices.IndexFunc(s.pieces, func(p messages.Piece) bool { return p.Analyzer == analyzer })
		if i >= 0 && s.pieces[i].Person == 0 {
			s.keepPiece(s.pieces[i])
		}
	}
}

// dropPieces forgets the work that is so, and returns how much there was.
func (s *Memory) dropPieces(is func(messages.Piece) bool) int {
	before := len(s.pieces)
	s.pieces = slices.DeleteFunc(s.pieces, is)
	return before - len(s.pieces)
}

func (s *Memory) settle(m *messages.SettlePieces) *messages.Settled {
	ids := pieceIDs(m.Pieces)
	is := func(p messages.Piece) bool { return slices.Contains(ids, p.ID) }
	found := 0
	for _, p := range s.pieces {
		if is(p) {
			found++
		}
	}
	if found < len(ids) {
		return &messages.Settled{}
	}
	s.dropPieces(is)
	s.keepDerived(m.Keep, m.Drop)
	return &messages.Settled{Done: true}
}

func (s *Memory) keepDerived(keep []messages.Derived, drop []messages.DerivedKey) {
	for _, k := range drop {
		delete(s.derived, k)
	}
	for _, d := range keep {
		s.derived[messages.DerivedKey{Owner: d.Owner, Key: d.Key}] = cloneDerived(d)
	}
}

// cloneDerived copies what was derived, its sources in order and each once.
func cloneDerived(d messages.Derived) messages.Derived {
	d.Sources = slices.Compact(slices.SortedFunc(slices.Values(d.Sources), func(a, b messages.Source) int {
		return cmp.Or(cmp.Compare(int64(a.Message), int64(b.Message)), cmp.Compare(int64(a.Person), int64(b.Person))) // as the other engine keeps them
	}))
	return d
}

// dropDerived forgets what was derived that is so, and returns its keys in order.
func (s *Memory) dropDerived(is func(messages.Derived) bool) (dropped []messages.DerivedKey) {
	for _, d := range s.derivedThat(is) {
		k := messages.DerivedKey{Owner: d.Owner, Key: d.Key}
		delete(s.derived, k)
		dropped = append(dropped, k)
	}
	return dropped
}

// derivedThat returns copies of what was derived that is so, by owner and key.
func (s *Memory) derivedThat(is func(messages.Derived) bool) (found []messages.Derived) {
	for _, d := range s.derived {
		if is(d) {
			found = append(found, cloneDerived(d))
		}
	}
	slices.SortFunc(found, func(a, b messages.Derived) int {
		return cmp.Or(strings.Compare(a.Owner, b.Owner), strings.Compare(a.Key, b.Key))
	})
	return found
}

func (s *Memory) forget(gone []messages.MessageID) *messages.SourcesForgotten {
	isGone := func(id messages.MessageID) bool { return id != 0 && slices.Contains(gone, id) }
	is := func(p messages.Piece) bool { return isGone(saidIn(p)) }
	s.dropPieces(is)
	s.dropContained(is)
	return &messages.SourcesForgotten{Dropped: s.dropDerived(func(d messages.Derived) bool {
		return slices.ContainsFunc(d.Sources, func(source messages.Source) bool { return isGone(source.Message) })
	})}
}

func (s *Memory) forgetChannels(gone []messages.ChannelID) {
	s.dropPieces(func(p messages.Piece) bool { return slices.Contains(gone, p.Channel) })
	s.dropDerived(func(d messages.Derived) bool {
		return slices.ContainsFunc(gone, func(id messages.ChannelID) bool { return d.Owner == id.Owner() })
	})
}

// contain keeps what crashed an actor, with its piece if that is in the backlog still.
func (s *Memory) contain(m messages.Quarantine) {
	if id := m.Piece.ID; id != 0 && s.dropPieces(func(p messages.Piece) bool { return p.ID == id }) == 0 {
		m.Piece = messages.Piece{}
	}
	s.serial++
	s.quarantine = append(s.quarantine, Quarantined{s.serial, toMilli(time.Now()), m})
	s.quarantine = s.quarantine[max(len(s.quarantine)-maxQuarantine, 0):]
}

// dropContained forgets the pieces in quarantine that are so.
func (s *Memory) dropContained(is func(messages.Piece) bool) {
	for i, q := range s.quarantine {
		if is(q.Piece) {
			s.quarantine[i].Piece = messages.Piece{}
		}
	}
}

// erase forgets all that is kept about a person: it takes no time.
func (s *Memory) erase(m *messages.ErasePerson) *messages.Erased {
	owner := m.User.Owner()
	maps.DeleteFunc(s.notes[owner], func(key, _ string) bool { return !slices.Contains(m.Keep, key) })
	is := func(p messages.Piece) bool { return p.Person == m.User }
	s.dropPieces(is)
	s.dropContained(is)
	s.renewStretches()
	maps.DeleteFunc(s.traces, func(_ messages.MessageID, t messages.Trace) bool { return t.Asker == m.User })
	erased := &messages.Erased{Dropped: s.dropDerived(func(d messages.Derived) bool { return d.Owner == owner || isFrom(d, m.User) })}
	for _, t := range s.askedBy(m.User) {
		if !t.State.Ended() {
			erased.Open++
			continue
		}
		erased.Triggers = append(erased.Triggers, blanked(t))
		*s.triggers[t.ID] = clone(blank(t))
	}
	return erased
}

// isFrom reports whether something was derived from what a person said, or is about
// them.
func isFrom(d messages.Derived, person messages.UserID) bool {
	return slices.ContainsFunc(d.Sources, func(source messages.Source) bool { return source.Person == person })
}

// askedBy returns copies of a person's triggers, the oldest first.
func (s *Memory) askedBy(person messages.UserID) (found []messages.Trigger) {
	for _, t := range s.triggers {
		if t.Asker.ID == person {
			found = append(found, clone(*t))
		}
	}
	slices.SortFunc(found, func(a, b messages.Trigger) int { return cmp.Compare(a.ID, b.ID) })
	return found
}

// Pieces implements [Store].
func (s *Memory) Pieces(ctx context.Context, analyzer messages.Analyzer, limit int) (found messages.Pieces, err error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return found, err
	}
	defer unlock()
	var owner string
	for _, p := range s.pieces {
		if p.Analyzer != analyzer {
			continue
		}
		found.Backlog++
		owner = cmp.Or(owner, p.Owner)
		if p.Owner == owner && len(found.Pieces) < limit {
			found.Pieces = append(found.Pieces, p)
		}
	}
	return found, nil
}

// Kept implements [Store].
func (s *Memory) Kept(ctx context.Context, owner string) (found messages.KeptFound, err error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return found, err
	}
	defer unlock()
	found.Notes = maps.Clone(s.notes[owner])
	found.Derived = s.derivedThat(func(d messages.Derived) bool { return d.Owner == owner })
	return found, nil
}

// Person implements [Store].
func (s *Memory) Person(ctx context.Context, user messages.UserID) (found messages.PersonFound, err error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return found, err
	}
	defer unlock()
	owner := user.Owner()
	found.Notes = maps.Clone(s.notes[owner])
	found.Derived = append(
		s.derivedThat(func(d messages.Derived) bool { return d.Owner == owner }),
		s.derivedThat(func(d messages.Derived) bool { return d.Owner != owner && isFrom(d, user) })...,
	)
	found.Triggers = s.askedBy(user)
	for _, t := range s.traces {
		if t.Asker == user {
			found.Traces++
		}
	}
	for _, p := range s.pieces {
		if p.Person == user {
			found.Pieces++
		}
	}
	return found, nil
}
