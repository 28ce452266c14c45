-- +goose Up
PRAGMA application_id = 1953656661; -- "troU": the file is ours

CREATE TABLE triggers (
    id       INTEGER PRIMARY KEY, -- of the message or interaction
    channel  INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    ended    INTEGER NOT NULL,            -- 1 if the state is an outcome
    cause    TEXT    NOT NULL DEFAULT '', -- of the outcome, for who reads this file
    revision INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    deaths   INTEGER NOT NULL DEFAULT 0,
    final    TEXT    NOT NULL DEFAULT '',
    question TEXT    NOT NULL -- JSON: what was asked, by whom
) STRICT;
CREATE INDEX triggers_unfinished ON triggers (channel, id) WHERE ended = 0;

CREATE TABLE parts (
    trigger_id INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    message    INTEGER NOT NULL,
    PRIMARY KEY (trigger_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE shared (
    nonce      TEXT    NOT NULL, -- of the message that answers several
    position   INTEGER NOT NULL,
    trigger_id INTEGER NOT NULL,
    PRIMARY KEY (nonce, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_triggers ON shared (trigger_id);

CREATE TABLE sessions (
    shard      INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL DEFAULT '',
    resume_url TEXT    NOT NULL DEFAULT '',
    seq        INTEGER NOT NULL DEFAULT 0,
    alive      INTEGER NOT NULL DEFAULT 0 -- milliseconds since 1970
) STRICT;

CREATE TABLE attempts (
    at     INTEGER NOT NULL, -- milliseconds since 1970
    model  TEXT    NOT NULL,
    input  INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cost   REAL    NOT NULL  -- dollars
) STRICT;
CREATE INDEX attempts_at ON attempts (at);

CREATE TABLE notes (
    owner TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL, -- milliseconds since 1970
    actor      TEXT    NOT NULL,
    message    TEXT    NOT NULL,
    stack      TEXT    NOT NULL,
    trigger_id INTEGER NOT NULL
) STRICT;

-- A row while a process has the file open. One that is found at open was left
-- by a process that died.
CREATE TABLE processes (opened INTEGER NOT NULL) STRICT; -- milliseconds since 1970

-- +goose Down
DROP TABLE processes;
DROP TABLE quarantine;
DROP TABLE notes;
DROP TABLE attempts;
DROP TABLE sessions;
DROP TABLE shared;
DROP TABLE parts;
DROP TABLE triggers;
