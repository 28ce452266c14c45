-- A request to a model is known by the ID of its reservation, so that one that was
-- noted before it was sent, in the file of intents, and was heard of too, is one.

-- +goose Up
CREATE TABLE attempts_new (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL, -- milliseconds since 1970
    model  TEXT    NOT NULL,
    input  INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cost   REAL    NOT NULL, -- dollars
    open   INTEGER NOT NULL DEFAULT 0 -- 1 if it was about to be sent, and nothing was heard of it
) STRICT;
INSERT INTO attempts_new (id, at, model, input, output, cost)
    SELECT rowid, at, model, input, output, cost FROM attempts;
DROP TABLE attempts;
ALTER TABLE attempts_new RENAME TO attempts;
CREATE INDEX attempts_at ON attempts (at);

-- +goose Down
CREATE TABLE attempts_old (
    at     INTEGER NOT NULL,
    model  TEXT    NOT NULL,
    input  INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cost   REAL    NOT NULL
) STRICT;
INSERT INTO attempts_old (at, model, input, output, cost)
    SELECT at, model, input, output, cost FROM attempts;
DROP TABLE attempts;
ALTER TABLE attempts_old RENAME TO attempts;
CREATE INDEX attempts_at ON attempts (at);
