package router

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"text/tabwriter"
	"time"
)

// An algorithm decides how many calls may run at once.
type algorithm interface {
	slots() int
	served(kind string, began time.Time, took time.Duration, running int, now time.Time)
	rejected(began, now time.Time)
}

// A gradient is the other adaptive algorithm that is well known: Gradient2 of
// Netflix's concurrency-limits. The limit goes where the ratio of the long and
// the present mean of the latency points, with room for a queue. As that one
// knows nothing of refusals, they cut the limit as in the same library's AIMD.
type gradient struct {
	least, most float64
	limit       float64
	long        float64 // moving mean of the latency, in seconds

	since   time.Time // of the present window
	calls   int
	took    time.Duration
	running int
	lowered time.Time
}

// The defaults of Gradient2Limit, WindowedLimit and AIMDLimit.
const (
	gradientTolerance = 1.5
	gradientSmoothing = 0.2
	gradientQueue     = 4
	gradientMemory    = 600 // windows
	gradientWindow    = time.Second
	gradientSamples   = 10
	gradientBackoff   = 0.9
)

func (g *gradient) slots() int { return int(g.limit) }

func (g *gradient) served(_ string, began time.Time, took time.Duration, running int, now time.Time) {
	if began.Before(g.lowered) {
		return
	}
	g.calls++
	g.took += took
	g.running = max(g.running, running)
	if now.Sub(g.since) < gradientWindow || g.calls < gradientSamples {
		return
	}
	short := g.took.Seconds() / float64(g.calls)
	running = g.running
	g.since, g.calls, g.took, g.running = now, 0, 0, 0
	if g.long == 0 {
		g.long = short
	}
	g.long += (short - g.long) * 2 / (gradientMemory + 1)
	if g.long/short > 2 {
		g.long *= 0.95
	}
	if float64(running) < g.limit/2 {
		return
	}
	slope := max(0.5, min(1, gradientTolerance*g.long/short))
	g.set(g.limit*(1-gradientSmoothing) + (g.limit*slope+gradientQueue)*gradientSmoothing)
}

func (g *gradient) rejected(began, now time.Time) {
	if began.Before(g.lowered) {
		return
	}
	g.lowered = now
	g.set(g.limit * gradientBackoff)
}

func (g *gradient) set(limit float64) { g.limit = max(min(limit, g.most), g.least) }

// An upstream is a simulated one that takes so many calls at once, and turns
// away what is more; or, if it queues, lets all wait for each other.
type upstream struct {
	capacity int
	service  time.Duration
	queues   bool
	restless bool // some calls take many times as long as others
	running  int
}

// take is what became of a call that came when running others were there.
func (u *upstream) take(r *rand.Rand) (latency time.Duration, ok bool) {
	part := 0.75 + 0.5*r.Float64()
	if u.restless { // as long as the other on average, with a long tail
		const sigma = 0.8
		part = math.Exp(sigma*r.NormFloat64() - sigma*sigma/2)
	}
	latency = time.Duration(part * float64(u.service))
	switch {
	case u.running <= u.capacity:
		return latency, true
	case u.queues:
		return latency * time.Duration(u.running) / time.Duration(u.capacity), true
	}
	return 20 * time.Millisecond, false
}

// A call is one under way.
type call struct {
	began, at time.Time
	ok        bool
}

// A toll is what came of some calls.
type toll struct {
	served, turned int
	took           time.Duration // those that were served
}

// mean returns how long a call took that was served.
func (o toll) mean() time.Duration { return o.took / time.Duration(max(o.served, 1)) }

// drive keeps all slots taken for the time given.
func drive(l algorithm, u *upstream, r *rand.Rand, now time.Time, d time.Duration) (sum toll) {
	u.running = 0
	var calls []call
	for end := now.Add(d); now.Before(end); now = now.Add(5 * time.Millisecond) {
		rest := calls[:0]
		for _, c := range calls {
			switch {
			case c.at.After(now):
				rest = append(rest, c)
				continue
			case c.ok:
				sum.served++
				sum.took += c.at.Sub(c.began)
				l.served("generate", c.began, c.at.Sub(c.began), len(calls), now)
			default:
				sum.turned++
				l.rejected(c.began, now)
			}
			u.running--
		}
		calls = rest
		for len(calls) < l.slots() {
			u.running++
			latency, ok := u.take(r)
			calls = append(calls, call{now, now.Add(latency), ok})
		}
	}
	return sum
}

// phases drives an algorithm for a minute each at capacities of 5, 20 and 3. It
// returns what came of that, and of the last minute alone.
func phases(l algorithm, u upstream, seed uint64) (all, last toll) {
	r := rand.New(rand.NewPCG(seed, 2))
	now := start
	for _, capacity := range []int{5, 20, 3} {
		u.capacity, u.service = capacity, 600*time.Millisecond
		last = drive(l, &u, r, now, time.Minute)
		all.served, all.turned, all.took = all.served+last.served, all.turned+last.turned, all.took+last.took
		now = now.Add(time.Minute)
	}
	return all, last
}

// A contender is an algorithm by its name.
type contender struct {
	name string
	make func() algorithm
}

// contenders are what the pool's own algorithm, the last one, is compared with.
func contenders() []contender {
	own := func(pinned bool) func() algorithm {
		return func() algorithm {
			l := newLimiter(Concurrency{Start: 5, Min: 1, Max: 40, Pinned: pinned})
			return &l
		}
	}
	return []contender{
		{"fixed 5", own(true)},
		{"gradient", func() algorithm { return &gradient{least: 1, most: 40, limit: 5, since: start} }},
		{"Troupe", own(false)},
	}
}

// The limit follows what the upstream takes, and is told off less than a fixed
// limit when it takes less. The upstreams: one refuses what is too much, as Gemini
// does, one so that its calls differ a lot, and one lets all wait for each other.
func TestFigureConcurrency(t *testing.T) {
	upstreams := []struct {
		name string
		upstream
	}{
		{"refuses what is too much", upstream{}},
		{"refuses, and is restless", upstream{restless: true}},
		{"slows down", upstream{queues: true}},
	}
	table := tabwriter.NewWriter(t.Output(), 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprint(table, "\nAn upstream takes 5 calls for 60 s, 20 for 60 s, 3 for 60 s, and there is always more to do: medians of 5\n",
		"upstream\tlimit\tserved\tof fixed 5\ttarget\tmean time\trefused\tof these in the last minute\ttarget\t\n")
	for _, u := range upstreams {
		var fixed, fixedLast toll
		for _, c := range contenders() {
			all, last := middle(c, u.upstream)
			if c.name == "fixed 5" {
				fixed, fixedLast = all, last
			}
			gain, target, most := float64(all.served)/float64(fixed.served), "", ""
			if c.name == "Troupe" {
				target, most = "1.30", fmt.Sprint(fixedLast.turned)
				if gain < 1.3 || last.turned > fixedLast.turned {
					t.Errorf("%s: %+v, at last %+v", u.name, all, last)
				}
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%.2f\t%s\t%v\t%d\t%d\t%s\t\n", u.name, c.name, all.served, gain, target,
				all.mean().Round(time.Millisecond), all.turned, last.turned, most)
		}
	}
	_ = table.Flush()
}

// middle returns the run of five that served the median number.
func middle(c contender, u upstream) (all, last toll) {
	type run struct{ all, last toll }
	var runs []run
	for seed := range uint64(5) {
		all, last := phases(c.make(), u, seed)
		runs = append(runs, run{all, last})
	}
	slices.SortFunc(runs, func(a, b run) int { return a.all.served - b.all.served })
	return runs[2].all, runs[2].last
}
