package user

import (
	"slices"
	"strconv"
	"strings"

	"troupe/actors/fence"
	"troupe/messages"
)

// The notes that are kept of what a person lets the bot do, and the number of the
// next fact.
const (
	noteConsent = "consent/" // then what; the value is "1"
	noteAfter   = "after"    // the ID of a message
	noteNext    = "facts"
)

// survivors are the keys of the notes that stay when a person is forgotten: what they
// chose about that itself.
func survivors() []string {
	return []string{
		noteConsent + messages.ConsentMemory, noteConsent + messages.ConsentProfile, noteConsent + messages.ConsentPrivate, noteAfter,
	}
}

// unwanted returns the analyzers that have nothing to learn of the person.
func (s *state) unwanted() (all []messages.Analyzer) {
	if !s.remembers() {
		all = append(all, messages.AnalyzerMemory)
	}
	if !s.profiles() {
		all = append(all, messages.AnalyzerBehaviour)
	}
	return all
}

// consented returns where a consent is kept in memory; nil if there is no such.
func (s *state) consented(what string) *bool {
	switch what {
	case messages.ConsentMemory:
		return &s.consent.Memory
	case messages.ConsentProfile:
		return &s.consent.Profile
	case messages.ConsentPrivate:
		return &s.consent.Private
	}
	return nil
}

// choose takes what a person lets the bot do, and returns the note to keep. What
// lets it do less holds at once, the rest when it is kept. It reports false if there
// is no such choice.
func (s *state) choose(m *messages.SetConsent) (n note, ok bool) {
	if s.consented(m.What) == nil {
		return note{}, false
	}
	n = note{key: noteConsent + m.What}
	if m.Yes {
		n.value = "1"
	}
	if m.Yes == (m.What == messages.ConsentPrivate) {
		s.chose(n)
		if !s.loaded && !slices.Contains(s.ended, n) {
			s.ended = append(s.ended, n)
		}
	}
	return n, true
}

// chose takes a note of a choice. Others are left alone.
func (s *state) chose(n note) {
	what, _ := strings.CutPrefix(n.key, noteConsent)
	if choice := s.consented(what); choice != nil {
		*choice = n.value == "1"
	}
}

// bound has nothing analysed that was said up to a message.
func (s *state) bound(before messages.MessageID) {
	s.consent.After = max(s.consent.After, before)
}

func (s *state) remembers() bool { return s.consent.Memory && !s.consent.Private }

func (s *state) profiles() bool { return s.consent.Profile && !s.consent.Private }

// loadConsent takes in what was kept. A consent that ended meanwhile has ended.
func (s *state) loadConsent(values map[string]string) {
	for key, value := range values {
		if strings.HasPrefix(key, noteConsent) {
			s.chose(note{key, value})
		}
	}
	for _, n := range s.ended {
		s.chose(n)
	}
	s.ended = nil
	if after, err := messages.ParseID[messages.MessageID](values[noteAfter]); err == nil {
		s.bound(after)
	}
}

// lent returns of what is known that to which the person consents.
func (s *state) lent() known {
	k := s.known
	if !s.remembers() {
		k.facts = nil
	}
	if !s.profiles() {
		k.said = nil
	}
	return k
}

// learn returns what is known with what an analyzer concluded, as far as the person
// consents to it.
func (s *state) learn(m *messages.Learned) known {
	var facts []messages.Fact
	for _, f := range m.Facts {
		if s.remembers() && f.Text != "" && (f.Message == 0 || f.Message > s.consent.After) {
			f.About, f.Text = fence.Shorten(f.About, maxAbout), fence.Shorten(f.Text, maxFactText)
			facts = append(facts, f)
		}
	}
	var said []messages.SaidNote
	for _, n := range m.Said {
		if s.profiles() && n.Message > s.consent.After {
			said = append(said, n)
		}
	}
	return s.lent().remember(facts).note(said)
}

func numberOf(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0
	}
	return n
}

// pieces returns the work about what the person said; none if they do not consent to
// it.
func (s *state) pieces(m *messages.Said) (all []messages.Piece) {
	text := m.Text
	if strings.TrimSpace(text) == "" || m.Message <= s.consent.After {
		return nil
	}
	if len(text) > messages.MaxPieceText {
		text = strings.ToValidUTF8(text[:messages.MaxPieceText], "")
	}
	piece := messages.Piece{
		Owner: m.Person.Owner(), Guild: m.Guild, Channel: m.Channel, From: m.Message, To: m.Message, Person: m.Person, Text: text,
	}
	for _, of := range []struct {
		analyzer messages.Analyzer
		wanted   bool
	}{{messages.AnalyzerMemory, s.remembers()}, {messages.AnalyzerBehaviour, s.profiles()}} {
		if of.wanted {
			piece.Analyzer = of.analyzer
			all = append(all, piece)
		}
	}
	return all
}
