package user

import (
	"strconv"
	"strings"
	"time"

	"troupe/messages"
)

// The notes that are kept of a person: the bound of /clear by channel, and
// whether they want answers without a persona.
const (
	noteCleared = "cleared/" // then the channel's ID; the value is a message's
	notePlain   = "plain"    // "1"
)

// minute is the length of the window in which triggers are counted.
const minute = time.Minute

// A state is what is known of one person. Its methods say what is to be done.
type state struct {
	rpm      int        // triggers that any minute may hold; 0 for any number
	counted  []admitted // within the last minute, the eldest first: at most rpm
	former   []messages.MessageID
	loaded   bool
	cleared  map[messages.ChannelID]messages.MessageID
	plain    bool
	unloaded []note // told before the notes were loaded; they win over those
}

type admitted struct {
	trigger messages.MessageID
	at      time.Time
}

// A note is one value to be kept.
type note struct{ key, value string }

// maxFormer bounds how many triggers a person's actor recognises after their
// minute has passed.
const maxFormer = 64

// admit counts a trigger, or returns how long to wait until one fits. A trigger
// that was admitted before is not counted again.
func (s *state) admit(trigger messages.MessageID, now time.Time) (ok bool, wait time.Duration) {
	if s.rpm <= 0 {
		return true, 0
	}
	s.age(now)
	if s.knows(trigger) {
		return true, 0
	}
	if len(s.counted) >= s.rpm {
		return false, s.counted[len(s.counted)-s.rpm].at.Add(minute).Sub(now)
	}
	s.counted = append(s.counted, admitted{trigger, now})
	return true, 0
}

// age takes what is older than a minute out of the count.
func (s *state) age(now time.Time) {
	for len(s.counted) > 0 && now.Sub(s.counted[0].at) >= minute {
		s.former = append(s.former, s.counted[0].trigger)
		s.counted = s.counted[1:]
	}
	if n := len(s.former); n > maxFormer {
		s.former = append(s.former[:0], s.former[n-maxFormer:]...)
	}
}

func (s *state) knows(trigger messages.MessageID) bool {
	for _, a := range s.counted {
		if a.trigger == trigger {
			return true
		}
	}
	for _, id := range s.former {
		if id == trigger {
			return true
		}
	}
	return false
}

// forget moves the bound of /clear forward and returns the note to keep. A
// bound never moves back.
func (s *state) forget(channel messages.ChannelID, before messages.MessageID) note {
	if s.cleared == nil {
		s.cleared = map[messages.ChannelID]messages.MessageID{}
	}
	s.cleared[channel] = max(s.cleared[channel], before)
	return s.told(note{noteCleared + channel.String(), s.cleared[channel].String()})
}

// refusePersona returns the note to keep.
func (s *state) refusePersona(refuse bool) note {
	s.plain = refuse
	if refuse {
		return s.told(note{notePlain, "1"})
	}
	return s.told(note{notePlain, ""})
}

func (s *state) told(n note) note {
	if !s.loaded {
		s.unloaded = append(s.unloaded, n)
	}
	return n
}

// load takes in what was kept. What was told meanwhile is newer.
func (s *state) load(values map[string]string) {
	for key, value := range values {
		s.take(note{key, value})
	}
	for _, n := range s.unloaded {
		s.take(n)
	}
	s.loaded, s.unloaded = true, nil
}

// take applies a note. One that makes no sense, as of a later version, is left
// alone.
func (s *state) take(n note) {
	if n.key == notePlain {
		s.plain = n.value == "1"
		return
	}
	id, ok := strings.CutPrefix(n.key, noteCleared)
	if !ok {
		return
	}
	channel, err := messages.ParseID[messages.ChannelID](id)
	if err != nil {
		return
	}
	before, err := messages.ParseID[messages.MessageID](n.value)
	if err != nil {
		return
	}
	if s.cleared == nil {
		s.cleared = map[messages.ChannelID]messages.MessageID{}
	}
	s.cleared[channel] = max(s.cleared[channel], before)
}

// context returns what of the person enters a prompt in a channel.
func (s *state) context(channel messages.ChannelID) *messages.UserContext {
	c := &messages.UserContext{Cleared: s.cleared[channel], PlainPersona: s.plain}
	if c.Cleared != 0 {
		c.Digest += "cleared " + strconv.FormatUint(uint64(c.Cleared), 10) + ";"
	}
	if c.PlainPersona {
		c.Digest += "plain;"
	}
	return c
}

// idle reports whether nothing would be lost that is not kept.
func (s *state) idle(now time.Time) bool {
	s.age(now)
	return len(s.counted) == 0
}

// weight estimates the memory that the state takes, in bytes.
func (s *state) weight() int {
	return 512 + 32*len(s.counted) + 8*len(s.former) + 48*len(s.cleared)
}
