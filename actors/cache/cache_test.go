package cache

import (
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// An answer comes at once or not at all, is forgotten when it is to be, and
// leaves memory when it is too old, though nobody asks.
func TestCache(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		r := prometheus.NewRegistry()
		pid := e.Start(New(Config{TTL: 10 * time.Minute, Young: 2 * time.Second, Metrics: r, Log: actortest.Log()}))
		get := func(want string) {
			t.Helper()
			began := time.Now()
			got, err := e.Ask(pid, &messages.GetAnswer{Key: "k"})
			if err != nil {
				t.Fatal(err)
			}
			if answer := got.(*messages.CachedAnswer); answer.Text != want {
				t.Errorf("got %q, want %q", answer.Text, want)
			}
			if time.Since(began) != 0 {
				t.Errorf("answered after %v", time.Since(began))
			}
		}
		kept := func() *messages.KeepAnswer {
			return &messages.KeepAnswer{Key: "k", Text: "a", Made: time.Now(), Channel: 1, Messages: []messages.MessageID{1, 2}}
		}
		get("")
		e.Tell(pid, kept())
		get("") // the coalescer's to share
		time.Sleep(time.Minute)
		get("a")
		e.Tell(pid, &messages.ForgetAnswers{Channel: 1, Messages: []messages.MessageID{2}})
		get("")
		e.Tell(pid, &messages.AnswerBypassed{Why: messages.BypassContext})
		e.Tell(pid, kept())
		time.Sleep(61 * time.Minute)
		got, err := e.Ask(pid, &messages.GetCache{})
		want := &messages.CacheState{Hits: 1, Misses: 3, Bypassed: map[string]int{messages.BypassContext: 1}}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		if n := testutil.CollectAndCount(r, "troupe_cache_questions_total"); n != 3 {
			t.Errorf("%d outcomes are counted", n)
		}
	})
}

// Looking an answer up takes microseconds, however many there are.
func BenchmarkGet(b *testing.B) {
	s := newState(limits{ttl: time.Hour, entries: 10_000, bytes: 64 << 20})
	for id := range messages.MessageID(10_000) {
		s.keep(keep(id.String(), "an answer", 2*id, 2*id+1), noon)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.get("5000", false, noon)
	}
}
