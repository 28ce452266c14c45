package store

import (
	"context"
	"database/sql"
	"encoding/binary"

	"troupe/messages"
)

// When SQLite moves rows between pages it may leave copies of them behind, in the
// room between a page's list of cells and the cells, also with secure_delete: that
// overwrites a row only where it is. After somebody's rows are deleted, a sweep over
// all pages clears that room. A copy is never copied again, so that each page is swept
// once, whatever is written meanwhile.

const (
	sweepBatch = 2048 // pages of one call: 8 MiB, some 30 ms
	maxSweeps  = 1000 // under way; beyond them all begin anew
)

// The statements of sweeping (SQLite documentation, The SQLITE_DBPAGE Virtual Table).
const (
	selectPages = `SELECT pgno, data FROM sqlite_dbpage WHERE pgno > ?1 AND pgno <= ?1 + ?2`
	updatePage  = `UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?`
)

// sweeps are the erasings whose rows are gone, and which page each has swept last.
type sweeps map[messages.UserID]int64

// sweep goes on with the sweep for a person, and reports whether it is done. It is
// until it is taken out of the sweeps.
func (s *file) sweep(ctx context.Context, conn *sql.Conn, person messages.UserID) (done bool, err error) {
	from, under := s.sweeps[person]
	if !under && len(s.sweeps) >= maxSweeps {
		clear(s.sweeps)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() //nolint:errcheck // done if it was committed
	seen, changed := 0, map[int64][]byte{}
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var number int64
		var page []byte
		err := rows.Scan(&number, &page)
		if seen++; clearRoom(number, page) {
			changed[number] = page
		}
		return err
	}, selectPages, from, sweepBatch)
	if err != nil {
		return false, err
	}
	for number, page := range changed {
		if _, err := tx.ExecContext(ctx, updatePage, page, number); err != nil {
			return false, err
		}
	}
	if err := tx.Commit(); err != nil {
		return false, err
	}
	if err := flush(s.log); err != nil { // see [examineLog]
		return false, err
	}
	if seen < sweepBatch {
		s.sweeps[person] = from
		return true, nil
	}
	s.sweeps[person] = from + sweepBatch
	return false, nil
}

// The pages of tables and indexes begin with their kind. Others begin with the number
// of a page, which is as high only in a file of 128 GiB (SQLite documentation, Database
// File Format, chapter 1.6).
const (
	innerIndex = 2
	innerTable = 5
	leafIndex  = 10
	leafTable  = 13

	fileHeader  = 100 // bytes of the first page, before what others begin with
	leafHeader  = 8
	innerHeader = 12
)

// clearRoom clears the room between the list of a page's cells and the cells, and
// reports whether there was anything in it.
func clearRoom(number int64, page []byte) (changed bool) {
	header := page
	if number == 1 {
		header = page[fileHeader:]
	}
	size := innerHeader
	switch header[0] {
	case leafIndex, leafTable:
		size = leafHeader
	case innerIndex, innerTable:
	default:
		return false
	}
	from := len(page) - len(header) + size + 2*int(binary.BigEndian.Uint16(header[3:]))
	to := int(binary.BigEndian.Uint16(header[5:]))
	if to == 0 {
		to = 1 << 16
	}
	if from > to || to > len(page) {
		return false // no page of a tree, or damaged: not ours to mend
	}
	for _, b := range page[from:to] {
		if b != 0 {
			clear(page[from:to])
			return true
		}
	}
	return false
}
