package outbox

import (
	"time"

	"troupe/messages"
)

const (
	// shortGap is the shortest pause between edits that only show progress. The
	// bot may send 50 requests a second to all channels together.
	shortGap = time.Second
	// followGap is that pause for a reply whose text can be seen to grow in
	// another one.
	followGap = 5 * time.Second
	// typingAfter is how long an answer may be open without text before typing is
	// shown.
	typingAfter = 300 * time.Millisecond
	// typingAgain is less than the 10 s after which Discord stops to show it.
	typingAgain = 9 * time.Second
	// typingFor is how long an answer without text is shown as being typed.
	typingFor = 5 * time.Minute
)

// editFinals brings the whole text into the messages that there are, once the
// journal has it. It reports whether an edit waits for its budget.
func (s *state) editFinals(now time.Time) (waiting bool) {
	for _, r := range s.order {
		if !r.final() || !r.live() || !r.recorded() || s.pausing(r, now) {
			continue
		}
		for i, want := range r.goal {
			if i >= len(r.parts) {
				break
			}
			p := &r.parts[i]
			if p.message == 0 || p.busy || p.shown == want {
				continue
			}
			edits := &s.laneOf(r, i).edits
			if edits.room(now) == 0 {
				waiting = waiting || !r.responds(i)
				if reset := edits.reset(); now.Before(reset) {
					s.later(reset)
				}
				break
			}
			s.sendEdit(r, i, want, now)
		}
	}
	return waiting
}

// pausing reports whether r waits after a failure.
func (s *state) pausing(r *reply, now time.Time) bool {
	if !now.Before(r.again) {
		return false
	}
	s.later(r.again)
	return true
}

func (s *state) sendEdit(r *reply, i int, want content, now time.Time) {
	p := &r.parts[i]
	p.busy = true
	f := &flight{kind: editing, reply: r, part: i, want: want, budget: &s.laneOf(r, i).edits, passing: !r.final()}
	if r.responds(i) {
		response := &messages.Response{Interaction: r.Interaction, Content: want.text, Files: want.files()}
		if i > 0 {
			response.Message = p.message
		}
		s.send(f, response, now)
		return
	}
	s.send(f, &messages.Edit{Channel: s.channel, Message: p.message, Content: want.text, Files: want.files()}, now)
}

// removeSurplus deletes messages that the answer does not need, once the journal
// has its text, and those of an answer that is not wanted any more.
func (s *state) removeSurplus(now time.Time) {
	for _, r := range s.order {
		first := len(r.goal)
		switch {
		case r.leaving && r.erase:
			first = 0
		case !r.final() || !r.live() || !r.recorded():
			continue
		}
		for i := first; i < len(r.parts); i++ {
			p := &r.parts[i]
			if p.message == 0 || p.busy || s.pausing(r, now) {
				continue
			}
			p.busy = true
			s.send(&flight{kind: removing, reply: r, part: i}, removal{p.message}, now)
		}
	}
}

// showTyping shows that an answer is being made of which there is nothing to see.
func (s *state) showTyping(now time.Time) {
	for _, r := range s.order {
		if r.hook || r.final() || !r.live() || !r.worded.IsZero() || r.shown() || !now.Before(r.opened.Add(typingFor)) {
			continue
		}
		at := r.opened.Add(typingAfter)
		if again := s.typed.Add(typingAgain); again.After(at) {
			at = again
		}
		if now.Before(at) {
			s.later(at)
			continue
		}
		s.typed = now
		s.later(now.Add(typingAgain))
		s.send(&flight{kind: showing, reply: r, passing: true}, typing{}, now)
	}
}

// showProgress brings the latest text of answers that grow into their messages,
// as far as that leaves an edit for the end of each: in the channel, if it is
// wanted there, and in responses to commands.
func (s *state) showProgress(channel bool, now time.Time) {
	if channel {
		s.progressIn(&s.lane, now)
	}
	for _, r := range s.order {
		if r.hook {
			s.progressIn(r.lane, now)
		}
	}
}

// progressIn shows the progress of one reply of a lane, if it is time to: of one
// whose text is to be seen nowhere else, before the others.
func (s *state) progressIn(l *lane, now time.Time) {
	var leaders, followers []*reply
	leads := map[string]bool{}
	keep := 0
	for _, r := range s.order {
		if r.lane != l || !r.live() || !r.shown() {
			continue
		}
		keep += r.owed()
		if r.final() {
			continue
		}
		follows := r.Share != "" && leads[r.Share]
		leads[r.Share] = true
		switch {
		case r.busy() || r.text == r.seen || s.pausing(r, now):
		case follows:
			followers = append(followers, r)
		default:
			leaders = append(leaders, r)
		}
	}
	if len(leaders)+len(followers) == 0 {
		return
	}
	keep = min(keep, l.edits.most()-1)
	if l.edits.room(now) <= keep && !now.Before(l.edits.reset()) {
		return // until an answer comes
	}
	if at := l.edits.spread(keep, l.edited, shortGap, now); now.Before(at) {
		s.later(at)
		return
	}
	if !s.advanceOne(leaders, shortGap, now) {
		s.advanceOne(followers, followGap, now)
	}
}

// advanceOne shows the progress of the reply that waits the longest, if that is
// long enough.
func (s *state) advanceOne(replies []*reply, gap time.Duration, now time.Time) bool {
	for len(replies) > 0 {
		eldest := 0
		for i, r := range replies {
			if r.moved.Before(replies[eldest].moved) {
				eldest = i
			}
		}
		r := replies[eldest]
		if at := r.moved.Add(gap); now.Before(at) {
			s.later(at)
			return false
		}
		if s.advance(r, now) {
			return true
		}
		replies = append(replies[:eldest:eldest], replies[eldest+1:]...)
	}
	return false
}

// advance edits the first message of r whose text has changed, and posts the
// next one if the text needs it and the budget is ample. It reports whether there
// was something to do.
func (s *state) advance(r *reply, now time.Time) bool {
	edited, complete := false, true
	for i, want := range r.want() {
		switch p := r.part(i); {
		case p.message == 0 && (i == 0 || s.laneOf(r, i).posts.room(now) < 2 || s.pausing(r, now)):
			return edited
		case p.message == 0:
			s.sendPart(r, i, now)
			return true
		case p.shown == want:
		case edited:
			complete = false
		default:
			s.sendEdit(r, i, want, now)
			edited = true
			r.moved, r.lane.edited = now, now
		}
	}
	if complete {
		r.seen = r.text
	}
	return edited
}
