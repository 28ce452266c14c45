package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// A Quarantine is what is in quarantine in a store, for an operator to look at while
// a bot runs on it, or none does.
type Quarantine struct {
	path string
	db   *sql.DB
}

// OpenQuarantine opens the quarantine of the store at an address: see [Open]. It
// makes no store where there is none.
func OpenQuarantine(ctx context.Context, address string) (*Quarantine, error) {
	path, file := strings.CutPrefix(address, "sqlite:")
	if !file {
		return nil, fmt.Errorf("store %q is no file: its quarantine ends with the bot", address)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("store %s: there is no such file: no bot has run on it yet", path)
	}
	name, err := dsn(path, map[string]string{"busy_timeout": "5000"})
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	q := &Quarantine{path, db}
	if _, err := q.List(ctx); err != nil { // what is no store is found out here
		return nil, errors.Join(err, db.Close())
	}
	return q, nil
}

// List returns what is there, the newest first.
func (q *Quarantine) List(ctx context.Context) (found []Quarantined, err error) {
	err = each(ctx, q.db, func(rows *sql.Rows) error {
		one, err := scanQuarantined(rows)
		found = append(found, one)
		return err
	}, selectQuarantined)
	if err != nil {
		return nil, advise(q.path, err)
	}
	return found, nil
}

// Drop forgets one by its ID. It reports whether it was there.
func (q *Quarantine) Drop(ctx context.Context, id int64) (bool, error) {
	done, err := q.db.ExecContext(ctx, `DELETE FROM quarantine WHERE id = ?`, id)
	if err != nil {
		return false, advise(q.path, err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// Close lets go of the file.
func (q *Quarantine) Close() error { return q.db.Close() }
