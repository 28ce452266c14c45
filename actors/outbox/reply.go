package outbox

import (
	"time"

	"troupe/messages"
)

// A lane is where requests share their budgets: the channel, or one interaction.
type lane struct {
	posts  budget
	edits  budget
	edited time.Time // the last edit that only showed progress
	passed time.Time // when anything got through last
}

// A part is one message of an answer, or the place for one.
type part struct {
	message messages.MessageID // 0: not posted, as far as is known
	shown   content            // what stands in it; zero if unknown
	busy    bool               // a request about it is on its way
	nonce   string             // with which it was first posted; it keeps it whatever the answer becomes
	tried   time.Time          // of the first try to post it that may have come through; zero for none
	draft   content            // of that try
}

// A reply is an answer on its way: an asker's own, or a merged one that answers
// its members together. Once it is ended nothing is done for it any more.
type reply struct {
	messages.Reply
	lane     *lane
	address  string    // what the first message begins with: mentions
	askers   []uint64  // who waits for the outcome
	opened   time.Time // when it was first heard of
	heard    time.Time // when it was last heard of
	worded   time.Time // when there was text first; zero before
	finished time.Time // when the whole text came; zero before
	text     string    // so far; with its note once finished
	goal     []content // what its messages are to hold, once finished
	parts    []part    // as many as were ever needed or given

	moved time.Time // when progress was last sent
	seen  string    // the text up to which progress is shown

	keeping int  // writes that the journal has not confirmed
	kept    bool // the journal has the text; of a merged one: whom it answers

	members []*reply // of a merged one
	group   *reply   // the merged one that this is a member of
	base    string   // the nonce of a merged one that a former instance may have posted
	solo    bool     // it is not answered with others: it was found not to have been

	hook    bool              // goes out in response to an interaction
	lost    bool              // a person has deleted a message of it: it is left alone
	failure *messages.Failure // why it cannot be brought to the channel
	leaving bool              // cancelled; it waits for requests on their way
	erase   bool              // its messages are deleted
	ended   bool

	fails int       // in a row
	again time.Time // not before
}

// final reports whether the whole text is known.
func (r *reply) final() bool { return !r.finished.IsZero() }

// live reports whether there may be something to send.
func (r *reply) live() bool { return !r.leaving && !r.lost && r.failure == nil }

// merged reports whether it answers several people.
func (r *reply) merged() bool { return r.members != nil }

// shown reports whether any message of it is in the channel.
func (r *reply) shown() bool {
	for i := range r.parts {
		if r.parts[i].message != 0 {
			return true
		}
	}
	return false
}

// busy reports whether a request about it is on its way.
func (r *reply) busy() bool {
	for i := range r.parts {
		if r.parts[i].busy {
			return true
		}
	}
	return false
}

// clean reports whether nothing of it can be in the channel.
func (r *reply) clean() bool {
	for i := range r.parts {
		if p := &r.parts[i]; p.message != 0 || p.busy || !p.tried.IsZero() {
			return false
		}
	}
	return true
}

// mergeable reports whether others may be answered together with it.
func (r *reply) mergeable() bool {
	return r.Share != "" && !r.Again && r.Interaction.ID == 0 && !r.merged() && !r.solo && r.clean()
}

// recalls reports whether it may have been answered together with others, by a
// former instance.
func (r *reply) recalls() bool {
	return r.Shared.Nonce != "" && !r.merged() && !r.solo && r.live() && !r.shown()
}

// next returns the part to be posted next, or -1 for none: one that the answer
// needs, else one of which it must be found out whether it was posted, so that it
// can be deleted.
func (r *reply) next() int {
	i := -1
	if r.live() && !r.worded.IsZero() {
		i = r.missing()
	}
	if i < 0 {
		i = r.stray()
	}
	return i
}

// stray returns a part that is not needed, but may have been posted, or -1.
func (r *reply) stray() int {
	if r.failure == nil && !r.lost && (r.final() && !r.leaving || r.leaving && r.erase) {
		for i := r.needs(); i < len(r.parts); i++ {
			if p := &r.parts[i]; p.message == 0 && !p.busy && !p.tried.IsZero() {
				return i
			}
		}
	}
	return -1
}

// needs returns how many messages the answer is to have in the end, as far as is
// known.
func (r *reply) needs() int {
	if r.leaving {
		return 0
	}
	return len(r.goal)
}

// missing returns the first part of the goal that has no message, or -1 if
// there is none or it is being posted. What is not finished needs a first one.
func (r *reply) missing() int {
	needed := len(r.goal)
	if !r.final() {
		needed = 1
	}
	for i := range needed {
		if i >= len(r.parts) || r.parts[i].message == 0 {
			if i < len(r.parts) && r.parts[i].busy {
				return -1
			}
			return i
		}
	}
	return -1
}

// recorded reports whether the journal has what must be there before anything
// but the first message of an answer goes out.
func (r *reply) recorded() bool {
	for _, m := range r.members {
		if !m.kept {
			return false
		}
	}
	return r.kept
}

// postable reports whether the journal has what must be there before a part is
// posted. An asker's own first message waits for nothing: the trigger's row and
// the nonce that it determines are enough to find it again.
func (r *reply) postable(i int) bool {
	switch {
	case r.leaving:
		return true
	case i > 0:
		return r.recorded()
	case r.merged():
		return r.kept
	}
	return true
}

// unconfirmed returns how many writes are not confirmed, those of members too.
func (r *reply) unconfirmed() int {
	n := r.keeping
	for _, m := range r.members {
		n += m.keeping
	}
	return n
}

// stands reports whether the whole answer is in the channel and nothing else of
// it, as far as we are to see to it.
func (r *reply) stands() bool {
	if !r.final() || r.busy() {
		return false
	}
	if r.lost {
		return true
	}
	for i, want := range r.goal {
		if i >= len(r.parts) || r.parts[i].message == 0 || r.parts[i].shown != want {
			return false
		}
	}
	for i := len(r.goal); i < len(r.parts); i++ {
		if r.parts[i].message != 0 || !r.parts[i].tried.IsZero() {
			return false
		}
	}
	return true
}

// owed returns how many edits are to be kept for the end of the answer, as far as
// is known.
func (r *reply) owed() int {
	if !r.final() {
		return 1
	}
	n := 0
	for i, want := range r.goal {
		if i < len(r.parts) {
			if p := &r.parts[i]; p.message != 0 && !p.busy && p.shown != want {
				n++
			}
		}
	}
	return n
}

// messages returns what there is in the channel, in order.
func (r *reply) messages() (ids []messages.MessageID) {
	for i := range r.parts {
		if id := r.parts[i].message; id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// adopt adds the messages that are told to hold the answer.
func (r *reply) adopt(ids []messages.MessageID) {
	for i, id := range ids {
		p := r.part(i)
		if p.message == 0 && !p.busy {
			p.message = id
		}
	}
}

// part returns the i-th part, and makes place for it if there is none yet.
func (r *reply) part(i int) *part {
	for len(r.parts) <= i {
		r.parts = append(r.parts, part{})
	}
	return &r.parts[i]
}

// want returns what its parts are to hold, as far as the text is known.
func (r *reply) want() []content {
	if r.final() {
		return r.goal
	}
	return growing(r.address, r.text)
}

// longest is how many times the patience is at most enough for a finished reply,
// however much else gets through.
const longest = 5

// expires returns when r is given up, or zero for never: so long after anything
// got through that it seems that nothing will, or so long after a post that may
// have come through that Discord may have forgotten its nonce.
func (r *reply) expires(patience time.Duration) (at time.Time) {
	if r.final() {
		at = later(r.finished, r.lane.passed).Add(patience)
		if last := r.finished.Add(longest * patience); last.Before(at) {
			at = last
		}
	}
	for i := range r.parts {
		if i > 0 && i >= len(r.goal) {
			break
		}
		if tried := r.parts[i].tried; !tried.IsZero() && (at.IsZero() || tried.Add(patience).Before(at)) {
			at = tried.Add(patience)
		}
	}
	return at
}

// forget gives up to find out about parts that are not needed and that Discord
// does not know the nonce of any more.
func (r *reply) forget(patience time.Duration, now time.Time) {
	if i := r.stray(); i >= 0 && !now.Before(r.parts[i].tried.Add(patience)) {
		r.parts[i] = part{}
	}
}

// backoff puts off the next try, for longer each time.
func (r *reply) backoff(atLeast time.Duration, now time.Time) {
	r.fails++
	r.again = now.Add(max(pause(r.fails), atLeast))
}

// The pauses after failures in a row.
const (
	firstPause = 500 * time.Millisecond
	longPause  = 15 * time.Second
)

// pause returns how long to wait after the n-th failure in a row.
func pause(n int) time.Duration {
	d := firstPause
	for ; n > 1 && d < longPause; n-- {
		d *= 2
	}
	return min(d, longPause)
}
