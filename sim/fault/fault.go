// Package fault plans what goes wrong in a simulated world: which class of
// calls is slow, refused, cut off or left hanging, and how often.
package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Class names a kind of call to a simulated server, such as
// "discord.message.create". Where a rule is set, it may end in "*" and stands
// for all classes that begin so.
type Class string

// A Fault is what is wrong with one call. The zero Fault is none.
type Fault struct {
	Latency    time.Duration // before the answer, or before the failure
	Status     int           // of HTTP, instead of the answer; 0 for the answer
	RetryAfter time.Duration // told with a 429
	Scope      string        // of a 429: "user", "global" or "shared"
	HTML       bool          // the body is a web page, as a proxy in between would send
	Drop       bool          // the connection is cut instead of an answer
	Act        bool          // with Status or Drop: the call takes effect first
	Hang       bool          // nothing comes until the client leaves
	CutAfter   int           // of a stream: the connection is cut after so many chunks; 0 for never
	Times      int           // how many calls it befalls; 0 for all
}

// Fails reports whether the call does not get its answer.
func (f Fault) Fails() bool { return f.Status != 0 || f.Drop || f.Hang }

// slows reports whether the fault is but a latency.
func (f Fault) slows() bool { return !f.Fails() && f.CutAfter == 0 }

// A Plan is the rules in force. It is safe for concurrent use.
type Plan struct {
	mu    sync.Mutex
	rules []rule
	met   func(Class, Fault)
}

type rule struct {
	class Class
	fault Fault
}

// NewPlan returns a plan by which nothing goes wrong.
func NewPlan() *Plan { return &Plan{} }

// Set adds a rule. It replaces the one of the same class that is of its sort:
// a class may have a latency and a failure side by side.
func (p *Plan) Set(c Class, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = slices.DeleteFunc(p.rules, func(r rule) bool { return r.class == c && r.fault.slows() == f.slows() })
	p.rules = append(p.rules, rule{c, f})
}

// Met has f called with every failure that befalls a call, just before it does.
// f returns at once and calls nothing of the plan.
func (p *Plan) Met(f func(Class, Fault)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.met = f
}

// Clear removes the rules that were set for exactly this class.
func (p *Plan) Clear(c Class) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = slices.DeleteFunc(p.rules, func(r rule) bool { return r.class == c })
}

// Take returns what befalls the next call of a class, and counts it. Of each
// sort of rule the most specific holds; latencies of both sorts add up. A nil
// plan has no rules.
func (p *Plan) Take(c Class) Fault {
	if p == nil {
		return Fault{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	slow, failing := p.find(c, true), p.find(c, false)
	var f Fault
	if failing >= 0 {
		f = p.rules[failing].fault
	}
	if slow >= 0 {
		f.Latency += p.rules[slow].fault.Latency
	}
	for _, i := range []int{max(slow, failing), min(slow, failing)} { // the later first: removal moves the rest
		p.count(i)
	}
	if failing >= 0 && p.met != nil {
		p.met(c, f)
	}
	return f
}

// find returns the index of the most specific rule of a sort, or -1.
func (p *Plan) find(c Class, slow bool) int {
	best := -1
	for i, r := range p.rules {
		if r.fault.slows() == slow && r.class.Covers(c) && (best < 0 || len(r.class) > len(p.rules[best].class)) {
			best = i
		}
	}
	return best
}

// count uses a rule once. It goes with its last time.
func (p *Plan) count(i int) {
	if i < 0 || p.rules[i].fault.Times == 0 {
		return
	}
	if p.rules[i].fault.Times--; p.rules[i].fault.Times == 0 {
		p.rules = slices.Delete(p.rules, i, i+1)
	}
}

// Covers reports whether a rule that is set for c befalls calls of the other class.
func (c Class) Covers(other Class) bool {
	if prefix, wild := strings.CutSuffix(string(c), "*"); wild {
		return strings.HasPrefix(string(other), prefix)
	}
	return c == other
}

// Parse reads a rule as people write it:
//
//	discord.message.create:latency=50ms,status=429,retry=2s,scope=user,times=3
//
// The settings are latency, status, retry, scope, cut (chunks) and times, and
// the words html, drop, act and hang.
func Parse(s string) (Class, Fault, error) {
	class, settings, ok := strings.Cut(s, ":")
	if !ok || class == "" || settings == "" {
		return "", Fault{}, fmt.Errorf("fault %q: want CLASS:SETTING,... such as gemini.stream:latency=200ms", s)
	}
	var f Fault
	for setting := range strings.SplitSeq(settings, ",") {
		if err := f.set(setting); err != nil {
			return "", Fault{}, fmt.Errorf("fault %q: %w", s, err)
		}
	}
	return Class(class), f, nil
}

func (f *Fault) set(setting string) (err error) {
	key, value, _ := strings.Cut(strings.TrimSpace(setting), "=")
	switch key {
	case "latency":
		f.Latency, err = duration(value)
	case "retry":
		f.RetryAfter, err = duration(value)
	case "status":
		f.Status, err = number(value, 100, 599)
	case "cut":
		f.CutAfter, err = number(value, 1, 1<<20)
	case "times":
		f.Times, err = number(value, 1, 1<<30)
	case "scope":
		f.Scope = value
	case "html", "drop", "act", "hang":
		err = f.setWord(key, value)
	default:
		return fmt.Errorf("unknown setting %q: there are latency, status, retry, scope, cut, times, html, drop, act, hang", key)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (f *Fault) setWord(word, value string) error {
	if value != "" {
		return fmt.Errorf("takes no value, got %q", value)
	}
	switch word {
	case "html":
		f.HTML = true
	case "drop":
		f.Drop = true
	case "act":
		f.Act = true
	case "hang":
		f.Hang = true
	}
	return nil
}

func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a length of time such as 50ms", s)
	}
	return d, nil
}

func number(s string, least, most int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%q is not a whole number from %d to %d", s, least, most)
	}
	return n, nil
}
