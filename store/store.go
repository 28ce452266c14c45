// Package store keeps what must outlive the process: triggers and their
// answers, the gateway's sessions, what was asked of Gemini, notes.
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
	// messages; its result is what answers the command.
	Apply(ctx context.Context, writes []any) (results []any, err error)

	// Trigger returns a trigger, and whether there is one.
	Trigger(ctx context.Context, id messages.MessageID) (messages.Trigger, bool, error)
	// Unfinished returns the triggers of a channel that have no outcome, the
	// oldest first.
	Unfinished(ctx context.Context, channel messages.ChannelID) ([]messages.Trigger, error)
	// UnfinishedChannels returns where there are triggers without outcome.
	UnfinishedChannels(ctx context.Context) ([]messages.ChannelID, error)
	// Session returns what is kept of a shard.
	Session(ctx context.Context, shard int) (messages.SessionFound, error)
	// Attempts returns the requests to models since a time, the oldest first.
	Attempts(ctx context.Context, since time.Time) ([]messages.AttemptMade, error)
	// Notes returns all notes of an owner.
	Notes(ctx context.Context, owner string) (map[string]string, error)

	// Close waits for what is under way and lets go of the files.
	Close() error
}

// Open opens the store at an address: "memory:" for one that forgets all when
// it is closed, or "sqlite:PATH" for a file, made if need be. A second process
// cannot open the same file. The error says what to do.
func Open(ctx context.Context, address string) (Store, error) {
	engine, path, _ := strings.Cut(address, ":")
	switch {
	case engine == "memory" && path == "":
		return NewMemory(), nil
	case engine == "sqlite" && path != "":
		return openSQLite(ctx, path)
	}
	return nil, fmt.Errorf("store %q: want sqlite:PATH, such as sqlite:troupe.db", address)
}
