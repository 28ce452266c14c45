package outbox

import (
	"testing"
	"time"

	"troupe/messages"
)

// BenchmarkCrowd lets the text of one of many replies grow that share it.
func BenchmarkCrowd(b *testing.B) {
	s := newState(room, messages.NonceLife)
	for i := 1; i <= maxOpen; i++ {
		s.open(shared(i), start)
	}
	text := words(400)
	now := start
	for i := 0; b.Loop(); i++ {
		now = now.Add(time.Millisecond)
		for _, do := range s.grow(shared(1+i%maxOpen).Trigger, text[:100+i%1000], now) {
			if r, ok := do.(request); ok {
				s.failed(r.id, failure("", 0), now)
			}
		}
	}
}
