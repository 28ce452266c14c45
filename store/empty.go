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
// take milliseconds. Nothing is written meanwhile.
const emptyWait = 250 * time.Millisecond

// finish makes good that what was erased is in no file, once the rows are gone: what
// they left behind in pages is swept, and then the log is emptied. Where there is more
// to do that is told. Who reads for long, as a database browser may, holds up nobody
// else: the log is emptied with the first group after that, if nobody erases again.
func (s *file) finish(ctx context.Context, conn *sql.Conn, writes, results []any) ([]any, error) {
	var swept []int // which of the results are of erasings that need an empty log
	for i, r := range results {
		erased, ok := r.(*messages.Erased)
		if !ok || erased.More {
			continue
		}
		done, err := s.sweep(ctx, conn, writes[i].(*messages.ErasePerson).User)
		switch {
		case err != nil:
			return nil, err
		case done:
			s.full = true
			swept = append(swept, i)
		default:
			results = withMore(results, i, false)
		}
	}
	if !s.full {
		return results, nil
	}
	var wait time.Duration
	if len(swept) > 0 {
		wait = emptyWait
	}
	emptied, err := s.emptyLog(ctx, conn, wait)
	if err != nil && len(swept) > 0 {
		return nil, err
	}
	s.full = !emptied
	for _, i := range swept {
		if emptied {
			delete(s.sweeps, writes[i].(*messages.ErasePerson).User)
		} else {
			results = withMore(results, i, true)
		}
	}
	return results, nil
}

// withMore returns results of which one says that there is more to do. Who was told of
// them before keeps them as they were.
func withMore(results []any, i int, blocked bool) []any {
	results = slices.Clone(results)
	more := *results[i].(*messages.Erased)
	more.More, more.Blocked = true, blocked
	results[i] = &more
	return results
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
