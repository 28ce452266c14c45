package geminisim

import (
	"fmt"
	"strings"
	"time"

	"troupe/sim/fault"
)

// generate serves generateContent and its stream.
func (x *exchange) generate() {
	x.arrive()
	var q request
	c, bad := cue{id: x.s.name()}, decode(x.w, x.r, &q)
	if bad == nil {
		bad = q.check(x.model)
	}
	if bad == nil {
		c.prompt = q.prompt(x.model.Name)
		c.tokens = q.tokens(c.prompt)
		x.call.Prompt, x.call.Thinking = c.prompt, strings.ToLower(q.Config.Thinking.Level)
		if c.tokens > x.model.Context {
			bad, c.tokens = tooManyTokens(c.tokens, x.model.Context), 0
		}
	}
	x.note()
	if !x.s.enter() {
		x.refuse(overloaded())
		return
	}
	defer x.s.leave()
	if e := x.admit(c.tokens); e != nil {
		x.refuse(exhausted(x.model, x.s.quota(x.model.Name), e))
		return
	}
	if bad != nil {
		x.refuse(bad)
		return
	}
	x.play(c)
}

// name makes the ID of a response.
func (s *Server) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.named++
	return fmt.Sprintf("sim-%06d", s.named)
}

// arrive counts the call for its model.
func (x *exchange) arrive() {
	x.metered = true
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.meter(x.model.Name).count.Requests++
}

func (x *exchange) admit(tokens int) *excess {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	return x.s.meter(x.model.Name).admit(time.Now(), tokens)
}

// play answers, as far as the faults let it. An effect that outlives a fault is
// the rule that was used and the tokens that are billed.
func (x *exchange) play(c cue) {
	planned := x.s.plan.Take(x.class)
	if planned.Act && x.prevents(planned) {
		x.bill(perform(x.s.reply(c.prompt), c))
	}
	if !x.upset(planned) {
		return
	}
	reply := x.s.reply(c.prompt)
	latency := x.s.pace(reply)
	if x.class == ClassStream {
		c.chunk, c.spread = x.s.chunk, latency.Last > latency.First
	}
	chunks := perform(reply, c)
	if reply.Fault.Act && x.prevents(reply.Fault) {
		x.bill(chunks)
	}
	if !x.upset(reply.Fault) {
		return
	}
	if x.class == ClassStream {
		cutting := planned
		if reply.Fault.CutAfter > 0 {
			cutting = reply.Fault
		}
		x.stream(chunks, latency, cutting)
		return
	}
	if x.pause(latency.Last) {
		one := merge(chunks)
		x.respond(one.encode())
		x.told(one)
	}
}

// bill counts an answer that nobody hears.
func (x *exchange) bill(chunks []chunk) {
	if len(chunks) > 0 {
		x.call.Usage = chunks[len(chunks)-1].usage
	}
}

// pace returns how long a reply takes.
func (s *Server) pace(r Reply) Latency {
	s.mu.Lock()
	l := s.latency
	s.mu.Unlock()
	if r.Latency != nil {
		l = *r.Latency
	}
	l.Last = max(l.First, l.Last)
	return l
}

// pause waits as long as d takes with the load that there is.
func (x *exchange) pause(d time.Duration) bool { return x.wait(x.s.stretch(d)) }

// stream writes the chunks in their time.
func (x *exchange) stream(chunks []chunk, l Latency, f fault.Fault) {
	out := newOutput(x)
	var at time.Duration
	for i, c := range chunks {
		if f.CutAfter > 0 && i == f.CutAfter {
			break
		}
		next := l.First
		if i > 0 {
			next += (l.Last - l.First) * time.Duration(i) / time.Duration(len(chunks)-1)
		}
		if !x.pause(next - at) {
			return
		}
		at = next
		if !out.write(c.encode()) {
			x.call.Status = StatusLeft
			return
		}
		x.told(c)
	}
	switch {
	case f.CutAfter > 0 && f.Status != 0:
		out.write(failure(f, x).body())
	case f.CutAfter > 0:
		x.abort()
	default:
		x.whole = true
	}
	out.end()
}

// told writes down what a chunk has told.
func (x *exchange) told(c chunk) {
	x.call.Chunks++
	x.call.Usage = c.usage
	if c.finish != "" {
		x.call.Finish = c.finish
	}
	x.note()
}

// count serves countTokens, which no quota knows of.
func (x *exchange) count() {
	var q struct {
		request
		Whole *request `json:"generateContentRequest"`
	}
	if bad := decode(x.w, x.r, &q); bad != nil {
		x.refuse(bad)
		return
	}
	asked := &q.request
	if q.Whole != nil {
		asked = q.Whole
	}
	if len(asked.Contents) == 0 {
		x.refuse(invalid("* CountTokensRequest.contents: contents is not specified\n"))
		return
	}
	if bad := checkContents(asked.Contents); bad != nil {
		x.refuse(bad)
		return
	}
	x.call.Prompt = asked.prompt(x.model.Name)
	if x.upset(x.s.plan.Take(x.class)) {
		n := asked.tokens(x.call.Prompt)
		x.respond(marshal(wireCount{Total: n, Details: textDetails(n)}))
	}
}
