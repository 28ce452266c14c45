package discordsim

import (
	"slices"
	"sync"
	"time"

	"troupe/sim/fault"
)

// A Request is one request of the bot: what was asked, and how it ended.
type Request struct {
	At     time.Time     // when it came
	Took   time.Duration // until it was answered, what a fault adds included
	Class  fault.Class
	Method string
	Path   string
	Status int         // 0: no answer, the connection was cut or the client left
	Scope  string      // of a 429: "user", "global" or "shared"
	Fault  fault.Fault // that befell it; zero: none
	Acted  bool        // it took effect, whatever the bot was told
}

// A Tally counts requests since the server was made.
type Tally struct {
	Requests int
	Limited  int // answered 429 because a limit was exceeded
	Injected int // answered 429 because a fault said so
	Invalid  int // 401, 403 and 429 but those of scope shared, which Discord bans for when there are 10 000 in 10 min
}

// A recorder keeps the latest requests and counts all.
type recorder struct {
	bound int

	mu    sync.Mutex
	log   []Request
	total Tally
	class map[fault.Class]Tally
}

func newRecorder(bound int) *recorder {
	return &recorder{bound: bound, class: map[fault.Class]Tally{}}
}

func (r *recorder) add(q Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.log) >= r.bound+r.bound/8 {
		r.log = append([]Request(nil), r.log[len(r.log)-r.bound:]...)
	}
	r.log = append(r.log, q)
	r.total = r.total.with(q)
	r.class[q.Class] = r.class[q.Class].with(q)
}

func (t Tally) with(q Request) Tally {
	t.Requests++
	switch {
	case q.Status == 429 && q.Fault.Status == 429:
		t.Injected++
	case q.Status == 429:
		t.Limited++
	}
	if q.Status == 401 || q.Status == 403 || q.Status == 429 && q.Scope != "shared" {
		t.Invalid++
	}
	return t
}

// Requests returns the latest requests, oldest first, in the order in which
// they ended.
func (s *Server) Requests() []Request {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.log[max(len(s.record.log)-s.record.bound, 0):])
}

// Tally counts all requests.
func (s *Server) Tally() Tally {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.total
}

// TallyOf counts the requests of one class.
func (s *Server) TallyOf(c fault.Class) Tally {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.class[c]
}
