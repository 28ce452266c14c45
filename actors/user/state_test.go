package user

import (
	"strconv"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The highest limit of a person's roles holds, or that of everybody if it is
// higher; no limit is higher than any.
func TestMost(t *testing.T) {
	s := &state{rpm: 10, roles: map[messages.RoleID]int{1: 30, 2: 20, 3: 5, 4: 0}}
	tests := map[string]struct {
		roles []messages.RoleID
		want  int
	}{
		"none":       {nil, 10},
		"not listed": {[]messages.RoleID{9}, 10},
		"two":        {[]messages.RoleID{2, 1, 9}, 30},
		"a lower":    {[]messages.RoleID{3}, 10},
		"unlimited":  {[]messages.RoleID{1, 4, 2}, 0},
	}
	for name, tt := range tests {
		if got := s.most(tt.roles); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if got := (&state{roles: s.roles}).most([]messages.RoleID{3}); got != 0 {
		t.Errorf("where nobody is limited, a role is, to %d", got)
	}
}

// A bound of /clear holds in its channel, only moves forward, and what is
// loaded later does not move it back.
func TestForget(t *testing.T) {
	tests := []struct {
		name string
		do   func(*state)
		want messages.UserContext
	}{
		{"never", func(s *state) { s.load(nil) }, messages.UserContext{}},
		{"kept", func(s *state) { s.load(map[string]string{"cleared/5": "100"}) }, messages.UserContext{Cleared: 100, Digest: "cleared 100;"}},
		{"elsewhere", func(s *state) { s.load(map[string]string{"cleared/6": "100"}) }, messages.UserContext{}},
		{"before loading", func(s *state) {
			s.forget(5, 200)
			s.load(map[string]string{"cleared/5": "100"})
		}, messages.UserContext{Cleared: 200, Digest: "cleared 200;"}},
		{"an earlier one, late", func(s *state) {
			s.load(map[string]string{"cleared/5": "300"})
			s.forget(5, 200)
		}, messages.UserContext{Cleared: 300, Digest: "cleared 300;"}},
		{"nonsense", func(s *state) {
			s.load(map[string]string{"cleared/5": "x", "cleared/y": "1", "cleared/0": "1", "mood": "1"})
		}, messages.UserContext{}},
	}
	for _, tt := range tests {
		s := &state{}
		tt.do(s)
		if d := cmp.Diff(&tt.want, s.context(5)); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// The note is of the bound that holds.
func TestForgetNote(t *testing.T) {
	s := &state{}
	for _, tt := range []struct{ before, want messages.MessageID }{{200, 200}, {100, 200}, {300, 300}} {
		if n, ok := s.forget(5, tt.before); !ok || n != (note{"cleared/5", tt.want.String()}) {
			t.Errorf("before %d: keeps %v, %v", tt.before, n, ok)
		}
	}
}

func TestClearedIsBounded(t *testing.T) {
	s := &state{}
	for i := range maxCleared {
		if _, ok := s.forget(messages.ChannelID(i+1), 100); !ok {
			t.Fatalf("refused in channel %d", i)
		}
	}
	if _, ok := s.forget(maxCleared+1, 100); ok {
		t.Error("one more is taken")
	}
	if _, ok := s.forget(maxCleared, 200); !ok {
		t.Error("a known channel is refused")
	}
}

// What a person chose last holds, loaded or not.
func TestRefusePersona(t *testing.T) {
	tests := []struct {
		name   string
		kept   string
		before []bool // told before the notes are loaded
		after  []bool
		want   bool
	}{
		{name: "never"},
		{name: "kept", kept: "1", want: true},
		{name: "accepted before loading", kept: "1", before: []bool{false}},
		{name: "refused before loading", before: []bool{false, true}, want: true},
		{name: "accepted again", kept: "1", after: []bool{true, false}},
		{name: "refused", after: []bool{true}, want: true},
	}
	for _, tt := range tests {
		s := &state{}
		tell := func(all []bool) {
			for _, refuse := range all {
				want := note{"plain", map[bool]string{true: "1"}[refuse]}
				if n := s.refusePersona(refuse); n != want {
					t.Errorf("%s: keeps %v", tt.name, n)
				}
			}
		}
		tell(tt.before)
		s.load(map[string]string{"plain": tt.kept})
		tell(tt.after)
		want := &messages.UserContext{PlainPersona: tt.want}
		if tt.want {
			want.Digest = "plain;"
		}
		if d := cmp.Diff(want, s.context(5)); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// Nothing sleeps away that counts, and the weight grows with what is known.
func TestIdleAndWeight(t *testing.T) {
	s := &state{rpm: 1}
	empty := s.weight()
	s.bucket.Pass(1, 1, noon)
	if s.idle(noon.Add(time.Minute-1)) || !s.idle(noon.Add(time.Minute)) {
		t.Error("idle within the minute, or not after it")
	}
	for i := range 100 {
		s.forget(messages.ChannelID(i+1), 1)
	}
	if s.weight() < empty+100*40 {
		t.Errorf("weighs %s bytes", strconv.Itoa(s.weight()))
	}
}
