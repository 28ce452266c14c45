package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"troupe/messages"
)

// Trigger implements [Store].
func (s *Memory) Trigger(ctx context.Context, id messages.MessageID) (messages.Trigger, bool, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return messages.Trigger{}, false, err
	}
	defer unlock()
	t := s.triggers[id]
	if t == nil {
		return messages.Trigger{}, false, nil
	}
	return clone(*t), true, nil
}

// Unfinished implements [Store].
func (s *Memory) Unfinished(ctx context.Context, channel messages.ChannelID) ([]messages.Trigger, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var found []messages.Trigger
	for _, t := range s.triggers {
		if t.Channel == channel && !t.State.Ended() {
			found = append(found, clone(*t))
		}
	}
	slices.SortFunc(found, func(a, b messages.Trigger) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// UnfinishedChannels implements [Store].
func (s *Memory) UnfinishedChannels(ctx context.Context) ([]messages.ChannelID, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	found := map[messages.ChannelID]bool{}
	for _, t := range s.triggers {
		if !t.State.Ended() {
			found[t.Channel] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// Shared implements [Store].
func (s *Memory) Shared(ctx context.Context, trigger messages.MessageID) ([]messages.KeepShared, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var found []messages.KeepShared
	for _, nonce := range slices.Sorted(maps.Keys(s.shared)) {
		if covers := s.shared[nonce]; slices.Contains(covers, trigger) {
			found = append(found, messages.KeepShared{Nonce: nonce, Covers: slices.Clone(covers)})
		}
	}
	return found, nil
}

// Session implements [Store].
func (s *Memory) Session(ctx context.Context, shard int) (messages.SessionFound, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return messages.SessionFound{}, err
	}
	defer unlock()
	return s.sessions[shard], nil
}

// Directs implements [Store].
func (s *Memory) Directs(ctx context.Context, limit int) ([]messages.ChannelID, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	found := s.newestDirects()
	return found[:min(max(limit, 0), len(found))], nil
}

// Attempts implements [Store].
func (s *Memory) Attempts(ctx context.Context, since time.Time) ([]messages.AttemptMade, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var found []messages.AttemptMade
	for _, a := range s.attempts {
		if !a.At.Before(toMilli(since)) {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b messages.AttemptMade) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(int64(a.ID), int64(b.ID))) // as the other engine keeps them
	})
	return found, nil
}

// Notes implements [Store].
func (s *Memory) Notes(ctx context.Context, owner string) (map[string]string, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return maps.Clone(s.notes[owner]), nil
}

// Quarantined implements [Store].
func (s *Memory) Quarantined(ctx context.Context) ([]Quarantined, error) {
	unlock, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	found := slices.Clone(s.quarantine)
	slices.Reverse(found)
	return found, nil
}
