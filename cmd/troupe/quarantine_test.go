package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"troupe/messages"
	"troupe/store"
)

// What crashed an actor is listed, shown with its stack, and dropped; what is not
// there is said so.
func TestQuarantine(t *testing.T) {
	p := newPlace(t, nil)
	path := filepath.Join(t.TempDir(), "troupe.db")
	p.env["TROUPE_STORE"] = "sqlite:" + path
	do := func(fails bool, args ...string) (text string) {
		t.Helper()
		code, out, errs := p.do(t, 20*time.Second, append([]string{"quarantine"}, args...)...)
		if (code != 0) != fails {
			t.Errorf("%v: exit code %d: %s", args, code, errs)
		}
		return out + errs
	}
	if got := do(true); !strings.Contains(got, "no bot has run on it yet") {
		t.Error(got)
	}
	s, err := store.Open(t.Context(), p.env["TROUPE_STORE"])
	if err != nil {
		t.Fatal(err)
	}
	if got := do(false, "list"); got != "Nothing is in quarantine.\n" {
		t.Error(got)
	}
	if _, err := s.Apply(t.Context(), []any{
		&messages.Quarantine{Actor: "channel/7", Message: "*messages.Delivered", Stack: "panic: ouch", Trigger: 99},
	}, nil); err != nil {
		t.Fatal(err)
	}
	if got := do(false); !strings.Contains(got, "channel/7") || !strings.Contains(got, "99") || strings.Contains(got, "ouch") {
		t.Error(got)
	}
	if got := do(false, "show", "1"); !strings.Contains(got, "panic: ouch") {
		t.Error(got)
	}
	if got := do(true, "show", "2"); !strings.Contains(got, "quarantine has no 2") {
		t.Error(got)
	}
	if got := do(true, "release", "1"); !strings.Contains(got, "answered with an apology") || !strings.Contains(got, "quarantine drop 1") {
		t.Error(got)
	}
	do(false, "drop", "1")
	do(true, "drop", "1")
	if got := do(false); got != "Nothing is in quarantine.\n" {
		t.Error(got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Work in quarantine is told by what it is about, never by what was said, and can be
// released.
func TestQuarantineRelease(t *testing.T) {
	p := newPlace(t, nil)
	p.env["TROUPE_STORE"] = "sqlite:" + filepath.Join(t.TempDir(), "troupe.db")
	do := func(args ...string) (text string) {
		t.Helper()
		_, out, errs := p.do(t, 20*time.Second, append([]string{"quarantine"}, args...)...)
		return out + errs
	}
	s, err := store.Open(t.Context(), p.env["TROUPE_STORE"])
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	work := messages.Piece{Analyzer: messages.AnalyzerMemory, Owner: "user/5", Channel: 7, From: 99, To: 99, Person: 5, Text: "secret"}
	stretch := messages.Piece{Analyzer: messages.AnalyzerSummary, Owner: "channel/7", Channel: 7, From: 90, To: 99}
	if _, err := s.Apply(t.Context(), []any{
		&messages.Quarantine{Actor: "memory", Message: "*messages.Work", Stack: "panic: ouch", Piece: work},
		&messages.Quarantine{Actor: "summary", Message: "*messages.Work", Stack: "panic: ouch", Piece: stretch},
		&messages.Quarantine{Actor: "user/5", Message: "*messages.Said", Stack: "panic: ouch"},
	}, nil); err != nil {
		t.Fatal(err)
	}
	const one, other = "memory of user/5: message 99 in channel 7", "summary of channel/7: messages 90 to 99 in channel 7"
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"list"}, []string{one, other}},
		{[]string{"show", "1"}, []string{one, "panic: ouch"}},
		{[]string{"release", "1"}, []string{"Released: " + one, "with the next work of memory, at the latest at the next start"}},
		{[]string{"release", "1"}, []string{"quarantine has no 1"}},
		{[]string{"show", "2"}, []string{other}},
		{[]string{"release", "3"}, []string{"no work of an analyzer", "quarantine drop 3"}},
	} {
		got := do(tt.args...)
		for _, want := range tt.want {
			if !strings.Contains(got, want) || strings.Contains(got, "secret") {
				t.Errorf("%v: %s", tt.args, got)
			}
		}
	}
	if found, err := s.Pieces(t.Context(), messages.AnalyzerMemory, 5); err != nil || len(found.Pieces) != 1 || found.Pieces[0].Text != "secret" {
		t.Errorf("in the backlog is %+v, %v", found, err)
	}
}
