package quota

import (
	"time"

	"troupe/messages"
)

// Limits are the bounds of one model. 0 is no limit of our own.
type Limits struct {
	RPM int // requests in any minute
	TPM int // input tokens in any minute
	RPD int // requests in a day
}

// The limits by the names that [messages.Limit] and [messages.Limited] have for
// them, and the other reasons to wait.
const (
	limitRPM    = "rpm"
	limitTPM    = "tpm"
	limitRPD    = "rpd"
	waitSpend   = "spend"
	waitPaused  = "paused"
	waitLoading = "loading"
	waitStore   = "store"
)

// The times of a reservation.
const (
	// lease is how long a reservation may stay unsettled: beyond any run of a
	// router's job. Then it counts as sent.
	lease = 10 * time.Minute
	// undecided is the wait for what others have reserved and may give back.
	undecided = time.Second
)

// rules are what a state goes by.
type rules struct {
	Default  Limits
	Models   map[string]Limits
	SpendCap float64 // dollars a day; 0 for none
	Price    func(model string, u messages.Usage) float64
	Zone     *time.Location
}

// A model is what is known of a model's use.
type model struct {
	name   string
	limits Limits // as configured, or lower where Gemini said so
	minute minute
	today  tally
	pace   pace
	output int                  // moving mean of an answer's tokens
	short  time.Time            // when today's requests would not have lasted
	waited map[string]time.Time // when a request had to wait last, by limit

	until time.Time      // paused
	cause messages.Cause // of the pause
	crowd crowd
}

// A reservation is a request that is about to be sent, or was.
type reservation struct {
	model   string
	asker   string
	at      time.Time
	tokens  int
	cost    float64 // as expected
	granted bool    // the asker may have sent it
	entry   *entry
}

// A book is what must not be lost when an instance crashes: the requests that it
// let go, which go on, and what the journal has not acknowledged of those that
// ended. Both go by the ID of the reservation.
type book struct {
	open   map[uint64]*reservation
	unkept map[uint64]*messages.AttemptMade
}

func newBook() *book {
	return &book{open: map[uint64]*reservation{}, unkept: map[uint64]*messages.AttemptMade{}}
}

// state is a quota without the world: what is used, what is left.
type state struct {
	rules
	*book
	serial  uint64 // of reservations
	models  map[string]*model
	askers  map[string]uint64 // reservations by who asked
	today   day
	spent   float64 // dollars today
	pending float64 // that the reservations of today are expected to cost
}

// newState begins with the IDs after seed, so that a reservation is never taken
// for one of another instance or process.
func newState(r rules, b *book, seed uint64, now time.Time) *state {
	return &state{
		rules: r, book: b, serial: seed,
		models: map[string]*model{},
		askers: map[string]uint64{},
		today:  dayOf(now, r.Zone),
	}
}

func (s *state) model(name string) *model {
	m := s.models[name]
	if m == nil {
		m = &model{name: name, limits: s.Default, waited: map[string]time.Time{}}
		if l, ok := s.Models[name]; ok {
			m.limits = l
		}
		s.models[name] = m
	}
	return m
}

// reserve books a request, or says why it must not be sent now: *Limited, or
// *Failure if it does not fit today. It must not be sent before it is granted.
func (s *state) reserve(asker, name string, tokens int, now time.Time) (id uint64, err error) {
	s.roll(now)
	m := s.model(name)
	tokens = max(tokens, 0)
	cost := s.price(name, messages.Usage{Prompt: tokens, Output: m.output})
	if err := s.refusal(m, tokens, cost, now); err != nil {
		return 0, err
	}
	s.serial++
	r := &reservation{model: name, asker: asker, at: now, tokens: tokens, cost: cost}
	s.open[s.serial] = r
	s.askers[asker] = s.serial
	s.enter(r)
	return s.serial, nil
}

// intent returns what is noted of a reservation before it is granted: if nothing
// more is ever heard of it, it counts as this.
func (s *state) intent(id uint64) messages.AttemptMade {
	r := s.open[id]
	return messages.AttemptMade{ID: id, Model: r.model, At: r.at, Input: r.tokens, Cost: r.cost, Open: true}
}

// grant lets a request go. It reports whether it is still wanted.
func (s *state) grant(id uint64) bool {
	r := s.open[id]
	if r == nil {
		return false
	}
	r.granted = true
	return true
}

// refusal returns why a request must not be sent now, or nil.
func (s *state) refusal(m *model, tokens int, cost float64, now time.Time) error {
	rest := s.today.end.Sub(now)
	switch l := m.limits; {
	case now.Before(m.until):
		return m.paused(now)
	case l.RPD > 0 && m.today.sent >= l.RPD:
		return &messages.Failure{Cause: messages.CauseDayQuota, After: rest, Detail: m.name + ": the day's requests are used up"}
	case l.RPD > 0 && m.today.sent+m.today.open >= l.RPD:
		return &messages.Limited{Wait: undecided, What: limitRPD}
	case s.SpendCap > 0 && s.spent+cost > s.SpendCap:
		return &messages.Failure{Cause: messages.CauseSpend, After: rest, Detail: "the day's money is spent"}
	case s.SpendCap > 0 && s.spent+s.pending+cost > s.SpendCap:
		return &messages.Limited{Wait: undecided, What: waitSpend}
	case l.TPM > 0 && tokens > l.TPM:
		return &messages.Failure{
			Cause: messages.CauseTooLong, Retry: messages.RetryShorter,
			Detail: m.name + ": more tokens than a minute's limit",
		}
	default:
		if wait, what := m.minute.wait(l, tokens, now); what != "" {
			m.waited[what] = now
			return &messages.Limited{Wait: wait, What: what}
		}
	}
	return nil
}

// enter counts a reservation.
func (s *state) enter(r *reservation) {
	m := s.model(r.model)
	r.entry = m.minute.add(r.at, r.tokens)
	if s.today.holds(r.at) {
		m.today.open++
		m.today.tokens += r.tokens
		s.pending += r.cost
	}
}

// leave takes a reservation out of the day; the minute keeps it.
func (s *state) leave(id uint64, r *reservation) {
	delete(s.open, id)
	if s.askers[r.asker] == id {
		delete(s.askers, r.asker)
	}
	if s.today.holds(r.at) {
		m := s.model(r.model)
		m.today.open--
		m.today.tokens -= r.tokens
		s.pending -= r.cost
	}
}

// withdraw takes back what an asker was given that did not wait for it. It
// returns the reservation, 0 if there was none.
func (s *state) withdraw(asker string, now time.Time) (id uint64) {
	if id = s.askers[asker]; id != 0 {
		s.settle(&messages.Settle{ID: id}, now)
	}
	return id
}

// settle books what became of a reservation. It returns the attempt to be kept,
// nil if there is none, and what Gemini has taught.
func (s *state) settle(b *messages.Settle, now time.Time) (*messages.AttemptMade, lesson) {
	s.roll(now)
	r := s.open[b.ID]
	if r == nil {
		return nil, lesson{}
	}
	s.leave(b.ID, r)
	m := s.model(r.model)
	if !b.Sent {
		m.minute.remove(r.entry)
		return nil, lesson{}
	}
	a := s.attempt(m, r, b)
	m.minute.amend(r.entry, a.Input)
	s.count(a, r.at)
	l := s.learn(m, b.Failure, r.at, now)
	if len(s.unkept) >= mostUnkept {
		return nil, l
	}
	s.unkept[a.ID] = a
	return a, l
}

// attempt returns what is to be kept of a request that was sent. As long as
// Gemini tells no usage, the estimate stands; what it refused costs nothing.
func (s *state) attempt(m *model, r *reservation, b *messages.Settle) *messages.AttemptMade {
	a := &messages.AttemptMade{ID: b.ID, Model: r.model, At: r.at, Input: r.tokens}
	switch {
	case b.Usage != messages.Usage{}:
		a.Input, a.Output = b.Usage.Prompt+b.Usage.Tools, b.Usage.Output+b.Usage.Thoughts
		a.Cost = s.price(r.model, b.Usage)
		m.output = mean(m.output, a.Output)
	case b.Failure == nil || b.Failure.Status == 0:
		a.Cost = s.price(r.model, messages.Usage{Prompt: r.tokens})
	}
	return a
}

// count books an attempt in the pace, and in the day if it was made in it.
func (s *state) count(a *messages.AttemptMade, at time.Time) {
	m := s.model(a.Model)
	m.pace.add(at)
	if s.today.holds(at) {
		m.today.sent++
		m.today.tokens += a.Input + a.Output
		s.spent += a.Cost
	}
}

// tick counts as sent what was not settled within its lease, and returns the
// attempts to be kept.
func (s *state) tick(now time.Time) (attempts []*messages.AttemptMade) {
	s.roll(now)
	for id, r := range s.open {
		if now.Sub(r.at) >= lease {
			if a, _ := s.settle(&messages.Settle{ID: id, Sent: true}, now); a != nil {
				attempts = append(attempts, a)
			}
		}
	}
	for _, m := range s.models {
		m.minute.clear(now)
	}
	return attempts
}

// roll begins a new day, if it is time.
func (s *state) roll(now time.Time) {
	if now.Before(s.today.end) {
		return
	}
	s.today = dayOf(now, s.Zone)
	s.spent, s.pending = 0, 0
	for _, m := range s.models {
		m.today = tally{}
	}
}

func (s *state) price(model string, u messages.Usage) float64 {
	if s.Price == nil {
		return 0
	}
	return s.Price(model, u)
}

// mean returns the moving mean of tokens.
func mean(old, value int) int {
	if old == 0 {
		return value
	}
	return (9*old + value) / 10
}
