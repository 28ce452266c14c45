package discord

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestEnds(t *testing.T) {
	closed := func(code int) error { return fmt.Errorf("reading: %w", &websocket.CloseError{Code: code}) }
	tests := []struct {
		err     error
		session bool // can be resumed
		fatal   bool
	}{
		{errReconnect, true, false},
		{errZombie, true, false},
		{errStalled, true, false},
		{errInvalid, false, false},
		{errors.New("connection reset"), true, false},
		{closed(1000), false, false},
		{closed(1001), false, false},
		{closed(1006), true, false},
		{closed(4000), true, false},
		{closed(4001), true, false},
		{closed(4002), true, false},
		{closed(4003), true, false},
		{closed(4005), true, false},
		{closed(4007), false, false},
		{closed(4008), true, false},
		{closed(4009), false, false},
		{closed(4004), true, true},
		{closed(4010), true, true},
		{closed(4011), true, true},
		{closed(4012), true, true},
		{closed(4013), true, true},
		{closed(4014), true, true},
	}
	for _, tt := range tests {
		if got := endsSession(tt.err); got == tt.session {
			t.Errorf("endsSession(%v) = %v", tt.err, got)
		}
		f := fatal(closeCode(tt.err))
		if (f != nil) != tt.fatal {
			t.Errorf("fatal(%v) = %v", tt.err, f)
		}
		if f != nil && !strings.Contains(f.Error(), ";") {
			t.Errorf("%v: does not say what to do", f)
		}
	}
}

func TestBackoff(t *testing.T) {
	tests := []struct {
		name     string
		failures int
		err      error
		lived    time.Duration
		identify bool
		min, max time.Duration
	}{
		{"a good session breaks", 5, errReconnect, time.Hour, false, 0, 250 * time.Millisecond},
		{"a short session breaks", 0, errReconnect, time.Second, false, 0, 250 * time.Millisecond},
		{"nobody there", 0, errors.New("refused"), 0, false, 500 * time.Millisecond, time.Second},
		{"nobody there again", 2, errors.New("refused"), 0, false, 2 * time.Second, 4 * time.Second},
		{"nobody there for long", 40, errors.New("refused"), 0, false, 30 * time.Second, time.Minute},
		{"thrown out for long", 40, errInvalid, time.Second, true, 90 * time.Second, 3 * time.Minute},
		{"session invalid", 0, errInvalid, time.Hour, true, time.Second, 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, roll := range []float64{0, 0.5, 0.999} {
				b := backoff{failures: tt.failures}
				got := b.next(tt.err, tt.lived, tt.identify, roll)
				if got < tt.min || got > tt.max {
					t.Errorf("roll %v: wait %v, want %v to %v", roll, got, tt.min, tt.max)
				}
			}
		})
	}
}

// A shard that is thrown out all day stays far below the 1000 sessions a day
// after which Discord resets the token.
func TestBackoffSessionsPerDay(t *testing.T) {
	var b backoff
	var day time.Duration
	sessions := 0
	for day < 24*time.Hour {
		day += b.next(errInvalid, time.Second, true, 0)
		sessions++
	}
	if sessions > 980 {
		t.Errorf("%d sessions in a day", sessions)
	}
}
