package outbox

import (
	"troupe/messages"
)

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
