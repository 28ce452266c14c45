package store

import (
	"context"
	"database/sql"
	"slices"

	"troupe/messages"
)

// The statements about a person. Each finds by an index what it is about; those that
// forget forget no more than their last argument says.
const (
	eraseNotes = `DELETE FROM notes WHERE owner = ?1 AND key IN
		(SELECT key FROM notes WHERE owner = ?1 AND key NOT IN (SELECT value FROM json_each(?2)) LIMIT ?3)`
	eraseTraceParts = `DELETE FROM trace_parts WHERE trigger_id IN (SELECT trigger_id FROM traces WHERE asker = ?1 AND asker <> 0 ORDER BY id LIMIT ?2)`
	eraseTraces     = `DELETE FROM traces WHERE id IN (SELECT id FROM traces WHERE asker = ?1 AND asker <> 0 ORDER BY id LIMIT ?2)`
	blankTrigger    = `UPDATE triggers SET asker = 0, final = '', question = ? WHERE id = ?`

	selectDerivedBy = `SELECT owner, key FROM derived WHERE owner = ?1
		UNION SELECT owner, key FROM sources WHERE person = ?2 AND person <> 0 ORDER BY owner, key LIMIT ?3`
	selectBlankable = `id IN (SELECT id FROM triggers WHERE asker = ?1 AND asker <> 0 AND ended = 1 ORDER BY id LIMIT ?2)`
	countOpen       = `SELECT count(*) FROM triggers WHERE asker = ?1 AND asker <> 0 AND ended = 0`
	countOfPerson   = `SELECT (SELECT count(*) FROM traces WHERE asker = ?1 AND asker <> 0), (SELECT count(*) FROM pieces WHERE person = ?1 AND person <> 0)`
)

// blank returns what stays of a trigger whose asker is forgotten: that it was asked,
// so that it is not answered again.
func blank(t messages.Trigger) messages.Trigger {
	return messages.Trigger{
		ID: t.ID, Channel: t.Channel, Guild: t.Guild, Accepted: t.Accepted,
		Revision: t.Revision, State: t.State, Parts: t.Parts, Attempts: t.Attempts, Deaths: t.Deaths,
	}
}

// blanked returns what is told of a trigger that was blanked.
func blanked(t messages.Trigger) messages.Trigger {
	return messages.Trigger{ID: t.ID, Channel: t.Channel, Guild: t.Guild, Parts: t.Parts}
}

// erase forgets a batch of what is kept about a person.
func (w *writer) erase(m *messages.ErasePerson) *messages.Erased {
	id, owner := int64(m.User), m.User.Owner()
	dropped := w.keys(selectDerivedBy, owner, id, pruneBatch)
	w.drop(dropped)
	w.renewStretches()
	w.do(eraseTraceParts, id, pruneBatch)
	triggers := w.blankTriggers(id)
	forgotten := []int64{
		int64(len(dropped)), int64(len(triggers)),
		w.do(eraseNotes, owner, listOf(append([]string{}, m.Keep...)), pruneBatch),
		w.do(erasePieces, id, pruneBatch),
		w.do(eraseTraces, id, pruneBatch),
		w.do(eraseBad, id, pruneBatch),
	}
	if slices.Max(forgotten) > 0 {
		w.forgot = append(w.forgot, m.User)
	}
	return &messages.Erased{
		Dropped: dropped, Triggers: triggers, More: slices.Max(forgotten) >= pruneBatch, Open: w.count(countOpen, id),
	}
}

// blankTriggers takes out of a batch of a person's triggers who asked what, and
// returns which.
func (w *writer) blankTriggers(person int64) (told []messages.Trigger) {
	if w.err != nil {
		return nil
	}
	var found []messages.Trigger
	found, w.err = readTriggers(w.ctx, w.tx, selectBlankable, person, pruneBatch)
	for _, t := range found {
		w.do(blankTrigger, questionOf(blank(t)), int64(t.ID))
		told = append(told, blanked(t))
	}
	return told
}

// Person implements [Store].
func (s *file) Person(ctx context.Context, user messages.UserID) (found messages.PersonFound, err error) {
	id, owner := int64(user), user.Owner()
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		if found.Notes, err = readNotes(ctx, tx, owner); err != nil {
			return err
		}
		if found.Derived, err = readDerived(ctx, tx, `d.owner = ?`, owner); err != nil {
			return err
		}
		others, err := readDerived(ctx, tx,
			`d.owner <> ?1 AND (d.owner, d.key) IN (SELECT owner, key FROM sources WHERE person = ?2 AND person <> 0)`, owner, id)
		if err != nil {
			return err
		}
		found.Derived = append(found.Derived, others...)
		if found.Triggers, err = readTriggers(ctx, tx, `asker = ?1 AND asker <> 0`, id); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, countOfPerson, id).Scan(&found.Traces, &found.Pieces)
	})
	return found, err
}
