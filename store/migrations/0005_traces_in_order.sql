-- Traces lie in the order in which they were kept, which costs an answer the least:
-- the newest share a page. Those of before are forgotten, a day at most.

-- +goose Up
DROP TABLE trace_parts;
DROP TABLE traces;
CREATE TABLE traces ( -- how answers came about
    id         INTEGER PRIMARY KEY,
    trigger_id INTEGER NOT NULL UNIQUE,
    message    INTEGER NOT NULL, -- the first that holds the answer; 0 for none
    share      TEXT NOT NULL, -- what those of one generation have in common; '' for none
    trace      TEXT NOT NULL  -- JSON, without what anybody wrote and what has a column
) STRICT;
CREATE INDEX traces_message ON traces (message) WHERE message <> 0;

CREATE TABLE trace_parts ( -- the further messages that hold those answers
    message    INTEGER NOT NULL,
    trigger_id INTEGER NOT NULL,
    PRIMARY KEY (message, trigger_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_parts_trigger ON trace_parts (trigger_id);

-- +goose Down
DROP TABLE trace_parts;
DROP TABLE traces;
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
