package store

import (
	"bytes"
	"database/sql"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"
)

// What is wrong with the path or the file is said in one line, with what to do.
func TestCannotOpen(t *testing.T) {
	const damaged = "the file is damaged or is no store. Put a copy of it in its place that is whole, or another path into the configuration," +
		" or forget the questions in it that have no answer yet and begin anew: stop troupe and mv 'PATH' 'PATH.damaged'"
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
		"no file to a log": {
			path:    "log.db",
			prepare: func(t *testing.T, path string) { write(t, path+"-wal", make([]byte, 100)) },
			want:    damaged + " && mv 'PATH-wal' 'PATH.damaged-wal' (its check failed: there is nothing but its log)",
		},
		"an empty file to a log": {
			path:    "log.db",
			prepare: func(t *testing.T, path string) { write(t, path, nil); write(t, path+"-wal", make([]byte, 100)) },
			want:    damaged + " && mv 'PATH-wal' 'PATH.damaged-wal' (its check failed: there is nothing but its log)",
		},
		"a log that is none": {
			path:    "log.db",
			prepare: func(t *testing.T, path string) { filled(t, path); write(t, path+"-wal", make([]byte, 100)) },
			want:    damaged + " && mv 'PATH-wal' 'PATH.damaged-wal' (its check failed: the header of its log is wrong)",
		},
		"of a newer version": {
			path: "newer.db",
			prepare: func(t *testing.T, path string) {
				filled(t, path)
				other(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
			},
			want: "it was written by a newer troupe (schema 99, this one knows 6): run that version, or choose another path",
		},
		"of another program": {
			path:    "other.db",
			prepare: func(t *testing.T, path string) { other(t, path, `CREATE TABLE notes (x)`) },
			want:    "it is the file of another program: choose another path",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := filepath.Join(folder, tt.path)
			write(t, filepath.Join(folder, "file.txt"), bytes.Repeat([]byte("Dear diary, "), 1000))
			if err := os.Mkdir(filepath.Join(folder, "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
			if tt.prepare != nil {
				tt.prepare(t, path)
			}
			before := contents(t, folder)
			_, err := Open(t.Context(), "sqlite:"+path)
			if err == nil {
				t.Fatal("it opens")
			}
			if after := contents(t, folder); !maps.Equal(before, after) {
				t.Error("something in the folder is changed")
			}
			got := strings.ReplaceAll(err.Error(), folder, "FOLDER")
			want, _, more := strings.Cut("store PATH: "+tt.want, "…")
			want = strings.ReplaceAll(want, "PATH", "FOLDER/"+tt.path)
			if !strings.HasPrefix(got, want) || !more && got != want || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// contents returns what is in the files of a folder that matter.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".lock") || strings.HasSuffix(path, "-shm") {
			return err
		}
		b, err := os.ReadFile(path)
		if len(b) > 0 || !strings.HasSuffix(path, "-wal") { // SQLite makes an empty log to read
			all[path] = string(b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
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
	if err != nil || len(files) != 3*7 { // each with its lock and its intents
		t.Errorf("there are %v, %v", files, err)
	}
}

// filled makes a store with some content and returns what is in its file.
func filled(t *testing.T, path string) []byte {
	t.Helper()
	s, err := openSQLite(t.Context(), path, pragmas())
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
