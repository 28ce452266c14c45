package user

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestAdmit(t *testing.T) {
	type ask struct {
		after   time.Duration // since the one before
		trigger messages.MessageID
		wait    time.Duration // 0: admitted
	}
	tests := []struct {
		name string
		rpm  int
		asks []ask
	}{
		{"no limit", 0, []ask{{0, 1, 0}, {0, 2, 0}, {0, 3, 0}}},
		{"as many as fit, all at once", 2, []ask{{0, 1, 0}, {0, 2, 0}, {0, 3, time.Minute}}},
		{"a place is free when the eldest is a minute old", 2, []ask{
			{0, 1, 0},
			{20 * time.Second, 2, 0},
			{10 * time.Second, 3, 30 * time.Second},
			{30*time.Second - 1, 3, 1},
			{1, 3, 0},
			{0, 4, 20 * time.Second},
		}},
		{"the same again is one", 1, []ask{{0, 1, 0}, {0, 1, 0}, {0, 2, time.Minute}, {30 * time.Second, 1, 0}}},
		{"and still so after its minute", 1, []ask{{0, 1, 0}, {2 * time.Minute, 1, 0}, {0, 2, 0}, {0, 3, time.Minute}}},
		{"what was refused is not counted", 1, []ask{{0, 1, 0}, {time.Second, 2, 59 * time.Second}, {59 * time.Second, 3, 0}}},
	}
	for _, tt := range tests {
		s, now := &state{rpm: tt.rpm}, noon
		for i, a := range tt.asks {
			now = now.Add(a.after)
			if ok, wait := s.admit(a.trigger, now); ok != (a.wait == 0) || wait != a.wait {
				t.Errorf("%s: ask %d: admitted %v, wait %v, want %v", tt.name, i, ok, wait, a.wait)
			}
		}
	}
}

// No minute holds more than it may, nobody is told to come back later than they
// could, and who comes back then is admitted.
func TestAdmitProperty(t *testing.T) {
	const rpm = 5
	s, now := &state{rpm: rpm}, noon
	var admitted []time.Time
	for i := range 20_000 {
		now = now.Add(time.Duration(rand.Int64N(int64(20 * time.Second))))
		recent := 0
		for _, at := range admitted[max(0, len(admitted)-2*rpm):] {
			if now.Sub(at) < time.Minute {
				recent++
			}
		}
		ok, wait := s.admit(messages.MessageID(i+1), now)
		if ok != (recent < rpm) {
			t.Fatalf("admitted %v with %d in the last minute", ok, recent)
		}
		if !ok {
			now = now.Add(wait)
			if ok, _ = s.admit(messages.MessageID(i+1), now); !ok {
				t.Fatal("refused at the time it was told")
			}
		}
		admitted = append(admitted, now)
		if len(s.counted) > rpm || len(s.former) > maxFormer {
			t.Fatalf("remembers %d and %d", len(s.counted), len(s.former))
		}
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
	s.admit(1, noon)
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
