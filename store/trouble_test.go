package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"
)

// When the disk is full, a group is kept whole or not at all, one is told, and
// all goes on when there is room.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := openSQLite(t.Context(), path, with("max_page_count", "60"))
	if err != nil {
		t.Fatal(err)
	}
	id := messages.MessageID(1)
	for ; err == nil; id++ {
		_, err = s.Apply(t.Context(), group(id), nil)
	}
	want := "store " + path + ": the disk is full: make room; what was accepted is kept (database or disk is full (13))"
	if err.Error() != want {
		t.Error(err)
	}
	id--
	found, err := s.Unfinished(t.Context(), 7)
	if err != nil || len(found) != int(id)-1 || id < 10 {
		t.Errorf("%d groups were accepted, there are %d, %v", id-1, len(found), err)
	}
	if _, err := s.(*file).write.ExecContext(t.Context(), `PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	apply(t, s, group(id)...)
	if got := trigger(t, s, id); got.Final != "because" {
		t.Errorf("%+v", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Another program that holds the file is waited for, but not for ever; nothing
// is kept then, and the same writes succeed later.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := openSQLite(t.Context(), path, with("busy_timeout", "20"))
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, group(1)...)
	browser, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	browser.SetMaxOpenConns(1)
	exec := func(query string) {
		t.Helper()
		if _, err := browser.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec(`BEGIN IMMEDIATE`)
	_, err = s.Apply(t.Context(), group(2), nil)
	want := "store " + path + ": another program holds it: close that, a database browser or a backup perhaps; what was accepted is kept (database is locked (5) (SQLITE_BUSY))"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	if got := trigger(t, s, 1); got.Final != "because" {
		t.Errorf("what is there cannot be read: %+v", got)
	}
	exec(`ROLLBACK`)
	apply(t, s, group(2)...)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	exec(`BEGIN EXCLUSIVE`)
	if _, err := openSQLite(t.Context(), path, with("busy_timeout", "20")); err == nil || err.Error() != want {
		t.Error(err)
	}
	exec(`ROLLBACK`)
	if err := browser.Close(); err != nil {
		t.Error(err)
	}
	if s, err = openSQLite(t.Context(), path, pragmas()); err != nil {
		t.Fatal(err)
	}
	if got := trigger(t, s, 2); got.Final != "because" || got.Deaths != 0 {
		t.Errorf("%+v", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A file that has become read-only is told as that.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, group(1)...)
	for _, on := range []string{"1", "0"} {
		if _, err := s.(*file).write.ExecContext(t.Context(), `PRAGMA query_only = `+on); err != nil {
			t.Fatal(err)
		}
		_, err := s.Apply(t.Context(), group(2), nil)
		want := "store " + path + ": it cannot be written: check the owner and the rights of the file and its folder (attempt to write a readonly database (8))"
		if on == "1" && (err == nil || err.Error() != want) || on == "0" && err != nil {
			t.Errorf("query_only %s: %v", on, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// The log beside the file stays small while much is written and read.
func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			_, _ = s.Notes(ctx, "x")
		}
	}()
	var largest int64
	text := strings.Repeat("0123456789", 1<<16/10)
	for i := range 40 {
		var writes []any
		for range 16 { // a mebibyte
			writes = append(writes, &messages.KeepNote{Owner: "x", Key: string(rune('a' + i%5)), Value: text})
		}
		apply(t, s, writes...)
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	cancel()
	<-done
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if largest > 16<<20 {
		t.Errorf("it grew to %d MiB", largest>>20)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("it stays when the store is closed")
	}
}

// with returns the usual pragmas but for one.
func with(pragma, value string) map[string]string {
	p := pragmas()
	p[pragma] = value
	return p
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
