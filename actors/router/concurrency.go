package router

import "time"

// Concurrency says how many jobs may run at once.
type Concurrency struct {
	Start, Min, Max int
	Pinned          bool // it stays at Start
}

// The tuning of the adaptive limit. It is AIMD, as in TCP (Chiu and Jain, 1989),
// with the delay as a second sign of congestion (as in TCP Vegas), and it waits
// longer and longer before it tries again what was refused (as in CUBIC).
//
// The other well-known way, Netflix's gradient, serves up to a tenth more where
// what is too much is refused, and is refused three times as often for it;
// TestFigureConcurrency shows both.
const (
	cutRejected = 0.85 // what is left of the limit after "too much"
	cutSlow     = 0.75 // at most this little is left when calls are slow
	tolerance   = 1.5  // this many times slower than usual is congestion
	sample      = 40   // calls that tell: the mean of fewer is chance
	followDown  = 0.1  // how fast "usual" follows what gets faster, by round
	followUp    = 0.02 // and what gets slower while slots are free: the delay is not ours
	followFull  = 0.002
	shortHold   = 10 * time.Second
	longHold    = 20 * time.Second

	noise = 5 * time.Millisecond // the least that is usual: a multiple of less says nothing
)

// A limiter finds how many calls at once an upstream takes. It is not told; it
// learns from how they end.
type limiter struct {
	cfg   Concurrency
	limit float64

	// The present round: as many calls as may run at once.
	calls  int
	most   int // that ran at once
	paces  map[string]*pace
	strain float64 // moving mean of how many times slower than usual rounds are

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
	known int           // calls that usual is drawn from: at most a sample
	calls int           // in the present round
	took  time.Duration // all of those
}

func newLimiter(cfg Concurrency) limiter {
	return limiter{cfg: cfg, limit: float64(cfg.Start), paces: map[string]*pace{}, strain: 1}
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
	full, half := l.most >= l.slots(), 2*l.most > l.slots()
	l.strain += (l.slowness() - l.strain) * min(float64(l.calls)/float64(sample), 1)
	l.learn(full)
	l.begin()
	switch {
	case l.strain > tolerance && half:
		l.lower(max(cutSlow, tolerance/l.strain), now)
	case l.strain <= tolerance && full:
		l.raise(now)
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
		p.known += p.calls
		switch {
		case p.known <= sample:
			follow = float64(p.calls) / float64(p.known)
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
	if int(l.limit) == int(l.ceiling) {
		l.hold = min(2*l.hold, longHold)
	} else {
		l.hold = shortHold
	}
	l.ceiling = l.limit
	l.held = now.Add(l.hold)
	l.lower(cutRejected, now)
}

// lower leaves a part of the limit, and less than before by at least one slot.
func (l *limiter) lower(part float64, now time.Time) {
	l.limit = max(min(part*l.limit, l.limit-1), float64(l.cfg.Min))
	l.lowered = now
	l.strain = 1
	l.begin()
}
