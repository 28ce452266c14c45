-- What analyzers have to do, and what they came to. What bounds it:
--   pieces: no horizon, since work waits for as long as its analyzer may not run. It is
--     one of each message that may be analysed, until it is settled, its source is gone
--     or its person is erased; who writes bounds how many, and the text has 4000 bytes.
--   derived: no horizon, since it is to be remembered. Whom it belongs to bounds how
--     many there are and how large, as with notes.
--   sources: the messages and persons of a derived, in which who writes bounds how many.
--   quarantine: as before, and a piece, whose text of 4000 bytes is as JSON at most six times that.

-- +goose Up
CREATE TABLE pieces ( -- work for analyzers
    id           INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: what was read before is known by it
    analyzer     TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    guild        INTEGER NOT NULL,
    channel      INTEGER NOT NULL,
    from_message INTEGER NOT NULL,
    to_message   INTEGER NOT NULL,
    person       INTEGER NOT NULL, -- 0 for a stretch of a channel
    text         TEXT    NOT NULL,
    UNIQUE (analyzer, owner, to_message)
) STRICT;
CREATE INDEX pieces_eldest ON pieces (analyzer, id);
CREATE INDEX pieces_message ON pieces (from_message) WHERE from_message = to_message;
CREATE INDEX pieces_person ON pieces (person) WHERE person <> 0;

CREATE TABLE derived ( -- what was concluded from what people said
    owner TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL, -- JSON
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE sources ( -- what it goes with
    owner   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    message INTEGER NOT NULL, -- 0 if it is just about the person
    person  INTEGER NOT NULL, -- 0 for nobody in particular
    PRIMARY KEY (owner, key, message, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX sources_message ON sources (message) WHERE message <> 0;
CREATE INDEX sources_person ON sources (person) WHERE person <> 0;

ALTER TABLE quarantine ADD COLUMN piece TEXT NOT NULL DEFAULT '';   -- JSON; '' if it was about none, or it is forgotten
ALTER TABLE quarantine ADD COLUMN source INTEGER NOT NULL DEFAULT 0; -- the message whose text is in it
ALTER TABLE quarantine ADD COLUMN person INTEGER NOT NULL DEFAULT 0; -- who said it
CREATE INDEX quarantine_source ON quarantine (source) WHERE source <> 0;
CREATE INDEX quarantine_person ON quarantine (person) WHERE person <> 0;

ALTER TABLE triggers ADD COLUMN asker INTEGER NOT NULL DEFAULT 0; -- 0 once it is blank
UPDATE triggers SET asker = coalesce(CAST(question ->> '$.Asker.ID' AS INTEGER), 0) WHERE json_valid(question);
CREATE INDEX triggers_asker ON triggers (asker) WHERE asker <> 0;

-- What was answered, and what was replied to, is for whom a crash would have it answered
-- anew: once a question has its outcome, nobody.
UPDATE triggers SET final = '', question = json_remove(question, '$.ReplyText') WHERE ended = 1 AND json_valid(question);

ALTER TABLE traces ADD COLUMN asker INTEGER NOT NULL DEFAULT 0;
UPDATE traces SET asker = coalesce(CAST(trace ->> '$.Asker' AS INTEGER), 0) WHERE json_valid(trace);
CREATE INDEX traces_asker ON traces (asker) WHERE asker <> 0;

-- +goose Down
DROP INDEX traces_asker;
ALTER TABLE traces DROP COLUMN asker;
DROP INDEX triggers_asker;
ALTER TABLE triggers DROP COLUMN asker;
DROP INDEX quarantine_person;
DROP INDEX quarantine_source;
ALTER TABLE quarantine DROP COLUMN person;
ALTER TABLE quarantine DROP COLUMN source;
ALTER TABLE quarantine DROP COLUMN piece;
DROP TABLE sources;
DROP TABLE derived;
DROP TABLE pieces;
