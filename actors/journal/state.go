package journal

import (
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// A write is a command that the store does not have yet.
type write struct {
	id      uint64
	command any
}

// A phase is what the store is at.
type phase int

const (
	idle       phase = iota
	committing       // it has the group
	probing          // it has a harmless write, since the group or the store failed
)

// A verb says what the shell is to do.
type verb int

const (
	commit   verb = iota // give writes to the store
	probe                // give it a harmless one
	read                 // ask it the question that is the message
	announce             // send the message to whoever waits for id, as progress
	answer               // send the message to whoever waits for id
	blame                // log that the store does not take the message
	down                 // tell that the store fails
	up                   // tell that it works
	pause                // call again after a while
	linger               // call lingered after the wait
)

// An action is what the shell is to do.
type action struct {
	verb    verb
	id      uint64
	writes  []write
	message any
	cause   string
	wait    time.Duration
}

// limits are the bounds of a state.
type limits struct {
	Batch int // writes of one commit
	Queue int // writes that are not done
	Reads int // questions that the store has
	Asks  int // questions that wait
}

// A condition is what is known of the store.
type condition int

const (
	unknown condition = iota
	working
	failing
)

// state is a journal without the world: what is to be written, in what groups.
type state struct {
	cfg     limits
	serial  uint64
	phase   phase
	store   condition
	group   []write   // that the store has, or that has just failed
	halves  [][]write // of groups that failed, to be tried before the queue
	queue   []write
	cause   string        // why the group failed, while probing
	took    time.Duration // moving mean of a commit
	size    int           // writes of the last commit
	paused  bool          // again will be called
	lingers time.Duration // after which lingered will be called; 0 if it will not

	reads

	out []action // of the present call
}

func newState(cfg limits) *state {
	return &state{cfg: cfg, reads: reads{under: map[uint64]bool{}}}
}

func (s *state) nextID() uint64 {
	s.serial++
	return s.serial
}

// start finds out whether the store works, as health is to know: an instance
// that crashed may have told that it does not. The actions that it and the
// methods below return are valid until the next call.
func (s *state) start() []action {
	s.out = s.out[:0]
	s.try(probing)
	return s.out
}

// write takes a command in, or refuses it.
func (s *state) write(id uint64, command any) []action {
	s.out = s.out[:0]
	if s.held() >= s.cfg.Queue {
		again := s.took * time.Duration(s.held()/s.cfg.Batch+1)
		s.do(action{verb: answer, id: id, message: &messages.Refused{Reason: messages.RefusedFull, RetryAfter: again}})
		return s.out
	}
	s.queue = append(s.queue, write{id, command})
	if s.phase == idle {
		s.proceed()
	}
	return s.out
}

// patient reports whether nobody waits for a write: it may share the commit of
// one that somebody does wait for.
func patient(w write) bool {
	switch m := w.command.(type) {
	case *messages.KeepFinal:
		return m.Patient
	case *messages.AttemptMade, *messages.CountAttempt, *messages.KeepSession, *messages.KeepAlive, *messages.KeepTrace, *messages.Prune,
		*messages.KeepPieces:
		return true
	}
	return false
}

// lingered ends the wait for a commit to share.
func (s *state) lingered() []action {
	s.out = s.out[:0]
	s.lingers = 0
	if s.phase == idle {
		s.hurry()
	}
	return s.out
}

// held returns how many writes are not done.
func (s *state) held() int {
	n := len(s.group) + len(s.queue)
	for _, h := range s.halves {
		n += len(h)
	}
	return n
}

// A result is how a commit ended, of a group or a probe.
type result struct {
	answers []any // one for each write; nil if it failed
	err     error
	late    bool // it failed since it took too long
	took    time.Duration
}

// committed goes on when the store has returned.
func (s *state) committed(r result) []action {
	s.out = s.out[:0]
	was := s.phase
	s.phase = idle
	switch {
	case r.err != nil && (was == probing || r.late):
		s.fails(r.err.Error())
	case r.err != nil:
		// Is it one of the writes or the store? A probe tells, at the cost of
		// a commit instead of one for each write of a store that is down.
		s.cause = r.err.Error()
		s.try(probing)
		return s.out
	case was == probing:
		s.works()
		s.split()
	default:
		s.works()
		s.took, s.size = mean(s.took, r.took), len(s.group)
		for i, w := range s.group {
			s.do(action{verb: answer, id: w.id, message: r.answers[i]})
		}
		s.group = nil
	}
	s.proceed()
	return s.out
}

// written announces what the group at hand will be answered, to who can do
// something with it before it is on the disk.
func (s *state) written(answers []any) []action {
	s.out = s.out[:0]
	if s.phase != committing || len(answers) != len(s.group) {
		return s.out
	}
	for i, w := range s.group {
		if _, ok := w.command.(*messages.AcceptTrigger); ok {
			s.do(action{verb: announce, id: w.id, message: answers[i]})
		}
	}
	return s.out
}

// split deals with a group that failed in a store that works: half of it may be
// fine, and a write that fails alone is to blame itself.
func (s *state) split() {
	group := s.group
	s.group = nil
	switch n := len(group); n {
	case 0:
	case 1:
		s.do(action{verb: blame, message: group[0].command, cause: s.cause})
		s.fail(group, s.cause)
	default:
		// Copies, since a half that waits must not pin what is done.
		s.halves = append([][]write{slices.Clone(group[:n/2]), slices.Clone(group[n/2:])}, s.halves...)
	}
}

// fails answers what was at hand when the store failed.
func (s *state) fails(cause string) {
	if s.store != failing {
		s.store = failing
		s.do(action{verb: down, cause: brief(cause)})
	}
	s.fail(s.group, cause)
	for _, h := range s.halves {
		s.fail(h, cause)
	}
	s.group, s.halves = nil, nil
}

func (s *state) fail(writes []write, cause string) {
	for _, w := range writes {
		s.do(action{verb: answer, id: w.id, message: failure(cause)})
	}
}

func (s *state) works() {
	if s.store != working {
		s.store = working
		s.do(action{verb: up})
	}
}

// proceed gives the store what comes next, at once or when more has joined it.
func (s *state) proceed() {
	wait := s.worth()
	if wait == 0 {
		s.hurry()
		return
	}
	if s.lingers == 0 || wait < s.lingers {
		s.lingers = wait
		s.do(action{verb: linger, wait: wait})
	}
}

// worth returns how long what is in the queue should wait for more.
func (s *state) worth() time.Duration {
	switch {
	case len(s.halves) > 0, len(s.queue) == 0, len(s.queue) >= s.cfg.Batch:
		return 0
	case !slices.ContainsFunc(s.queue, func(w write) bool { return !patient(w) }):
		return patience
	case s.size >= busy:
		return gather
	}
	return 0
}

// hurry gives the store what comes next.
func (s *state) hurry() {
	switch {
	case len(s.halves) > 0:
		s.group, s.halves = s.halves[0], s.halves[1:]
	case len(s.queue) > s.cfg.Batch:
		s.group = slices.Clone(s.queue[:s.cfg.Batch])
		s.queue = slices.Clone(s.queue[s.cfg.Batch:])
	case len(s.queue) > 0:
		s.group, s.queue = s.queue, nil
	case s.store == failing && !s.paused:
		s.paused = true
		s.do(action{verb: pause})
		return
	default:
		return
	}
	s.try(committing)
}

func (s *state) try(p phase) {
	s.phase = p
	if p == probing {
		s.do(action{verb: probe})
		return
	}
	s.do(action{verb: commit, writes: s.group})
}

// again tries a store that is down, if nothing else does.
func (s *state) again() []action {
	s.out = s.out[:0]
	s.paused = false
	if s.phase == idle && s.store == failing {
		s.try(probing)
	}
	return s.out
}

// slow takes note that the store does not return.
func (s *state) slow() []action {
	s.out = s.out[:0]
	if s.phase != idle && s.store != failing {
		s.store = failing
		s.do(action{verb: down, cause: "it has not answered for " + slowCommit.String()})
	}
	return s.out
}

// shut answers all that still wait.
func (s *state) shut() []action {
	s.out = s.out[:0]
	writes := slices.Concat(append(s.halves, s.group, s.queue)...)
	for _, w := range writes {
		s.do(action{verb: answer, id: w.id, message: &messages.Refused{Reason: messages.RefusedRestarted}})
	}
	return s.out
}

func (s *state) do(a action) { s.out = append(s.out, a) }

// failure is what a write or a question is answered that the store failed.
func failure(cause string) *messages.Failure {
	return &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryBackoff, Detail: brief(cause)}
}

// brief cuts an error of the store's to what fits into a line of a log.
func brief(cause string) string { return strings.ToValidUTF8(cause[:min(len(cause), 300)], "") }

func mean(old, value time.Duration) time.Duration {
	if old == 0 {
		return value
	}
	return (9*old + value) / 10
}
