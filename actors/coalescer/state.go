package coalescer

import (
	"maps"
	"slices"
	"time"

	"troupe/messages"
)

// A flight is one job under way and who waits for it.
type flight struct {
	id      uint64
	key     string
	job     *messages.Job
	owner   uint64   // the waiter whose job it is; it may have left
	waiters []uint64 // by arrival; never empty
	latest  any      // what the job last told; nil if nothing
	began   time.Time
	retried bool
}

// A verb says what the shell is to do.
type verb int

const (
	ask    verb = iota // the router for the flight's job
	cancel             // the ask: nobody waits any more
	tell               // a waiter of progress
	answer             // a waiter, for good
)

// An action is what the shell is to do.
type action struct {
	verb    verb
	flight  *flight // for ask and cancel
	waiter  uint64  // for tell and answer
	message any     // the same
}

// The outcomes of a join.
const (
	joinFirst    = "first"    // a job of its own
	joinShared   = "joined"   // one that is under way
	joinLingered = "lingered" // one that has just ended
	joinRefused  = "refused"
)

// An ending is how a job ended.
type ending struct {
	result  any
	err     error // nil if there is a result
	crashed bool  // the router has lost the job
}

// limits are the bounds of a state.
type limits struct {
	Linger  time.Duration // of results
	Keys    int           // flights
	Waiters int           // of a flight
	Memory  int           // bytes of results that linger
}

// meanWeight is the share of the newest value in a moving mean.
const meanWeight = 0.1

// state is a coalescer without the world: who waits for what.
type state struct {
	cfg     limits
	serial  uint64 // of waiters and flights
	flights map[string]*flight
	byID    map[uint64]*flight
	waiting map[uint64]*flight // by waiter
	shelf   shelf

	out   []action // of the present call
	count counts
	took  time.Duration // moving mean of the time that jobs took
}

// counts are totals since the start.
type counts struct {
	joins, hits, retried int
	refused              map[string]int
}

func newState(cfg limits) *state {
	return &state{
		cfg:     cfg,
		flights: map[string]*flight{},
		byID:    map[uint64]*flight{},
		waiting: map[uint64]*flight{},
		shelf:   newShelf(cfg.Linger, cfg.Memory),
		count:   counts{refused: map[string]int{}},
	}
}

// join takes in one more who wants the result of key. The actions that it and
// the methods below return are valid until the next call.
func (s *state) join(key string, job *messages.Job, now time.Time) (waiter uint64, how string, todo []action) {
	s.out = s.out[:0]
	s.count.joins++
	id := s.next64()
	if f := s.flights[key]; f != nil {
		return id, s.board(f, id), s.out
	}
	if k := s.shelf.get(key, now); k != nil {
		s.count.hits++
		s.do(action{verb: answer, waiter: id, message: &messages.Joined{Result: k.result, Waiters: k.waiters}})
		return id, joinLingered, s.out
	}
	if len(s.flights) >= s.cfg.Keys {
		again := s.took / time.Duration(max(len(s.flights), 1)) // one of them ends
		return id, s.refuse(id, messages.RefusedKeys, again), s.out
	}
	f := &flight{id: s.next64(), key: key, job: job, owner: id, waiters: []uint64{id}, began: now}
	s.flights[key], s.byID[f.id], s.waiting[id] = f, f, f
	s.do(action{verb: ask, flight: f})
	return id, joinFirst, s.out
}

// board lets a waiter wait for a job that is under way.
func (s *state) board(f *flight, id uint64) (how string) {
	if len(f.waiters) >= s.cfg.Waiters {
		return s.refuse(id, messages.RefusedWaiters, s.took)
	}
	s.count.hits++
	f.waiters = append(f.waiters, id)
	s.waiting[id] = f
	if f.latest != nil {
		s.do(action{verb: tell, waiter: id, message: f.latest})
	}
	return joinShared
}

func (s *state) refuse(id uint64, reason string, again time.Duration) (how string) {
	s.count.refused[reason]++
	s.do(action{verb: answer, waiter: id, message: &messages.Refused{Reason: reason, RetryAfter: again}})
	return joinRefused
}

// withdraw lets a waiter go. The last one takes the job along.
func (s *state) withdraw(waiter uint64) []action {
	s.out = s.out[:0]
	f := s.waiting[waiter]
	if f == nil {
		return nil
	}
	delete(s.waiting, waiter)
	f.waiters = slices.DeleteFunc(f.waiters, func(id uint64) bool { return id == waiter })
	if len(f.waiters) == 0 {
		s.land(f)
		s.do(action{verb: cancel, flight: f})
	}
	return s.out
}

// progress passes on what a job tells before its end.
func (s *state) progress(id uint64, m any) []action {
	s.out = s.out[:0]
	f := s.byID[id]
	if f == nil {
		return nil
	}
	f.latest = m
	for _, w := range f.waiters {
		s.do(action{verb: tell, waiter: w, message: m})
	}
	return s.out
}

// ended passes on what a job ended in. One that was lost is asked for again,
// once; what it had told by then is void.
func (s *state) ended(id uint64, e ending, now time.Time) []action {
	s.out = s.out[:0]
	f := s.byID[id]
	if f == nil {
		return nil
	}
	if e.crashed && !f.retried {
		f.retried, f.latest = true, nil
		s.count.retried++
		s.do(action{verb: ask, flight: f})
		return s.out
	}
	s.land(f)
	s.took = mean(s.took, now.Sub(f.began))
	for _, w := range f.waiters {
		delete(s.waiting, w)
		s.do(action{verb: answer, waiter: w, message: e.told(f, w)})
	}
	if e.err == nil {
		s.shelf.put(f.key, e.result, len(f.waiters), now)
	}
	return s.out
}

// told returns what a waiter is answered.
func (e ending) told(f *flight, waiter uint64) any {
	if e.err != nil {
		return e.err
	}
	return &messages.Joined{Result: e.result, Waiters: len(f.waiters), First: waiter == f.owner}
}

// land forgets a flight.
func (s *state) land(f *flight) {
	delete(s.flights, f.key)
	delete(s.byID, f.id)
}

// tick lets go of what has lingered long enough.
func (s *state) tick(now time.Time) { s.shelf.clear(now) }

// next returns when tick is to be called, or the zero time.
func (s *state) next() time.Time { return s.shelf.next() }

// shut answers all that still wait and ends their jobs.
func (s *state) shut() []action {
	s.out = s.out[:0]
	for _, f := range s.byID {
		s.land(f)
		s.do(action{verb: cancel, flight: f})
		for _, w := range f.waiters {
			delete(s.waiting, w)
			s.do(action{verb: answer, waiter: w, message: &messages.Refused{Reason: messages.RefusedRestarted}})
		}
	}
	return s.out
}

// report returns how the coalescer stands.
func (s *state) report(now time.Time) *messages.CoalescerState {
	s.shelf.clear(now)
	return &messages.CoalescerState{
		Open:    len(s.flights),
		Waiting: len(s.waiting),
		Kept:    s.shelf.size(),
		Joins:   s.count.joins,
		Hits:    s.count.hits,
		Retried: s.count.retried,
		Refused: maps.Clone(s.count.refused),
	}
}

func (s *state) do(a action) { s.out = append(s.out, a) }

func (s *state) next64() uint64 {
	s.serial++
	return s.serial
}

func mean(old, value time.Duration) time.Duration {
	if old == 0 {
		return value
	}
	return old + time.Duration(meanWeight*float64(value-old))
}
