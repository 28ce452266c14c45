package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"troupe/messages"
)

// The statements of writes.
const (
	insertTrigger = `INSERT INTO triggers (id, channel, state, ended, revision, question, asker) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	insertPart    = `INSERT INTO parts (trigger_id, part, message) SELECT id, ?, ? FROM triggers WHERE id = ? ON CONFLICT DO UPDATE SET message = excluded.message`
	updateFinal   = `UPDATE triggers SET final = ? WHERE id = ? AND revision = ? AND ended = 0`
	deleteShared  = `DELETE FROM shared WHERE nonce = ?`
	insertShared  = `INSERT INTO shared (nonce, position, trigger_id) VALUES (?, ?, ?)`
	updateEnd     = `UPDATE triggers SET state = ?, cause = ?, ended = 1, final = '', 
		question = CASE WHEN instr(question, '"ReplyText"') THEN json_remove(question, '$.ReplyText') ELSE question END WHERE id = ? AND ended = 0`
	updateAttempt = `UPDATE triggers SET attempts = attempts + 1 WHERE id = ?`
	updateRevised = `UPDATE triggers SET state = ?, ended = 0, cause = '', revision = ?, attempts = 0, deaths = 0, final = '', question = ?, asker = ? WHERE id = ?`
	upsertSession = `INSERT INTO sessions (shard, id, resume_url, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id, resume_url = excluded.resume_url, seq = excluded.seq`
	upsertAlive   = `INSERT INTO sessions (shard, alive, skew) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET alive = excluded.alive, skew = excluded.skew`
	upsertDirect  = `INSERT INTO directs (channel, used) VALUES (?, ?) ON CONFLICT DO UPDATE SET used = max(used, excluded.used)`
	upsertMade    = `INSERT INTO attempts (id, at, model, input, output, cost, open) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET at = excluded.at, model = excluded.model, input = excluded.input, output = excluded.output, cost = excluded.cost, open = excluded.open`
	deleteMade = `DELETE FROM attempts WHERE id = ?`
	upsertNote = `INSERT INTO notes (owner, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
	deleteNote = `DELETE FROM notes WHERE owner = ? AND key = ?`
)

func (s *file) prepare(ctx context.Context) error {
	for _, text := range []string{
		insertTrigger, insertPart, updateFinal, deleteShared, insertShared, updateEnd, updateAttempt, updateRevised,
		upsertSession, upsertAlive, upsertDirect, upsertMade, upsertNote, deleteNote,
		insertBad, limitBad, forgetBad, eraseBad,
		pruneParts, pruneTriggers, pruneShared, pruneAttempts, pruneDirects,
		insertTrace, updateTrace, deleteTraceParts, insertTracePart, pruneTraceParts, pruneTraces,
		replacePiece, renewEldest, deletePieces, dropPieces, forgetPlaces, forgetPieces, upsertDerived, deleteDerived, insertSource, deleteSources,
		eraseNotes, erasePieces, eraseTraceParts, eraseTraces, blankTrigger,
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
func (s *file) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	if err := check(writes); err != nil {
		return nil, err
	}
	if len(writes) == 0 {
		return nil, ctx.Err()
	}
	conn, err := s.write.Conn(ctx) // our turn, or the end of ctx
	if err != nil {
		return nil, advise(s.path, err)
	}
	defer conn.Close() //nolint:errcheck // back to the pool
	results, err := s.commit(context.WithoutCancel(ctx), conn, writes)
	if err != nil {
		return nil, advise(s.path, err)
	}
	if written != nil {
		written(results)
	}
	if err := flush(s.log); err != nil {
		return nil, advise(s.path, err)
	}
	s.intents.kept(writes)
	results, err = s.finish(context.WithoutCancel(ctx), conn, writes, results)
	if err != nil {
		return nil, advise(s.path, err)
	}
	return results, nil
}

// commit does the writes in one transaction. They are in the log then, for the
// system to bring to the disk: a kill does not harm them.
func (s *file) commit(ctx context.Context, conn *sql.Conn, writes []any) ([]any, error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // done if it was committed
	w := writer{ctx: ctx, tx: tx, stmts: s.stmts}
	results := make([]any, len(writes))
	for i, m := range writes {
		results[i] = w.apply(m)
		if w.err != nil {
			return nil, w.err
		}
	}
	for _, person := range w.forgot {
		delete(s.sweeps, person) // it begins anew
	}
	return results, tx.Commit()
}

// A writer does the writes of one transaction, until one fails.
type writer struct {
	ctx    context.Context // it lives as long as the transaction
	tx     *sql.Tx
	stmts  map[string]*sql.Stmt
	err    error             // the first
	forgot []messages.UserID // of whom there was something to erase
}

// do runs a prepared statement and returns how many rows it has changed.
func (w *writer) do(text string, args ...any) (changed int64) {
	if w.err != nil {
		return 0
	}
	var done sql.Result
	if done, w.err = w.tx.StmtContext(w.ctx, w.stmts[text]).ExecContext(w.ctx, args...); w.err != nil {
		return 0
	}
	changed, w.err = done.RowsAffected()
	return changed
}

func (w *writer) apply(m any) any {
	switch m := m.(type) {
	case *messages.AcceptTrigger:
		return w.accept(m.Trigger)
	case *messages.KeepPart:
		w.do(insertPart, m.Part, int64(m.Message), int64(m.Trigger))
	case *messages.KeepFinal:
		w.do(updateFinal, m.Text, int64(m.Trigger), m.Revision)
	case *messages.KeepShared:
		w.do(deleteShared, m.Nonce)
		for i, id := range m.Covers {
			w.do(insertShared, m.Nonce, i, int64(id))
		}
	case *messages.EndTrigger:
		w.do(updateEnd, string(m.State), string(m.Cause), int64(m.Trigger))
	case *messages.CountAttempt:
		w.do(updateAttempt, int64(m.Trigger))
	case *messages.ReviseTrigger:
		w.revise(m.Trigger)
	case *messages.KeepSession:
		w.do(upsertSession, m.Shard, m.Session.ID, m.Session.ResumeURL, m.Session.Seq)
	case *messages.KeepAlive:
		w.do(upsertAlive, m.Shard, m.At.UnixMilli(), int64(m.Skew))
	case *messages.Quarantine:
		w.quarantine(*m)
	case *messages.AttemptMade:
		w.do(upsertMade, int64(m.ID), m.At.UnixMilli(), m.Model, m.Input, m.Output, m.Cost, m.Open)
	case *messages.KeepNote:
		w.keepNote(m)
	case *messages.KeepTrace:
		w.keepTrace(m.Trace)
	case *messages.Prune:
		return w.prune(m)
	default:
		return w.analyse(m)
	}
	return &messages.Kept{}
}

// analyse does the writes of analyzers, and of those who see to what they keep.
func (w *writer) analyse(m any) any {
	switch m := m.(type) {
	case *messages.KeepPieces:
		w.keepPieces(m.Pieces)
	case *messages.SettlePieces:
		return w.settle(m)
	case *messages.KeepDerived:
		w.keepDerived(m.Keep, m.Drop)
	case *messages.DropPieces:
		w.do(dropPieces, string(m.Analyzer), int64(m.Person))
		if m.Private {
			w.renewStretches()
		}
	case *messages.ForgetSources:
		return w.forget(m.Messages)
	case *messages.ForgetChannels:
		w.forgetChannels(m.Channels)
	case *messages.ErasePerson:
		return w.erase(m)
	}
	return &messages.Kept{}
}

func (w *writer) accept(t messages.Trigger) *messages.Accepted {
	kept := accepted(t)
	if isDirect(kept) {
		w.do(upsertDirect, int64(kept.Channel), int64(kept.ID))
	}
	fresh := w.do(insertTrigger, int64(kept.ID), int64(kept.Channel), string(kept.State), kept.State.Ended(), kept.Revision, questionOf(kept), int64(kept.Asker.ID))
	if fresh > 0 || w.err != nil {
		return &messages.Accepted{Trigger: kept, Fresh: true}
	}
	known, _, err := readTrigger(w.ctx, w.tx, t.ID)
	w.err = err
	return &messages.Accepted{Trigger: known}
}

func (w *writer) revise(t messages.Trigger) {
	old, found, err := readTrigger(w.ctx, w.tx, t.ID)
	if err != nil || !found {
		w.err = err
		return
	}
	if t, fresh := revised(old, t); fresh {
		w.do(updateRevised, string(t.State), t.Revision, questionOf(t), int64(t.Asker.ID), int64(t.ID))
	}
}

func (w *writer) keepNote(m *messages.KeepNote) {
	if m.Value == "" {
		w.do(deleteNote, m.Owner, m.Key)
		return
	}
	w.do(upsertNote, m.Owner, m.Key, m.Value)
}

// questionOf writes the trigger without what has a column or table of its own.
// It is plain data, which can be written.
func questionOf(t messages.Trigger) string {
	t.State, t.Final, t.Revision, t.Attempts, t.Deaths, t.Parts = "", "", 0, 0, 0, nil
	b, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	return string(b)
}
