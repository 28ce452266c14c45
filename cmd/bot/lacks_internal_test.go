package bot

import (
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// The bot is ready when it can answer: what only works in the background does not
// keep it from that.
func TestLacks(t *testing.T) {
	tests := []struct {
		name   string
		health *messages.Health
		want   []string
	}{
		{"starting", nil, []string{"starting"}},
		{"all is well", &messages.Health{Connected: true}, nil},
		{"not connected", &messages.Health{}, []string{"gateway: not connected"}},
		{"down", &messages.Health{Connected: true, Down: []messages.PartDown{{Part: "router/gemini", Cause: "odd"}}}, []string{"router/gemini: odd"}},
		{"down in the background", &messages.Health{Connected: true, Down: []messages.PartDown{
			{Part: "learner/memory", Cause: "odd", Background: true},
		}}, nil},
		{"both", &messages.Health{Connected: true, Down: []messages.PartDown{
			{Part: "learner/memory", Cause: "odd", Background: true}, {Part: "router/gemini", Cause: "odd"},
		}}, []string{"router/gemini: odd"}},
	}
	for _, tt := range tests {
		var b bot
		if tt.health != nil {
			b.health.Store(tt.health)
		}
		if d := cmp.Diff(tt.want, b.lacks()); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}
