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
// to sweep, that is told as more to forget. Who reads for long, as a database browser
// may, holds up nobody: the log is emptied with the first group after that.
func (s *file) finish(ctx context.Context, conn *sql.Conn, writes, results []any) ([]any, error) {
	var wait time.Duration
	for i, r := range results {
		erased, ok := r.(*messages.Erased)
		if !ok || erased.More {
			continue
		}
		done, err := s.sweep(ctx, conn, writes[i].(*messages.ErasePerson).User)
		if err != nil {
			return nil, err
		}
		if done {
			s.full, wait = true, emptyWait
		}
		results = slices.Clone(results) // who was told them keeps them as they were
		results[i] = &messages.Erased{Dropped: erased.Dropped, Triggers: erased.Triggers, Open: erased.Open, More: !done}
	}
	if !s.full {
		return results, nil
	}
	emptied, err := s.emptyLog(ctx, conn, wait)
	s.full = !emptied
	if err != nil && wait > 0 {
		return nil, err
	}
	return results, nil
}

// emptyLog writes the log back and cuts it to nothing, and reports whether nobody
// kept it from that.
func (s *file) emptyLog(ctx context.Context, conn *sql.Conn, wait time.Duration) (emptied bool, err error) {
	var patience, busy, frames, written int
	if err := conn.QueryRowContext(ctx, `PRAGMA busy_timeout`).Scan(&patience); err != nil {
		return false, err
	}
	if err := setPatience(ctx, conn, min(patience, int(wait.Milliseconds()))); err != nil {
		return false, err
	}
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &written)
	return err == nil && busy == 0, errors.Join(err, setPatience(ctx, conn, patience))
}

// setPatience says how long a connection tries to get at what another holds.
func setPatience(ctx context.Context, conn *sql.Conn, milliseconds int) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, milliseconds))
	return err
}
