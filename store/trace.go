package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"troupe/messages"
)

// The statements of traces.
const (
	insertTrace      = `INSERT INTO traces (trigger_id, message, share, trace, asker) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	updateTrace      = `UPDATE traces SET message = ?2, share = ?3, trace = ?4, asker = ?5 WHERE trigger_id = ?1`
	deleteTraceParts = `DELETE FROM trace_parts WHERE trigger_id = ?`
	insertTracePart  = `INSERT INTO trace_parts (message, trigger_id) VALUES (?, ?) ON CONFLICT DO NOTHING`
	pruneTraceParts  = `DELETE FROM trace_parts WHERE trigger_id IN (SELECT trigger_id FROM traces WHERE trigger_id < ? ORDER BY trigger_id LIMIT ?)`
	pruneTraces      = `DELETE FROM traces WHERE trigger_id IN (SELECT trigger_id FROM traces WHERE trigger_id < ? ORDER BY trigger_id LIMIT ?)`

	tracesOf = `(trigger_id = ?1 OR message = ?1 AND message <> 0 OR
		trigger_id IN (SELECT trigger_id FROM trace_parts WHERE message = ?1))`
	selectTraces = `SELECT trigger_id, share, trace FROM traces WHERE ` + tracesOf + ` ORDER BY trigger_id`
	selectShared = `SELECT trigger_id FROM traces WHERE
		trigger_id BETWEEN (SELECT min(trigger_id) FROM traces WHERE ` + tracesOf + `) - ?2 AND (SELECT max(trigger_id) FROM traces WHERE ` + tracesOf + `) + ?2
		AND share <> '' AND share IN (SELECT share FROM traces WHERE ` + tracesOf + `) AND NOT ` + tracesOf + ` ORDER BY trigger_id`
)

// sharedWithin is how far apart, as message IDs, what one generation answers may
// be: half an hour. An index by what they share, which is random, would cost each
// answer a page.
const sharedWithin = 1_800_000 << 22

// keepTrace keeps a trace, mostly the first of its answer: that is to cost little.
func (w *writer) keepTrace(t messages.Trace) {
	id, text := int64(t.Trigger), traceText(t)
	var first messages.MessageID
	if len(t.Parts) > 0 {
		first = t.Parts[0]
	}
	if w.do(insertTrace, id, int64(first), t.Share, text, int64(t.Asker)) == 0 {
		w.do(updateTrace, id, int64(first), t.Share, text, int64(t.Asker))
		w.do(deleteTraceParts, id)
	}
	for _, part := range t.Parts[min(len(t.Parts), 1):] {
		w.do(insertTracePart, int64(part), id)
	}
}

// pruneTraces forgets a batch of traces, and returns how many.
func (w *writer) pruneTraces(before messages.MessageID) int64 {
	w.do(pruneTraceParts, int64(before), pruneBatch)
	return w.do(pruneTraces, int64(before), pruneBatch)
}

// Traces implements [Store].
func (s *file) Traces(ctx context.Context, message messages.MessageID) (found messages.TraceFound, err error) {
	found.Traces, err = collect(ctx, s, scanTrace, selectTraces, int64(message))
	if err != nil || len(found.Traces) == 0 {
		return found, err
	}
	found.Shared, err = collect(ctx, s, func(rows *sql.Rows) (messages.MessageID, error) {
		var id int64
		err := rows.Scan(&id)
		return messages.MessageID(id), err
	}, selectShared, int64(message), int64(sharedWithin))
	return found, err
}

// Traces implements [Store].
func (s *Memory) Traces(ctx context.Context, message messages.MessageID) (found messages.TraceFound, err error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return found, err
	}
	defer unlock()
	shares := map[string]bool{}
	all := slices.SortedFunc(maps.Values(s.traces), func(a, b messages.Trace) int { return cmp.Compare(a.Trigger, b.Trigger) })
	isOf := func(t messages.Trace) bool { return t.Trigger == message || slices.Contains(t.Parts, message) }
	for _, t := range all {
		if isOf(t) {
			found.Traces = append(found.Traces, cloneTrace(t))
			shares[t.Share] = t.Share != ""
		}
	}
	for _, t := range all {
		if shares[t.Share] && !isOf(t) {
			found.Shared = append(found.Shared, t.Trigger)
		}
	}
	return found, nil
}

func cloneTrace(t messages.Trace) messages.Trace {
	t.Steps, t.Parts = slices.Clone(t.Steps), slices.Clone(t.Parts)
	return t
}

func (s *Memory) pruneTraces(before messages.MessageID) {
	maps.DeleteFunc(s.traces, func(id messages.MessageID, _ messages.Trace) bool { return id < before })
}
