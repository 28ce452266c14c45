package geminisim

import (
	"slices"
	"strings"

	"troupe/messages"
	"troupe/sim/fault"
)

// A Rule answers calls in the place of the answerer.
type Rule struct {
	Contains string // that the question has somewhere, case aside; "" for any
	Model    string // that is asked, without "models/"; "" for any
	Times    int    // how many calls; 0 for all
	Reply    Reply
}

// A Reply is what a call is answered with. The zero Reply is an empty answer
// that ends in STOP.
type Reply struct {
	Text     string   // streamed in chunks of the server's size
	Chunks   []string // the text in just these pieces, instead of Text
	Thoughts string   // told before the text, as a part that is marked as a thought
	Thinking int      // tokens of thoughts; those of Thoughts if 0
	Finish   string   // the finishReason; STOP if "", or MAX_TOKENS where the text had to be cut
	NoFinish bool     // the answer ends without a finishReason
	Block    string   // the blockReason with which the prompt is refused, instead of all above
	Raw      []string // events as they are, instead of all above

	Latency *Latency    // instead of the server's
	Fault   fault.Fault // what befalls the call, beside the plan's faults
}

// A script is the rules in force.
type script []Rule

// take finds the rule for a prompt and uses it once.
func (s *script) take(p *messages.Prompt) (Reply, bool) {
	best := -1
	for i, r := range *s {
		switch {
		case !r.fits(p):
		case r.Times > 0:
			return s.use(i), true
		default:
			best = i // the newest of those that stay
		}
	}
	if best < 0 {
		return Reply{}, false
	}
	return (*s)[best].Reply, true
}

// use returns a rule's reply. The rule goes with its last time.
func (s *script) use(i int) Reply {
	reply := (*s)[i].Reply
	if (*s)[i].Times--; (*s)[i].Times == 0 {
		*s = slices.Delete(*s, i, i+1)
	}
	return reply
}

func (r Rule) fits(p *messages.Prompt) bool {
	if r.Model != "" && r.Model != p.Model {
		return false
	}
	question := p.Turns[len(p.Turns)-1].Text
	return r.Contains == "" || strings.Contains(strings.ToLower(question), strings.ToLower(r.Contains))
}

// reply says what a prompt is answered with.
func (s *Server) reply(p *messages.Prompt) Reply {
	s.mu.Lock()
	reply, scripted := s.script.take(p)
	answer := s.answer
	s.mu.Unlock()
	if scripted {
		return reply
	}
	return answer(p)
}
