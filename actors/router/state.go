package router

import (
	"container/list"
	"maps"
	"time"

	"troupe/messages"
)

// A phase is where a task is.
type phase int

const (
	queued    phase = iota // in a lane, waiting for a slot
	parked                 // in a lot, waiting for a limit to pass
	admitting              // has a slot, waiting for the quota's word
	running                // has a slot
	ended
)

// A task is a job on its way through the router.
type task struct {
	id       uint64 // by arrival
	job      *messages.Job
	party    party
	key      lotKey
	phase    phase
	gone     bool // nobody waits for it any more; it still has its slot
	arrived  time.Time
	deadline time.Time
	began    time.Time // the last run
	trial    bool      // the run is a breaker's probe

	lane *lane
	line *line // while queued
	turn uint64
	lot  *lot // while parked or a probe
	// probe says that the task was woken to see whether the limit has passed.
	probe bool
	seat  *list.Element // in the line or in the lot
	at    int           // place in the calendar of deadlines
}

func (t *task) due() time.Time { return t.deadline }
func (t *task) place() *int    { return &t.at }

// rank returns the priority, whatever the job says.
func (t *task) rank() int { return min(max(int(t.job.Priority), 0), ranks-1) }

// A verb says what the shell is to do with a task.
type verb int

const (
	run     verb = iota // start it
	admit               // ask the quota for what it needs, then start it
	answer              // send it result: it has ended
	stop                // end its context: it is not wanted any more
	release             // give its reservation back: it will not run now
	forget              // it has ended
)

// An action is what the shell is to do.
type action struct {
	verb   verb
	task   *task
	result any // for answer: *messages.JobDone or an error
}

// limits are the bounds of a state.
type limits struct {
	Capacity    int           // of queued and parked tasks
	Wait        time.Duration // for jobs that do not say, and at most for all
	Ageing      time.Duration // a rank that had no turn for so long gets one
	Concurrency Concurrency
	Breaker     Breaker
	Quota       bool // jobs with a reservation are admitted by the quota
}

// state is a router without the world: what waits, what runs, what may start.
type state struct {
	cfg      limits
	serial   uint64 // of tasks
	turns    uint64
	lanes    map[string]*lane
	lots     map[lotKey]*lot
	breakers map[string]*breaker
	limiter  limiter

	tasks     map[uint64]*task
	parties   map[party]*[ranks]int // tasks that wait, by party and rank
	deadlines calendar[*task]       // of tasks that wait
	opening   calendar[*lot]        // lots that are not open yet
	queued    int
	parked    int
	slots     int // taken: running and admitting

	out   []action // of the present call
	count counts
}

// counts are totals since the start, and moving means.
type counts struct {
	done, failed, withdrawn int
	refused                 map[string]int
	waited, ran             time.Duration
}

func newState(cfg limits) *state {
	return &state{
		cfg:      cfg,
		lanes:    map[string]*lane{},
		lots:     map[lotKey]*lot{},
		breakers: map[string]*breaker{},
		limiter:  newLimiter(cfg.Concurrency),
		tasks:    map[uint64]*task{},
		parties:  map[party]*[ranks]int{},
		count:    counts{refused: map[string]int{}},
	}
}

// submit takes a job in, or refuses it. The actions that it and the methods
// below return are valid until the next call.
func (s *state) submit(job *messages.Job, now time.Time) (*task, []action) {
	s.out = s.out[:0]
	s.serial++
	wait := s.cfg.Wait
	if job.Wait > 0 {
		wait = min(job.Wait, wait)
	}
	t := &task{id: s.serial, job: job, party: partyOf(job), arrived: now, deadline: now.Add(wait), at: -1}
	t.key = lotKey{key: job.Key}
	if job.Key == "" {
		t.key.id = t.id
	}
	s.tasks[t.id] = t
	s.turns++
	t.turn = s.turns
	t.lane = s.laneOf(job)
	if reason, again := s.hopeless(t, now); reason != "" {
		s.refuse(t, reason, again, now)
		return t, s.out
	}
	if l := s.lots[t.key]; l != nil {
		s.shelve(t, l)
		s.wake(l, now)
	} else {
		s.enqueue(t, t.turn, now)
	}
	return t, s.dispatch(now)
}

// hopeless returns why a new task need not wait, if so, and when to come again.
func (s *state) hopeless(t *task, now time.Time) (reason string, again time.Duration) {
	if again, yes := s.breakerOf(t).refuses(now); yes {
		return messages.RefusedBreaker, again
	}
	if t.lane.closed.After(t.deadline) {
		return t.lane.why, t.lane.closed.Sub(now)
	}
	if l := s.lots[t.key]; l != nil && l.until.After(t.deadline) {
		return messages.RefusedLimit, l.until.Sub(now)
	}
	if !s.room(t, now) {
		return messages.RefusedFull, s.patience()
	}
	return "", 0
}

// withdraw takes out a task that nobody waits for any more.
func (s *state) withdraw(id uint64, now time.Time) []action {
	s.out = s.out[:0]
	t := s.tasks[id]
	if t == nil || t.gone {
		return nil
	}
	s.count.withdrawn++
	switch t.phase {
	case queued, parked:
		s.leave(t, now)
		s.end(t, now)
	case admitting:
		t.gone = true
	case running:
		t.gone = true
		s.do(stop, t, nil)
	case ended:
	}
	return s.dispatch(now)
}

// tick refuses what has waited too long and wakes what may try again.
func (s *state) tick(now time.Time) []action {
	s.out = s.out[:0]
	for _, l := range s.lanes {
		if !l.closed.After(now) {
			l.closed = time.Time{}
		}
	}
	for {
		l, ok := s.opening.next()
		if !ok || l.until.After(now) {
			break
		}
		s.opening.remove(l)
		l.open = true
		s.wake(l, now)
	}
	for {
		t, ok := s.deadlines.next()
		if !ok || t.deadline.After(now) {
			break
		}
		s.expire(t, now)
	}
	return s.dispatch(now)
}

// next returns when tick is to be called, or the zero time.
func (s *state) next() time.Time {
	var at time.Time
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if t, ok := s.deadlines.next(); ok {
		sooner(t.deadline)
	}
	if l, ok := s.opening.next(); ok {
		sooner(l.until)
	}
	for _, l := range s.lanes {
		if !l.closed.IsZero() {
			sooner(l.closed)
		}
	}
	return at
}

// shut refuses all that is left. What runs is answered too: its result will
// have nobody to go to.
func (s *state) shut() []action {
	s.out = s.out[:0]
	for _, t := range s.tasks {
		if !t.gone {
			s.do(answer, t, &messages.Refused{Reason: messages.RefusedRestarted})
		}
	}
	return s.out
}

func (s *state) do(v verb, t *task, result any) {
	s.out = append(s.out, action{v, t, result})
}

// report returns how the router stands.
func (s *state) report(now time.Time) *messages.PoolState {
	p := &messages.PoolState{
		Queued:    s.queued,
		Parked:    s.parked,
		Running:   s.slots,
		Limit:     s.limiter.slots(),
		Capacity:  s.cfg.Capacity,
		Done:      s.count.done,
		Failed:    s.count.failed,
		Withdrawn: s.count.withdrawn,
		Refused:   maps.Clone(s.count.refused),
		Breakers:  make(map[string]string, len(s.breakers)),
		Waited:    s.count.waited,
		Ran:       s.count.ran,
	}
	for name, b := range s.breakers {
		p.Breakers[name] = b.state(now)
	}
	return p
}
