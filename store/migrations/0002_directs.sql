-- What bounds the tables. The horizon is how far back the journal prunes, each
-- hour, a week unless it is told otherwise.
--   triggers, parts, shared: the horizon. A trigger without outcome stays until
--     it has one, which recovery gives it after a few attempts.
--   attempts: the horizon.
--   sessions: a row for each shard.
--   notes: a few of each person and guild that has set something; who writes
--     them bounds how many and how large.
--   quarantine: the newest 1000, a stack at most 16 KiB.
--   directs: the 10000 used last, and what comes until the next pruning.
--   processes: a row.
-- What is forgotten leaves free pages, which are used again: the file does not
-- shrink, and does not grow beyond the most that there was to keep.

-- +goose Up
CREATE TABLE directs ( -- the direct messages in which the bot was asked something
    channel INTEGER PRIMARY KEY,
    used    INTEGER NOT NULL -- the newest trigger in it
) STRICT;
CREATE INDEX directs_used ON directs (used);
INSERT INTO directs (channel, used)
    SELECT channel, max(id) FROM triggers WHERE question ->> '$.Guild' = 0 GROUP BY channel;

ALTER TABLE sessions ADD COLUMN skew INTEGER NOT NULL DEFAULT 0; -- nanoseconds that Discord's clock is ahead

-- +goose Down
ALTER TABLE sessions DROP COLUMN skew;
DROP TABLE directs;
