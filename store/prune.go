package store

import (
	"slices"

	"troupe/messages"
)

// The statements of pruning. Each finds by an index what it forgets, the oldest
// first, and no more than its last argument says.
const (
	pruneParts    = `DELETE FROM parts WHERE trigger_id IN (SELECT id FROM triggers WHERE id < ? AND ended = 1 ORDER BY id LIMIT ?)`
	pruneTriggers = `DELETE FROM triggers WHERE id IN (SELECT id FROM triggers WHERE id < ? AND ended = 1 ORDER BY id LIMIT ?)`
	pruneShared   = `DELETE FROM shared WHERE nonce IN (SELECT nonce FROM shared AS old WHERE trigger_id < ?1
		AND NOT EXISTS (SELECT 1 FROM shared WHERE nonce = old.nonce AND trigger_id >= ?1) ORDER BY trigger_id LIMIT ?2)`
	pruneAttempts = `DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE at < ? ORDER BY at LIMIT ?)`
	pruneDirects  = `DELETE FROM directs WHERE channel IN (SELECT channel FROM directs ORDER BY used DESC LIMIT ?2 OFFSET ?1)`
)

// prune forgets a batch of what is old. The parts go before their triggers, by
// which they are found.
func (w *writer) prune(m *messages.Prune) *messages.Pruned {
	before := m.Before
	w.do(pruneParts, int64(before), pruneBatch)
	forgotten := []int64{
		w.do(pruneTriggers, int64(before), pruneBatch),
		w.do(pruneShared, int64(before), pruneBatch),
		w.do(pruneAttempts, before.Time().UnixMilli(), pruneBatch),
		w.do(pruneDirects, maxDirects, pruneBatch),
		w.pruneTraces(max(before, m.Traces)),
	}
	return &messages.Pruned{More: slices.Max(forgotten) >= pruneBatch}
}
