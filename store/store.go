// Package store keeps what must outlive the process: triggers and their
// answers, the gateway's sessions, what was asked of Gemini, notes, what
// analyzers are to do and what they came to.
//
// It writes in groups: [Store.Apply] is one transaction and one flush to disk,
// however many writes it is given.
package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"troupe/messages"
)

// A Store keeps things durably. It is safe for concurrent use.
//
// Its conformance suite is package storetest.
type Store interface {
	// Apply does all the writes or none, and returns when they are durable.
	// A write is a pointer to one of the journal's commands in package
	// messages; its result is what answers the command. A write about a trigger
	// that there is not changes nothing.
	//
	// The error says what to do, or that a write is malformed: then none of the
	// group will ever be taken. Once begun, a group is not given up when ctx
	// ends, so that nil means kept and an error means not kept. Only an error
	// of the disk itself may leave it open; every write but CountAttempt and
	// Quarantine may be repeated without harm.
	//
	// What is forgotten is overwritten. Once ErasePerson says that there is no more,
	// it is in none of the store's files.
	//
	// written, unless it is nil, is told the results before that: when the group
	// outlives the process, though not yet the machine. It returns at once and
	// calls nothing of the store. An error may follow.
	Apply(ctx context.Context, writes []any, written func(results []any)) (results []any, err error)

	// Intend notes a request to a model that is about to be sent. It waits for no
	// disk: what is noted outlives the process, though a loss of power may lose it.
	// If neither AttemptMade nor Unintend follows before the end of the process, it
	// is an attempt from the next one on, open as it was noted.
	Intend(ctx context.Context, a messages.AttemptMade) error
	// Unintend takes back a request that was not sent. It changes nothing when the
	// request was not noted, or has ended.
	Unintend(ctx context.Context, id uint64) error

	// Trigger returns a trigger, and whether there is one.
	Trigger(ctx context.Context, id messages.MessageID) (messages.Trigger, bool, error)
	// Unfinished returns the triggers of a channel that have no outcome, the
	// oldest first.
	Unfinished(ctx context.Context, channel messages.ChannelID) ([]messages.Trigger, error)
	// UnfinishedChannels returns where there are triggers without outcome, in
	// the order of their IDs.
	UnfinishedChannels(ctx context.Context) ([]messages.ChannelID, error)
	// Shared returns the messages that were to answer a trigger along with
	// others, in the order of their nonces.
	Shared(ctx context.Context, trigger messages.MessageID) ([]messages.KeepShared, error)
	// Session returns what is kept of a shard.
	Session(ctx context.Context, shard int) (messages.SessionFound, error)
	// Directs returns the direct messages with triggers, the one with the newest
	// trigger first, at most limit. They outlive their triggers: a store keeps the
	// newest [maxDirects].
	Directs(ctx context.Context, limit int) ([]messages.ChannelID, error)
	// Attempts returns the requests to models since a time, the oldest first.
	// Times are kept to the millisecond.
	Attempts(ctx context.Context, since time.Time) ([]messages.AttemptMade, error)
	// Notes returns all notes of an owner. It may be nil when there are none.
	Notes(ctx context.Context, owner string) (map[string]string, error)
	// Traces returns the traces of the answers that a message is part of, or of the
	// one to it, by their triggers.
	Traces(ctx context.Context, message messages.MessageID) (messages.TraceFound, error)
	// Pieces returns the eldest work of an analyzer, all of one owner, at most limit.
	Pieces(ctx context.Context, analyzer messages.Analyzer, limit int) (messages.Pieces, error)
	// Kept returns all that is kept of an owner.
	Kept(ctx context.Context, owner string) (messages.KeptFound, error)
	// Person returns all that is kept about a person.
	Person(ctx context.Context, user messages.UserID) (messages.PersonFound, error)
	// Quarantined returns what is in quarantine, the newest first.
	Quarantined(ctx context.Context) ([]Quarantined, error)

	// Close waits for what is under way and lets go of the files. Whatever is
	// called after it returns an error.
	Close() error
}

// Quarantined is a message that crashed an actor twice, and when. A store keeps
// the newest [maxQuarantine], with the first [maxStack] bytes of their stacks.
type Quarantined struct {
	ID int64 // grows
	At time.Time
	messages.Quarantine
}

// Open opens the store at an address: "memory:" for one that forgets all when
// it is closed, or "sqlite:PATH" for a file, made if need be. A second process
// cannot open the same file. The error is one line that says what to do.
//
// If the process that had the file last did not close it, it died: that counts
// as a death of every trigger without outcome.
func Open(ctx context.Context, address string) (Store, error) {
	engine, path, _ := strings.Cut(address, ":")
	switch {
	case engine == "memory" && path == "":
		return NewMemory(), nil
	case engine == "sqlite" && path != "":
		return openSQLite(ctx, path, pragmas())
	}
	return nil, fmt.Errorf("store %q: want sqlite:PATH, such as sqlite:troupe.db", address)
}
