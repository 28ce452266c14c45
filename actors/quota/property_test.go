package quota

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"troupe/messages"
)

// A model request, as the property test books it beside the state.
type request struct {
	id      uint64
	model   string
	at      time.Time
	tokens  int     // as estimated, then as settled
	cost    float64 // as settled
	granted bool
	open    bool
	back    bool // given back
}

// A check keeps books of its own, the simplest that there are.
type check struct {
	t      *testing.T
	r      *rand.Rand
	s      *state
	now    time.Time
	all    []*request
	rows   map[uint64]messages.AttemptMade // the journal's
	limits Limits
	spend  float64
}

// Whatever is asked for and however it ends: no window of a minute holds more
// requests or tokens than may be, no day in Los Angeles more requests or money;
// who is refused for a while is not refused when that has passed; and what is
// kept is what was settled, also through crashes. Through deaths of the process,
// what may have been sent is counted, as it was settled or else as it was reserved.
func TestLimitsHold(t *testing.T) {
	z := zone(t)
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		// Around a change of the clocks, an hour before midnight.
		now := time.Date(2026, 10, 31, 22, 30+r.IntN(60), 0, 0, z)
		if seed%2 == 0 {
			now = time.Date(2026, 3, 7, 22, 30+r.IntN(60), 0, 0, z)
		}
		c := &check{
			t: t, r: r, now: now, rows: map[uint64]messages.AttemptMade{},
			limits: Limits{RPM: 1 + r.IntN(10), TPM: 100 + r.IntN(400), RPD: 30 + r.IntN(60)},
			spend:  float64(200 + r.IntN(20000)),
		}
		c.s = newState(rules{
			Default: c.limits, SpendCap: c.spend, Zone: z,
			Price: func(_ string, u messages.Usage) float64 { return float64(u.Prompt) },
		}, newBook(), seed<<32, now)
		for range 1500 {
			c.step()
		}
		for _, q := range c.all {
			if q.open && q.granted {
				c.settle(q)
			}
		}
		c.ledger()
		if t.Failed() {
			t.Fatalf("with seed %d and %+v", seed, c.limits)
		}
	}
}

func (c *check) step() {
	switch n := c.r.IntN(100); {
	case n < 45:
		c.reserve()
	case n < 70:
		if q := c.pick(); q != nil {
			c.settle(q)
		}
	case n < 95:
		c.now = c.now.Add(time.Duration(c.r.IntN(8000)) * time.Millisecond)
	case n < 97:
		c.expire()
	case n < 98:
		c.crash()
	case n < 99:
		c.die()
	default:
		c.now = c.now.Add(time.Duration(c.r.IntN(60)) * time.Minute)
	}
}

func (c *check) pick() *request {
	for range 8 {
		if len(c.all) > 0 {
			if q := c.all[max(0, len(c.all)-1-c.r.IntN(12))]; q.open {
				q.granted = q.granted || c.s.grant(q.id)
				return q
			}
		}
	}
	return nil
}

func (c *check) reserve() {
	q := &request{model: string(rune('a' + c.r.IntN(2))), at: c.now, tokens: c.r.IntN(c.limits.TPM + 20), open: true}
	id, err := c.s.reserve("asker", q.model, q.tokens, c.now)
	switch err := err.(type) { //nolint:errorlint // refusals are never wrapped
	case nil:
		q.id = id
		c.rows[id] = inStore(c.s.intent(id)) // once it is asked for, since the process died
		if c.r.IntN(10) > 0 {
			q.granted = c.s.grant(id)
		}
		c.all = append(c.all, q)
		c.fits(q)
	case *messages.Limited:
		if err.Wait <= 0 || err.Wait > window {
			c.t.Errorf("to wait for %v", err.Wait)
		}
		c.holdsFor(q, err)
	case *messages.Failure:
		if err.Cause == messages.CauseTooLong != (q.tokens > c.limits.TPM) && err.Cause == messages.CauseTooLong {
			c.t.Errorf("%d tokens are refused: %v", q.tokens, err)
		}
	}
}

// holdsFor checks that a wait is as long as it must be, and no longer.
func (c *check) holdsFor(q *request, l *messages.Limited) {
	if l.What != limitRPM && l.What != limitTPM {
		return
	}
	m := c.s.model(q.model)
	if wait, _ := m.minute.wait(m.limits, q.tokens, c.now); wait != l.Wait {
		c.t.Errorf("to wait for %v, then %v", l.Wait, wait)
	}
	requests, tokens := c.window(q.model, c.now.Add(l.Wait-1))
	if requests+1 <= c.limits.RPM && tokens+q.tokens <= c.limits.TPM {
		c.t.Errorf("refused for %v, which is too long", l.Wait)
	}
	requests, tokens = c.window(q.model, c.now.Add(l.Wait))
	if requests+1 > c.limits.RPM || tokens+q.tokens > c.limits.TPM {
		c.t.Errorf("refused for %v, which is too short", l.Wait)
	}
}

// window counts what a window that ends at a time holds.
func (c *check) window(model string, end time.Time) (requests, tokens int) {
	for _, q := range c.all {
		if q.model == model && !q.back && end.Before(q.at.Add(window)) {
			requests++
			tokens += q.tokens
		}
	}
	return requests, tokens
}

// fits checks that a request that was admitted passes no limit.
func (c *check) fits(q *request) {
	requests, tokens := c.window(q.model, c.now)
	if requests > c.limits.RPM || tokens > c.limits.TPM {
		c.t.Errorf("%d requests and %d tokens within a minute", requests, tokens)
	}
	day, spent := 0, 0.0
	for _, p := range c.all {
		if p.back || !sameDay(p.at, c.now) {
			continue
		}
		if p.model == q.model {
			day++
		}
		if p.open {
			spent += float64(p.tokens)
		}
		spent += p.cost
	}
	if day > c.limits.RPD || spent > c.spend {
		c.t.Errorf("%d requests and %v dollars in a day", day, spent)
	}
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

func (c *check) settle(q *request) {
	b := &messages.Settle{ID: q.id, Sent: c.r.IntN(5) > 0}
	if c.r.IntN(4) > 0 {
		b.Usage.Prompt = c.r.IntN(q.tokens + 2)
	}
	made, _ := c.s.settle(b, c.now)
	q.back = !b.Sent
	if b.Sent && b.Usage.Prompt > 0 {
		q.tokens = b.Usage.Prompt
	}
	c.ended(q, made)
}

// ended has the journal keep what became of a request, or not yet.
func (c *check) ended(q *request, made *messages.AttemptMade) {
	q.open = false
	switch {
	case made == nil && q.back:
		delete(c.rows, q.id)
		return
	case made == nil || q.back:
		c.t.Fatalf("the journal is told %v of %v", made, q)
	}
	q.cost = float64(q.tokens)
	if made.Input != q.tokens || made.Cost != q.cost {
		c.t.Errorf("told %v of %v", made, q)
	}
	if c.r.IntN(3) > 0 {
		c.rows[q.id] = inStore(*made)
		if c.r.IntN(3) > 0 { // else the word is lost
			c.s.kept(q.id)
		}
	}
}

// inStore returns an attempt as the store has it.
func inStore(a messages.AttemptMade) messages.AttemptMade {
	a.At = time.UnixMilli(a.At.UnixMilli()).In(a.At.Location())
	return a
}

func (c *check) expire() {
	late := c.s.tick(c.now)
	for _, q := range c.all {
		for _, made := range late {
			if q.id == made.ID {
				c.ended(q, made)
			}
		}
		if q.open && c.now.Sub(q.at) >= lease {
			c.t.Errorf("open for %v", c.now.Sub(q.at))
		}
	}
}

// crash goes on with a new instance, that has the book and the journal.
func (c *check) crash() {
	c.s = newState(c.s.rules, c.s.book, c.r.Uint64(), c.now)
	c.load()
	for _, q := range c.all {
		if q.open && !q.granted {
			q.back = true
			c.ended(q, nil)
		}
	}
	c.ledger()
}

// die goes on in a new process, that has the journal alone.
func (c *check) die() {
	c.s = newState(c.s.rules, newBook(), c.r.Uint64(), c.now)
	c.load()
	for _, q := range c.all {
		row, kept := c.rows[q.id]
		q.open, q.back, q.tokens, q.cost = false, !kept, row.Input, row.Cost
	}
	c.ledger()
}

// load has the state load what the journal has.
func (c *check) load() {
	since := c.s.since(c.now)
	var rows []messages.AttemptMade
	for _, q := range c.all {
		row, kept := c.rows[q.id]
		_, open := c.s.open[q.id]
		_, ended := c.s.unkept[q.id]
		if kept && !open && !ended {
			q.at = row.At
		}
		if kept && !row.At.Before(since) {
			rows = append(rows, row)
		}
	}
	c.s.load(rows, c.now)
}

// ledger compares what is counted of the day with what was settled.
func (c *check) ledger() {
	spent, requests := 0.0, 0
	for _, q := range c.all {
		if !sameDay(q.at, c.now) || q.back {
			continue
		}
		requests++
		spent += q.cost
	}
	report := c.s.report(c.now)
	counted := 0
	for _, m := range report.Models {
		counted += m.DayRequests
	}
	if counted != requests || math.Abs(report.Spent-spent) > 1e-6 {
		c.t.Errorf("counted %d requests and %v dollars, want %d and %v", counted, report.Spent, requests, spent)
	}
}
