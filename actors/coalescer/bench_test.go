package coalescer

import (
	"fmt"
	"testing"
	"time"

	"troupe/messages"
)

// BenchmarkState takes one waiter through the coalescer's core: each tenth begins
// a job, which tells of its progress once and ends with ten who wait.
func BenchmarkState(b *testing.B) {
	s := newState(limits{Linger: time.Millisecond, Keys: 1000, Waiters: 1000, Memory: 16 << 20})
	now := start
	job, result := &messages.Job{}, &messages.Generation{Text: "Forty-two."}
	keys := make([]string, 256)
	for i := range keys {
		keys[i] = fmt.Sprint("key ", i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		key := keys[i/10%len(keys)]
		now = now.Add(time.Millisecond)
		s.join(key, job, now)
		if i%10 == 9 {
			f := s.flights[key]
			s.progress(f.id, "Forty")
			s.ended(f.id, ending{result: result}, now)
		}
	}
}
