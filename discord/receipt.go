package discord

import "hash/fnv"

// Discord numbers the events of every session from 1. So that a late
// acknowledgement of an event of a former session is not taken for one of the
// present session, events carry a receipt instead of the bare number: the
// number with a mark of the session above it.
const (
	seqBits  = 40 // a session of 10^12 events
	markBits = 23
)

// receipt returns what stands for event seq of a session. It is the same in
// every process that holds the session.
func receipt(seq int64, session string) int64 {
	return mark(session)<<seqBits | seq&(1<<seqBits-1)
}

// ofSession returns the number of the event that r stands for, and whether it
// is of this session.
func ofSession(r int64, session string) (seq int64, ok bool) {
	return r & (1<<seqBits - 1), r>>seqBits == mark(session)
}

func mark(session string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(session)) // never fails
	return int64(h.Sum32() & (1<<markBits - 1))
}
