package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

const geminiUsage = `gemini answers TEXT [to "WORDS"] [first=1s] [last=30s] [chunks=4] [finish=SAFETY] [cut=2] [times=1]
gemini fails STATUS [per minute|day] [retry=10s] [latency=500ms] [times=1]
gemini blocks REASON [to "WORDS"] [times=1]     refuses the prompt, for SAFETY or PROHIBITED_CONTENT
gemini hangs [times=1]
gemini allows [rpm=2] [rpd=20] [tpm=1000]       of each model, by Gemini's own count`

// ruling says how Gemini answers from now on: for so many calls, or until
// another rule is given.
type ruling struct{ rule geminisim.Rule }

func (a ruling) do(s *stage) error {
	s.gemini.Script(a.rule)
	return nil
}

func parseGemini(c *cursor) (action, error) {
	switch {
	case c.accept("answers"):
		return parseAnswer(c)
	case c.accept("fails"):
		return parseFailure(c)
	case c.accept("blocks"):
		reason, err := c.name("a reason, such as SAFETY")
		if err != nil {
			return nil, err
		}
		return parseRule(c, geminisim.Reply{Block: reason}, nil)
	case c.accept("hangs"):
		return parseRule(c, geminisim.Reply{Fault: fault.Fault{Hang: true}}, nil)
	case c.accept("allows"):
		return parseAllowance(c)
	}
	return nil, fmt.Errorf("%q is nothing that Gemini does", c.peek())
}

// parseRule reads what rules have in common. further reads a setting that only
// some have.
func parseRule(c *cursor, reply geminisim.Reply, further map[string]func(string) error) (action, error) {
	a := ruling{geminisim.Rule{Reply: reply}}
	if c.accept("to") {
		words, err := c.quoted()
		if err != nil {
			return nil, err
		}
		a.rule.Contains = words
	}
	known := []string{"times"}
	for key := range further {
		known = append(known, key)
	}
	flags, err := c.flags(known...)
	if err != nil {
		return nil, err
	}
	for key, value := range flags {
		if key == "times" {
			a.rule.Times, err = count(value)
		} else {
			err = further[key](value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return a, nil
}

func count(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxText {
		return 0, fmt.Errorf("%q is no whole number from 1", s)
	}
	return n, nil
}

// parseAnswer reads an answer. A time that is not given is none.
func parseAnswer(c *cursor) (action, error) {
	text, err := c.quoted()
	if err != nil {
		return nil, err
	}
	var first, last time.Duration
	var chunks, cut int
	var finish string
	a, err := parseRule(c, geminisim.Reply{}, map[string]func(string) error{
		"first":  func(s string) (err error) { first, err = duration(s); return err },
		"last":   func(s string) (err error) { last, err = duration(s); return err },
		"chunks": func(s string) (err error) { chunks, err = count(s); return err },
		"cut":    func(s string) (err error) { cut, err = count(s); return err },
		"finish": func(s string) error { finish = s; return nil },
	})
	if err != nil {
		return nil, err
	}
	r := a.(ruling)
	r.rule.Reply = geminisim.Reply{
		Text: text, Finish: finish, Fault: fault.Fault{CutAfter: cut},
		Latency: &geminisim.Latency{First: first, Last: max(first, last)},
	}
	if chunks > 0 {
		r.rule.Reply.Text, r.rule.Reply.Chunks = "", pieces(text, chunks)
	}
	return r, nil
}

// pieces cuts a text into so many pieces of about one length.
func pieces(text string, n int) []string {
	runes := []rune(text)
	n = min(n, max(len(runes), 1))
	out := make([]string, n)
	for i := range out {
		out[i] = string(runes[i*len(runes)/n : (i+1)*len(runes)/n])
	}
	return out
}

func parseFailure(c *cursor) (action, error) {
	status, err := c.number("the status of an HTTP answer, such as 503")
	if err != nil {
		return nil, err
	}
	f := fault.Fault{Status: status}
	if c.accept("per") {
		if f.Scope = c.word(); f.Scope != "minute" && f.Scope != "day" {
			return nil, fmt.Errorf("%q is where minute or day has to be", f.Scope)
		}
	}
	a, err := parseRule(c, geminisim.Reply{}, map[string]func(string) error{
		"retry":   func(s string) (err error) { f.RetryAfter, err = duration(s); return err },
		"latency": func(s string) (err error) { f.Latency, err = duration(s); return err },
	})
	if err != nil {
		return nil, err
	}
	r := a.(ruling)
	r.rule.Reply.Fault = f
	return r, nil
}

// allowance says how much of each model may be used.
type allowance struct{ quota geminisim.Quota }

func parseAllowance(c *cursor) (action, error) {
	flags, err := c.flags("rpm", "rpd", "tpm")
	if err != nil {
		return nil, err
	}
	var a allowance
	for key, at := range map[string]*int{"rpm": &a.quota.RPM, "rpd": &a.quota.RPD, "tpm": &a.quota.TPM} {
		if value, ok := flags[key]; ok {
			if *at, err = count(value); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	return a, nil
}

func (a allowance) do(s *stage) error {
	for _, m := range geminisim.Models() {
		s.gemini.SetQuota(m.Name, a.quota)
	}
	return nil
}

// echo answers what no rule does, in a way that shows what was asked.
func echo(p *messages.Prompt) geminisim.Reply {
	question := p.Turns[len(p.Turns)-1].Text
	lines := strings.Split(strings.TrimSpace(question), "\n")
	return geminisim.Reply{Text: "You asked: " + lines[len(lines)-1]}
}
