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
