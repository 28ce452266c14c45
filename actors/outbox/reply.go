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
	further bool              // all of it does, since the bot may not post in the channel
	lost    bool              // a person has deleted a message of it: it is left alone
	failure *messages.Failure // why it cannot be brought to the channel
	leaving bool              // cancelled; it waits for requests on their way
	erase   bool              // its messages are deleted
	ended   bool

	fails int       // in a row
	again time.Time // not before
}

// responds reports whether a part goes out in response to an interaction. Only
// the first does if the others can be posted as any message, since further
// responses have no nonce: nobody could know whether one has come through.
func (r *reply) responds(i int) bool { return r.hook && (i == 0 || r.further) }

// laneOf returns where requests for a part share their budgets.
func (s *state) laneOf(r *reply, i int) *lane {
	if r.responds(i) {
		return r.lane
	}
	return &s.lane
}

// refersTo returns the message that a part replies to: the question, or the first
// response to a command.
func (r *reply) refersTo() messages.MessageID {
	if r.hook {
		return r.parts[0].message
	}
	return r.ReplyTo
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
