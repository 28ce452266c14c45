package cache

import (
	"strings"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return noon.Add(d) }

func bounds() limits {
	return limits{ttl: 10 * time.Minute, stale: time.Hour, young: 2 * time.Second, entries: 100, bytes: 1 << 20}
}

// keep is an answer made at noon, asked for by one message and held by another.
func keep(key, text string, ids ...messages.MessageID) *messages.KeepAnswer {
	return &messages.KeepAnswer{Key: key, Text: text, Made: noon, Channel: 1, Messages: ids}
}

func reused(m *messages.KeepAnswer) *messages.KeepAnswer {
	m.Reused = true
	return m
}

func made(m *messages.KeepAnswer, after time.Duration) *messages.KeepAnswer {
	m.Made = at(after)
	return m
}

func in(m *messages.KeepAnswer, channel messages.ChannelID) *messages.KeepAnswer {
	m.Channel = channel
	return m
}

func gone(ids ...messages.MessageID) *messages.ForgetAnswers {
	return &messages.ForgetAnswers{Channel: 1, Messages: ids}
}

// An answer is given again to who asks with its key, while it is old enough and
// young enough, and nothing that asked for it or holds it is gone.
func TestState(t *testing.T) {
	long := strings.Repeat("a", 600_000)
	tests := []struct {
		name string
		told []any
		key  string
		at   time.Duration
		want string // "" for no answer
	}{
		{"kept", []any{keep("k", "a", 1, 2)}, "k", time.Minute, "a"},
		{"nothing kept", nil, "k", time.Minute, ""},
		{"another key", []any{keep("k", "a", 1, 2)}, "j", time.Minute, ""},
		{"too young", []any{keep("k", "a", 1, 2)}, "k", time.Second, ""},
		{"just old enough", []any{keep("k", "a", 1, 2)}, "k", 2 * time.Second, "a"},
		{"just young enough", []any{keep("k", "a", 1, 2)}, "k", 10*time.Minute - 1, "a"},
		{"too old", []any{keep("k", "a", 1, 2)}, "k", 10 * time.Minute, ""},
		{"too old when it came", []any{made(keep("k", "a", 1, 2), -time.Hour)}, "k", time.Minute, ""},
		{"empty", []any{keep("k", "", 1, 2)}, "k", time.Minute, ""},

		{"the question is gone", []any{keep("k", "a", 1, 2), gone(1)}, "k", time.Minute, ""},
		{"the answer is gone", []any{keep("k", "a", 1, 2), gone(9, 2)}, "k", time.Minute, ""},
		{"another message is gone", []any{keep("k", "a", 1, 2), gone(3)}, "k", time.Minute, "a"},
		{"where it was shared", []any{keep("k", "a", 1, 2), keep("k", "a", 3, 2), gone(3)}, "k", time.Minute, ""},
		{"where it was reused", []any{keep("k", "a", 1, 2), reused(keep("k", "a", 3, 4)), gone(4)}, "k", time.Minute, ""},
		{"the channel is gone", []any{keep("k", "a", 1, 2), &messages.ForgetAnswers{Channel: 1}}, "k", time.Minute, ""},
		{"a channel where it was reused", []any{
			keep("k", "a", 1, 2), in(reused(keep("k", "a", 3, 4)), 2), &messages.ForgetAnswers{Channel: 2},
		}, "k", time.Minute, ""},
		{"nobody knows what is gone", []any{keep("k", "a", 1, 2), &messages.ForgetAnswers{}}, "k", time.Minute, ""},
		{"another channel is gone", []any{keep("k", "a", 1, 2), &messages.ForgetAnswers{Channel: 2}}, "k", time.Minute, "a"},
		{"nothing is gone", []any{keep("k", "a", 1, 2), &messages.ForgetAnswers{Channel: 1, Messages: []messages.MessageID{}}}, "k", time.Minute, "a"},
		{"made anew after that", []any{keep("k", "a", 1, 2), gone(1), made(keep("k", "b", 3, 4), time.Second)}, "k", time.Minute, "b"},
		{"only reused after that", []any{keep("k", "a", 1, 2), gone(1), reused(keep("k", "a", 3, 4))}, "k", time.Minute, ""},
		{"the question was another", []any{keep("k", "a", 1, 2), keep("j", "b", 1, 2)}, "k", time.Minute, ""},

		{"a newer answer", []any{keep("k", "a", 1, 2), made(keep("k", "b", 3, 4), time.Second)}, "k", time.Minute, "b"},
		{"an older answer that comes late", []any{made(keep("k", "b", 3, 4), time.Second), keep("k", "a", 1, 2)}, "k", time.Minute, "b"},
		{"the same once more grows no younger", []any{keep("k", "a", 1, 2), made(keep("k", "a", 3, 4), 9*time.Minute)}, "k", 11 * time.Minute, ""},
		{"reuse grows no younger", []any{keep("k", "a", 1, 2), made(reused(keep("k", "a", 3, 4)), 9*time.Minute)}, "k", 11 * time.Minute, ""},
		{"what replaced another is not gone with that", []any{keep("k", "a", 1, 2), made(keep("k", "b", 3, 4), time.Second), gone(1)}, "k", time.Minute, "b"},

		{"no room for it", []any{keep("k", long+long, 1, 2)}, "k", time.Minute, ""},
		{"others take its room", []any{keep("k", long, 1, 2), keep("j", long, 3, 4)}, "k", time.Minute, ""},
		{"it takes the room of others", []any{keep("k", long, 1, 2), keep("j", long, 3, 4)}, "j", time.Minute, long},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newState(bounds())
			for _, m := range tt.told {
				tell(s, m, noon)
			}
			got, hit := s.get(tt.key, false, at(tt.at))
			if hit != (tt.want != "") || got.Text != tt.want {
				t.Errorf("got %.20q, hit %v", got.Text, hit)
			}
			check(t, s)
		})
	}
}

func tell(s *state, m any, now time.Time) {
	switch m := m.(type) {
	case *messages.KeepAnswer:
		s.keep(m, now)
	case *messages.ForgetAnswers:
		s.forget(m)
	}
}

// check finds out whether the books are right.
func check(t *testing.T, s *state) {
	t.Helper()
	bytes, shown := 0, 0
	for _, key := range s.kept.Keys() {
		e, _ := s.kept.Peek(key)
		bytes += weigh(key, e)
		shown += len(e.shown)
		if len(e.shown) > maxShown {
			t.Errorf("%d messages of one answer", len(e.shown))
		}
		for _, p := range e.shown {
			if s.holder[p.message] != key {
				t.Errorf("message %v of %q is booked under %q", p.message, key, s.holder[p.message])
			}
		}
	}
	if bytes != s.bytes || bytes > s.limits.bytes {
		t.Errorf("%d bytes, booked are %d of %d", bytes, s.bytes, s.limits.bytes)
	}
	if shown != len(s.holder) {
		t.Errorf("%d messages, booked are %d", shown, len(s.holder))
	}
	if n := s.kept.Len(); n > s.limits.entries {
		t.Errorf("%d answers of %d", n, s.limits.entries)
	}
}

// Who was asked for last stays longest.
func TestRecency(t *testing.T) {
	l := bounds()
	l.entries = 2
	s := newState(l)
	s.keep(keep("old", "a", 1), noon)
	s.keep(keep("new", "b", 2), noon)
	s.get("old", false, at(time.Minute))
	s.keep(keep("newest", "c", 3), noon)
	if _, hit := s.get("old", false, at(time.Minute)); !hit {
		t.Error("what was asked for left")
	}
	if _, hit := s.get("new", false, at(time.Minute)); hit {
		t.Error("what was not asked for stayed")
	}
	check(t, s)
}

// An answer that so many messages hold that they cannot all be remembered is
// dropped: else one of them could be deleted and the answer stay.
func TestMaxShown(t *testing.T) {
	s := newState(bounds())
	s.keep(keep("k", "a", 1), noon)
	for id := range messages.MessageID(maxShown - 1) {
		s.keep(reused(keep("k", "a", 2+id)), noon)
		if _, hit := s.get("k", false, at(time.Minute)); !hit {
			t.Fatalf("dropped with %d messages", 2+id)
		}
	}
	s.keep(reused(keep("k", "a", 1000)), noon)
	if _, hit := s.get("k", false, at(time.Minute)); hit {
		t.Error("kept")
	}
	check(t, s)
}

// Where there may be no other, an answer that is too old on a good day will do for a
// while. One that is made anew is new, though it says the same.
func TestStale(t *testing.T) {
	s := newState(bounds())
	s.keep(keep("k", "a", 1, 2), noon)
	get := func(stale bool, after time.Duration, want bool) {
		t.Helper()
		if _, hit := s.get("k", stale, at(after)); hit != want {
			t.Errorf("stale %v, after %v: hit %v", stale, after, hit)
		}
	}
	get(false, 10*time.Minute, false)
	get(true, 10*time.Minute, true)
	get(true, time.Hour-1, true)
	get(true, time.Hour, false)
	get(true, time.Second, false) // the coalescer's to share
	s.keep(reused(keep("k", "a", 3, 4)), at(20*time.Minute))
	get(false, 20*time.Minute, false)
	s.keep(made(keep("k", "a", 5, 6), 20*time.Minute), at(20*time.Minute))
	get(false, 21*time.Minute, true)
	s.forget(gone(3)) // shown while it was stale
	get(true, 21*time.Minute, false)
	check(t, s)
}

// What is too old leaves memory; what is not stays.
func TestSweep(t *testing.T) {
	s := newState(bounds())
	s.keep(keep("old", "a", 1), noon)
	s.keep(made(keep("young", "b", 2), time.Minute), at(time.Minute))
	s.sweep(at(time.Hour))
	if d := cmp.Diff([]string{"young"}, s.kept.Keys()); d != "" {
		t.Error(d)
	}
	check(t, s)
}

// What was asked is counted by what came of it.
func TestReport(t *testing.T) {
	s := newState(bounds())
	s.keep(keep("k", "a", 1, 2), noon)
	s.get("k", false, at(time.Minute))
	s.get("j", false, at(time.Minute))
	s.bypass(messages.BypassContext)
	want := &messages.CacheState{
		Entries: 1, Bytes: entryBytes + 2 + 2*placeBytes, Hits: 1, Misses: 1, Bypassed: map[string]int{messages.BypassContext: 1},
	}
	if d := cmp.Diff(want, s.report()); d != "" {
		t.Error(d)
	}
}
