package store_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
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

// Work in quarantine goes back into the backlog while a bot has the store, unless there
// is newer work about the same; what holds none stays, and says so.
func TestQuarantineRelease(t *testing.T) {
	address := "sqlite:" + filepath.Join(t.TempDir(), "troupe.db")
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	apply := func(writes ...any) {
		t.Helper()
		if _, err := s.Apply(t.Context(), writes, nil); err != nil {
			t.Fatal(err)
		}
	}
	work := func(id messages.MessageID, text string) messages.Piece {
		return messages.Piece{Analyzer: messages.AnalyzerMemory, Owner: "user/1", Guild: 1 << 63, Channel: 7, From: id, To: id, Person: 1, Text: text}
	}
	backlog := func() []messages.Piece {
		t.Helper()
		found, err := s.Pieces(t.Context(), messages.AnalyzerMemory, 10)
		if err != nil {
			t.Fatal(err)
		}
		return found.Pieces
	}
	apply(&messages.KeepPieces{Pieces: []messages.Piece{work(11, "a"), work(12, "b"), work(13, "c")}})
	for _, p := range backlog() {
		apply(&messages.Quarantine{Actor: "memory", Piece: p}) // 1, 2 and 3
	}
	apply(&messages.Quarantine{Actor: "turn", Trigger: 9}, // 4
		&messages.KeepPieces{Pieces: []messages.Piece{work(12, "edited")}}, &messages.ForgetSources{Messages: []messages.MessageID{13}})

	q, err := store.OpenQuarantine(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close() //nolint:errcheck // the test is over
	for _, tt := range []struct {
		id    int64
		there bool
		err   error
		want  messages.MessageID // that it is about
	}{{1, true, nil, 11}, {1, false, nil, 0}, {2, true, nil, 12}, {3, true, store.ErrNoPiece, 0}, {4, true, store.ErrNoPiece, 0}} {
		one, there, err := q.Release(t.Context(), tt.id)
		if there != tt.there || !errors.Is(err, tt.err) || one.Piece.To != tt.want {
			t.Errorf("%d: %v, %v, about %v", tt.id, there, err, one.Piece.To)
		}
	}
	edited, released := work(12, "edited"), work(11, "a")
	edited.ID, released.ID = 4, 5
	if got, want := backlog(), []messages.Piece{edited, released}; !slices.Equal(got, want) {
		t.Errorf("in the backlog is %+v, want %+v", got, want)
	}
	if left, err := q.List(t.Context()); err != nil || len(left) != 2 || left[0].ID != 4 || left[1].ID != 3 {
		t.Errorf("in quarantine are %+v, %v", left, err)
	}
}

// A store of another troupe is told as such.
func TestQuarantineOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id > 3`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenQuarantine(t.Context(), "sqlite:"+path); err == nil || !strings.Contains(err.Error(), "schema 3") {
		t.Error(err)
	}
}
