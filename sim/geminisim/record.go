package geminisim

import (
	"slices"
	"time"

	"troupe/messages"
	"troupe/sim/fault"
)

// StatusLeft is the status of a call whose client left before its end, as Google
// records it (google/rpc/code.proto, CANCELLED).
const StatusLeft = 499

// A Call is one request that arrived, whatever came of it.
type Call struct {
	At       time.Time
	Ended    time.Time // zero while it is in flight
	Class    fault.Class
	Model    string           // as the client named it, without "models/"
	Prompt   *messages.Prompt // nil if it was not read that far; not to be changed
	Texts    []string         // that were to be embedded; not to be changed
	Thinking string           // the level that was asked for, in lower case; "" for none
	Status   int              // of HTTP; 0 while in flight or if nothing was answered, or [StatusLeft]
	Chunks   int              // that were written
	Finish   string           // the finishReason or blockReason that was told
	Usage    messages.Usage   // as the last chunk told it
}

// A recorder keeps the latest calls.
type recorder struct {
	most int
	next int    // the number of the next call
	ring []Call // call n is at n % most
}

func (r *recorder) begin(c Call) (number int) {
	if len(r.ring) < r.most {
		r.ring = append(r.ring, c)
	} else {
		r.ring[r.next%r.most] = c
	}
	r.next++
	return r.next - 1
}

// change lets f change a call, if it is still kept.
func (r *recorder) change(number int, f func(*Call)) {
	if number >= r.next-len(r.ring) {
		f(&r.ring[number%r.most])
	}
}

// list returns the calls that are kept, in the order of their arrival.
func (r *recorder) list() []Call {
	if len(r.ring) < r.most {
		return slices.Clone(r.ring)
	}
	first := r.next % r.most
	return append(slices.Clone(r.ring[first:]), r.ring[:first]...)
}

// Calls returns the latest calls in the order of their arrival, as many as the
// configuration keeps.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls.list()
}
