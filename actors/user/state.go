package user

import (
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"
)

// The notes that are kept of a person: the bound of /clear by channel, and
// whether they want answers without a persona.
const (
	noteCleared = "cleared/" // then the channel's ID; the value is a message's
	notePlain   = "plain"    // "1"
)

// A state is what is known of one person. Its methods say what is to be done.
type state struct {
	rpm    int                     // triggers that any minute may hold; 0 for any number
	roles  map[messages.RoleID]int // the same, for who has one of these roles
	bucket actors.Bucket

	loaded  bool                                      // what was kept is known
	cleared map[messages.ChannelID]messages.MessageID // the bounds of /clear: they only grow; at most maxCleared
	plain   bool                                      // answers without a persona are wanted
	chosen  bool                                      // plain was told since the start, so that what was kept of it is older

	user    messages.UserID
	consent messages.Consent
	ended   []note // choices by which a consent ended before what was kept is loaded: one of each
	known   known
	told    time.Time // when the prefetch was told last when they are expected
}

// A note is one value to be kept.
type note struct{ key, value string }

// maxCleared bounds in how many channels one person may use /clear.
const maxCleared = 2000

// most returns how many triggers a minute may hold of the person with these
// roles: the highest limit of theirs, 0 for any number.
func (s *state) most(roles []messages.RoleID) int {
	most := s.rpm
	for _, role := range roles {
		rpm, limited := s.roles[role]
		if !limited {
			continue
		}
		if most == 0 || rpm == 0 {
			return 0
		}
		most = max(most, rpm)
	}
	return most
}

// forget moves the bound of /clear forward and returns the note to keep. A
// bound never moves back. It reports false if there are too many.
func (s *state) forget(channel messages.ChannelID, before messages.MessageID) (n note, ok bool) {
	if _, known := s.cleared[channel]; !known && len(s.cleared) >= maxCleared {
		return note{}, false
	}
	s.clear(channel, before)
	return note{noteCleared + channel.String(), s.cleared[channel].String()}, true
}

func (s *state) clear(channel messages.ChannelID, before messages.MessageID) {
	if s.cleared == nil {
		s.cleared = map[messages.ChannelID]messages.MessageID{}
	}
	s.cleared[channel] = max(s.cleared[channel], before)
}

// refusePersona returns the note to keep.
func (s *state) refusePersona(refuse bool) note {
	s.plain, s.chosen = refuse, true
	if refuse {
		return note{notePlain, "1"}
	}
	return note{notePlain, ""}
}

// load takes in what was kept. What was told meanwhile is newer. A note that
// makes no sense, as of a later version, is left alone.
func (s *state) load(values map[string]string) {
	s.loaded = true
	s.loadConsent(values)
	for key, value := range values {
		if key == notePlain && !s.chosen {
			s.plain = value == "1"
		}
		if id, ok := strings.CutPrefix(key, noteCleared); ok {
			s.loadCleared(id, value)
		}
	}
}

func (s *state) loadCleared(id, bound string) {
	channel, err := messages.ParseID[messages.ChannelID](id)
	if err != nil || channel == 0 {
		return
	}
	before, err := messages.ParseID[messages.MessageID](bound)
	if err != nil || before == 0 {
		return
	}
	s.clear(channel, before)
}

// reread takes what is on disk of what is known. Numbers that were given are not
// given again, though what has them is not there.
func (s *state) reread(m *messages.KeptFound) {
	s.known = recall(m.Derived, max(s.known.next, numberOf(m.Notes[noteNext])))
}

// context returns what of the person enters a prompt in a channel. What they wanted
// deleted is as cleared everywhere.
func (s *state) context(channel messages.ChannelID) *messages.UserContext {
	c := &messages.UserContext{
		Cleared: max(s.cleared[channel], s.consent.After), PlainPersona: s.plain,
		Facts: s.lent().facts, Said: s.said(),
	}
	if c.Cleared != 0 {
		c.Digest += "cleared " + c.Cleared.String() + ";"
	}
	if c.PlainPersona {
		c.Digest += "plain;"
	}
	if len(c.Facts) > 0 || len(c.Said) > 0 {
		c.Digest += "known " + s.user.String() + ";"
	}
	return c
}

// said returns how the person's messages were written, if they consent to that.
func (s *state) said() []messages.SaidNote {
	if !s.profiles() {
		return nil
	}
	return s.known.said
}

// facts returns what the person may see of what is known of them.
func (s *state) facts() *messages.Facts {
	return &messages.Facts{Consent: s.consent, Facts: s.lent().facts, Profile: messages.ProfileOf(s.said())}
}

// erase forgets the person, but for what they chose about that itself.
func (s *state) erase() {
	s.cleared, s.plain, s.chosen, s.known = nil, false, false, known{next: s.known.next}
}

// idle reports whether nothing would be lost that is not kept.
func (s *state) idle(now time.Time) bool { return s.bucket.Idle(now) }

// weight estimates the memory that the state takes, in bytes.
func (s *state) weight() int {
	w := 512 + s.bucket.Weight() + 48*len(s.cleared) + 256*len(s.known.said)
	for i := range s.known.facts {
		f := &s.known.facts[i]
		w += 192 + len(f.About) + len(f.Text) + len(f.Vector)
	}
	return w
}
