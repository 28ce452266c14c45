package user

import (
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// Who writes at the same time on many days is expected then, where they do.
func TestExpected(t *testing.T) {
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	at := func(day int, clock string, channel messages.ChannelID) messages.SaidNote {
		d, err := time.ParseDuration(clock)
		if err != nil {
			t.Fatal(err)
		}
		return messages.SaidNote{Message: messages.MessageIDAt(monday.AddDate(0, 0, day).Add(d)), Guild: 5, Channel: channel}
	}
	mornings := []messages.SaidNote{
		at(0, "9h5m", 1), at(0, "14h", 3), at(1, "9h10m", 1), at(1, "9h12m", 2), at(2, "9h20m", 1), at(2, "17h", 3), at(3, "9h15m", 1), at(4, "9h10m", 1),
	}
	tests := []struct {
		name string
		said []messages.SaidNote
		now  string
		want []messages.Expected
	}{
		{"nothing known", nil, "9h", nil},
		{"too few", mornings[:5], "9h", nil},
		{"later today", mornings, "7h", []messages.Expected{{Guild: 5, Channel: 1, At: monday.AddDate(0, 0, 7).Add(9*time.Hour + 10*time.Minute)}}},
		{"tomorrow, as it is about now", mornings, "9h", []messages.Expected{{Guild: 5, Channel: 1, At: monday.AddDate(0, 0, 8).Add(9*time.Hour + 10*time.Minute)}}},
	}
	for _, tt := range tests {
		d, err := time.ParseDuration(tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, expected(tt.said, monday.AddDate(0, 0, 7).Add(d))); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}
