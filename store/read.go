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
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const triggerColumns = `SELECT id, state, revision, attempts, deaths, final, question FROM triggers `

// Trigger implements [Store].
func (s *file) Trigger(ctx context.Context, id messages.MessageID) (messages.Trigger, bool, error) {
	t, found, err := readTrigger(ctx, s.read, id)
	if err != nil {
		return t, false, advise(s.path, err)
	}
	return t, found, nil
}

func readTrigger(ctx context.Context, q querier, id messages.MessageID) (messages.Trigger, bool, error) {
	t, err := scanTrigger(q.QueryRowContext(ctx, triggerColumns+`WHERE id = ?`, int64(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, err
	}
	t.Parts, err = readParts(ctx, q, id)
	return t, true, err
}

func scanTrigger(row interface{ Scan(...any) error }) (messages.Trigger, error) {
	var t messages.Trigger
	var id int64
	var state, final, question string
	var revision, attempts, deaths int
	if err := row.Scan(&id, &state, &revision, &attempts, &deaths, &final, &question); err != nil {
		return t, err
	}
	if err := json.Unmarshal([]byte(question), &t); err != nil {
		return t, fmt.Errorf("trigger %d: %w", id, err)
	}
	t.State, t.Revision, t.Attempts, t.Deaths, t.Final = messages.TriggerState(state), revision, attempts, deaths, final
	return t, nil
}

func readParts(ctx context.Context, q querier, id messages.MessageID) ([]messages.MessageID, error) {
	var t messages.Trigger
	err := each(ctx, q, func(rows *sql.Rows) error {
		var part int
		var message int64
		if err := rows.Scan(&part, &message); err != nil {
			return err
		}
		setPart(&t, part, messages.MessageID(message))
		return nil
	}, `SELECT part, message FROM parts WHERE trigger_id = ? ORDER BY part`, int64(id))
	return t.Parts, err
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

// Unfinished implements [Store].
func (s *file) Unfinished(ctx context.Context, channel messages.ChannelID) ([]messages.Trigger, error) {
	var found []messages.Trigger
	err := each(ctx, s.read, func(rows *sql.Rows) error {
		t, err := scanTrigger(rows)
		found = append(found, t)
		return err
	}, triggerColumns+`WHERE channel = ? AND ended = 0 ORDER BY id`, int64(channel))
	for i := range found {
		if err == nil {
			found[i].Parts, err = readParts(ctx, s.read, found[i].ID)
		}
	}
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}

// UnfinishedChannels implements [Store].
func (s *file) UnfinishedChannels(ctx context.Context) ([]messages.ChannelID, error) {
	var found []messages.ChannelID
	err := each(ctx, s.read, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		found = append(found, messages.ChannelID(id))
		return err
	}, `SELECT DISTINCT channel FROM triggers WHERE ended = 0 ORDER BY channel`)
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}

// Session implements [Store].
func (s *file) Session(ctx context.Context, shard int) (found messages.SessionFound, err error) {
	var alive int64
	err = s.read.QueryRowContext(ctx, `SELECT id, resume_url, seq, alive FROM sessions WHERE shard = ?`, shard).
		Scan(&found.Session.ID, &found.Session.ResumeURL, &found.Session.Seq, &alive)
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

// Attempts implements [Store].
func (s *file) Attempts(ctx context.Context, since time.Time) ([]messages.AttemptMade, error) {
	var found []messages.AttemptMade
	err := each(ctx, s.read, func(rows *sql.Rows) error {
		var a messages.AttemptMade
		var at int64
		err := rows.Scan(&at, &a.Model, &a.Input, &a.Output, &a.Cost)
		a.At = time.UnixMilli(at)
		found = append(found, a)
		return err
	}, `SELECT at, model, input, output, cost FROM attempts WHERE at >= ? ORDER BY at`, since.UnixMilli())
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}

// Notes implements [Store].
func (s *file) Notes(ctx context.Context, owner string) (map[string]string, error) {
	found := map[string]string{}
	err := each(ctx, s.read, func(rows *sql.Rows) error {
		var key, value string
		err := rows.Scan(&key, &value)
		found[key] = value
		return err
	}, `SELECT key, value FROM notes WHERE owner = ?`, owner)
	if err != nil {
		return nil, advise(s.path, err)
	}
	return found, nil
}
