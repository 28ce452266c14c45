package cache

import (
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// renewing has an answer be one that can be made anew.
func renewing(m *messages.KeepAnswer, weight int) *messages.KeepAnswer {
	m.Renew, m.Weight = func() *messages.Job { return &messages.Job{Kind: m.Key, Reserve: &messages.Reserve{Model: "m"}} }, weight
	return m
}

// give gives an answer again that often, a minute after noon.
func give(s *state, key string, times int) {
	for range times {
		s.get(key, false, at(time.Minute))
	}
}

// An answer is made anew that is asked for often, and is about to be too old.
func TestDue(t *testing.T) {
	tests := []struct {
		name  string
		keep  *messages.KeepAnswer
		given int
		at    time.Duration
		want  string
	}{
		{"often, and nearly too old", renewing(keep("k", "a", 1), 10), 3, 9 * time.Minute, "k"},
		{"just old enough", renewing(keep("k", "a", 1), 10), 3, 8 * time.Minute, "k"},
		{"not old enough", renewing(keep("k", "a", 1), 10), 3, 8*time.Minute - 1, ""},
		{"just young enough", renewing(keep("k", "a", 1), 10), 3, 10*time.Minute - 1, "k"},
		{"too old", renewing(keep("k", "a", 1), 10), 3, 10 * time.Minute, ""},
		{"not often", renewing(keep("k", "a", 1), 10), 2, 9 * time.Minute, ""},
		{"nobody knows how", keep("k", "a", 1), 3, 9 * time.Minute, ""},
		{"the other is asked for more", renewing(keep("k", "a", 1), 10), 5, 9 * time.Minute, "k"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newState(bounds())
			s.keep(tt.keep, noon)
			give(s, "k", tt.given)
			if tt.given > 3 { // beside one that is due too
				s.keep(renewing(keep("j", "b", 3), 10), noon)
				give(s, "j", 3)
			}
			if key, e := s.due(at(tt.at)); key != tt.want || (e != nil) != (tt.want != "") {
				t.Errorf("%q is due", key)
			}
			check(t, s)
		})
	}
}

// What was made anew is given at once, and is gone with each message that asked for
// or held what was there before; what was dropped or replaced meanwhile stays so.
// Where it came to nothing, the answer gets as old as any, and is not tried again.
func TestRenewed(t *testing.T) {
	newer := made(keep("k", "c", 5, 6), 8*time.Minute)
	tests := []struct {
		name          string
		before, after []any // of the end of the renewal
		text          string
		renewed       bool
		want          string
		at            time.Duration
	}{
		{"renewed", nil, nil, "b", true, "b", 9 * time.Minute},
		{"as old as it is", nil, nil, "b", true, "b", 19*time.Minute - 1},
		{"too old again", nil, nil, "b", true, "", 19 * time.Minute},
		{"the same once more", nil, nil, "a", true, "a", 18 * time.Minute},
		{"nothing", nil, nil, "", false, "a", 10*time.Minute - 1},
		{"nothing, and too old", nil, nil, "", false, "", 10 * time.Minute},
		{"the question was deleted meanwhile", []any{gone(1)}, nil, "b", false, "", 9 * time.Minute},
		{"what held it was deleted meanwhile", []any{gone(4)}, nil, "b", false, "", 9 * time.Minute},
		{"deleted and kept anew meanwhile", []any{gone(1), newer}, nil, "b", false, "c", 9 * time.Minute},
		{"replaced meanwhile", []any{newer}, nil, "b", false, "c", 9 * time.Minute},
		{"the question is deleted later", nil, []any{gone(1)}, "b", true, "", 9 * time.Minute},
		{"what held the old answer is deleted later", nil, []any{gone(4)}, "b", true, "", 9 * time.Minute},
		{"the old answer comes late", nil, []any{reused(keep("k", "a", 7, 8))}, "b", true, "b", 9 * time.Minute},
		{"no room for it", nil, nil, strings.Repeat("b", 1<<20), true, "", 9 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newState(bounds())
			tell := func(told []any) {
				for _, m := range told {
					tell(s, m, at(9*time.Minute))
				}
			}
			s.keep(renewing(keep("k", "a", 1, 2), 1000), noon)
			s.keep(reused(keep("k", "a", 3, 4)), at(time.Minute))
			give(s, "k", 3)
			key, e := s.due(at(9 * time.Minute))
			tell(tt.before)
			if got := s.renewed(key, e, tt.text, at(9*time.Minute)); got != tt.renewed {
				t.Errorf("renewed: %v", got)
			}
			tell(tt.after)
			check(t, s)
			if got, _ := s.get("k", false, at(tt.at)); got.Text != tt.want {
				t.Errorf("got %.20q", got.Text)
			}
			if again, _ := s.due(at(9 * time.Minute)); again != "" {
				t.Error("it is due again")
			}
		})
	}
}

// Only an answer that is whole, and nothing but text, replaces another.
func TestWholeText(t *testing.T) {
	for name, result := range map[string]any{
		"a":             &messages.Generation{Text: "a"},
		"cut":           &messages.Generation{Text: "a", Cut: true},
		"too long":      &messages.Generation{Text: "a", Truncated: true},
		"with a note":   &messages.Generation{Text: "a", Note: "-# hm"},
		"with pictures": &messages.Generation{Text: "a", Files: make([]messages.File, 1)},
		"blank":         &messages.Generation{Text: " \n"},
		"failed":        &messages.Failure{Cause: messages.CauseSafety},
	} {
		if got := wholeText(&messages.JobDone{Result: result}); (got != "") != (name == "a") {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := wholeText(nil); got != "" {
		t.Errorf("no answer: %q", got)
	}
}
