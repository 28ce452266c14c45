package outbox

import (
	"slices"
	"time"

	"troupe/messages"
)

const (
	// grace is how long a first text waits for the end of a short answer, which
	// then costs one request.
	grace = 4 * time.Millisecond
	// quiet is how long the last post that the budget allows is kept after a
	// question was asked, for others that ask the same.
	quiet = 150 * time.Millisecond
	// gather is how long those who share an answer wait for each other's turns to
	// deliver it.
	gather = time.Second
	// fewStreams is how many replies with one text grow side by side, while the
	// limit on edits is not known.
	fewStreams = 3
)

// A round is the handing out of the posts that the budget allows now.
type round struct {
	*state
	now     time.Time
	room    int            // posts that may be sent
	spare   int            // of those, beyond what the units need
	kept    int            // of those, kept for who has nothing to post yet
	streams map[string]int // replies that grow in the channel, by share
	waiting bool           // somebody could have been served with a greater budget
}

// postAll posts what is due, in the order of arrival. It reports whether posts
// wait for the budget.
//
// While it carries a reply for each, everybody gets their own. When it does not,
// what one answer takes is kept for those who share it, to answer them together.
func (s *state) postAll(now time.Time) bool {
	s.first = s.firsts()
	s.recall(now)
	units := s.units(now)
	r := round{state: s, now: now, room: s.lane.posts.room(now), streams: s.streams()}
	r.spare = r.room
	for _, u := range units {
		r.spare -= u.need
	}
	for _, u := range units {
		if r.room <= 0 {
			r.wait(u)
			continue
		}
		r.serve(u)
	}
	s.postHooks(now)
	return r.waiting
}

// serve posts a unit: each reply by itself as far as there are posts to spare,
// then the rest in one.
func (r *round) serve(u *unit) {
	rest := u.replies
	for len(rest)+len(u.coming) > 1 && r.spare > 0 {
		i := slices.IndexFunc(rest, r.alone)
		if i < 0 {
			break
		}
		cost := takes(rest[i].text, 0)
		if cost > r.spare {
			break
		}
		r.post(rest[i])
		r.spare -= cost
		rest = slices.Delete(rest, i, i+1)
	}
	finished := slices.ContainsFunc(rest, (*reply).final)
	switch {
	case len(rest) == 0 || r.gathers(rest, u):
		r.waiting = r.waiting || finished
		r.keepFor(u, finished)
	case len(rest) > 1:
		r.together(slices.DeleteFunc(rest, func(m *reply) bool { return !m.final() }), u.need)
	case r.alone(rest[0]):
		r.post(rest[0])
		r.room -= u.need - 1
	case r.lane.posts.paced():
		r.keepFor(u, finished)
	}
}

// keepFor keeps the posts that a unit needs until it may go. Those whose text is
// not whole, which may take long, get no more than half of the budget together.
func (r *round) keepFor(u *unit, finished bool) {
	n := u.need
	if !finished {
		n = min(n, max(r.lane.posts.most()/2, 1)-r.kept)
		r.kept += n
	}
	r.room -= n
}

// together answers those who share an answer. Who was refused meanwhile, or got
// another one, is served by themselves.
func (r *round) together(finished []*reply, need int) {
	text := finished[0].text
	finished = slices.DeleteFunc(finished, func(m *reply) bool { return m.text != text })
	if len(finished) == 1 {
		r.post(finished[0])
		return
	}
	r.room -= need
	r.merge(finished, r.now)
}

// alone reports whether a reply may go by itself now. What grows may be one of a
// few with the same text only.
func (r *round) alone(m *reply) bool {
	if m.final() || m.leaving {
		return m.postable(m.next())
	}
	return m.Share == "" || r.streams[m.Share] < r.mostStreams()
}

// mostStreams returns how many replies with one text may grow side by side: as
// many as leave half of the edits for showing progress, for all of them end at
// once.
func (s *state) mostStreams() int {
	switch b := &s.lane.edits; {
	case !b.learnt:
		return fewStreams
	case !b.known:
		return unbounded
	default:
		return max((b.limit+1)/2, 1)
	}
}

// gathers reports whether those who share an answer wait: for each other's turns,
// and for more to come if they have the last post.
func (r *round) gathers(rest []*reply, u *unit) bool {
	if !rest[0].mergeable() || !r.lane.posts.paced() {
		return false
	}
	var first, newest time.Time
	open := len(u.coming)
	for _, m := range rest {
		newest = later(newest, m.opened)
		switch {
		case !m.final():
			open++
		case first.IsZero() || m.finished.Before(first):
			first = m.finished
		}
	}
	last := r.room <= u.need
	switch {
	case open > 0 && (len(rest) > 1 || last):
		return r.awaits(first.Add(gather)) || first.IsZero()
	case last:
		return r.awaits(newest.Add(quiet))
	}
	return false
}

// awaits reports whether it is before a time, and makes sure of being called
// then.
func (r *round) awaits(at time.Time) bool {
	if !r.now.Before(at) {
		return false
	}
	r.later(at)
	return true
}

// wait notes that there is no room for a unit.
func (r *round) wait(u *unit) {
	if !slices.ContainsFunc(u.replies, r.alone) {
		return
	}
	r.waiting = true
	if reset := r.lane.posts.reset(); r.now.Before(reset) {
		r.later(reset)
	}
}

// post sends the next part of a reply to the channel.
func (r *round) post(m *reply) {
	r.room--
	if !m.final() && m.Share != "" {
		r.streams[m.Share]++
	}
	r.sendPart(m, m.next(), r.now)
}

// sendPart sends a part that has no message yet, or finds out which it has: the
// nonce decides, not what it holds.
func (s *state) sendPart(r *reply, i int, now time.Time) {
	p := r.part(i)
	stray := i == r.stray()
	want := p.draft
	if !stray {
		want = r.want()[i]
	}
	p.busy, p.nonce = true, r.nonce(i)
	if p.tried.IsZero() {
		p.draft = want
	}
	if !r.final() && !stray {
		r.moved, r.seen = now, r.text
	}
	f := &flight{kind: posting, reply: r, part: i, want: want, budget: &s.laneOf(r, i).posts}
	if r.responds(i) {
		if i == 0 {
			f.budget = &r.lane.edits
		}
		s.send(f, &messages.Response{
			Interaction: r.Interaction, Further: i > 0, Content: want.text, Files: want.files(),
		}, now)
		return
	}
	post := &messages.Post{
		Channel: s.channel, Content: want.text, ReplyTo: r.refersTo(), Notify: i == 0 && !stray, Nonce: p.nonce, Files: want.files(),
	}
	if post.Notify {
		post.Mentions = r.people()
	}
	s.send(f, post, now)
}

// postHooks sends what responds to interactions, each within its own limits.
func (s *state) postHooks(now time.Time) {
	for _, r := range s.order {
		if !r.hook || !s.due(r, now) || !r.postable(r.next()) {
			continue
		}
		b := &s.laneOf(r, r.next()).posts
		if r.next() == 0 {
			b = &r.lane.edits
		}
		if b.room(now) > 0 {
			s.sendPart(r, r.next(), now)
		} else if now.Before(b.reset()) {
			s.later(b.reset())
		}
	}
}
