package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// applicationID marks a file as ours, in its header (SQLite documentation,
// PRAGMA application_id). The first migration sets it: "troU" in ASCII.
const applicationID = 0x74726f55

// errDamaged is what is found in a file that SQLite can open but not trust.
var errDamaged = errors.New("its check failed")

// examine returns an error if the file is damaged, or not ours, and changes
// nothing in it or its log. It reads all of it, 300 MiB in a second. What SQLite
// would pass over in silence, and with it questions that have no answer, is
// damage too.
func examine(ctx context.Context, path string) error {
	if fileSize(path) == 0 {
		return nil
	}
	if fileSize(path+"-journal") > 0 {
		return nil // the process that made the file died at it: there is nothing in it yet
	}
	if err := examineLog(logOf(path)); err != nil {
		return err
	}
	name, err := dsn(path, map[string]string{"busy_timeout": pragmas()["busy_timeout"]})
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", name+"&mode=ro")
	if err != nil {
		return err
	}
	return errors.Join(examineContent(ctx, db), db.Close())
}

// examineContent checks that what is in the tables and indexes is whole, that
// the one agrees with the other, and that what has no outcome can be read.
func examineContent(ctx context.Context, db *sql.DB) error {
	var finding string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&finding); err != nil {
		return err
	}
	if finding != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, finding)
	}
	var id, tables int
	if err := db.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id`).Scan(&id, &tables); err != nil {
		return err
	}
	if id != applicationID {
		return others(ctx, db, tables)
	}
	if err := examineSchema(ctx, db); err != nil {
		return err
	}
	return each(ctx, db, func(rows *sql.Rows) error {
		_, _, _, err := scanTrigger(rows)
		return err
	}, selectTriggers+`ended = 0`)
}

// others returns an error if a file that is not marked as ours has tables. A
// process that died before it made any but that of their versions may have left
// that.
func others(ctx context.Context, db *sql.DB, tables int) error {
	var ours int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE tbl_name IN ('goose_db_version', 'sqlite_sequence')`).Scan(&ours); err != nil {
		return err
	}
	if tables > ours {
		return errors.New("it is the file of another program: choose another path")
	}
	return nil
}

// logOf names the write-ahead log of a file.
func logOf(path string) string { return path + "-wal" }

// fileSize returns how large a file is, and 0 if there is none or it cannot be
// told.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
