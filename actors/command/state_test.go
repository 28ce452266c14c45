package command

import (
	"errors"
	"slices"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

func newState() *state { return &state{facts: *testFacts(), open: map[messages.InteractionID]*open{}} }

// by makes a use of a person's own, later than others.
func by(user messages.UserID, serial int) *messages.CommandUsed {
	u := used("clear")
	u.User.ID = user
	u.Interaction.ID += messages.InteractionID(serial)
	return u
}

func TestBegin(t *testing.T) {
	tests := []struct {
		name   string
		before []*messages.CommandUsed
		used   *messages.CommandUsed
		after  time.Duration
		want   next
	}{
		{name: "asks what it needs", used: used("clear"), want: ask},
		{name: "or says it at once", used: used("dance"), want: speak},
		{name: "as late as can be", used: used("clear"), after: tokenLife - time.Millisecond, want: ask},
		{name: "too late", used: used("clear"), after: tokenLife, want: expire},
		{name: "by an ID that tells no time", used: used("clear"), after: longGone, want: ask},
		{name: "told twice", before: []*messages.CommandUsed{used("clear")}, used: used("clear"), want: ignore},
		{name: "too many", before: many(maxOpen, 1), used: by(5000, 5000), want: reject},
		{name: "too many of one person", before: many(maxOpenEach, 0), used: by(1000, 5000), want: reject},
		{name: "but not of another", before: many(maxOpenEach, 0), used: by(1001, 5000), want: ask},
	}
	for _, tt := range tests {
		s := newState()
		for _, u := range tt.before {
			if todo, _ := s.begin(u, noon); todo != ask {
				t.Fatalf("%s: before: %v", tt.name, todo)
			}
		}
		if got, o := s.begin(tt.used, noon.Add(tt.after)); got != tt.want || (o != nil) != (got == ask || got == speak) {
			t.Errorf("%s: %v, %v", tt.name, got, o)
		}
	}
}

// many are uses of n commands, by one person each or all by one.
func many(n, each int) []*messages.CommandUsed {
	var all []*messages.CommandUsed
	for i := range n {
		all = append(all, by(messages.UserID(1000+i*each), i+1))
	}
	return all
}

// A command speaks once all have answered or are late, whatever comes twice.
func TestAnswered(t *testing.T) {
	s := newState()
	u := used("help")
	_, o := s.begin(u, noon)
	id := u.Interaction.ID
	if len(o.plan.asks) != 2 {
		t.Fatalf("asks %v", o.plan.asks)
	}
	if todo := s.answered(id, o.plan.asks[0].to, answer{err: errors.New("late")}, noon); todo != ignore || o.text != "" {
		t.Errorf("after one of two: %v, %q", todo, o.text)
	}
	if todo := s.answered(id, o.plan.asks[1].to, answer{err: errors.New("late")}, noon); todo != speak || o.text == "" {
		t.Errorf("after both: %v, %q", todo, o.text)
	}
	if todo := s.answered(id, o.plan.asks[1].to, answer{}, noon); todo != ignore {
		t.Errorf("after one too many: %v", todo)
	}
	if todo := s.answered(id+1, o.plan.asks[1].to, answer{}, noon); todo != ignore {
		t.Errorf("of no command: %v", todo)
	}
	want := &messages.Response{Interaction: u.Interaction, Content: o.text}
	if d := cmp.Diff(want, o.response()); d != "" {
		t.Error(d)
	}
}

// What Discord did not take is said again, as often and as long as it is of use.
func TestSaid(t *testing.T) {
	soon := &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff}
	tests := []struct {
		name  string
		errs  []error
		at    time.Duration // since the command was used
		want  next
		pause time.Duration
	}{
		{name: "it stands", errs: []error{nil}, want: ignore},
		{name: "once", errs: []error{soon}, want: again, pause: time.Second},
		{name: "twice", errs: []error{soon, soon}, want: again, pause: 2 * time.Second},
		{name: "and then it stands", errs: []error{soon, nil}, want: ignore},
		{name: "too often", errs: []error{soon, soon, soon, soon, soon}, want: lose},
		{name: "of no use", errs: []error{&messages.Failure{Cause: messages.CauseGone}}, want: lose},
		{name: "a failure says when", errs: []error{&messages.Failure{Retry: messages.RetryAfter, After: time.Minute}}, want: again, pause: time.Minute},
		{name: "a refusal says when", errs: []error{&messages.Refused{RetryAfter: 20 * time.Second}}, want: again, pause: 20 * time.Second},
		{name: "a crash", errs: []error{errors.New("crashed")}, want: again, pause: time.Second},
		{name: "too late", errs: []error{soon}, at: tokenLife - time.Second, want: lose},
	}
	for _, tt := range tests {
		s := newState()
		u := used("dance")
		s.begin(u, noon)
		var got next
		var pause time.Duration
		for _, err := range tt.errs {
			got, pause = s.said(u.Interaction.ID, err, noon.Add(tt.at))
		}
		if got != tt.want || pause != tt.pause {
			t.Errorf("%s: %v after %v", tt.name, got, pause)
		}
		if _, open := s.open[u.Interaction.ID]; open != (tt.want == again) {
			t.Errorf("%s: open is %v", tt.name, open)
		}
	}
	if todo, _ := newState().said(1, nil, noon); todo != ignore {
		t.Errorf("of no command: %v", todo)
	}
}

func TestRegistration(t *testing.T) {
	r := registration{commands: All(testPersonas())}
	if !r.begin(1) || r.begin(1) || r.begin(2) {
		t.Fatal("it does not begin, or twice")
	}
	if hash := r.hash(); !r.needed("") || r.needed(hash) {
		t.Error("what is registered is registered again, or what is not is left")
	}
	if r.begin(1) {
		t.Error("it begins again with all done")
	}
	before := r.hash()
	if !r.begin(2) || !r.needed(before) {
		t.Error("another application is not registered with")
	}
	r.end()
	before = r.hash()
	r.commands = slices.Clone(r.commands)
	i := slices.IndexFunc(r.commands, func(c messages.Command) bool { return c.Name == "memory" })
	r.commands[i].Subcommands = r.commands[i].Subcommands[1:]
	if r.hash() == before {
		t.Error("other subcommands have the same hash")
	}
	r.commands = r.commands[1:]
	if r.hash() == before {
		t.Error("other commands have the same hash")
	}
}

// A registration is tried again after growing pauses, and left alone until the
// next session where Discord does not take it.
func TestRegistrationFails(t *testing.T) {
	r := registration{}
	r.begin(1)
	last := time.Duration(0)
	for range 20 {
		pause, more := r.failed(errors.New("crashed"))
		if !more || pause < last || pause < firstRetry || pause > lastRetry {
			t.Fatalf("pause %v after %v, %v", pause, last, more)
		}
		last = pause
	}
	if last != lastRetry {
		t.Errorf("at last %v", last)
	}
	if pause, more := r.failed(&messages.Failure{Retry: messages.RetryAfter, After: time.Hour}); pause != time.Hour || !more {
		t.Errorf("told to wait an hour, it waits %v", pause)
	}
	if _, more := r.failed(&messages.Failure{Cause: messages.CauseNoPermission}); more {
		t.Error("it tries again what is of no use")
	}
	if !r.begin(1) {
		t.Error("a new session does not try it again")
	}
}
