package outbox

import (
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// merge makes one answer of several, or of as many as one message can mention.
// It is posted when the journal has whom it answers.
func (s *state) merge(members []*reply, now time.Time) {
	if most := carries(members[0].text); len(members) > most {
		members = members[:most]
	}
	g := s.join(members, now)
	covers := make([]messages.MessageID, len(members))
	for i, m := range members {
		covers[i] = m.Trigger
	}
	s.keep(g, &messages.KeepShared{Nonce: g.nonce(0), Covers: covers}, now)
}

// join puts one reply in the place of several.
func (s *state) join(members []*reply, now time.Time) *reply {
	first := members[0]
	g := &reply{
		Reply: first.Reply, lane: first.lane, members: slices.Clone(members),
		opened: first.opened, heard: now, worded: first.worded, text: first.text,
	}
	g.Parts = nil
	for _, m := range members {
		m.group = g
		if g.finished.IsZero() || m.finished.Before(g.finished) {
			g.finished = m.finished
		}
	}
	g.combine()
	s.order[slices.Index(s.order, first)] = g
	s.order = slices.DeleteFunc(s.order, func(m *reply) bool { return m.group == g })
	return g
}

// detach takes a reply that is not wanted any more from those that are answered
// together. What is in the channel or on its way there stays: it is the others'.
func (s *state) detach(r *reply) {
	g := r.group
	s.answerAll(r, &messages.Failure{Cause: messages.CauseCancelled})
	delete(s.replies, r.Trigger)
	r.ended = true
	g.members = slices.DeleteFunc(g.members, func(m *reply) bool { return m == r })
	switch {
	case !g.clean():
	case len(g.members) == 0:
		g.leaving = true
	default:
		g.combine()
	}
}

// recall joins those anew who a former instance was about to answer together, as
// far as they are to be answered now. All come soon after that instance's end:
// who does not within a while has been answered.
func (s *state) recall(now time.Time) {
	for _, r := range slices.Clone(s.order) {
		if !r.recalls() || !r.final() || r.group != nil {
			continue
		}
		var members []*reply
		for _, id := range r.Shared.Covers {
			if m := s.replies[id]; m != nil && m.recalls() && m.Shared.Nonce == r.Shared.Nonce && m.final() && m.group == nil {
				members = append(members, m)
			}
		}
		if until := r.finished.Add(gather); len(members) < len(r.Shared.Covers) && now.Before(until) {
			s.later(until)
			continue
		}
		g := s.join(members, now)
		g.base, g.kept = r.Shared.Nonce, true
	}
}

// recognize compares what stands in a message that a former instance may have
// posted with whom it is to answer. Who is not named there gets an own reply.
func (s *state) recognize(g *reply, stands string) {
	named := mentions(stands)
	g.members = slices.DeleteFunc(g.members, func(m *reply) bool {
		if strings.Contains(named, "<@"+m.Asker.String()+">") {
			return false
		}
		m.group, m.solo = nil, true
		s.order = append(s.order, m)
		return true
	})
	if len(g.members) == 0 {
		g.lost = true // it is the answer of others, who have it
		return
	}
	g.address = address(nil, g.text)
	g.address = named + g.address
	g.goal = whole(g.address, g.text)
}

// mentions returns the mentions that a text begins with.
func mentions(text string) string {
	end := 0
	for {
		rest := strings.TrimLeft(text[end:], " ")
		n := strings.IndexByte(rest, '>')
		if n < 0 || !strings.HasPrefix(rest, "<@") || strings.Trim(rest[2:n], "0123456789") != "" {
			return text[:end]
		}
		end = len(text) - len(rest) + n + 1
	}
}

// combine sets what a merged answer says, and to whom.
func (r *reply) combine() {
	r.address = address(r.people(), r.text)
	r.goal = whole(r.address, r.text)
}

// people returns who is mentioned in the first message; nobody where the reply
// itself notifies the asker.
func (r *reply) people() (ids []messages.UserID) {
	for _, m := range r.members {
		if !slices.Contains(ids, m.Asker) {
			ids = append(ids, m.Asker)
		}
	}
	if !r.merged() && r.address != "" {
		ids = append(ids, r.Asker)
	}
	return ids
}

// nonce returns the nonce of a part: that of the first try, if there was one.
func (r *reply) nonce(i int) string {
	if i < len(r.parts) && r.parts[i].nonce != "" {
		return r.parts[i].nonce
	}
	switch {
	case r.base != "":
		return partNonce(r.base, i)
	case r.merged():
		return nonce(r.Trigger, r.Revision, mergedPart+i)
	}
	return nonce(r.Trigger, r.Revision, i)
}
