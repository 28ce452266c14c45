package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"troupe/messages"
)

// The statements of work for analyzers. A list of IDs is JSON.
const (
	// A piece that is kept again gets an ID of its own, so that who has read it
	// before settles nothing.
	replacePiece = `REPLACE INTO pieces (` + pieceColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	renewEldest  = `REPLACE INTO pieces (` + pieceColumns + `) SELECT ` + pieceColumns + ` FROM pieces
		WHERE id = (SELECT min(id) FROM pieces WHERE analyzer = ?) AND person = 0`
	releasePiece = `INSERT INTO pieces (` + pieceColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	deletePieces = `DELETE FROM pieces WHERE id IN (SELECT value FROM json_each(?))`
	forgetPieces = `DELETE FROM pieces WHERE from_message = to_message AND from_message IN (SELECT value FROM json_each(?))`
	dropPieces   = `DELETE FROM pieces WHERE analyzer = ? AND person = ? AND person <> 0`
	erasePieces  = `DELETE FROM pieces WHERE id IN (SELECT id FROM pieces WHERE person = ?1 AND person <> 0 ORDER BY id LIMIT ?2)`
	forgetPlaces = `DELETE FROM pieces WHERE channel IN (SELECT value FROM json_each(?))`
	pieceColumns = `analyzer, owner, guild, channel, from_message, to_message, person, text`
	countPieces  = `SELECT count(*) FROM pieces WHERE id IN (SELECT value FROM json_each(?))`
	selectPieces = `SELECT id, ` + pieceColumns + ` FROM pieces WHERE analyzer = ?1 AND owner =
		(SELECT owner FROM pieces WHERE analyzer = ?1 ORDER BY id LIMIT 1) ORDER BY id LIMIT ?2`
	selectBacklog = `SELECT count(*) FROM pieces WHERE analyzer = ?`
)

// pieceValues are the columns of a piece.
func pieceValues(p messages.Piece) []any {
	return []any{
		string(p.Analyzer), p.Owner, int64(p.Guild), int64(p.Channel), int64(p.From), int64(p.To), int64(p.Person), p.Text,
	}
}

func scanPiece(rows *sql.Rows) (p messages.Piece, err error) {
	var guild, channel, from, to, person int64
	err = rows.Scan(&p.ID, &p.Analyzer, &p.Owner, &guild, &channel, &from, &to, &person, &p.Text)
	p.Guild, p.Channel, p.Person = messages.GuildID(guild), messages.ChannelID(channel), messages.UserID(person)
	p.From, p.To = messages.MessageID(from), messages.MessageID(to)
	return p, err
}

func (w *writer) keepPieces(pieces []messages.Piece) {
	for _, p := range pieces {
		w.do(replacePiece, pieceValues(p)...)
	}
}

// ofStretches are the analyzers that read what several people said, a stretch at a time,
// the eldest first.
func ofStretches() []messages.Analyzer {
	return []messages.Analyzer{messages.AnalyzerSummary, messages.AnalyzerLore}
}

// renewStretches has what is being concluded from stretches concluded anew: somebody
// may have a part in it who is forgotten now.
func (w *writer) renewStretches() {
	for _, analyzer := range ofStretches() {
		w.do(renewEldest, string(analyzer))
	}
}

// settle ends work, if all of it is in the backlog as it was taken from there.
func (w *writer) settle(m *messages.SettlePieces) *messages.Settled {
	ids := pieceIDs(m.Pieces)
	if w.count(countPieces, listOf(ids)) < len(ids) {
		return &messages.Settled{}
	}
	w.do(deletePieces, listOf(ids))
	w.keepDerived(m.Keep, m.Drop)
	return &messages.Settled{Done: true}
}

// pieceIDs returns the IDs of pieces, each once.
func pieceIDs(pieces []messages.Piece) []int64 {
	var ids []int64
	seen := map[int64]bool{}
	for _, p := range pieces {
		if !seen[p.ID] {
			ids = append(ids, p.ID)
		}
		seen[p.ID] = true
	}
	return ids
}

// listOf writes IDs, or what they are called, for a statement to read by json_each.
func listOf[T int64 | string](list []T) string {
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // numbers and texts can be written
	}
	return string(b)
}

// count runs a query that counts.
func (w *writer) count(query string, args ...any) (n int) {
	if w.err == nil {
		w.err = w.tx.QueryRowContext(w.ctx, query, args...).Scan(&n)
	}
	return n
}

// Pieces implements [Store].
func (s *file) Pieces(ctx context.Context, analyzer messages.Analyzer, limit int) (found messages.Pieces, err error) {
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, selectBacklog, string(analyzer)).Scan(&found.Backlog); err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			p, err := scanPiece(rows)
			found.Pieces = append(found.Pieces, p)
			return err
		}, selectPieces, string(analyzer), max(limit, 0))
	})
	return found, err
}

// snapshot has f read what there is at one moment.
func (s *file) snapshot(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return advise(s.path, err)
	}
	defer tx.Rollback() //nolint:errcheck // it has changed nothing
	if err := f(tx); err != nil {
		return advise(s.path, err)
	}
	return nil
}
