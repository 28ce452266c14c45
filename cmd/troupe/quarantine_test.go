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
	do(false, "drop", "1")
	do(true, "drop", "1")
	if got := do(false); got != "Nothing is in quarantine.\n" {
		t.Error(got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
