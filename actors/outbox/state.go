package outbox

import (
	"strings"
	"time"

	"troupe/messages"
)

const (
	maxOpen    = 250              // replies; many more than get through within their deadline
	abandoned  = 30 * time.Minute // after which an open reply is forgotten of which nothing is heard
	hookLife   = 15 * time.Minute // of an interaction's token (Discord documentation, Interactions)
	hookMargin = 30 * time.Second // before its end it is not used any more
)

// What a state wants done. The shell tells how it went by the ID.
type (
	// A request goes to Discord: *messages.Post, *messages.Edit,
	// *messages.Response, removal or typing.
	request struct {
		id       uint64
		guild    messages.GuildID
		priority messages.Priority
		passing  bool // it is of no use later
		what     any
	}
	// A removal deletes a message of the bot's own.
	removal struct{ message messages.MessageID }
	// typing shows that an answer is being made.
	typing struct{}

	// A write goes to the journal: *messages.KeepPart, KeepFinal, KeepShared.
	write struct {
		id   uint64
		what any
	}
	// An answer goes to who asked for a reply to be finished.
	answer struct {
		asker  uint64
		result any
	}
)

// A state is what an outbox knows. Its methods take what was heard and return
// what is to be done: requests, writes and answers, valid until the next call.
type state struct {
	channel  messages.ChannelID
	patience time.Duration // for a finished reply

	lane    lane
	replies map[messages.MessageID]*reply // by trigger; those that are leaving not
	order   []*reply                      // what there is to do, by arrival; members of merged ones not
	serial  uint64                        // of requests and writes
	flights map[uint64]*flight
	writes  map[uint64]*record
	endings endings                                // of replies
	typed   time.Time                              // when typing was last shown
	first   map[messages.UserID]messages.MessageID // of this step: see firsts

	out  []any
	wake time.Time // when tick is to be called; zero for never
}

func newState(channel messages.ChannelID, patience time.Duration) *state {
	return &state{
		channel:  channel,
		patience: patience,
		replies:  map[messages.MessageID]*reply{},
		flights:  map[uint64]*flight{},
		writes:   map[uint64]*record{},
	}
}

// open takes in that an answer is being made. One that stands, or is not wanted
// any more, is not made again.
func (s *state) open(m messages.Reply, now time.Time) []any {
	s.out = s.out[:0]
	if s.ended(m) != nil {
		return s.step(now)
	}
	if r := s.find(m); r != nil {
		s.renew(r, m, now)
	} else if len(s.replies) < maxOpen {
		s.add(m, now)
	}
	return s.step(now)
}

// grow takes in how far the text of an answer has come.
func (s *state) grow(trigger messages.MessageID, text string, now time.Time) []any {
	s.out = s.out[:0]
	r := s.replies[trigger]
	if r == nil || r.final() {
		return nil
	}
	r.heard = now
	if strings.TrimSpace(text) == "" {
		return s.step(now) // when it begins anew, what is there stays until there is more
	}
	r.text = text
	if r.worded.IsZero() {
		r.worded = now
	}
	return s.step(now)
}

// finish takes in a whole answer. asker is answered when it is in the channel.
func (s *state) finish(asker uint64, m messages.Reply, text, note string, now time.Time) []any {
	s.out = s.out[:0]
	if e := s.ended(m); e != nil {
		s.answer(asker, e.told(m.Revision))
		return s.step(now)
	}
	r := s.find(m)
	switch {
	case r != nil && m.Revision < r.Revision:
		s.answer(asker, &messages.Failure{Cause: messages.CauseCancelled})
		return s.step(now)
	case r != nil:
		r = s.renew(r, m, now)
	case len(s.replies) >= maxOpen:
		s.answer(asker, &messages.Refused{Reason: messages.RefusedFull, RetryAfter: time.Second})
		return s.step(now)
	case m.Opened && !m.Again:
		s.answer(asker, &messages.Refused{Reason: messages.RefusedRestarted})
		return s.step(now)
	default:
		r = s.add(m, now)
	}
	r.askers = append(r.askers, asker)
	if !r.final() {
		s.complete(r, withNote(text, note), now)
	}
	return s.step(now)
}

// complete sets the whole text of a reply.
func (s *state) complete(r *reply, text string, now time.Time) {
	r.text, r.finished = text, now
	r.fails, r.again = 0, time.Time{} // what failed before only showed progress
	if r.worded.IsZero() {
		r.worded = now
	}
	r.goal = whole(r.address, text)
	if len(r.goal) == 0 {
		r.failure = &messages.Failure{Cause: messages.CauseEmpty, Detail: "no text to bring to the channel"}
		return
	}
	s.keep(r, &messages.KeepFinal{
		Trigger: r.Trigger, Revision: r.Revision, Text: text, Patient: len(r.goal) == 1 && len(r.parts) == 0,
	}, now)
}

// cancel takes in that an answer is not wanted any more. asker is answered when
// nothing is left to do for it.
func (s *state) cancel(asker uint64, m messages.Reply, erase bool, now time.Time) []any {
	s.out = s.out[:0]
	r := s.replies[m.Trigger]
	var stands []messages.MessageID
	switch {
	case r != nil && m.Revision < r.Revision:
		s.answer(asker, &messages.ReplyCancelled{})
		return s.step(now)
	case erase:
		if e := s.endings.last[m.Trigger]; e != nil && !e.merged {
			stands = e.parts
		}
		s.endings.add(ending{trigger: m.Trigger, revision: m.Revision, unwanted: true}, now)
	}
	switch {
	case r != nil && r.group != nil:
		s.detach(r)
		s.answer(asker, &messages.ReplyCancelled{})
		return s.step(now)
	case r != nil:
		s.answerAll(r, &messages.Failure{Cause: messages.CauseCancelled})
	case erase && len(s.order) < 2*maxOpen:
		r = s.add(m, now)
	default:
		s.answer(asker, &messages.ReplyCancelled{})
		return s.step(now)
	}
	delete(s.replies, r.Trigger)
	r.adopt(m.Parts)
	r.adopt(stands)
	r.leaving, r.erase, r.heard = true, erase, now
	r.again, r.fails = time.Time{}, 0
	if erase {
		r.askers = append(r.askers, asker)
	} else {
		s.answer(asker, &messages.ReplyCancelled{})
	}
	return s.step(now)
}

// tick goes on when [state.wake] has come.
func (s *state) tick(now time.Time) []any {
	s.out = s.out[:0]
	return s.step(now)
}

// find returns the reply to a trigger. One that is leaving comes back if its
// question is asked anew and its messages are not to be deleted.
func (s *state) find(m messages.Reply) *reply {
	if r := s.replies[m.Trigger]; r != nil {
		return r
	}
	for _, r := range s.order {
		if r.leaving && !r.erase && r.Trigger == m.Trigger && !r.merged() && len(s.replies) < maxOpen {
			r.leaving = false
			s.replies[m.Trigger] = r
			return r
		}
	}
	return nil
}

// renew takes in what is told again of a reply. The earlier word holds, but for
// a later revision: that is another answer, in the same messages. What was
// answered together with others is not touched by it.
func (s *state) renew(r *reply, m messages.Reply, now time.Time) *reply {
	r.heard = now
	if m.Revision <= r.Revision {
		if r.Share == "" {
			r.Share = m.Share
		}
		return r
	}
	if r.group != nil {
		s.detach(r)
		return s.add(m, now)
	}
	s.answerAll(r, &messages.Failure{Cause: messages.CauseCancelled})
	r.Reply = m
	r.adopt(m.Parts)
	r.text, r.seen, r.goal, r.kept = "", "", nil, false
	r.worded, r.finished, r.again = time.Time{}, time.Time{}, time.Time{}
	r.fails, r.failure = 0, nil
	return r
}

func (s *state) add(m messages.Reply, now time.Time) *reply {
	r := &reply{Reply: m, lane: &s.lane, opened: now, heard: now}
	if m.Interaction.ID != 0 {
		r.hook, r.lane = true, &lane{}
	}
	r.adopt(m.Parts)
	s.replies[m.Trigger] = r
	s.order = append(s.order, r)
	return r
}

// step does all that can be done now, by rank.
func (s *state) step(now time.Time) []any {
	s.wake = time.Time{}
	s.settle(now)
	s.writeAgain(now)
	waiting := s.postAll(now)
	waiting = s.editFinals(now) || waiting
	s.removeSurplus(now)
	s.showTyping(now)
	s.showProgress(!waiting, now)
	return s.out
}

// later makes the state be called again at a time.
func (s *state) later(at time.Time) {
	if s.wake.IsZero() || at.Before(s.wake) {
		s.wake = at
	}
}

// idle reports whether nothing is open and no limit is worth remembering.
func (s *state) idle(now time.Time) bool {
	return len(s.order) == 0 && !now.Before(s.lane.posts.reset()) && !now.Before(s.lane.edits.reset())
}

// weight returns how many bytes the state keeps, about.
func (s *state) weight() int {
	n := 0
	for _, r := range s.replies {
		n += 512 + 3*len(r.text) // as it is, as its parts and as it is shown
	}
	return n
}
