package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"troupe/messages"
)

// A Quarantine is what is in quarantine in a store, for an operator to look at while
// a bot runs on it, or none does.
type Quarantine struct {
	path string
	db   *sql.DB
}

// ErrNoPiece is within the error of [Quarantine.Release] when there is nothing that
// could be taken up again.
var ErrNoPiece = errors.New("there is nothing to take up again")

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
	used := pragmas()
	name, err := dsn(path, map[string]string{"busy_timeout": used["busy_timeout"], "secure_delete": used["secure_delete"]})
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	q := &Quarantine{path, db}
	if err := q.look(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return q, nil
}

// look finds out what is no store, and what is one of another troupe.
func (q *Quarantine) look(ctx context.Context) error {
	noted, err := versions(ctx, q.db)
	if err != nil {
		return advise(q.path, err)
	}
	p, err := provider(q.db)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	version, known := noted[len(noted)-1], sources[len(sources)-1].Version
	if version == known {
		return nil
	}
	return fmt.Errorf("store %s: it is of another troupe (schema %d, this one knows %d): start this one on it once, or use that one", q.path, version, known)
}

// List returns what is there, the newest first.
func (q *Quarantine) List(ctx context.Context) ([]Quarantined, error) {
	found, err := q.find(ctx, q.db, selectQuarantined+newestFirst)
	if err != nil {
		return nil, advise(q.path, err)
	}
	return found, nil
}

func (q *Quarantine) find(ctx context.Context, from querier, query string, args ...any) (found []Quarantined, err error) {
	err = each(ctx, from, func(rows *sql.Rows) error {
		one, err := scanQuarantined(rows)
		found = append(found, one)
		return err
	}, query, args...)
	return found, err
}

const dropBad = `DELETE FROM quarantine WHERE id = ?`

// Drop forgets one by its ID. It reports whether it was there.
func (q *Quarantine) Drop(ctx context.Context, id int64) (bool, error) {
	done, err := q.db.ExecContext(ctx, dropBad, id)
	if err != nil {
		return false, advise(q.path, err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// Release puts the work that one is about back into its analyzer's backlog, as the
// newest in it, unless there is newer work about the same, and forgets that it was in
// quarantine. It returns the one, and whether it was there. If there is no work in it,
// or that is gone, the error is [ErrNoPiece].
func (q *Quarantine) Release(ctx context.Context, id int64) (one Quarantined, there bool, err error) {
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return one, false, advise(q.path, err)
	}
	defer tx.Rollback() //nolint:errcheck // done if it was committed
	found, err := q.find(ctx, tx, selectQuarantined+` WHERE id = ?`, id)
	switch {
	case err != nil:
		return one, false, advise(q.path, err)
	case len(found) == 0:
		return one, false, nil
	}
	if one = found[0]; one.Piece == (messages.Piece{}) {
		return one, true, ErrNoPiece
	}
	_, err = tx.ExecContext(ctx, releasePiece, pieceValues(one.Piece)...)
	if err == nil {
		_, err = tx.ExecContext(ctx, dropBad, id)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return one, true, advise(q.path, err)
	}
	return one, true, nil
}

// Close lets go of the file.
func (q *Quarantine) Close() error { return q.db.Close() }
