package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"troupe/messages"
)

// emptyWait is how long the emptying of the log waits for readers, whose statements
// take milliseconds.
const emptyWait = time.Second

// finish makes good that what was erased is in no file, once the rows are gone: what
// they left behind in pages is swept, and then the log is emptied. Where there is much
// to sweep, or somebody reads for long, that is told as more to forget.
func (s *file) finish(ctx context.Context, conn *sql.Conn, writes, results []any) ([]any, error) {
	results = slices.Clone(results) // the others are told already
	for i, r := range results {
		erased, ok := r.(*messages.Erased)
		if !ok {
			continue
		}
		done, err := false, error(nil)
		if !erased.More {
			done, err = s.sweep(ctx, conn, writes[i].(*messages.ErasePerson).User)
		}
		if err == nil && done {
			done, err = s.emptyLog(ctx, conn)
		}
		if err != nil {
			return nil, err
		}
		told := *erased
		told.More = !done
		results[i] = &told
	}
	return results, nil
}

// emptyLog writes the log back and cuts it to nothing, and reports whether nobody
// kept it from that.
func (s *file) emptyLog(ctx context.Context, conn *sql.Conn) (done bool, err error) {
	var patience, busy, frames, written int
	if err := conn.QueryRowContext(ctx, `PRAGMA busy_timeout`).Scan(&patience); err != nil {
		return false, err
	}
	if err := setPatience(ctx, conn, min(patience, int(emptyWait.Milliseconds()))); err != nil {
		return false, err
	}
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &written)
	return busy == 0, errors.Join(err, setPatience(ctx, conn, patience))
}

// setPatience says how long a connection tries to get at what another holds.
func setPatience(ctx context.Context, conn *sql.Conn, milliseconds int) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, milliseconds))
	return err
}
