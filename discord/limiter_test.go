package discord

import (
	"testing"
	"time"

	"troupe/messages"
)

func mustTake(t *testing.T, l *limiter, r route, now time.Time) ticket {
	t.Helper()
	tk, limited := l.take(r, now)
	if limited != nil {
		t.Fatalf("%v %s: %v", r, now.Sub(noon), limited)
	}
	return tk
}

func wantLimited(t *testing.T, l *limiter, r route, now time.Time, what string, wait time.Duration) {
	t.Helper()
	_, limited := l.take(r, now)
	if want := (messages.Limited{What: what, Wait: wait}); limited == nil || *limited != want {
		t.Errorf("%v: %v, want %v", r, limited, &want)
	}
}

var (
	post    = route{name: "POST", major: "1"}
	edit    = route{name: "PATCH", major: "1"}
	respond = route{name: "respond", major: "1", exempt: true}
)

// Kinds of requests for which Discord names one bucket share it; other places
// have one of their own.
func TestLimiterSharedBucket(t *testing.T) {
	l := newLimiter(0)
	empty := told{bucket: "b", limit: 5, reset: time.Second, end: at(time.Second)}
	l.answered(mustTake(t, l, post, noon), empty, noon)
	l.answered(mustTake(t, l, edit, noon), told{bucket: "b", limit: 5, left: 3, reset: time.Second, end: at(time.Second)}, noon)
	wantLimited(t, l, post, noon, limitBucket, time.Second+resetSlack)
	wantLimited(t, l, edit, noon, limitBucket, time.Second+resetSlack)
	elsewhere := route{name: "POST", major: "2"}
	mustTake(t, l, elsewhere, noon)
	wantLimited(t, l, elsewhere, noon, limitBucket, firstUsual*7/8*7/8)
	if len(l.buckets) != 2 {
		t.Errorf("%d buckets", len(l.buckets))
	}
}

// A kind of requests that Discord counts in several buckets, as deletions by the
// age of the message, mixes up neither.
func TestLimiterSeveralBuckets(t *testing.T) {
	l := newLimiter(0)
	in := func(name string, left int) told {
		return told{bucket: name, limit: 5, left: left, reset: time.Second, end: at(time.Second)}
	}
	l.answered(mustTake(t, l, post, noon), in("young", 4), noon)
	l.answered(mustTake(t, l, post, noon), in("old", 0), noon)
	wantLimited(t, l, post, noon, limitBucket, time.Second+resetSlack) // now counted as old
	young, old := l.buckets[bucketKey{"young", "1"}], l.buckets[bucketKey{"old", "1"}]
	if young.flying != 0 || young.spare != 3 || old.flying != 0 || old.spare != 0 {
		t.Errorf("young %+v\nold %+v", young, old)
	}
}

// A global refusal holds for all but interactions, one by Cloudflare for all.
func TestLimiterGlobal(t *testing.T) {
	l := newLimiter(0)
	l.refused(mustTake(t, l, post, noon), told{}, scopeGlobal, time.Minute, noon)
	wantLimited(t, l, edit, at(time.Second), limitGlobal, 59*time.Second)
	l.answered(mustTake(t, l, respond, noon), told{}, noon)
	mustTake(t, l, post, at(time.Minute))

	l.refused(mustTake(t, l, respond, noon), told{}, scopeBan, time.Hour, noon)
	wantLimited(t, l, edit, at(time.Minute), limitGlobal, 59*time.Minute)
	wantLimited(t, l, respond, at(time.Minute), limitGlobal, 59*time.Minute)
}

// A refusal of one channel, by whomever it was used up, holds for that alone.
func TestLimiterRefusedInOnePlace(t *testing.T) {
	for _, scope := range []string{scopeUser, scopeShared} {
		l := newLimiter(0)
		l.refused(mustTake(t, l, post, noon), told{}, scope, time.Second, noon)
		wantLimited(t, l, post, noon, limitBucket, time.Second)
		mustTake(t, l, edit, noon)
		mustTake(t, l, route{name: "POST", major: "2"}, noon)
	}
}

// In no second more requests get through than asked for, the wait is exact, and
// what may be sent is: of 50 a second, 45 and some.
func TestLimiterPace(t *testing.T) {
	for rps, least := range map[int]int{1: 9, 2: 19, 7: 69, 10: 99, 50: 460, 100: 920} {
		l := newLimiter(rps)
		l.answered(mustTake(t, l, route{name: "free"}, at(-time.Minute)), told{}, at(-time.Minute))
		var sent []time.Time
		now := noon
		for now.Before(at(10 * time.Second)) {
			tk, limited := l.take(route{name: "free"}, now)
			if limited == nil {
				sent = append(sent, now)
				l.answered(tk, told{}, now)
				continue
			}
			if limited.What != limitGlobal || limited.Wait <= 0 {
				t.Fatalf("%d a second: %v", rps, limited)
			}
			if _, early := l.take(route{name: "free"}, now.Add(limited.Wait-time.Microsecond)); early == nil {
				t.Fatalf("%d a second: the wait of %v is too long", rps, limited.Wait)
			}
			now = now.Add(limited.Wait)
		}
		for i := rps; i < len(sent); i++ {
			if d := sent[i].Sub(sent[i-rps]); d < time.Second {
				t.Fatalf("%d a second: %d requests within %v", rps, rps+1, d)
			}
		}
		if len(sent) < least {
			t.Errorf("%d a second: %d requests in 10 s, less than %d", rps, len(sent), least)
		}
	}
}

// A request that a bucket holds up takes no share of the requests a second, and
// interactions never do.
func TestLimiterPaceIsNotWasted(t *testing.T) {
	l := newLimiter(1)
	l.refused(mustTake(t, l, post, noon), told{}, scopeUser, time.Minute, noon)
	for range 5 {
		wantLimited(t, l, post, at(time.Second), limitBucket, 59*time.Second)
		l.answered(mustTake(t, l, respond, at(time.Second)), told{}, at(time.Second))
	}
	mustTake(t, l, edit, at(2*time.Second))
	if _, limited := l.take(route{name: "typing"}, at(2*time.Second)); limited == nil || limited.What != limitGlobal {
		t.Errorf("a second one: %v", limited)
	}
}

// What is long unused is dropped, so that a bot which lives long and sees many
// interactions does not grow; what holds something is kept.
func TestLimiterForgets(t *testing.T) {
	l := newLimiter(0)
	for i := range 10_000 {
		r := route{name: "respond", major: time.Duration(i).String(), exempt: true}
		l.answered(mustTake(t, l, r, noon), told{bucket: "b", limit: 5, left: 4, reset: time.Second}, noon)
	}
	mustTake(t, l, post, noon) // never answered
	l.refused(mustTake(t, l, edit, noon), told{}, scopeUser, time.Hour, noon)
	mustTake(t, l, route{name: "early"}, at(4*time.Minute))
	if len(l.buckets) != 10_003 {
		t.Errorf("%d buckets before their time", len(l.buckets))
	}
	mustTake(t, l, route{name: "late"}, at(idleBucket+sweepEvery))
	if len(l.buckets) != 4 {
		t.Errorf("%d buckets kept", len(l.buckets))
	}
	wantLimited(t, l, edit, at(30*time.Minute), limitBucket, 30*time.Minute)
}
