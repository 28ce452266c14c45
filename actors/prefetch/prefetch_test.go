package prefetch

import (
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// What is expected to be asked is warmed: the channel, its guild, who asked there
// last; but only while all is quiet. What is not known to be quiet is not.
func TestQuiet(t *testing.T) {
	idle := &messages.PoolState{Limit: 10}
	tests := []struct {
		name   string
		health any
		pool   any
		warms  bool
	}{
		{"all is quiet", &messages.Health{}, idle, true},
		{"a few requests run", &messages.Health{}, &messages.PoolState{Limit: 10, Running: 5}, true},
		{"many requests run", &messages.Health{}, &messages.PoolState{Limit: 10, Running: 6}, false},
		{"somebody waits", &messages.Health{}, &messages.PoolState{Limit: 10, Queued: 1}, false},
		{"a limit is met", &messages.Health{}, &messages.PoolState{Limit: 10, Parked: 1}, false},
		{"something is gone without", &messages.Health{Level: messages.LevelReduced}, idle, false},
		{"health does not tell", nil, idle, false},
		{"the pool does not tell", &messages.Health{}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				answers := func(m any) *actor.PID {
					return e.Fake(func(c *actor.Context) {
						if c.Sender() != nil && m != nil {
							c.Respond(m)
						}
					}).PID
				}
				r := prometheus.NewRegistry()
				channels, users, guilds := e.Probe(), e.Probe(), e.Probe()
				pid := e.Start(New(Config{
					Idle: 10 * time.Minute, Channels: channels.PID, Users: users.PID, Guilds: guilds.PID,
					Health: answers(tt.health), Pool: answers(tt.pool), Metrics: r, Log: actortest.Log(),
				}))
				asked := &messages.Asked{Guild: 1, Channel: 7, Asker: 9}
				e.Tell(pid, asked)
				time.Sleep(24 * time.Hour)
				e.Tell(pid, asked)
				time.Sleep(24*time.Hour - 12*time.Minute)
				var want []any
				if tt.warms {
					want = []any{&messages.Deliver{To: 7, Message: &messages.Warm{Guild: 1}}}
				}
				if d := cmp.Diff(want, channels.Take()); d != "" {
					t.Errorf("the channels hear (-want +got):\n%s", d)
				}
				if users, guilds := len(users.Take()) > 0, len(guilds.Take()) > 0; users != tt.warms || guilds != tt.warms {
					t.Errorf("users hear of it: %v, guilds: %v", users, guilds)
				}
				e.Tell(pid, asked)
				time.Sleep(time.Second)
				outcome := "withheld"
				if tt.warms {
					outcome = "hit"
				}
				if n := testutil.ToFloat64(newMetrics(r).channels.WithLabelValues(outcome)); n < 1 {
					t.Errorf("%v are counted as %s", n, outcome)
				}
			})
		})
	}
}
