package quota

import (
	"slices"
	"time"
)

// window is how long a request counts against the limits of a minute: the
// minute, and what one request may take longer than another from its
// reservation to Gemini. Without the margin a minute that is full here could be
// overfull there.
const window = time.Minute + skew

const skew = 500 * time.Millisecond

// A minute is what was asked of a model within the last window.
type minute struct {
	entries  []*entry // by time; those taken back have no share in the sums
	requests int
	tokens   int
}

// An entry is one request.
type entry struct {
	at     time.Time
	tokens int
	counts bool // it is part of the sums
}

func (m *minute) add(at time.Time, tokens int) *entry {
	e := &entry{at, tokens, true}
	m.entries = append(m.entries, e)
	m.requests++
	m.tokens += tokens
	return e
}

// sort puts requests into the order of time that were added out of it.
func (m *minute) sort() {
	slices.SortStableFunc(m.entries, func(a, b *entry) int { return a.at.Compare(b.at) })
}

// amend sets the tokens of a request, now that they are known.
func (m *minute) amend(e *entry, tokens int) {
	if e.counts {
		m.tokens += tokens - e.tokens
	}
	e.tokens = tokens
}

// remove takes a request back.
func (m *minute) remove(e *entry) {
	if e.counts {
		e.counts = false
		m.requests--
		m.tokens -= e.tokens
	}
}

// clear drops what does not count any more.
func (m *minute) clear(now time.Time) {
	for len(m.entries) > 0 {
		e := m.entries[0]
		if e.counts && now.Before(e.at.Add(window)) {
			return
		}
		m.remove(e)
		m.entries = m.entries[1:]
	}
}

// wait returns how long until a request of so many tokens fits, and which limit
// it waits for. The tokens must fit into a minute of their own.
func (m *minute) wait(l Limits, tokens int, now time.Time) (wait time.Duration, what string) {
	m.clear(now)
	requests, sum := m.requests+1, m.tokens+tokens
	for _, e := range m.entries {
		switch {
		case l.RPM > 0 && requests > l.RPM:
			what = limitRPM
		case l.TPM > 0 && sum > l.TPM:
			what = limitTPM
		default:
			return wait, what
		}
		if e.counts {
			requests--
			sum -= e.tokens
			wait = e.at.Add(window).Sub(now)
		}
	}
	return wait, what
}

// reset returns how long until the oldest request does not count any more.
func (m *minute) reset(now time.Time) time.Duration {
	m.clear(now)
	if len(m.entries) == 0 {
		return 0
	}
	return m.entries[0].at.Add(window).Sub(now)
}
