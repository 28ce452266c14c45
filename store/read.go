package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"troupe/messages"
)

// A querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls f for each row of a query.
func each(ctx context.Context, q querier, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// collect returns what scan makes of the rows of a query of the readers.
func collect[T any](ctx context.Context, s *file, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	var found []T
	err := each(ctx, s.read, func(rows *sql.Rows) error {
		v, err := scan(rows)
		found = append(found, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}

const selectTriggers = `SELECT id, state, revision, attempts, deaths, final, question, part, message
	FROM triggers LEFT JOIN parts ON trigger_id = id WHERE `

// readTriggers returns the triggers that a condition holds for, with their
// parts, by ID.
func readTriggers(ctx context.Context, q querier, condition string, args ...any) ([]messages.Trigger, error) {
	var found []messages.Trigger
	err := each(ctx, q, func(rows *sql.Rows) error {
		t, part, message, err := scanTrigger(rows)
		if err != nil {
			return err
		}
		if n := len(found); n == 0 || found[n-1].ID != t.ID {
			found = append(found, t)
		}
		if part.Valid {
			setPart(&found[len(found)-1], int(part.Int64), messages.MessageID(message.Int64))
		}
		return nil
	}, selectTriggers+condition+` ORDER BY id, part`, args...)
	return found, err
}

// scanTrigger reads a trigger and one of its parts, if it has any.
func scanTrigger(rows *sql.Rows) (t messages.Trigger, part, message sql.NullInt64, err error) {
	var id int64
	var state, final string
	var question []byte
	var revision, attempts, deaths int
	if err := rows.Scan(&id, &state, &revision, &attempts, &deaths, &final, &question, &part, &message); err != nil {
		return t, part, message, err
	}
	if err := json.Unmarshal(question, &t); err != nil {
		return t, part, message, fmt.Errorf("%w: trigger %d cannot be read: %w", errDamaged, id, err)
	}
	if t.ID != messages.MessageID(id) {
		return t, part, message, fmt.Errorf("%w: trigger %d says that it is %v", errDamaged, id, t.ID)
	}
	t.ID, t.State, t.Final = messages.MessageID(id), messages.TriggerState(state), final
	t.Revision, t.Attempts, t.Deaths = revision, attempts, deaths
	return t, part, message, nil
}

func readTrigger(ctx context.Context, q querier, id messages.MessageID) (messages.Trigger, bool, error) {
	found, err := readTriggers(ctx, q, `id = ?`, int64(id))
	if err != nil || len(found) == 0 {
		return messages.Trigger{}, false, err
	}
	return found[0], true, nil
}

// Trigger implements [Store].
func (s *file) Trigger(ctx context.Context, id messages.MessageID) (messages.Trigger, bool, error) {
	t, found, err := readTrigger(ctx, s.read, id)
	if err != nil {
		return t, false, advise(s.path, err)
	}
	return t, found, nil
}

// Unfinished implements [Store].
func (s *file) Unfinished(ctx context.Context, channel messages.ChannelID) ([]messages.Trigger, error) {
	found, err := readTriggers(ctx, s.read, `channel = ? AND ended = 0`, int64(channel))
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}

// UnfinishedChannels implements [Store].
func (s *file) UnfinishedChannels(ctx context.Context) ([]messages.ChannelID, error) {
	return collect(ctx, s, scanChannel, `SELECT DISTINCT channel FROM triggers WHERE ended = 0 ORDER BY channel`)
}

func scanChannel(rows *sql.Rows) (messages.ChannelID, error) {
	var id int64
	err := rows.Scan(&id)
	return messages.ChannelID(id), err
}

// Shared implements [Store].
func (s *file) Shared(ctx context.Context, trigger messages.MessageID) ([]messages.KeepShared, error) {
	var found []messages.KeepShared
	err := each(ctx, s.read, func(rows *sql.Rows) error {
		var nonce string
		var id int64
		if err := rows.Scan(&nonce, &id); err != nil {
			return err
		}
		if n := len(found); n == 0 || found[n-1].Nonce != nonce {
			found = append(found, messages.KeepShared{Nonce: nonce})
		}
		last := &found[len(found)-1]
		last.Covers = append(last.Covers, messages.MessageID(id))
		return nil
	}, `SELECT nonce, trigger_id FROM shared
		WHERE nonce IN (SELECT nonce FROM shared WHERE trigger_id = ?) ORDER BY nonce, position`, int64(trigger))
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}

// Session implements [Store].
func (s *file) Session(ctx context.Context, shard int) (found messages.SessionFound, err error) {
	var alive int64
	err = s.read.QueryRowContext(ctx, `SELECT id, resume_url, seq, alive, skew FROM sessions WHERE shard = ?`, shard).
		Scan(&found.Session.ID, &found.Session.ResumeURL, &found.Session.Seq, &alive, &found.Skew)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return messages.SessionFound{}, nil
	case err != nil:
		return messages.SessionFound{}, advise(s.path, err)
	}
	if alive != 0 {
		found.Alive = time.UnixMilli(alive)
	}
	found.Found = true
	return found, nil
}

// Directs implements [Store].
func (s *file) Directs(ctx context.Context, limit int) ([]messages.ChannelID, error) {
	return collect(ctx, s, scanChannel, `SELECT channel FROM directs ORDER BY used DESC LIMIT ?`, max(limit, 0))
}

// Attempts implements [Store].
func (s *file) Attempts(ctx context.Context, since time.Time) ([]messages.AttemptMade, error) {
	return collect(ctx, s, func(rows *sql.Rows) (a messages.AttemptMade, err error) {
		var id, at int64
		err = rows.Scan(&id, &at, &a.Model, &a.Input, &a.Output, &a.Cost, &a.Open)
		a.ID, a.At = uint64(id), time.UnixMilli(at)
		return a, err
	}, `SELECT id, at, model, input, output, cost, open FROM attempts WHERE at >= ? ORDER BY at, id`, since.UnixMilli())
}

// Notes implements [Store].
func (s *file) Notes(ctx context.Context, owner string) (map[string]string, error) {
	notes, err := readNotes(ctx, s.read, owner)
	if err != nil {
		return nil, advise(s.path, err)
	}
	return notes, nil
}

func readNotes(ctx context.Context, q querier, owner string) (notes map[string]string, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		if notes == nil {
			notes = map[string]string{}
		}
		notes[key] = value
		return nil
	}, `SELECT key, value FROM notes WHERE owner = ?`, owner)
	return notes, err
}
