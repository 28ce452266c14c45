package turn

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"troupe/actors"
	"troupe/messages"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func testConfig() Config {
	return Config{Model: "m", Budget: 1000, Tokens: words, Persona: func(name string) string { return "persona " + name }}
}

func asked(change func(*messages.Question)) state {
	q := &messages.Question{Trigger: messages.Trigger{ID: 7, Channel: 1, Text: "why?"}}
	if change != nil {
		change(q)
	}
	return newState(testConfig(), q)
}

// What needs no model is decided at once.
func TestDecidedAtOnce(t *testing.T) {
	tests := []struct {
		name   string
		change func(*messages.Question)
		want   messages.TriggerState
		says   string
	}{
		{"a question", nil, "", ""},
		{"nothing asked", func(q *messages.Question) { q.Trigger.Text = "" }, messages.TriggerAnswered, "Ask me something"},
		{"a file alone", func(q *messages.Question) { q.Trigger.Text, q.Trigger.Attachments = "", make([]messages.Attachment, 1) }, "", ""},
		{"a reply alone", func(q *messages.Question) { q.Trigger.Text, q.Trigger.ReplyText = "", "x" }, "", ""},
		{"kept", func(q *messages.Question) { q.Trigger.Final = "42" }, messages.TriggerAnswered, "42"},
		{"to be refused", func(q *messages.Question) { q.Refuse = messages.CauseNotServed }, messages.TriggerRefused, "not set up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := asked(tt.change)
			if s.outcome != tt.want || !strings.Contains(s.text, tt.says) {
				t.Errorf("outcome %q, says %q", s.outcome, s.text)
			}
			if s.delivers() {
				t.Error("it speaks without the word")
			}
			s.mayspeak(s.trigger)
			if got := s.delivers(); got != (tt.want != "") {
				t.Errorf("with the word it delivers: %v", got)
			}
			if s.delivers() {
				t.Error("it delivers twice")
			}
		})
	}
}

// settled has a source come to something, or to an error.
func (s *state) settled(what source, m any) {
	answered := actors.Answered{Tag: what, Message: m}
	if err, failed := m.(error); failed {
		answered = actors.Answered{Tag: what, Err: err}
	}
	s.settle(answered, noon)
}

// The model is asked when everything is known or given up, not before.
func TestReady(t *testing.T) {
	s := asked(nil)
	s.checks.Await(ofAdmission, noon)
	s.checks.Await(ofGuild, noon)
	s.context.Await(ofUser, noon)
	s.context.Await(ofWindow, noon)
	s.settled(ofAdmission, &messages.Admitted{})
	s.settled(ofUser, actors.ErrTimeout)
	s.settled(ofWindow, &messages.Window{Anchor: 5})
	if s.ready() {
		t.Fatal("ready before all is known")
	}
	s.settled(ofGuild, &messages.GuildContext{Persona: "pirate"})
	if !s.ready() {
		t.Fatal("not ready when all is known")
	}
	if p, _ := s.prompt(); !strings.HasPrefix(p.System, "persona pirate") {
		t.Errorf("system text: %q", p.System)
	}
	s.frame.user.PlainPersona = true
	if p, _ := s.prompt(); !strings.HasPrefix(p.System, "persona \n") {
		t.Errorf("system text of who wants no persona: %q", p.System)
	}
}

// A check that cannot be made lets the answer pass; one that stops it lets go of
// all that was asked for it.
func TestChecks(t *testing.T) {
	tests := []struct {
		name      string
		admission any
		guild     any
		want      messages.TriggerState
	}{
		{"passes", &messages.Admitted{}, &messages.GuildContext{Known: true, Permissions: messages.PermissionAll}, ""},
		{"nobody can tell", actors.ErrTimeout, &actors.Failed{}, ""},
		{"no room", &messages.Refused{Reason: messages.RefusedFull}, actors.ErrTimeout, ""},
		{"too fast", &messages.Failure{Cause: messages.CauseUserRate}, nil, messages.TriggerRefused},
		{"may not write", &messages.Admitted{}, &messages.GuildContext{Known: true}, messages.TriggerUndeliverable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := asked(nil)
			s.checks.Await(ofAdmission, noon)
			s.checks.Await(ofGuild, noon)
			s.context.Await(ofWindow, noon)
			s.settled(ofAdmission, tt.admission)
			if tt.guild != nil {
				s.settled(ofGuild, tt.guild)
			}
			if s.outcome != tt.want || !s.checks.Done() || s.context.Done() != (tt.want != "") {
				t.Errorf("outcome %q, checks done: %v, context done: %v", s.outcome, s.checks.Done(), s.context.Done())
			}
		})
	}
}

// When it is not known whether the asker has cleared their conversation, none of
// what they said is used.
func TestUnknownUserFailsClosed(t *testing.T) {
	s := asked(func(q *messages.Question) { q.Trigger.Asker.ID = ann })
	s.settled(ofWindow, &messages.Window{Lines: []messages.Line{
		{ID: 1, Author: ann, Name: "Ann", Text: "secret"}, {ID: 2, Author: bob, Name: "Bob", Text: "public"},
	}})
	s.settled(ofUser, actors.ErrTimeout)
	p, _ := s.prompt()
	if got := show(p); strings.Contains(got, "secret") || !strings.Contains(got, "public") {
		t.Errorf("prompt:\n%s", got)
	}
}

// Where the bot may not write there is no answer, and nobody can be told; but a
// command is answered all the same.
func TestNoPermission(t *testing.T) {
	s := asked(nil)
	s.settled(ofGuild, &messages.GuildContext{Known: true, Permissions: messages.PermissionViewChannel})
	if s.outcome != messages.TriggerUndeliverable {
		t.Errorf("outcome %q", s.outcome)
	}
	s = asked(func(q *messages.Question) { q.Trigger.Kind = messages.TriggerCommand })
	s.settled(ofGuild, &messages.GuildContext{Known: true})
	if s.outcome != "" {
		t.Errorf("outcome of a command %q", s.outcome)
	}
}

// Every end of a generation leads to an answer, a refusal or another try.
func TestResult(t *testing.T) {
	failure := func(c messages.Cause, r messages.Retry) *messages.Failure {
		return &messages.Failure{Cause: c, Retry: r}
	}
	tests := []struct {
		name    string
		result  any
		next    next
		outcome messages.TriggerState
		cause   messages.Cause
		note    string
	}{
		{"answer", &messages.Generation{Text: "a"}, speak, messages.TriggerAnswered, "", ""},
		{"cut", &messages.Generation{Text: "a", Cut: true}, speak, messages.TriggerAnswered, "", cutNote},
		{"truncated", &messages.Generation{Text: "a", Truncated: true}, speak, messages.TriggerAnswered, "", longNote},
		{"blank", &messages.Generation{Text: " \n"}, speak, messages.TriggerRefused, messages.CauseEmpty, ""},
		{"safety", failure(messages.CauseSafety, messages.RetryNever), speak, messages.TriggerRefused, messages.CauseSafety, ""},
		{"too long", failure(messages.CauseTooLong, messages.RetryShorter), joinNow, "", "", ""},
		{"pool full", &messages.Refused{Reason: messages.RefusedFull}, speak, messages.TriggerRefused, messages.CauseBusy, ""},
		{"breaker", &messages.Refused{Reason: messages.RefusedBreaker}, speak, messages.TriggerRefused, messages.CauseOverloaded, ""},
		{"quota", &messages.Refused{Reason: messages.RefusedQuota}, speak, messages.TriggerRefused, messages.CauseMinuteQuota, ""},
		{"pool crashed", &messages.Refused{Reason: messages.RefusedRestarted}, joinSoon, "", "", ""},
		{"coalescer crashed", &actors.Failed{}, joinSoon, "", "", ""},
		{"no answer", actors.ErrTimeout, speak, messages.TriggerRefused, messages.CauseTimeout, ""},
		{"nonsense", 17, speak, messages.TriggerRefused, messages.CauseInternal, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := asked(nil)
			if got := s.result(tt.result, noon); got != tt.next || s.outcome != tt.outcome || s.cause != tt.cause || s.note != tt.note {
				t.Errorf("next %v, outcome %q, cause %q, note %q", got, s.outcome, s.cause, s.note)
			}
			if s.outcome != "" && s.text == "" {
				t.Error("there is an outcome and nothing to read")
			}
		})
	}
}

// When an answer fails on the way, what has come of it stays, and says that it was
// cut off; but not what the model's own filters have stopped.
func TestFailsOnTheWay(t *testing.T) {
	tests := []struct {
		name   string
		result any
		want   messages.TriggerState
	}{
		{"the upstream fails", &messages.Failure{Cause: messages.CauseUnreachable}, messages.TriggerAnswered},
		{"no quota for a second try", &messages.Refused{Reason: messages.RefusedQuota}, messages.TriggerAnswered},
		{"it takes too long", actors.ErrTimeout, messages.TriggerAnswered},
		{"safety", &messages.Failure{Cause: messages.CauseSafety}, messages.TriggerRefused},
		{"recitation", &messages.Failure{Cause: messages.CauseRecitation}, messages.TriggerRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := asked(nil)
			s.grow("half an answ")
			s.result(tt.result, noon)
			kept := s.text == "half an answ" && s.note == cutNote
			if s.outcome != tt.want || kept != (tt.want == messages.TriggerAnswered) {
				t.Errorf("outcome %q, text %q, note %q", s.outcome, s.text, s.note)
			}
		})
	}
}

// What fails again and again is refused in the end.
func TestResultGivesUp(t *testing.T) {
	for _, result := range []any{
		&messages.Refused{Reason: messages.RefusedRestarted}, &actors.Failed{},
		&messages.Failure{Cause: messages.CauseTooLong, Retry: messages.RetryShorter},
	} {
		s := asked(nil)
		tries := 1
		for s.result(result, noon) != speak {
			if tries++; tries > 10 {
				t.Fatalf("%T is tried for ever", result)
			}
		}
		if s.outcome != messages.TriggerRefused {
			t.Errorf("%T ends %q", result, s.outcome)
		}
	}
}

// Whatever the outbox says, a delivery ends: posted, tried again a few times, or
// undeliverable.
func TestPosted(t *testing.T) {
	for _, tt := range []struct {
		err   error
		tries int
		cause messages.Cause
	}{
		{&messages.Failure{Cause: messages.CauseGone}, 1, messages.CauseGone},
		{&messages.Refused{Reason: messages.RefusedFull}, 1 + maxTries, messages.CauseInternal},
		{errors.New("strange"), 1 + maxTries, messages.CauseInternal},
	} {
		s := asked(nil)
		s.outcome = messages.TriggerAnswered
		tries := 1
		for {
			if _, then := s.posted(nil, tt.err, time.Now()); then == done {
				break
			}
			tries++
		}
		if tries != tt.tries || s.outcome != messages.TriggerUndeliverable || s.cause != tt.cause {
			t.Errorf("%v: %d tries, %q, %q", tt.err, tries, s.outcome, s.cause)
		}
	}
}

// Every cause has words that say what to do; none shows anything of the inside.
func TestRefusals(t *testing.T) {
	causes := []messages.Cause{
		messages.CauseMinuteQuota, messages.CauseDayQuota, messages.CauseSpend, messages.CauseUserRate, messages.CauseGuildRate, messages.CauseSafety,
		messages.CauseRecitation, messages.CauseTooLong, messages.CauseEmpty, messages.CauseOverloaded, messages.CauseBusy,
		messages.CauseTimeout, messages.CauseKey, messages.CauseModel, messages.CauseNotServed, messages.CauseNoPermission,
		messages.CauseGone, messages.CauseInternal, messages.CauseCancelled, messages.CauseUnreachable, "unheard of",
	}
	var all strings.Builder
	for _, c := range causes {
		for _, after := range []time.Duration{0, 30 * time.Second, 3 * time.Hour} {
			fmt.Fprintf(&all, "%s %v: %s\n", c, after, refusal(c, after, noon))
		}
	}
	golden(t, "refusals", all.String())
}

// A failure is tried again as often as it says, and no more.
func TestRetries(t *testing.T) {
	tests := []struct {
		f    messages.Failure
		want string
	}{
		{messages.Failure{Retry: messages.RetryNever}, "[]"},
		{messages.Failure{Retry: messages.RetryShorter}, "[]"},
		{messages.Failure{Retry: messages.RetryOnce}, "[0s]"},
		{messages.Failure{Retry: messages.RetryAfter, After: 48 * time.Second}, "[48s]"},
		{messages.Failure{Retry: messages.RetryBackoff}, "[500ms 1s]"},
		{messages.Failure{Retry: messages.RetryBackoff, After: 3 * time.Second}, "[3s 3s]"},
		{messages.Failure{Retry: messages.RetryBackoff, Status: 429}, "[500ms 1s 2s 4s]"},
	}
	for _, tt := range tests {
		var r retries
		waits := []time.Duration{}
		for {
			wait, again := r.next(&tt.f, 0.5)
			if !again {
				break
			}
			waits = append(waits, wait)
		}
		if got := fmt.Sprint(waits); got != tt.want {
			t.Errorf("%+v: tried after %v, want %v", tt.f, got, tt.want)
		}
	}
}

func TestIsText(t *testing.T) {
	for name, want := range map[string]bool{
		"a.go": true, "A.TXT": true, "a.png": false, "a": false, "a.": false, "a.tar.gz": false,
	} {
		if got := isText(messages.Attachment{Name: name}); got != want {
			t.Errorf("%s is text: %v", name, got)
		}
	}
	if !isText(messages.Attachment{Name: "x", Type: "text/plain; charset=utf-8"}) || isText(messages.Attachment{Name: "x", Type: "image/png"}) {
		t.Error("the type is not believed")
	}
}
