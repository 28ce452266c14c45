package router

import "time"

// Concurrency says how many jobs may run at once.
type Concurrency struct {
	Start, Min, Max int
	Pinned          bool // it stays at Start
}

// The tuning of the adaptive limit. It is AIMD, as in TCP (Chiu and Jain, 1989),
// with the delay as a second sign of congestion (as in TCP Vegas), and it waits
// longer and longer before it tries again what was too much (as in CUBIC).
const (
	cutRejected = 0.85 // what is left of the limit after "too much"
	cutSlow     = 0.75 // at most this little is left after a slow round
	tolerance   = 2.0  // a round this many times slower than usual is congestion
	slowRounds  = 2    // so many in a row; one may be chance
	followDown  = 0.3  // how fast "usual" follows what gets faster, by round
	followUp    = 0.02 // and what gets slower while slots are free: the delay is not ours
	followFull  = 0.002
	shortHold   = 10 * time.Second
	longHold    = 20 * time.Second
)

// noise is the least time that is usual: below it, a multiple says nothing.
const noise = 5 * time.Millisecond

// A limiter finds how many calls at once an upstream takes. It is not told; it
// learns from how they end.
type limiter struct {
	cfg   Concurrency
	limit float64

	// The present round: as many calls as may run at once.
	calls int
	most  int // that ran at once
	slow  int // rounds in a row before that were slow
	paces map[string]*pace

	lowered time.Time // calls that began before tell of the time before

	// What was too much last, not to be tried again before a time.
	ceiling float64
	held    time.Time
	hold    time.Duration
}

// A pace is how fast one kind of call is: a read may take a fraction of the time
// that a write takes, and be no sign of anything.
type pace struct {
	usual time.Duration // mean time of a call when all is well; 0 for unknown
	calls int           // in the present round
	took  time.Duration // all of those
}

func newLimiter(cfg Concurrency) limiter {
	return limiter{cfg: cfg, limit: float64(cfg.Start), paces: map[string]*pace{}}
}

// slots returns how many calls may run at once.
func (l *limiter) slots() int { return int(l.limit) }

// served counts a call of a kind that got an answer, when running of all kinds
// were under way. Kinds are few: each is kept.
func (l *limiter) served(kind string, began time.Time, took time.Duration, running int, now time.Time) {
	if l.cfg.Pinned || began.Before(l.lowered) {
		return
	}
	p := l.paces[kind]
	if p == nil {
		p = &pace{}
		l.paces[kind] = p
	}
	p.calls++
	p.took += took
	l.calls++
	l.most = max(l.most, running)
	if l.calls >= l.slots() {
		l.round(now)
	}
}

// round draws the sum of a round. Where no more than half of the slots were
// taken, the limit is not what makes calls slow.
func (l *limiter) round(now time.Time) {
	slowness, full, half := l.slowness(), l.most >= l.slots(), 2*l.most > l.slots()
	l.learn(full)
	l.begin()
	switch {
	case slowness <= tolerance:
		l.slow = 0
		if full {
			l.raise(now)
		}
	case half:
		if l.slow++; l.slow >= slowRounds {
			l.slow = 0
			l.lower(max(cutSlow, tolerance/slowness), now)
		}
	}
}

// begin begins a round.
func (l *limiter) begin() {
	l.calls, l.most = 0, 0
	for _, p := range l.paces {
		p.calls, p.took = 0, 0
	}
}

// slowness returns how many times longer the calls of a round took than calls of
// their kinds do usually; 1 if that is not known.
func (l *limiter) slowness() float64 {
	var took, usual time.Duration
	for _, p := range l.paces {
		if p.usual > 0 {
			took += p.took
			usual += time.Duration(p.calls) * p.usual
		}
	}
	if usual == 0 {
		return 1
	}
	return float64(took) / float64(usual)
}

// learn takes the means of a round into what is usual. What gets slower is
// believed when slots are free, or there are no fewer to be had.
func (l *limiter) learn(full bool) {
	for _, p := range l.paces {
		if p.calls == 0 {
			continue
		}
		mean := max(p.took/time.Duration(p.calls), noise)
		follow := followUp
		switch {
		case p.usual == 0:
			follow = 1
		case mean < p.usual, l.slots() <= l.cfg.Min:
			follow = followDown
		case full:
			follow = followFull
		}
		p.usual += time.Duration(follow * float64(mean-p.usual))
	}
}

// raise adds one slot, unless that was too much a short while ago.
func (l *limiter) raise(now time.Time) {
	next := min(l.limit+1, float64(l.cfg.Max))
	if int(next) >= int(l.ceiling) && l.ceiling > 0 && now.Before(l.held) {
		return
	}
	l.limit = next
}

// rejected counts a call that was too much: 429, 503, no answer in time.
func (l *limiter) rejected(began time.Time, now time.Time) {
	if l.cfg.Pinned || began.Before(l.lowered) {
		return
	}
	l.lower(cutRejected, now)
}

// lower leaves a part of the limit, and less than before by at least one slot.
func (l *limiter) lower(part float64, now time.Time) {
	if int(l.limit) == int(l.ceiling) {
		l.hold = min(2*l.hold, longHold)
	} else {
		l.hold = shortHold
	}
	l.ceiling = l.limit
	l.held = now.Add(l.hold)
	l.limit = max(min(part*l.limit, l.limit-1), float64(l.cfg.Min))
	l.lowered = now
	l.begin()
}
