package bot

import (
	"context"
	"sync"
	"time"
)

// identifySpacing is the least time between two new sessions of one key: one per
// 5 s (Discord documentation, Gateway: Rate Limiting), and a little more.
const identifySpacing = 5500 * time.Millisecond

// A turnstile lets the shards of this process begin new sessions one after the
// other, side by side only as Discord allows: max_concurrency keys.
type turnstile struct {
	keys int

	mu   sync.Mutex
	next map[int]time.Time // by key: when the next may begin
}

func newTurnstile(keys int) *turnstile {
	return &turnstile{keys: max(keys, 1), next: map[int]time.Time{}}
}

// wait returns when the shard may begin a session.
func (t *turnstile) wait(ctx context.Context, shard int) error {
	d := time.Until(t.reserve(shard%t.keys, time.Now()))
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reserve returns the time of the next turn of a key, and takes it.
func (t *turnstile) reserve(key int, now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	turn := t.next[key]
	if turn.Before(now) {
		turn = now
	}
	t.next[key] = turn.Add(identifySpacing)
	return turn
}
