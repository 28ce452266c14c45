package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"troupe/messages"
)

// The file of intents is a row of slots of one size, each a line of JSON that is
// filled up with spaces.
const (
	intentSlot = 512  // bytes; a model's name has at most 128
	maxIntents = 8192 // requests under way
)

// insertIntent keeps a request of which nothing was heard, unless it ended.
const insertIntent = `INSERT INTO attempts (id, at, model, input, output, cost, open) VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`

// intents are the requests that are about to be sent, or under way, in a file
// beside the store's. To note one is a single write to the system's memory, which
// waits for no disk and no commit: it outlives the process, not a loss of power.
// A slot is free when what is in it is in the store, or was taken back; it is not
// cleared for the former, since the store goes before it.
type intents struct {
	mu    sync.Mutex
	file  *os.File
	slots map[uint64]int // by attempt
	free  []int
	count int // slots of the file
}

// intentsOf returns where the intents of a store are.
func intentsOf(path string) string { return path + "-intents" }

// openIntents moves what a process that died has left into the store, and begins
// anew.
func openIntents(ctx context.Context, db *sql.DB, path string) (*intents, error) {
	f, err := os.OpenFile(intentsOf(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := takeOver(ctx, db, f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &intents{file: f, slots: map[uint64]int{}}, nil
}

// takeOver keeps as attempts what is in the file, and empties it. What cannot be
// read is of a write that was cut off: it was not sent.
func takeOver(ctx context.Context, db *sql.DB, f *os.File) error {
	left, err := io.ReadAll(io.LimitReader(f, maxIntents*intentSlot))
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // done if it was committed
	for line := range bytes.Lines(left) {
		var a messages.AttemptMade
		if json.Unmarshal(bytes.TrimSpace(line), &a) != nil || !a.Open {
			continue
		}
		if _, err := tx.ExecContext(ctx, insertIntent, int64(a.ID), a.At.UnixMilli(), a.Model, a.Input, a.Output, a.Cost); err != nil {
			return err
		}
	}
	return errors.Join(tx.Commit(), f.Truncate(0))
}

func (i *intents) note(a messages.AttemptMade) error {
	a.Open = true
	line, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if len(line) >= intentSlot {
		return fmt.Errorf("an attempt takes %d bytes", len(line))
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	slot, known := i.slots[a.ID]
	switch n := len(i.free); {
	case known:
	case n > 0:
		slot, i.free = i.free[n-1], i.free[:n-1]
	case i.count >= maxIntents:
		return fmt.Errorf("%d requests are under way", i.count)
	default:
		slot = i.count
		i.count++
	}
	i.slots[a.ID] = slot
	if err := i.fill(slot, line); err != nil {
		i.release(a.ID)
		return err
	}
	return nil
}

// drop takes an intent back.
func (i *intents) drop(id uint64) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	slot, known := i.slots[id]
	if !known {
		return nil
	}
	err := i.fill(slot, nil)
	if err == nil {
		i.release(id)
	}
	return err
}

// kept frees the slots of attempts that are in the store.
func (i *intents) kept(writes []any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, w := range writes {
		if a, ok := w.(*messages.AttemptMade); ok {
			i.release(a.ID)
		}
	}
}

// release frees a slot. i.mu is held, as it is for fill.
func (i *intents) release(id uint64) {
	if slot, known := i.slots[id]; known {
		delete(i.slots, id)
		i.free = append(i.free, slot)
	}
}

// fill writes a line into a slot.
func (i *intents) fill(slot int, line []byte) error {
	text := bytes.Repeat([]byte{' '}, intentSlot)
	copy(text, line)
	text[intentSlot-1] = '\n'
	_, err := i.file.WriteAt(text, int64(slot)*intentSlot)
	return err
}

// Intend implements [Store].
func (s *file) Intend(_ context.Context, a messages.AttemptMade) error {
	if err := s.intents.note(a); err != nil {
		return advise(s.path, err)
	}
	return nil
}

// Unintend implements [Store].
func (s *file) Unintend(_ context.Context, id uint64) error {
	if err := s.intents.drop(id); err != nil {
		return advise(s.path, err)
	}
	return nil
}
