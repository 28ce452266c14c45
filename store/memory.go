package store

import (
	"cmp"
	"context"
	"fmt"
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
	triggers   map[messages.MessageID]*messages.Trigger
	shared     map[string][]messages.MessageID
	sessions   map[int]messages.SessionFound
	attempts   []messages.AttemptMade
	notes      map[string]map[string]string
	quarantine []messages.Quarantine
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		triggers: map[messages.MessageID]*messages.Trigger{},
		shared:   map[string][]messages.MessageID{},
		sessions: map[int]messages.SessionFound{},
		notes:    map[string]map[string]string{},
	}
}

// Apply implements [Store].
func (s *Memory) Apply(ctx context.Context, writes []any) ([]any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, w := range writes {
		if !isWrite(w) {
			return nil, fmt.Errorf("store: %T is no write", w)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	results := make([]any, len(writes))
	for i, w := range writes {
		results[i] = s.apply(w)
	}
	return results, nil
}

// isWrite reports whether w is one of the journal's commands.
func isWrite(w any) bool {
	switch w.(type) {
	case *messages.AcceptTrigger, *messages.KeepPart, *messages.KeepFinal, *messages.KeepShared,
		*messages.EndTrigger, *messages.CountAttempt, *messages.ReviseTrigger, *messages.KeepSession,
		*messages.KeepAlive, *messages.Quarantine, *messages.AttemptMade, *messages.KeepNote, *messages.Prune:
		return true
	}
	return false
}

func (s *Memory) apply(w any) any {
	switch m := w.(type) {
	case *messages.AcceptTrigger:
		return s.accept(m.Trigger)
	case *messages.KeepPart:
		s.change(m.Trigger, func(t *messages.Trigger) { setPart(t, m.Part, m.Message) })
	case *messages.KeepFinal:
		s.change(m.Trigger, func(t *messages.Trigger) {
			if t.Revision == m.Revision {
				t.Final = m.Text
			}
		})
	case *messages.KeepShared:
		s.shared[m.Nonce] = slices.Clone(m.Covers)
	case *messages.EndTrigger:
		s.change(m.Trigger, func(t *messages.Trigger) {
			if !t.State.Ended() {
				t.State = m.State
			}
		})
	case *messages.CountAttempt:
		s.change(m.Trigger, func(t *messages.Trigger) { t.Attempts++ })
	case *messages.ReviseTrigger:
		s.change(m.Trigger.ID, func(t *messages.Trigger) { *t = revised(*t, m.Trigger) })
	case *messages.KeepSession:
		kept := s.sessions[m.Shard]
		kept.Session, kept.Found = m.Session, true
		s.sessions[m.Shard] = kept
	case *messages.KeepAlive:
		kept := s.sessions[m.Shard]
		kept.Alive, kept.Found = m.At, true
		s.sessions[m.Shard] = kept
	case *messages.Quarantine:
		s.quarantine = append(s.quarantine, *m)
	case *messages.AttemptMade:
		s.attempts = append(s.attempts, *m)
	case *messages.KeepNote:
		s.keepNote(m)
	case *messages.Prune:
		s.prune(m.Before)
	}
	return &messages.Kept{}
}

func (s *Memory) accept(t messages.Trigger) *messages.Accepted {
	if known := s.triggers[t.ID]; known != nil {
		return &messages.Accepted{Trigger: clone(known)}
	}
	kept := clone(&t)
	s.triggers[t.ID] = &kept
	return &messages.Accepted{Trigger: t, Fresh: true}
}

func (s *Memory) change(id messages.MessageID, f func(*messages.Trigger)) {
	if t := s.triggers[id]; t != nil {
		f(t)
	}
}

// setPart notes which message holds a part. Parts come in order but for those
// that a crash has lost: what lies between is 0.
func setPart(t *messages.Trigger, part int, id messages.MessageID) {
	for len(t.Parts) <= part {
		t.Parts = append(t.Parts, 0)
	}
	t.Parts[part] = id
}

// revised returns what a trigger becomes when its question is edited: the parts
// that there are will hold the new answer.
func revised(old, question messages.Trigger) messages.Trigger {
	question.Parts = old.Parts
	question.Accepted = old.Accepted
	question.State = messages.TriggerAccepted
	question.Final, question.Attempts, question.Deaths = "", 0, 0
	return question
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

func (s *Memory) prune(before messages.MessageID) {
	maps.DeleteFunc(s.triggers, func(id messages.MessageID, t *messages.Trigger) bool {
		return id < before && t.State.Ended()
	})
	maps.DeleteFunc(s.shared, func(_ string, covers []messages.MessageID) bool {
		return slices.Max(covers) < before
	})
	at := before.Time()
	s.attempts = slices.DeleteFunc(s.attempts, func(a messages.AttemptMade) bool { return a.At.Before(at) })
}

func clone(t *messages.Trigger) messages.Trigger {
	c := *t
	c.Parts = slices.Clone(t.Parts)
	c.Attachments = slices.Clone(t.Attachments)
	return c
}

// Trigger implements [Store].
func (s *Memory) Trigger(_ context.Context, id messages.MessageID) (messages.Trigger, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.triggers[id]
	if t == nil {
		return messages.Trigger{}, false, nil
	}
	return clone(t), true, nil
}

// Unfinished implements [Store].
func (s *Memory) Unfinished(_ context.Context, channel messages.ChannelID) ([]messages.Trigger, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []messages.Trigger
	for _, t := range s.triggers {
		if t.Channel == channel && !t.State.Ended() {
			found = append(found, clone(t))
		}
	}
	slices.SortFunc(found, func(a, b messages.Trigger) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// UnfinishedChannels implements [Store].
func (s *Memory) UnfinishedChannels(context.Context) ([]messages.ChannelID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[messages.ChannelID]bool{}
	for _, t := range s.triggers {
		if !t.State.Ended() {
			found[t.Channel] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// Session implements [Store].
func (s *Memory) Session(_ context.Context, shard int) (messages.SessionFound, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[shard], nil
}

// Attempts implements [Store].
func (s *Memory) Attempts(_ context.Context, since time.Time) ([]messages.AttemptMade, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []messages.AttemptMade
	for _, a := range s.attempts {
		if !a.At.Before(since) {
			found = append(found, a)
		}
	}
	slices.SortStableFunc(found, func(a, b messages.AttemptMade) int { return a.At.Compare(b.At) })
	return found, nil
}

// Notes implements [Store].
func (s *Memory) Notes(_ context.Context, owner string) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.notes[owner]), nil
}

// Close implements [Store].
func (s *Memory) Close() error { return nil }
