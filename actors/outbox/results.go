package outbox

import (
	"strings"
	"time"

	"troupe/messages"
)

// A kind is what a request does.
type kind int

const (
	posting kind = iota
	editing
	removing
	showing // typing
)

// A flight is a request on its way to Discord.
type flight struct {
	kind    kind
	reply   *reply
	part    int
	want    content // what the message is to hold
	budget  *budget // nil for none that is known
	passing bool    // it shows progress only
}

// A record is what the journal is to keep.
type record struct {
	reply *reply
	what  any
	sent  bool // and not answered
	fails int
	again time.Time // not before
}

// send lets a request go out.
func (s *state) send(f *flight, what any, now time.Time) {
	s.serial++
	s.flights[s.serial] = f
	if f.budget != nil {
		f.budget.begin(now)
	}
	priority := messages.PriorityInteractive
	switch {
	case f.kind == showing:
		priority = messages.PriorityRetry
	case f.passing:
		priority = messages.PriorityBackground
	case f.reply.fails > 0:
		priority = messages.PriorityRetry
	}
	s.out = append(s.out, request{
		id: s.serial, guild: f.reply.Guild, priority: priority, passing: f.passing, what: what,
	})
}

// land returns the flight of a request that has ended.
func (s *state) land(id uint64) *flight {
	f := s.flights[id]
	if f == nil {
		return nil
	}
	delete(s.flights, id)
	if f.kind != showing {
		f.reply.parts[f.part].busy = false
	}
	return f
}

// sent takes in that a request has done its work.
func (s *state) sent(id uint64, told messages.Sent, now time.Time) []any {
	s.out = s.out[:0]
	f := s.land(id)
	if f == nil {
		return nil
	}
	if f.budget != nil {
		f.budget.answered(told.Budget, now)
	}
	r := f.reply
	r.fails, r.again = 0, time.Time{}
	if f.kind != showing {
		r.lane.passed = now
	}
	switch f.kind {
	case posting:
		s.posted(r, f, told, now)
	case editing:
		r.parts[f.part].shown = f.want
	case removing:
		s.removed(r, f.part, now)
	case showing:
	}
	return s.step(now)
}

// posted notes which message holds a part. If the nonce was known, it is one
// that was posted before, and may hold another text.
func (s *state) posted(r *reply, f *flight, told messages.Sent, now time.Time) {
	p := &r.parts[f.part]
	p.message, p.shown = told.Message, f.want
	stands := strings.TrimSpace(told.Content)
	switch {
	case told.Content != "" && stands != strings.TrimSpace(f.want.text):
		p.shown = content{text: stands}
	case told.Content == "" && !p.tried.IsZero() && p.draft != f.want:
		p.shown = content{}
	}
	p.tried = time.Time{}
	if r.base != "" && f.part == 0 && stands != "" {
		s.recognize(r, stands)
		if !r.lost && r.goal[0].text == stands {
			p.shown = r.goal[0]
		}
	}
	if !r.merged() {
		s.keep(r, &messages.KeepPart{Trigger: r.Trigger, Part: f.part, Message: told.Message}, now)
	}
}

// removed notes that a message is gone. The journal forgets it, so that no later
// answer is to be put into it.
func (s *state) removed(r *reply, i int, now time.Time) {
	r.parts[i] = part{}
	if !r.merged() {
		s.keep(r, &messages.KeepPart{Trigger: r.Trigger, Part: i}, now)
	}
}

// failed takes in that a request came to nothing, as far as is known.
func (s *state) failed(id uint64, err error, now time.Time) []any {
	s.out = s.out[:0]
	f := s.land(id)
	if f == nil {
		return nil
	}
	refused, never := err.(*messages.Refused) //nolint:errorlint // what a pool answers is not wrapped
	if f.budget != nil && never {
		f.budget.unsent()
		if refused.Reason == messages.RefusedLimit {
			f.budget.limited(refused.RetryAfter, now)
		}
	} else if f.budget != nil {
		f.budget.failed()
	}
	if f.kind == editing && !never {
		f.reply.parts[f.part].shown = content{} // it may have been made
	}
	switch failure, told := err.(*messages.Failure); { //nolint:errorlint // as above
	case f.kind == showing:
	case never:
		f.reply.backoff(refused.RetryAfter, now)
	case told && failure.Cause == messages.CauseGone && f.known():
		s.gone(f, now)
	case told && failure.Retry == messages.RetryNever && failure.Cause != messages.CauseCancelled:
		s.failedFor(f, failure, now)
	case told:
		f.mayHaveCome(now)
		f.reply.backoff(failure.After, now)
	default:
		f.mayHaveCome(now)
		f.reply.backoff(0, now)
	}
	return s.step(now)
}

// known reports whether the message that a request is about may have been there
// before. When the nonce of a post is known, but the message is deleted, that
// message is gone, and not the channel (Discord documentation, Create Message).
func (f *flight) known() bool {
	return f.kind != posting || f.reply.Again || f.reply.base != "" || !f.reply.parts[f.part].tried.IsZero()
}

// gone deals with a message that does not exist any more. If we did not delete
// it, a person has: the answer is left as they want it.
func (s *state) gone(f *flight, now time.Time) {
	if f.kind == removing {
		s.removed(f.reply, f.part, now)
		return
	}
	f.reply.lost = true
}

// failedFor deals with a failure for good.
func (s *state) failedFor(f *flight, failure *messages.Failure, now time.Time) {
	if f.kind == removing {
		s.removed(f.reply, f.part, now) // it stays; nobody can do anything about it
		return
	}
	if f.kind == posting && f.reply.hook && f.part > 0 && !f.reply.further && failure.Cause == messages.CauseNoPermission {
		f.reply.further = true
		return
	}
	if f.kind == posting && f.reply.final() && f.part >= f.reply.needs() {
		f.reply.parts[f.part] = part{} // it was not needed
		return
	}
	f.reply.failure = failure
}

// mayHaveCome notes that a post may have come through though it failed.
func (f *flight) mayHaveCome(now time.Time) {
	if f.kind != posting {
		return
	}
	if p := &f.reply.parts[f.part]; p.tried.IsZero() {
		p.tried = now
	}
}

// limited takes in that a request is held back, since a limit is met that we did
// not know of. It goes out by itself when that has passed.
func (s *state) limited(id uint64, wait time.Duration, now time.Time) []any {
	s.out = s.out[:0]
	if f := s.flights[id]; f != nil && f.budget != nil {
		f.budget.limited(wait, now)
	}
	return s.step(now)
}

// keep has the journal keep something about r.
func (s *state) keep(r *reply, what any, now time.Time) {
	s.serial++
	s.writes[s.serial] = &record{reply: r, what: what, again: now}
	r.keeping++
	s.write(s.serial)
}

func (s *state) write(id uint64) {
	w := s.writes[id]
	w.sent = true
	s.out = append(s.out, write{id, w.what})
}

// written takes in that the journal has kept something.
func (s *state) written(id uint64, now time.Time) []any {
	s.out = s.out[:0]
	w := s.writes[id]
	if w == nil {
		return nil
	}
	delete(s.writes, id)
	w.reply.keeping--
	switch m := w.what.(type) {
	case *messages.KeepFinal:
		if m.Revision == w.reply.Revision {
			w.reply.kept = true
		}
	case *messages.KeepShared:
		w.reply.kept = true
	}
	return s.step(now)
}

// unwritten takes in that the journal has not kept something. It is asked again
// for as long as the reply is open.
func (s *state) unwritten(id uint64, atLeast time.Duration, now time.Time) []any {
	s.out = s.out[:0]
	w := s.writes[id]
	if w == nil {
		return nil
	}
	w.sent = false
	w.fails++
	w.again = now.Add(max(pause(w.fails), atLeast))
	return s.step(now)
}

// writeAgain asks the journal once more for what it has not kept.
func (s *state) writeAgain(now time.Time) {
	for id, w := range s.writes {
		switch {
		case w.sent:
		case w.stale():
			w.reply.keeping--
			delete(s.writes, id)
		case now.Before(w.again):
			s.later(w.again)
		default:
			s.write(id)
		}
	}
}

// stale reports whether it is of no use any more to keep something: nobody waits
// for it, or something else has taken its place.
func (w *record) stale() bool {
	r := w.reply
	switch m := w.what.(type) {
	case *messages.KeepPart:
		return r.ended || r.parts[m.Part].message != m.Message
	case *messages.KeepFinal:
		return r.ended || r.Revision != m.Revision
	}
	return r.ended
}
