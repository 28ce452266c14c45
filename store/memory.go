package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"troupe/messages"
)

// A Memory is a store that forgets everything when the process ends: for the
// playground and for tests.
type Memory struct {
	mu         sync.Mutex
	closed     bool
	triggers   map[messages.MessageID]*messages.Trigger
	shared     map[string][]messages.MessageID
	sessions   map[int]messages.SessionFound
	directs    map[messages.ChannelID]messages.MessageID // the newest trigger in each
	attempts   map[uint64]messages.AttemptMade
	notes      map[string]map[string]string
	traces     map[messages.MessageID]messages.Trace
	quarantine []Quarantined
	serial     int64            // of what is in quarantine
	pieces     []messages.Piece // by ID
	lastPiece  int64            // the newest ID of a piece
	derived    map[messages.DerivedKey]messages.Derived
}

// errClosed is what a store answers once it is closed.
var errClosed = errors.New("store: it is closed")

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		triggers: map[messages.MessageID]*messages.Trigger{},
		shared:   map[string][]messages.MessageID{},
		sessions: map[int]messages.SessionFound{},
		directs:  map[messages.ChannelID]messages.MessageID{},
		attempts: map[uint64]messages.AttemptMade{},
		notes:    map[string]map[string]string{},
		traces:   map[messages.MessageID]messages.Trace{},
		derived:  map[messages.DerivedKey]messages.Derived{},
	}
}

// Apply implements [Store].
func (s *Memory) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	if err := check(writes); err != nil {
		return nil, err
	}
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	results := make([]any, len(writes))
	for i, w := range writes {
		results[i] = s.apply(w)
	}
	if written != nil {
		written(results)
	}
	return results, nil
}

// Intend implements [Store].
func (s *Memory) Intend(ctx context.Context, a messages.AttemptMade) error {
	unlock, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	a.Open, a.At = true, toMilli(a.At)
	s.attempts[a.ID] = a
	return nil
}

// Unintend implements [Store].
func (s *Memory) Unintend(ctx context.Context, id uint64) error {
	unlock, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if s.attempts[id].Open {
		delete(s.attempts, id)
	}
	return nil
}

// begin takes the store for one call, unless it is closed or ctx has ended.
func (s *Memory) begin(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errClosed
	}
	return s.mu.Unlock, nil
}

func (s *Memory) apply(w any) any {
	switch m := w.(type) {
	case *messages.AcceptTrigger:
		return s.accept(m.Trigger)
	case *messages.KeepPart:
		s.change(m.Trigger, func(t *messages.Trigger) { setPart(t, m.Part, m.Message) })
	case *messages.KeepFinal:
		s.change(m.Trigger, func(t *messages.Trigger) {
			if t.Revision == m.Revision && !t.State.Ended() {
				t.Final = m.Text
			}
		})
	case *messages.KeepShared:
		s.shared[m.Nonce] = slices.Clone(m.Covers)
	case *messages.EndTrigger:
		s.change(m.Trigger, func(t *messages.Trigger) {
			if !t.State.Ended() {
				t.State, t.Final, t.ReplyText = m.State, "", ""
			}
		})
	case *messages.CountAttempt:
		s.change(m.Trigger, func(t *messages.Trigger) { t.Attempts++ })
	case *messages.ReviseTrigger:
		s.change(m.Trigger.ID, func(t *messages.Trigger) { *t, _ = revised(*t, clone(m.Trigger)) })
	case *messages.KeepSession:
		kept := s.sessions[m.Shard]
		kept.Session, kept.Found = m.Session, true
		s.sessions[m.Shard] = kept
	case *messages.KeepAlive:
		kept := s.sessions[m.Shard]
		kept.Alive, kept.Skew, kept.Found = toMilli(m.At), m.Skew, true
		s.sessions[m.Shard] = kept
	case *messages.Quarantine:
		s.contain(contained(*m))
	case *messages.AttemptMade:
		made := *m
		made.At = toMilli(m.At)
		s.attempts[m.ID] = made
	case *messages.KeepNote:
		s.keepNote(m)
	case *messages.KeepTrace:
		s.traces[m.Trace.Trigger] = cloneTrace(m.Trace)
	case *messages.Prune:
		s.pruneTraces(max(m.Before, m.Traces))
		return s.prune(m.Before)
	default:
		return s.analyse(m)
	}
	return &messages.Kept{}
}

// toMilli returns a time as the other engine keeps it.
func toMilli(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()) }

func (s *Memory) accept(t messages.Trigger) *messages.Accepted {
	if isDirect(t) {
		s.directs[t.Channel] = max(s.directs[t.Channel], t.ID)
	}
	known := s.triggers[t.ID]
	if known == nil {
		kept := clone(accepted(t))
		s.triggers[t.ID] = &kept
		return &messages.Accepted{Trigger: clone(kept), Fresh: true}
	}
	return &messages.Accepted{Trigger: clone(*known)}
}

func (s *Memory) change(id messages.MessageID, f func(*messages.Trigger)) {
	if t := s.triggers[id]; t != nil {
		f(t)
	}
}

func (s *Memory) keepNote(m *messages.KeepNote) {
	if m.Value == "" {
		delete(s.notes[m.Owner], m.Key)
		return
	}
	if s.notes[m.Owner] == nil {
		s.notes[m.Owner] = map[string]string{}
	}
	s.notes[m.Owner][m.Key] = m.Value
}

// prune forgets all that is old: it takes no time.
func (s *Memory) prune(before messages.MessageID) *messages.Pruned {
	maps.DeleteFunc(s.triggers, func(id messages.MessageID, t *messages.Trigger) bool {
		return id < before && t.State.Ended()
	})
	maps.DeleteFunc(s.shared, func(_ string, covers []messages.MessageID) bool {
		return slices.Max(covers) < before
	})
	at := before.Time()
	maps.DeleteFunc(s.attempts, func(_ uint64, a messages.AttemptMade) bool { return a.At.Before(at) })
	if len(s.directs) > maxDirects {
		for _, channel := range s.newestDirects()[maxDirects:] {
			delete(s.directs, channel)
		}
	}
	return &messages.Pruned{}
}

// newestDirects returns the direct messages, the one used last first.
func (s *Memory) newestDirects() []messages.ChannelID {
	channels := slices.Collect(maps.Keys(s.directs))
	slices.SortFunc(channels, func(a, b messages.ChannelID) int { return cmp.Compare(s.directs[b], s.directs[a]) })
	return channels
}

func clone(t messages.Trigger) messages.Trigger {
	t.Parts = slices.Clone(t.Parts)
	t.Attachments = slices.Clone(t.Attachments)
	t.Roles = slices.Clone(t.Roles)
	return t
}

// Close implements [Store].
func (s *Memory) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
