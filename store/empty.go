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

// emptied empties the log after the last erasing of a person, since what was forgotten
// is still in it. Where somebody reads for longer, that is told as more to forget.
func (s *file) emptied(ctx context.Context, conn *sql.Conn, results []any) ([]any, error) {
	isLast := func(r any) bool { e, ok := r.(*messages.Erased); return ok && !e.More }
	if !slices.ContainsFunc(results, isLast) {
		return results, nil
	}
	done, err := s.emptyLog(ctx, conn)
	if err != nil || done {
		return results, err
	}
	results = slices.Clone(results) // the others are told already
	for i, r := range results {
		if isLast(r) {
			more := *r.(*messages.Erased)
			more.More = true
			results[i] = &more
		}
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
