package actors

import (
	"testing"
	"time"

	"troupe/messages"
)

// Times are quiet if all three say so. Who says nothing does not.
func TestCalm(t *testing.T) {
	quota := func(m messages.ModelQuota) *messages.QuotaState {
		m.Model = "m"
		return &messages.QuotaState{Models: []messages.ModelQuota{{Model: "l", Paused: 1}, m}, DayReset: time.Hour}
	}
	calm := Calm{reserve: &messages.Reserve{Model: "m"}}
	for _, tt := range []struct {
		name   string
		answer any
		want   bool
	}{
		{"nothing", nil, false},
		{"a good day", &messages.Health{}, true},
		{"going without", &messages.Health{Level: messages.LevelReduced}, false},
		{"an empty pool", &messages.PoolState{Limit: 5}, true},
		{"half of it runs", &messages.PoolState{Limit: 4, Running: 2}, true},
		{"more runs", &messages.PoolState{Limit: 4, Running: 3}, false},
		{"one waits", &messages.PoolState{Limit: 5, Queued: 1}, false},
		{"one is parked", &messages.PoolState{Limit: 5, Parked: 1}, false},
		{"no limits", quota(messages.ModelQuota{MinuteRequests: 9, DayRequests: 9}), true},
		{"not asked today", &messages.QuotaState{}, true},
		{"less than half a minute's", quota(messages.ModelQuota{MinuteRequests: 4, LimitRPM: 9}), true},
		{"half a minute's", quota(messages.ModelQuota{MinuteRequests: 5, LimitRPM: 10}), false},
		{"the day's last", quota(messages.ModelQuota{LimitRPD: 9, Lasts: time.Hour}), true},
		{"the day's do not last", quota(messages.ModelQuota{LimitRPD: 9, Lasts: time.Hour - 1}), false},
		{"paused", quota(messages.ModelQuota{Paused: 1}), false},
		{"little money spent", &messages.QuotaState{Spent: 0.9, SpendCap: 2}, true},
		{"half the money spent", &messages.QuotaState{Spent: 1, SpendCap: 2}, false},
	} {
		if got := calm.agrees(tt.answer); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
