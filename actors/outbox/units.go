package outbox

import (
	"slices"
	"time"

	"troupe/messages"
)

// A unit is what can be brought to the channel in one answer: the next part of a
// reply, or the answer to all who share it.
type unit struct {
	replies []*reply // due
	coming  []*reply // that share the answer, without anything to show yet
	need    int      // posts that are kept for it
}

// units returns what is due to be posted to the channel, and what will be for
// several who share it.
func (s *state) units(now time.Time) (all []*unit) {
	shared := map[string]*unit{}
	for _, r := range s.order {
		due := !r.hook && s.due(r, now)
		joins := s.lane.posts.paced() && r.mergeable() && r.live() && !r.recalls() && (due || !r.final())
		if !due && !joins {
			continue
		}
		u := shared[r.Share]
		if u == nil || !joins {
			u = &unit{need: 1}
			all = append(all, u)
		}
		if joins {
			shared[r.Share] = u
		}
		if due {
			u.replies = append(u.replies, r)
		} else {
			u.coming = append(u.coming, r)
		}
	}
	all = slices.DeleteFunc(all, func(u *unit) bool { return len(u.replies) == 0 && len(u.coming) < 2 })
	for _, u := range all {
		u.need = u.takes()
	}
	return all
}

// takes returns how many posts are to be kept for a unit: for those who share an
// answer as many as it takes as far as it is known, else the next one.
func (u *unit) takes() int {
	n := len(u.replies) + len(u.coming)
	switch {
	case len(u.replies) == 0:
		return 1
	case n > 1:
		return takes(u.replies[0].text, n)
	case u.replies[0].merged():
		return len(u.replies[0].goal) - u.replies[0].missing()
	}
	return 1
}

// takes returns about how many messages it takes to bring a text to so many
// people who are mentioned.
func takes(text string, people int) int {
	most := carries(text)
	n := (units(text) + min(people, most)*maxMention + maxPart - 1) / maxPart
	if n > maxParts {
		n = 1 // a file
	}
	return max(n, 1) * max((people+most-1)/most, 1)
}

// due reports whether the next part of r is to be posted, limits aside.
func (s *state) due(r *reply, now time.Time) bool {
	if r.next() < 0 || r.recalls() {
		return false
	}
	if first, ok := s.first[r.Asker]; ok && first < r.Trigger && !r.merged() {
		return false
	}
	at := r.again
	if !r.final() && !r.leaving {
		if expires := r.expires(s.patience); !expires.IsZero() && !now.Before(expires) {
			return false
		}
		if ready := r.worded.Add(grace); ready.After(at) {
			at = ready
		}
	}
	if now.Before(at) {
		s.later(at)
		return false
	}
	return true
}

// firsts returns, by person, the first question whose answer is on its way: no
// later one is answered before it is there.
func (s *state) firsts() map[messages.UserID]messages.MessageID {
	first := map[messages.UserID]messages.MessageID{}
	for _, r := range s.replies {
		if id, ok := first[r.Asker]; r.final() && (!ok || r.Trigger < id) {
			first[r.Asker] = r.Trigger
		}
	}
	return first
}

// streams counts the replies that grow in the channel. When one of those who
// share an answer has it whole, no other is to begin to grow.
func (s *state) streams() map[string]int {
	n := map[string]int{}
	for _, r := range s.order {
		switch {
		case r.Share == "" || !r.live():
		case r.final():
			n[r.Share] = unbounded
		case !r.clean():
			n[r.Share]++
		}
	}
	return n
}
