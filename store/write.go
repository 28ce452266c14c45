package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"troupe/messages"
)

// The statements of writes.
const (
	insertTrigger = `INSERT INTO triggers (id, channel, state, revision, question) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	insertPart    = `INSERT INTO parts (trigger_id, part, message) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET message = excluded.message`
	updateFinal   = `UPDATE triggers SET final = ? WHERE id = ? AND revision = ?`
	insertShared  = `INSERT INTO shared (nonce, newest, covers) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET newest = excluded.newest, covers = excluded.covers`
	updateEnd     = `UPDATE triggers SET state = ?, cause = ?, ended = 1 WHERE id = ? AND ended = 0`
	updateAttempt = `UPDATE triggers SET attempts = attempts + 1 WHERE id = ?`
	updateRevised = `UPDATE triggers SET state = ?, ended = 0, cause = '', revision = ?, attempts = 0, deaths = 0, final = '', question = ? WHERE id = ?`
	upsertSession = `INSERT INTO sessions (shard, id, resume_url, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id, resume_url = excluded.resume_url, seq = excluded.seq`
	upsertAlive   = `INSERT INTO sessions (shard, alive) VALUES (?, ?) ON CONFLICT DO UPDATE SET alive = excluded.alive`
	insertBad     = `INSERT INTO quarantine (at, actor, message, stack, trigger_id) VALUES (?, ?, ?, ?, ?)`
	insertAttempt = `INSERT INTO attempts (at, model, input, output, cost) VALUES (?, ?, ?, ?, ?)`
	upsertNote    = `INSERT INTO notes (owner, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
	deleteNote    = `DELETE FROM notes WHERE owner = ? AND key = ?`
	pruneParts    = `DELETE FROM parts WHERE trigger_id IN (SELECT id FROM triggers WHERE id < ? AND ended = 1)`
	pruneTriggers = `DELETE FROM triggers WHERE id < ? AND ended = 1`
	pruneShared   = `DELETE FROM shared WHERE newest < ?`
	pruneAttempts = `DELETE FROM attempts WHERE at < ?`
)

func (s *file) prepare(ctx context.Context) error {
	for _, text := range []string{
		insertTrigger, insertPart, updateFinal, insertShared, updateEnd, updateAttempt, updateRevised, upsertSession,
		upsertAlive, insertBad, insertAttempt, upsertNote, deleteNote, pruneParts, pruneTriggers, pruneShared, pruneAttempts,
	} {
		stmt, err := s.write.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		s.stmts[text] = stmt
	}
	return nil
}

// Apply implements [Store].
func (s *file) Apply(ctx context.Context, writes []any) (_ []any, err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, advise(s.path, err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the first error says what is wrong
			err = advise(s.path, err)
		}
	}()
	results := make([]any, len(writes))
	for i, w := range writes {
		if results[i], err = s.apply(ctx, tx, w); err != nil {
			return nil, err
		}
	}
	return results, tx.Commit()
}

func (s *file) apply(ctx context.Context, tx *sql.Tx, w any) (any, error) {
	var err error
	do := func(text string, args ...any) {
		if err == nil {
			_, err = tx.StmtContext(ctx, s.stmts[text]).ExecContext(ctx, args...)
		}
	}
	switch m := w.(type) {
	case *messages.AcceptTrigger:
		return s.accept(ctx, tx, m.Trigger)
	case *messages.KeepPart:
		do(insertPart, int64(m.Trigger), m.Part, int64(m.Message))
	case *messages.KeepFinal:
		do(updateFinal, m.Text, int64(m.Trigger), m.Revision)
	case *messages.KeepShared:
		do(insertShared, m.Nonce, int64(slices.Max(m.Covers)), jsonOf(m.Covers))
	case *messages.EndTrigger:
		do(updateEnd, string(m.State), string(m.Cause), int64(m.Trigger))
	case *messages.CountAttempt:
		do(updateAttempt, int64(m.Trigger))
	case *messages.ReviseTrigger:
		return s.revise(ctx, tx, m.Trigger)
	case *messages.KeepSession:
		do(upsertSession, m.Shard, m.Session.ID, m.Session.ResumeURL, m.Session.Seq)
	case *messages.KeepAlive:
		do(upsertAlive, m.Shard, m.At.UnixMilli())
	case *messages.Quarantine:
		do(insertBad, time.Now().UnixMilli(), m.Actor, m.Message, m.Stack, int64(m.Trigger))
	case *messages.AttemptMade:
		do(insertAttempt, m.At.UnixMilli(), m.Model, m.Input, m.Output, m.Cost)
	case *messages.KeepNote:
		if m.Value == "" {
			do(deleteNote, m.Owner, m.Key)
		} else {
			do(upsertNote, m.Owner, m.Key, m.Value)
		}
	case *messages.Prune:
		do(pruneParts, int64(m.Before))
		do(pruneTriggers, int64(m.Before))
		do(pruneShared, int64(m.Before))
		do(pruneAttempts, m.Before.Time().UnixMilli())
	default:
		err = fmt.Errorf("store: %T is no write", w)
	}
	return &messages.Kept{}, err
}

func (s *file) accept(ctx context.Context, tx *sql.Tx, t messages.Trigger) (any, error) {
	done, err := tx.StmtContext(ctx, s.stmts[insertTrigger]).ExecContext(ctx,
		int64(t.ID), int64(t.Channel), string(t.State), t.Revision, jsonOf(questionOf(t)))
	if err != nil {
		return nil, err
	}
	fresh, err := done.RowsAffected()
	if err != nil {
		return nil, err
	}
	if fresh > 0 {
		return &messages.Accepted{Trigger: t, Fresh: true}, nil
	}
	known, _, err := readTrigger(ctx, tx, t.ID)
	return &messages.Accepted{Trigger: known}, err
}

func (s *file) revise(ctx context.Context, tx *sql.Tx, t messages.Trigger) (any, error) {
	old, found, err := readTrigger(ctx, tx, t.ID)
	if err != nil || !found {
		return &messages.Kept{}, err
	}
	t = revised(old, t)
	_, err = tx.StmtContext(ctx, s.stmts[updateRevised]).ExecContext(ctx,
		string(t.State), t.Revision, jsonOf(questionOf(t)), int64(t.ID))
	return &messages.Kept{}, err
}

// questionOf returns the trigger without what has a column or table of its own.
func questionOf(t messages.Trigger) messages.Trigger {
	t.State, t.Final, t.Revision, t.Attempts, t.Deaths, t.Parts = "", "", 0, 0, 0, nil
	return t
}

// jsonOf writes plain data of ours, which cannot fail.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
