package store_test

import (
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"
	"troupe/store"
)

// What is in quarantine can be looked at and dropped while a bot has the store, which
// goes on writing.
func TestQuarantineBesideABot(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "troupe.db")
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	keep := func(actors ...string) {
		t.Helper()
		for _, name := range actors {
			if _, err := s.Apply(t.Context(), []any{&messages.Quarantine{Actor: name, Message: "m", Stack: "stack", Trigger: 7}}, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	keep("a", "b")
	q, err := store.OpenQuarantine(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close() //nolint:errcheck // the test is over
	names := func() (all string) {
		t.Helper()
		found, err := q.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range found {
			all += one.Actor
		}
		return all
	}
	if got := names(); got != "ba" {
		t.Fatalf("there are %q", got)
	}
	found, _ := q.List(t.Context())
	if there, err := q.Drop(t.Context(), found[1].ID); !there || err != nil {
		t.Errorf("dropped %v, %v", there, err)
	}
	if there, err := q.Drop(t.Context(), found[1].ID); there || err != nil {
		t.Errorf("dropped again %v, %v", there, err)
	}
	keep("c")
	if got := names(); got != "cb" {
		t.Errorf("then there are %q", got)
	}
}

// Where there is no store none is made, and what is no store is told as such.
func TestNoQuarantine(t *testing.T) {
	folder := t.TempDir()
	for address, want := range map[string]string{
		"memory:": "is no file",
		"sqlite:" + filepath.Join(folder, "none.db"): "there is no such file",
		"sqlite:" + folder:                           "store " + folder,
	} {
		if _, err := store.OpenQuarantine(t.Context(), address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if found, _ := filepath.Glob(filepath.Join(folder, "*")); len(found) > 0 {
		t.Errorf("there is %v", found)
	}
}
