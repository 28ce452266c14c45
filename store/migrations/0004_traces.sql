-- traces, trace_parts: a day, which the journal prunes each hour.

-- +goose Up
CREATE TABLE traces ( -- how answers came about
    trigger_id INTEGER PRIMARY KEY,
    share      TEXT NOT NULL, -- what those of one generation have in common; '' for none
    trace      TEXT NOT NULL  -- JSON, without what anybody wrote
) STRICT;
CREATE INDEX traces_share ON traces (share) WHERE share <> '';

CREATE TABLE trace_parts ( -- the messages that hold those answers
    message    INTEGER NOT NULL,
    trigger_id INTEGER NOT NULL,
    PRIMARY KEY (message, trigger_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_parts_trigger ON trace_parts (trigger_id);

-- +goose Down
DROP TABLE trace_parts;
DROP TABLE traces;
