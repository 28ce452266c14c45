package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // pure Go: the bot builds and cross-compiles without a C compiler
)

// readers is how many reads may go on beside the one writer.
const readers = 4

// pragmas returns how the file is used (SQLite documentation, PRAGMA). With
// synchronous=NORMAL in WAL mode SQLite flushes the log only before it writes it
// back; [file.Apply] flushes it after each commit, so that it can tell between
// the two that the process may die. The log is written back into
// the file whenever it has wal_autocheckpoint pages (of 4 KiB), and does not
// stay larger than journal_size_limit bytes after a burst. What is deleted is
// overwritten with zeros, by secure_delete: people may want to be forgotten.
func pragmas() map[string]string {
	return map[string]string{
		"busy_timeout":       "5000", // ms
		"journal_mode":       "WAL",
		"synchronous":        "NORMAL",
		"wal_autocheckpoint": "1000",
		"journal_size_limit": "8388608",
		"secure_delete":      "ON",
	}
}

// A file is a store in a SQLite file with a write-ahead log: writers do not
// hold up readers, and a commit is one flush of the log.
type file struct {
	path    string
	lock    *flock.Flock
	write   *sql.DB // one connection
	read    *sql.DB
	stmts   map[string]*sql.Stmt // of write, by their text; made at open
	intents *intents
	sweeps  sweeps   // used by who has the connection of write, as the next
	full    bool     // the log is to be emptied
	log     *os.File // that SQLite appends commits to: one file as long as ours is open
}

// openSQLite opens the file with the pragmas that [pragmas] returns. Tests have
// others, to fill a disk or to run out of patience.
func openSQLite(ctx context.Context, path string, pragmas map[string]string) (Store, error) {
	s := &file{path: path, stmts: map[string]*sql.Stmt{}, sweeps: sweeps{}}
	if err := s.open(ctx, pragmas); err != nil {
		_ = s.letGo() // the first error says what is wrong
		return nil, advise(path, err)
	}
	return s, nil
}

func (s *file) open(ctx context.Context, pragmas map[string]string) (err error) {
	if err := makeFile(s.path); err != nil {
		return err
	}
	if s.lock, err = lockFile(s.path); err != nil {
		return err
	}
	if err := examine(ctx, s.path); err != nil {
		return err
	}
	name, err := dsn(s.path, pragmas)
	if err != nil {
		return err
	}
	if s.write, err = sql.Open("sqlite", name+"&_txlock=immediate"); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if err := s.setUp(ctx, pragmas["synchronous"]); err != nil {
		return err
	}
	if s.intents, err = openIntents(ctx, s.write, s.path); err != nil {
		return err
	}
	if s.log, err = os.OpenFile(logOf(s.path), os.O_RDWR, 0); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", name+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return nil
}

// dsn names the file as a URI, whatever signs are in its path. The path is made
// absolute, so that none is taken for a name of SQLite's own, like ":memory:".
func dsn(path string, pragmas map[string]string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/troupe.db
	}
	values := url.Values{}
	for pragma, value := range pragmas {
		values.Add("_pragma", pragma+"("+value+")")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: values.Encode()}).String(), nil
}

// setUp does what comes before the first group. SQLite flushes the log itself
// after each of these commits.
func (s *file) setUp(ctx context.Context, synchronous string) error {
	if _, err := s.write.ExecContext(ctx, `PRAGMA synchronous = FULL`); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	if err := countDeaths(ctx, s.write); err != nil {
		return err
	}
	_, err := s.write.ExecContext(ctx, `PRAGMA synchronous = `+synchronous)
	return err
}

// countDeaths notes that this process has the file, and counts that the last
// one died, if it did not say that it was done.
func countDeaths(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // done if it was committed
	var died bool
	if err := tx.QueryRowContext(ctx, `SELECT count(*) > 0 FROM processes`).Scan(&died); err != nil {
		return err
	}
	if died {
		if _, err := tx.ExecContext(ctx, `UPDATE triggers SET deaths = deaths + 1 WHERE ended = 0`); err != nil {
			return err
		}
	} else if _, err := tx.ExecContext(ctx, `INSERT INTO processes (opened) VALUES (?)`, time.Now().UnixMilli()); err != nil {
		return err
	}
	return tx.Commit()
}

// Close implements [Store].
func (s *file) Close() error {
	_, err := s.write.ExecContext(context.Background(), `DELETE FROM processes`)
	if err := errors.Join(err, s.letGo()); err != nil {
		return advise(s.path, err)
	}
	return nil
}

// letGo closes what was opened, the lock last. The lock's file stays: another
// process may be about to lock it, and would hold what a third cannot see.
func (s *file) letGo() error {
	var errs []error
	if s.intents != nil {
		errs = append(errs, s.intents.file.Close())
	}
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}
