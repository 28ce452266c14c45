package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // pure Go: the bot builds and cross-compiles without a C compiler
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is how many reads may go on beside the one writer.
const readers = 4

// A file is a store in a SQLite file with a write-ahead log: writers do not
// hold up readers, and a commit is one flush of the log.
type file struct {
	path  string
	lock  *flock.Flock
	write *sql.DB // one connection
	read  *sql.DB
	stmts map[string]*sql.Stmt // of write, by their text; made at open
}

func openSQLite(ctx context.Context, path string) (_ Store, err error) {
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	s := &file{path: path, lock: lock, stmts: map[string]*sql.Stmt{}}
	defer func() {
		if err != nil {
			err = errors.Join(advise(path, err), s.Close())
		}
	}()
	if s.write, err = sql.Open("sqlite", dsn(path)); err != nil {
		return nil, err
	}
	s.write.SetMaxOpenConns(1)
	if err = migrate(ctx, s.write); err != nil {
		return nil, err
	}
	if err = s.prepare(ctx); err != nil {
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", dsn(path)+"&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	s.read.SetMaxOpenConns(readers)
	return s, nil
}

// dsn opens the file so that a commit is on disk when it returns: in WAL mode
// only synchronous=FULL flushes each one (SQLite documentation, PRAGMA
// synchronous).
func dsn(path string) string {
	return (&url.URL{Scheme: "file", Opaque: filepath.ToSlash(path)}).String() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate"
}

// lockFile takes the file for this process: two bots on one store would answer
// everything twice.
func lockFile(path string) (*flock.Flock, error) {
	lock := flock.New(path + ".lock")
	got, err := lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("store %s: its folder does not exist: make it, or choose another path", path)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return nil, fmt.Errorf("store %s: its folder cannot be written to: check the owner and rights of %s", path, filepath.Dir(path))
	case err != nil:
		return nil, advise(path, err)
	case !got:
		return nil, fmt.Errorf("store %s: another troupe runs on it: stop that one first, or choose another path", path)
	}
	return lock, nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return fmt.Errorf("it was written by a newer troupe (schema %d, this one knows %d): run that version, or choose another path", current, target)
	}
	_, err = p.Up(ctx)
	return err
}

// advise says what to do about an error of the file.
func advise(path string, err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the rest tells the kind more exactly
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("store %s: the disk is full: make room; nothing that was accepted is lost: %w", path, err)
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("store %s: the file is damaged or no store: move it away (keep it) and start anew, or restore a copy: %w", path, err)
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			return fmt.Errorf("store %s: the file cannot be written: check its owner and rights: %w", path, err)
		case sqlite3.SQLITE_IOERR:
			return fmt.Errorf("store %s: the disk fails: check it: %w", path, err)
		}
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("store %s: the disk is full: make room; nothing that was accepted is lost", path)
	}
	if strings.HasPrefix(err.Error(), "store ") {
		return err
	}
	return fmt.Errorf("store %s: %w", path, err)
}

// Close implements [Store].
func (s *file) Close() error {
	var errs []error
	for _, stmt := range s.stmts {
		errs = append(errs, stmt.Close())
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	errs = append(errs, s.lock.Unlock())
	if err := os.Remove(s.lock.Path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
