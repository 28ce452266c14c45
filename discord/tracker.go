package discord

import "slices"

// A tracker knows which events of a session still wait for acknowledgement.
// Discord numbers the events of a session without gaps, so what lies between
// two numbers that are pending has been acknowledged.
type tracker struct {
	high    int64   // the highest number seen
	pending []int64 // ascending; all at most high
}

// restore makes t that of a session whose events up to seq are acknowledged.
func (t *tracker) restore(seq int64) {
	t.high = seq
	t.pending = t.pending[:0]
}

// fresh reports whether seq was never seen: it would take up credit.
func (t *tracker) fresh(seq int64) bool { return seq > t.high }

// expect notes that seq arrived and reports whether it is to be handed over:
// true when it is new or came again unacknowledged, false when a resume
// replays what was already acknowledged.
func (t *tracker) expect(seq int64) bool {
	if t.fresh(seq) {
		t.high = seq
		t.pending = append(t.pending, seq)
		return true
	}
	_, waits := slices.BinarySearch(t.pending, seq)
	return waits
}

// acknowledge notes that seq need not come again and reports whether it was
// pending.
func (t *tracker) acknowledge(seq int64) bool {
	i, waits := slices.BinarySearch(t.pending, seq)
	if waits {
		t.pending = slices.Delete(t.pending, i, i+1)
	}
	return waits
}

// low returns the low-water mark: every event up to it is acknowledged.
func (t *tracker) low() int64 {
	if len(t.pending) > 0 {
		return t.pending[0] - 1
	}
	return t.high
}

// open returns how many events wait for acknowledgement.
func (t *tracker) open() int { return len(t.pending) }
