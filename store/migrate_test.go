package store

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// A file of the first schema is taken over with all that is in it, and it is
// found out in which direct messages there were triggers.
func TestUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO triggers (id, channel, state, ended, revision, question) VALUES
			(1, 7, 'accepted', 0, 0, '{"ID":1,"Channel":7,"Guild":9007199254740993,"Text":"why?"}'),
			(2, -1, 'answered', 1, 0, '{"ID":2,"Channel":18446744073709551615,"Guild":0}'),
			(3, 8, 'answered', 1, 0, '{"ID":3,"Channel":8,"Guild":0}'),
			(4, -1, 'accepted', 0, 2, '{"ID":4,"Channel":18446744073709551615,"Guild":0}')`,
		`INSERT INTO parts (trigger_id, part, message) VALUES (1, 0, 11)`,
		`INSERT INTO sessions (shard, id, resume_url, seq, alive) VALUES (3, 'abc', 'wss://x', 5, 1770000000123)`,
		`INSERT INTO attempts (at, model, input, output, cost) VALUES
			(1770000000123, 'm', 10, 20, 0.5), (1770000000123, 'm', 10, 20, 0.5)`,
		`INSERT INTO notes (owner, key, value) VALUES ('user/1', 'k', 'v')`,
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	const highest = 1<<64 - 1
	for range 2 {
		s, err := openSQLite(t.Context(), path, pragmas())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, trigger(t, s, 1), messages.Trigger{
			ID: 1, Channel: 7, Guild: 9007199254740993, Text: "why?", State: messages.TriggerAccepted, Parts: []messages.MessageID{11},
		})
		equal(t, trigger(t, s, 4), messages.Trigger{ID: 4, Channel: highest, State: messages.TriggerAccepted, Revision: 2})
		session, err := s.Session(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, session, messages.SessionFound{
			Session: messages.Session{ID: "abc", ResumeURL: "wss://x", Seq: 5}, Alive: time.UnixMilli(1770000000123), Found: true,
		})
		directs, err := s.Directs(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, directs, []messages.ChannelID{highest, 8})
		attempts, err := s.Attempts(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		made := messages.AttemptMade{ID: 1, Model: "m", At: time.UnixMilli(1770000000123), Input: 10, Output: 20, Cost: 0.5}
		same := made
		same.ID = 2
		equal(t, attempts, []messages.AttemptMade{made, same})
		notes, err := s.Notes(t.Context(), "user/1")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, notes, map[string]string{"k": "v"})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Version 4 was written with the tables of traces in several forms. Each is taken over:
// the next version makes them anew.
func TestUpgradeOfTraces(t *testing.T) {
	for name, tables := range map[string][]string{
		"as it is now": nil,
		"with the first message in its row": {
			`DROP TABLE traces`,
			`CREATE TABLE traces (trigger_id INTEGER PRIMARY KEY, message INTEGER NOT NULL, share TEXT NOT NULL, trace TEXT NOT NULL) STRICT`,
			`CREATE INDEX traces_message ON traces (message) WHERE message <> 0`,
		},
		"with an index of either kind": {
			`DROP TABLE traces`,
			`CREATE TABLE traces (trigger_id INTEGER PRIMARY KEY, message INTEGER NOT NULL, share TEXT NOT NULL, trace TEXT NOT NULL) STRICT`,
			`CREATE INDEX traces_message ON traces (message) WHERE message <> 0`,
			`CREATE INDEX traces_share ON traces (share) WHERE share <> ''`,
		},
		"with an index of what is shared": {
			`DROP TABLE traces`,
			`CREATE TABLE traces (trigger_id INTEGER PRIMARY KEY, share TEXT NOT NULL, trace TEXT NOT NULL) STRICT`,
			`CREATE INDEX traces_share ON traces (share) WHERE share <> ''`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "troupe.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			p, err := provider(db)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.UpTo(t.Context(), 4); err != nil {
				t.Fatal(err)
			}
			for _, query := range append(tables, `INSERT INTO notes (owner, key, value) VALUES ('user/1', 'k', 'v')`) {
				if _, err := db.ExecContext(t.Context(), query); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := openSQLite(t.Context(), path, pragmas())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // the test is over
			kept := messages.Trace{Trigger: 9, Channel: 7, State: messages.TriggerAnswered, Parts: []messages.MessageID{10}}
			if _, err := s.Apply(t.Context(), []any{&messages.KeepTrace{Trace: kept}}, nil); err != nil {
				t.Fatal(err)
			}
			found, err := s.Traces(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, found.Traces, []messages.Trace{kept})
			notes, err := s.Notes(t.Context(), "user/1")
			if err != nil {
				t.Fatal(err)
			}
			equal(t, notes, map[string]string{"k": "v"})
		})
	}
}

// It is found out who asked what is in a file from before that was a column, also where
// that cannot be read.
func TestUpgradeOfAskers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO triggers (id, channel, state, ended, revision, question) VALUES
			(1, 7, 'answered', 1, 0, '{"ID":1,"Channel":7,"Asker":{"ID":812345678901234567,"Name":"ann"},"Text":"why?"}'),
			(2, 7, 'answered', 1, 0, '{"ID":2,"Channel":7}'), (3, 7, 'answered', 1, 0, '{"ID":3,"Chann'),
			(4, 7, 'answered', 1, 0, '{"ID":4,"Channel":7,"Asker":{"ID":18446744073709551615}}')`,
		`INSERT INTO traces (trigger_id, message, share, trace) VALUES
			(1, 0, '', '{"Asker":812345678901234567}'), (2, 0, '', '{"Asker":9}'), (3, 0, '', '{'), (4, 0, '', '{}')`,
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	found, err := s.Person(t.Context(), erasedPerson)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, found, messages.PersonFound{Triggers: []messages.Trigger{trigger(t, s, 1)}, Traces: 1})
}

// A migration that files have had stays as it is: what there is to change is a new one.
func TestMigrationsStay(t *testing.T) {
	want := map[string]string{
		"0001_triggers.sql":        "7c530a581abf7c3a",
		"0002_directs.sql":         "13b2b8221dba11bc",
		"0003_attempts.sql":        "310ed5fc4f669b4d",
		"0004_traces.sql":          "805fe83d5b92d1a7",
		"0005_traces_in_order.sql": "b2ecf45ed2eaa23a",
		"0006_analysis.sql":        "87088fbcc14fb82a",
	}
	got := map[string]string{}
	for name := range want {
		text, err := migrations.ReadFile("migrations/" + name)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = fmt.Sprintf("%.8x", sha256.Sum256(text))
	}
	equal(t, got, want)
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
