package outbox

import (
	"time"

	"troupe/messages"
)

// maxEndings bounds how many endings are remembered. Discord's answers tell of 5
// posts in 5 s in a channel, which makes 1800 in the time for which they are; the
// rest is for answers to several people at once. Of a reply that is forgotten
// earlier, only its nonce and the store prevent that it is posted again.
const maxEndings = 4096

// An ending is what became of a reply of late. Its turn may not know it: it has
// crashed, or has not heard yet that its question was deleted. No nonce would
// find what was said to several people, nor the later messages of a command.
type ending struct {
	trigger  messages.MessageID
	revision int
	parts    []messages.MessageID
	merged   bool // it was answered together with others
	unwanted bool // it was cancelled, and its messages are deleted
	at       time.Time
}

// told returns what is answered to who asks for a reply in a revision.
func (e *ending) told(revision int) any {
	if e.unwanted || revision < e.revision {
		return &messages.Failure{Cause: messages.CauseCancelled}
	}
	return &messages.ReplyPosted{Parts: e.parts, Merged: e.merged}
}

// endings are the last maxEndings of the last half hour.
type endings struct {
	last  map[messages.MessageID]*ending // by trigger
	queue []*ending                      // eldest first; of one trigger there may be several
}

// add remembers e instead of what was known of its trigger, and forgets what has
// been too long ago or is too much, eldest first.
func (s *endings) add(e ending, now time.Time) {
	if s.last == nil {
		s.last = map[messages.MessageID]*ending{}
	}
	e.at = now
	s.last[e.trigger] = &e
	s.queue = append(s.queue, &e)
	for len(s.queue) > maxEndings || now.Sub(s.queue[0].at) > abandoned {
		eldest := s.queue[0]
		s.queue[0] = nil // else the array below would keep it
		s.queue = s.queue[1:]
		if s.last[eldest.trigger] == eldest {
			delete(s.last, eldest.trigger)
		}
	}
}
