package geminisim

import (
	"net/http"
	"strings"
	"time"

	"troupe/sim/fault"
)

// An exchange is one call while it is served. It belongs to the goroutine that
// serves it.
type exchange struct {
	s       *Server
	w       http.ResponseWriter
	r       *http.Request
	class   fault.Class
	name    string // of the model, as the client has it
	model   Model
	number  int  // of its record
	call    Call // the record, as it becomes
	metered bool // it counts for its model
	whole   bool // the answer was written to its end
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request, class fault.Class, name string) *exchange {
	name = strings.TrimPrefix(name, "models/")
	x := &exchange{s: s, w: w, r: r, class: class, name: name, call: Call{At: time.Now(), Class: class, Model: name}}
	s.mu.Lock()
	x.number = s.calls.begin(x.call)
	closed := s.closed
	s.mu.Unlock()
	if closed {
		defer x.end()
		x.abort()
	}
	return x
}

// end writes down what has become of the call.
func (x *exchange) end() {
	x.call.Ended = time.Now()
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.calls.change(x.number, func(c *Call) { *c = x.call })
	if x.metered {
		x.s.meter(x.model.Name).ended(&x.call, x.whole)
	}
	x.s.log.Debug("call ended", "class", string(x.class), "model", x.name, "status", x.call.Status,
		"chunks", x.call.Chunks, "total_tokens", x.call.Usage.Total, "took", x.call.Ended.Sub(x.call.At))
}

// note makes what is known of the call so far visible.
func (x *exchange) note() {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.calls.change(x.number, func(c *Call) { *c = x.call })
}

// method is what is asked of the model, as the API tells it.
func (x *exchange) method() string {
	switch x.class {
	case ClassCount:
		return "countTokens"
	case ClassEmbed:
		_, method, _ := strings.Cut(x.r.PathValue("call"), ":")
		return method
	default:
		return "generateContent"
	}
}

// wait lets time pass. It returns false if the client has left, and not at all
// if the server closes.
func (x *exchange) wait(d time.Duration) bool {
	if x.r.Context().Err() != nil {
		x.call.Status = StatusLeft
		return false
	}
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	return x.await(timer.C)
}

// await waits for passed, or for ever if that is nil.
func (x *exchange) await(passed <-chan time.Time) bool {
	select {
	case <-passed:
		return true
	case <-x.r.Context().Done():
		x.call.Status = StatusLeft
		return false
	case <-x.s.done:
		x.abort()
		return false
	}
}

// abort cuts the connection.
func (x *exchange) abort() { panic(http.ErrAbortHandler) }

// refuse answers with an error.
func (x *exchange) refuse(r *refusal) {
	x.call.Status = r.status
	r.write(x.w, x.class == ClassStream && !x.sse())
}

// respond answers with a whole body.
func (x *exchange) respond(body []byte) {
	x.w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	x.call.Status = http.StatusOK
	_, err := x.w.Write(body)
	x.whole = err == nil
}

// sse reports whether the client wants a stream as events, not as a list.
func (x *exchange) sse() bool { return x.r.URL.Query().Get("alt") == "sse" }

// upset lets a fault befall the call before its answer, and reports whether it
// still gets one.
func (x *exchange) upset(f fault.Fault) bool {
	if !x.wait(f.Latency) {
		return false
	}
	switch {
	case !x.prevents(f):
		return true
	case f.Hang:
		x.await(nil)
	case f.Drop:
		x.abort()
	default:
		x.refuse(failure(f, x))
	}
	return false
}

// prevents reports whether a fault leaves no answer. One that cuts a stream
// leaves the beginning.
func (x *exchange) prevents(f fault.Fault) bool {
	if x.class == ClassStream && f.CutAfter > 0 {
		return f.Hang || f.Drop
	}
	return f.Fails() || f.HTML
}
