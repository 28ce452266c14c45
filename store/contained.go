package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"troupe/messages"
)

// The statements of quarantine. A piece is forgotten as it is in the backlog, and that
// something crashed stays known.
const (
	insertBad = `INSERT INTO quarantine (at, actor, message, stack, trigger_id, piece, source, person) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	limitBad  = `DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?`
	forgetBad = `UPDATE quarantine SET piece = '', source = 0, person = 0 WHERE source <> 0 AND source IN (SELECT value FROM json_each(?))`
	eraseBad  = `UPDATE quarantine SET piece = '', source = 0, person = 0 WHERE id IN
		(SELECT id FROM quarantine WHERE person = ?1 AND person <> 0 ORDER BY id LIMIT ?2)`

	selectQuarantined = `SELECT id, at, actor, message, stack, trigger_id, piece FROM quarantine`
)

// quarantine keeps what crashed an actor. A piece that has left the backlog meanwhile,
// since its source is gone perhaps, is not kept with it.
func (w *writer) quarantine(m messages.Quarantine) {
	m = contained(m)
	if m.Piece.ID != 0 && w.do(deletePieces, listOf([]int64{m.Piece.ID})) == 0 {
		m.Piece = messages.Piece{}
	}
	w.do(insertBad, time.Now().UnixMilli(), m.Actor, m.Message, m.Stack, int64(m.Trigger), pieceText(m.Piece),
		int64(saidIn(m.Piece)), int64(m.Piece.Person))
	w.do(limitBad, maxQuarantine)
}

// saidIn returns the one message that a piece is about, 0 for a stretch.
func saidIn(p messages.Piece) messages.MessageID {
	if p.From == p.To {
		return p.To
	}
	return 0
}

// pieceText writes a piece, which is plain data; "" for none.
func pieceText(p messages.Piece) string {
	if p == (messages.Piece{}) {
		return ""
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Quarantined implements [Store].
func (s *file) Quarantined(ctx context.Context) ([]Quarantined, error) {
	return collect(ctx, s, scanQuarantined, selectQuarantined+newestFirst)
}

const newestFirst = ` ORDER BY id DESC`

func scanQuarantined(rows *sql.Rows) (q Quarantined, err error) {
	var at, trigger int64
	var piece []byte
	if err := rows.Scan(&q.ID, &at, &q.Actor, &q.Message, &q.Stack, &trigger, &piece); err != nil {
		return q, err
	}
	q.At, q.Trigger = time.UnixMilli(at), messages.MessageID(trigger)
	if len(piece) > 0 {
		if err := json.Unmarshal(piece, &q.Piece); err != nil {
			return q, fmt.Errorf("%w: the piece of %d in quarantine cannot be read: %w", errDamaged, q.ID, err)
		}
	}
	return q, nil
}
