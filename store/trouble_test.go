package store

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"
)

// What is wrong with the path or the file is said in one line, with what to do.
func TestCannotOpen(t *testing.T) {
	const damaged = "the file is damaged or is no store: move it and its -wal file away, and start anew or with a copy that is whole"
	tests := map[string]struct {
		path    string // in a folder that has file.txt and folder/
		prepare func(t *testing.T, path string)
		want    string // FOLDER is the folder
	}{
		"no folder": {
			path: "no/such/troupe.db",
			want: "its folder does not exist: make FOLDER/no/such, or choose another path",
		},
		"a folder": {
			path: "folder",
			want: "it is a folder: name a file in it",
		},
		"in a file": {
			path: "file.txt/troupe.db",
			want: "FOLDER/file.txt is not a folder: choose another path",
		},
		"below a file": {
			path: "file.txt/a/troupe.db",
			want: "FOLDER/file.txt/a is not a folder: choose another path",
		},
		"a text": {
			path: "file.txt",
			want: damaged + " (file is not a database (26))",
		},
		"all zeros": {
			path:    "zeros.db",
			prepare: func(t *testing.T, path string) { write(t, path, make([]byte, 8192)) },
			want:    damaged + " (file is not a database (26))",
		},
		"cut off": {
			path:    "cut.db",
			prepare: func(t *testing.T, path string) { b := filled(t, path); write(t, path, b[:len(b)/2]) },
			want:    damaged + " (database disk image is malformed (11))",
		},
		"cut off in the first page": {
			path:    "cut.db",
			prepare: func(t *testing.T, path string) { b := filled(t, path); write(t, path, b[:1000]) },
			want:    damaged + " (database disk image is malformed (11))",
		},
		"a bad spot": {
			path: "spot.db",
			prepare: func(t *testing.T, path string) {
				b := filled(t, path)
				copy(b[len(b)/2:], bytes.Repeat([]byte("spot"), 2000))
				write(t, path, b)
			},
			want: damaged + " (its check failed: …)",
		},
		"of a newer version": {
			path: "newer.db",
			prepare: func(t *testing.T, path string) {
				filled(t, path)
				other(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
			},
			want: "it was written by a newer troupe (schema 99, this one knows 1): run that version, or choose another path",
		},
		"of another program": {
			path:    "other.db",
			prepare: func(t *testing.T, path string) { other(t, path, `CREATE TABLE notes (x)`) },
			want:    "it is the file of another program: choose another path",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, tt.path)
			write(t, filepath.Join(folder, "file.txt"), bytes.Repeat([]byte("Dear diary, "), 1000))
			if err := os.Mkdir(filepath.Join(folder, "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
			if tt.prepare != nil {
				tt.prepare(t, path)
			}
			_, err := Open(t.Context(), "sqlite:"+path)
			if err == nil {
				t.Fatal("it opens")
			}
			got := strings.ReplaceAll(err.Error(), folder, "FOLDER")
			want, _, more := strings.Cut("store FOLDER/"+tt.path+": "+tt.want, "…")
			if !strings.HasPrefix(got, want) || !more && got != want || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// The address names an engine and what it needs.
func TestAddress(t *testing.T) {
	for _, address := range []string{"", "troupe.db", "sqlite:", "memory:x", "memory", "postgres://x"} {
		_, err := Open(t.Context(), address)
		if want := `store "` + address + `": want sqlite:PATH, such as sqlite:troupe.db`; address != "memory" && (err == nil || err.Error() != want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// Any path that the system takes is the path of a file, whatever SQLite would
// make of its signs.
func TestOddPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{":memory:", "a?b.db", "a%20b#c.db", "ö & ü.db", "file:x.db", "a b.db", "-"} {
		s, err := Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, s, group(1)...)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("%q: %v, %v", path, info, err)
		}
	}
	files, err := os.ReadDir(".")
	if err != nil || len(files) != 2*7 { // each with its lock
		t.Errorf("there are %v, %v", files, err)
	}
}

// When the disk is full, a group is kept whole or not at all, one is told, and
// all goes on when there is room.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	s, err := openSQLite(t.Context(), path, "max_page_count(60)")
	if err != nil {
		t.Fatal(err)
	}
	id := messages.MessageID(1)
	for ; err == nil; id++ {
		_, err = s.Apply(t.Context(), group(id))
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
	s, err := openSQLite(t.Context(), path, "busy_timeout(20)")
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
	_, err = s.Apply(t.Context(), group(2))
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
	if _, err := openSQLite(t.Context(), path, "busy_timeout(20)"); err == nil || err.Error() != want {
		t.Error(err)
	}
	exec(`ROLLBACK`)
	if err := browser.Close(); err != nil {
		t.Error(err)
	}
	if s, err = openSQLite(t.Context(), path); err != nil {
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
	s, err := openSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, group(1)...)
	for _, on := range []string{"1", "0"} {
		if _, err := s.(*file).write.ExecContext(t.Context(), `PRAGMA query_only = `+on); err != nil {
			t.Fatal(err)
		}
		_, err := s.Apply(t.Context(), group(2))
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
	s, err := openSQLite(t.Context(), path)
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

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// filled makes a store with some content and returns what is in its file.
func filled(t *testing.T, path string) []byte {
	t.Helper()
	s, err := openSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for id := range messages.MessageID(200) {
		apply(t, s, group(id+1)...)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// other changes a file as another program would.
func other(t *testing.T, path, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
