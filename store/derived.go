package store

import (
	"context"
	"database/sql"

	"troupe/messages"
)

// The statements of what was derived.
const (
	upsertDerived = `INSERT INTO derived (owner, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
	deleteDerived = `DELETE FROM derived WHERE owner = ? AND key = ?`
	insertSource  = `INSERT INTO sources (owner, key, message, person) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	deleteSources = `DELETE FROM sources WHERE owner = ? AND key = ?`

	selectDerived = `SELECT d.owner, d.key, value, message, person FROM derived AS d
		LEFT JOIN sources AS s ON s.owner = d.owner AND s.key = d.key WHERE `
	inOrder         = ` ORDER BY d.owner, d.key, message, person`
	selectDerivedOf = `SELECT DISTINCT owner, key FROM sources
		WHERE message <> 0 AND message IN (SELECT value FROM json_each(?)) ORDER BY owner, key`
	selectKeysOf = `SELECT owner, key FROM derived WHERE owner IN (SELECT value FROM json_each(?))`
)

// keepDerived drops, and then keeps, so that what is both is kept.
func (w *writer) keepDerived(keep []messages.Derived, drop []messages.DerivedKey) {
	w.drop(drop)
	for _, d := range keep {
		w.do(upsertDerived, d.Owner, d.Key, d.Value)
		w.do(deleteSources, d.Owner, d.Key)
		for _, source := range d.Sources {
			w.do(insertSource, d.Owner, d.Key, int64(source.Message), int64(source.Person))
		}
	}
}

func (w *writer) drop(keys []messages.DerivedKey) {
	for _, k := range keys {
		w.do(deleteDerived, k.Owner, k.Key)
		w.do(deleteSources, k.Owner, k.Key)
	}
}

// forget drops what was derived from messages, and the work about any one of them,
// also what of it is in quarantine.
func (w *writer) forget(gone []messages.MessageID) *messages.SourcesForgotten {
	ids := make([]int64, len(gone))
	for i, id := range gone {
		ids[i] = int64(id)
	}
	dropped := w.keys(selectDerivedOf, listOf(ids))
	w.drop(dropped)
	w.do(forgetPieces, listOf(ids))
	w.do(forgetBad, listOf(ids))
	return &messages.SourcesForgotten{Dropped: dropped}
}

// forgetChannels drops what was derived for channels, and the work about them.
func (w *writer) forgetChannels(gone []messages.ChannelID) {
	var owners []string
	var ids []int64
	for _, id := range gone {
		owners, ids = append(owners, id.Owner()), append(ids, int64(id))
	}
	w.drop(w.keys(selectKeysOf, listOf(owners)))
	w.do(forgetPlaces, listOf(ids))
}

// keys returns what a query names of what was derived.
func (w *writer) keys(query string, args ...any) (found []messages.DerivedKey) {
	if w.err != nil {
		return nil
	}
	w.err = each(w.ctx, w.tx, func(rows *sql.Rows) error {
		var k messages.DerivedKey
		err := rows.Scan(&k.Owner, &k.Key)
		found = append(found, k)
		return err
	}, query, args...)
	return found
}

// readDerived returns what was derived that a condition holds for, in its order,
// with its sources.
func readDerived(ctx context.Context, q querier, condition string, args ...any) (found []messages.Derived, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var d messages.Derived
		var message, person sql.NullInt64
		if err := rows.Scan(&d.Owner, &d.Key, &d.Value, &message, &person); err != nil {
			return err
		}
		if n := len(found); n == 0 || found[n-1].Owner != d.Owner || found[n-1].Key != d.Key {
			found = append(found, d)
		}
		if last := &found[len(found)-1]; message.Valid {
			last.Sources = append(last.Sources, messages.Source{
				Message: messages.MessageID(message.Int64), Person: messages.UserID(person.Int64),
			})
		}
		return nil
	}, selectDerived+condition+inOrder, args...)
	return found, err
}

// Kept implements [Store].
func (s *file) Kept(ctx context.Context, owner string) (found messages.KeptFound, err error) {
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		if found.Notes, err = readNotes(ctx, tx, owner); err != nil {
			return err
		}
		found.Derived, err = readDerived(ctx, tx, `d.owner = ?`, owner)
		return err
	})
	return found, err
}
