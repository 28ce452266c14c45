package actors_test

import (
	"testing"
	"time"

	"troupe/actors"
)

// A pause doubles up to its bound, however often.
func TestDoubled(t *testing.T) {
	for _, tt := range []struct {
		times int
		want  time.Duration
	}{{-1, time.Second}, {0, time.Second}, {1, 2 * time.Second}, {3, 8 * time.Second}, {4, 10 * time.Second}, {1 << 40, 10 * time.Second}} {
		if got := actors.Doubled(time.Second, tt.times, 10*time.Second); got != tt.want {
			t.Errorf("%d times: %v, want %v", tt.times, got, tt.want)
		}
	}
	if got := actors.Doubled(time.Minute, 0, time.Second); got != time.Second {
		t.Errorf("beyond its bound: %v", got)
	}
}
