package turn

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/actors"
	"troupe/messages"
)

// A play is a turn's core with all whom it asks, who answer in any order, at any
// time and with anything.
type play struct {
	t   *testing.T
	s   state
	now time.Time

	open       []source // asked and not answered
	asking     bool     // the model
	standing   bool     // in the waitlist's line
	pausing    bool     // before the model is asked once more
	delivering bool
	ended      bool

	joins, lines int // how often the model was asked, and the question stood in line
	posts        int // deliveries that got through
	said         string
}

func newPlay(t *testing.T, n byte) *play {
	p := &play{t: t, now: noon}
	p.s = asked(func(q *messages.Question) {
		q.Again = n&1 > 0
		q.Trigger.Guild = messages.GuildID(n & 2)
		q.Trigger.ReplyTo = messages.MessageID(n & 4)
		q.Trigger.Accepted = noon
		if n&8 > 0 {
			q.Trigger.Kind = messages.TriggerCommand
		}
		switch n >> 4 {
		case 1:
			q.Trigger.Final = "kept"
		case 2:
			q.Refuse = messages.CauseNotServed
		case 3:
			q.Trigger.Text = ""
		}
	})
	p.s.outage.wait = time.Duration(n%3) * time.Minute
	if p.s.generates() {
		p.ask(&p.s.checks, ofAdmission, ofGuild)
		p.ask(&p.s.context, ofUser, ofWindow, ofPins, ofOutage)
	}
	return p
}

func (p *play) ask(g *actors.Group, what ...source) {
	for _, w := range what {
		g.Await(w, p.now)
		p.open = append(p.open, w)
	}
}

// step has something happen, if it can just now.
func (p *play) step(verb, n byte) {
	switch verb % 9 {
	case 0, 1:
		p.settle(n)
	case 2:
		p.s.mayspeak(p.s.trigger)
		p.deliver()
	case 3:
		if p.asking {
			p.s.grow(strings.Repeat("so ", int(n)%5))
		}
	case 4:
		p.end(n)
	case 5:
		p.post(n)
	case 6:
		p.look(n)
	case 7:
		p.now = p.now.Add(time.Duration(n) * time.Second)
	case 8:
		p.resume(n)
	}
	p.check()
}

// settle ends a source.
func (p *play) settle(n byte) {
	if len(p.open) == 0 {
		return
	}
	i := int(n) % len(p.open)
	what := p.open[i]
	p.open = slices.Delete(p.open, i, i+1)
	come := map[source][]any{
		ofAdmission: {&messages.Admitted{}, &messages.Failure{Cause: messages.CauseUserRate, After: time.Minute}},
		ofGuild:     {&messages.GuildContext{Known: true, Permissions: messages.PermissionAll}, &messages.GuildContext{Known: true}},
		ofUser:      {&messages.UserContext{}},
		ofWindow:    {&messages.Window{Lines: []messages.Line{{ID: 3, Author: bob, Text: "hello"}}, Anchor: 3}},
		ofPins:      {&messages.Pins{}},
		ofOutage:    {&messages.Outage{}, &messages.Outage{Waiting: 3}},
	}[what]
	come = append(come, actors.ErrTimeout, &actors.Failed{})
	m := come[int(n/8)%len(come)]
	answered := actors.Answered{Tag: what, Message: m}
	if err, failed := m.(error); failed {
		answered = actors.Answered{Tag: what, Err: err}
	}
	p.s.settle(answered, p.now)
	p.proceed()
}

// proceed goes on as the actor does when a source has ended.
func (p *play) proceed() {
	switch {
	case p.s.decided():
		p.deliver()
	case p.s.ready():
		p.join()
	}
}

func (p *play) join() {
	if p.s.decided() || !p.s.checks.Done() || !p.s.context.Done() || p.asking {
		p.t.Fatalf("the model is asked; decided %v, asking %v", p.s.decided(), p.asking)
	}
	if p.s.joinsLine(p.now) {
		p.standing = true
		p.lines++
		return
	}
	if prompt, key := p.s.prompt(); len(prompt.Turns) == 0 || key == "" {
		p.t.Fatal("the model is asked nothing")
	}
	p.asking = true
	p.joins++
}

// end ends a generation.
func (p *play) end(n byte) {
	if !p.asking {
		return
	}
	p.asking = false
	results := []any{
		&messages.Generation{Text: "because"}, &messages.Generation{Text: "beca", Cut: true}, &messages.Generation{},
		&messages.Failure{Cause: messages.CauseSafety}, &messages.Failure{Cause: messages.CauseTooLong, Retry: messages.RetryShorter},
		&messages.Failure{Cause: messages.CauseUnreachable}, &messages.Failure{Cause: messages.CauseOverloaded, After: time.Minute},
		&messages.Refused{Reason: messages.RefusedRestarted}, &messages.Refused{Reason: messages.RefusedQuota},
		&messages.Refused{Reason: messages.RefusedBreaker}, &actors.Failed{}, actors.ErrTimeout, "nonsense",
	}
	result := results[int(n)%len(results)]
	p.s.generated(result, p.now)
	switch p.s.result(result, p.now) {
	case joinNow:
		p.join()
	case joinSoon:
		p.pausing = true
	case standBy:
		p.standing = true
		p.lines++
	case speak:
		if !p.s.decided() {
			p.t.Fatalf("after %T it is not decided what to say", result)
		}
		p.deliver()
	}
}

// resume ends a pause, or a wait for the model.
func (p *play) resume(n byte) {
	switch {
	case p.pausing, p.standing && n%2 == 0:
		p.pausing, p.standing = false, false
		p.join()
	case p.standing:
		p.standing = false
		p.s.fail(cmp.Or(p.s.outage.cause, messages.CauseOverloaded), p.s.outage.after, p.now)
		p.deliver()
	}
}

func (p *play) deliver() {
	if p.ended || !p.s.delivers() {
		return
	}
	if !p.s.word || p.s.unsure || p.delivering || p.posts > 0 {
		p.t.Fatalf("it speaks; word %v, unsure %v, speaking %v, said %d times", p.s.word, p.s.unsure, p.delivering, p.posts)
	}
	if p.s.outcome == messages.TriggerUndeliverable || len(p.s.parts) > 0 {
		p.ended = true
		return
	}
	if p.said = p.s.text; strings.TrimSpace(p.said) == "" {
		p.t.Fatalf("%q is said as the outcome %q", p.said, p.s.outcome)
	}
	p.delivering = true
}

// post ends a delivery.
func (p *play) post(n byte) {
	if !p.delivering {
		return
	}
	p.delivering = false
	var posted *messages.ReplyPosted
	err := []error{
		nil, &messages.Refused{Reason: messages.RefusedFull}, errors.New("strange"), actors.ErrTimeout,
		&messages.Failure{Cause: messages.CauseGone, Retry: messages.RetryNever}, &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff},
	}[int(n)%6]
	if err == nil {
		posted = &messages.ReplyPosted{Parts: []messages.MessageID{9}}
		p.posts++
	}
	_, then := p.s.posted(posted, err, p.now)
	p.ended = then == done
	if !p.ended && (!p.s.unsure || p.s.sent) {
		p.t.Fatal("it is to be said again, though nobody has looked whether it stands there")
	}
}

// look ends a look into the channel.
func (p *play) look(n byte) {
	if !p.s.unsure || p.ended {
		return
	}
	if p.s.begun.IsZero() {
		p.s.begun = p.now
	}
	results := []any{
		&find{}, &find{parts: []messages.MessageID{8}}, &find{gone: true}, &find{shared: []messages.MessageID{8}, text: "because"},
		actors.ErrTimeout, &messages.Failure{Cause: messages.CauseNoPermission, Retry: messages.RetryNever},
	}
	if _, more := p.s.found(results[int(n)%len(results)], p.now); more {
		return
	}
	if p.s.outcome == messages.TriggerCancelled {
		p.ended = true
		return
	}
	p.deliver()
}

// check compares what holds always.
func (p *play) check() {
	p.t.Helper()
	if most := 2 + maxTries + p.lines; p.joins > most {
		p.t.Fatalf("the model is asked %d times, and stood by for %d times", p.joins, p.lines)
	}
	if p.posts > 1 {
		p.t.Fatalf("it is said %d times", p.posts)
	}
	if p.delivering && p.s.text != p.said {
		p.t.Fatalf("%q is said, and then it is %q", p.said, p.s.text)
	}
	if p.s.refuses == "" && p.s.cause == messages.CauseUserRate && (!p.s.checks.Done() || !p.s.context.Done()) {
		p.t.Fatal("what is refused waits for its sources")
	}
	if p.ended && !p.s.decided() {
		p.t.Fatal("it ends without an outcome")
	}
}

// finish has all come to an end, and fails if it does not.
func (p *play) finish() {
	p.t.Helper()
	p.s.mayspeak(p.s.trigger)
	p.deliver()
	for range 100 {
		if p.ended {
			return
		}
		for _, verb := range []byte{0, 4, 8, 6, 5} {
			p.step(verb, 0) // whatever it is, it goes well
		}
	}
	p.t.Fatalf("it never ends: %d open, asking %v, standing %v, unsure %v, outcome %q", len(p.open), p.asking, p.standing, p.s.unsure, p.s.outcome)
}

// Whatever comes, in whatever order: the model is asked only when all is known or
// given up, and a bounded number of times; nothing is said without the word, nor
// before it is known what stands there, nor twice, nor otherwise than decided; and
// each turn ends with an outcome.
func FuzzState(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 2, 4, 0, 5, 0})
	f.Add([]byte{7, 6, 4, 2, 0, 5, 1, 6, 0, 5, 5, 7, 200, 6, 3})
	restarts := append([]byte{0}, make([]byte, 12)...) // all sources answer, and then the pool crashes again and again
	for range 20 {
		restarts = append(restarts, 4, 7, 8, 0)
	}
	f.Add(restarts)
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		script := make([]byte, 1+2*r.IntN(60))
		for i := range script {
			script[i] = byte(r.UintN(256))
		}
		script[0] %= 64
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) == 0 {
			return
		}
		p := newPlay(t, script[0])
		for i := 1; i+1 < len(script) && !p.ended; i += 2 {
			p.step(script[i], script[i+1])
		}
		p.finish()
	})
}
