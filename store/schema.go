package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// examineSchema checks that the tables and indexes are those that the migrations
// make which the file says it has had.
func examineSchema(ctx context.Context, db *sql.DB) error {
	noted, err := versions(ctx, db)
	if err != nil {
		return fmt.Errorf("%w: its schema has no version: %w", errDamaged, err)
	}
	model, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer model.Close() //nolint:errcheck // nothing is in it
	model.SetMaxOpenConns(1)
	p, err := provider(model)
	if err != nil {
		return err
	}
	version := noted[len(noted)-1]
	if sources := p.ListSources(); version > sources[len(sources)-1].Version {
		return nil // of a newer program
	}
	if noted[0] != 0 || int(version) != len(noted)-1 {
		return fmt.Errorf("%w: its schema has the versions %v", errDamaged, noted)
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return err
	}
	want, err := columns(ctx, model)
	if err != nil {
		return err
	}
	got, err := columns(ctx, db)
	if err != nil {
		return err
	}
	for _, column := range want {
		if !slices.Contains(got, column) && !renewed(version, column) {
			return fmt.Errorf("%w: there is no %s", errDamaged, column)
		}
	}
	return nil
}

// renewed reports whether a column is of a table that was written in several forms
// in its version, and that the next version makes anew.
func renewed(version int64, column string) bool {
	return version == 4 && (strings.HasPrefix(column, "column traces.") || strings.HasPrefix(column, "index traces."))
}

// versions returns which migrations a file has had. Goose notes each, and when,
// from 0, which is none.
func versions(ctx context.Context, q querier) (noted []int64, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var version int64
		var at time.Time
		err := rows.Scan(&version, &at)
		noted = append(noted, version)
		return err
	}, `SELECT version_id, tstamp FROM goose_db_version WHERE is_applied ORDER BY version_id`)
	if err == nil && len(noted) == 0 {
		err = sql.ErrNoRows
	}
	return noted, err
}

// columns names the columns of all tables and indexes, with what is said of them.
func columns(ctx context.Context, q querier) (found []string, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var column string
		err := rows.Scan(&column)
		found = append(found, column)
		return err
	}, `SELECT concat_ws(' ', 'column', t.name || '.' || c.name, c.type, c."notnull", c.dflt_value, c.pk)
			FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c WHERE t.type = 'table'
		UNION ALL SELECT concat_ws(' ', 'index', t.tbl_name || '.' || t.name, c.seqno, c.name, c."desc", c.key)
			FROM sqlite_schema AS t, pragma_index_xinfo(t.name) AS c WHERE t.type = 'index'`)
	return found, err
}
