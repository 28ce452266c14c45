package outbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

func failure(cause messages.Cause, retry messages.Retry) *messages.Failure {
	return &messages.Failure{Cause: cause, Retry: retry}
}

// failing lets requests of a kind fail, the first so many of them.
func (w *world) failing(n int, kind string, err error) {
	w.fault = func(what any) any {
		if n == 0 || !strings.HasPrefix(describe(what), kind) {
			return nil
		}
		n--
		return err
	}
}

// Failures for good end the reply; others are tried again with growing pauses
// and the same nonce until the deadline.
func TestFailures(t *testing.T) {
	tests := []struct {
		name string
		n    int
		kind string
		err  error
		want []string
	}{
		{"no permission", -1, "post", failure(messages.CauseNoPermission, messages.RetryNever), []string{
			`62.5ms post "hi" to 1`, "125ms answer 1: no_permission",
		}},
		{"channel gone", -1, "post", failure(messages.CauseGone, messages.RetryNever), []string{
			`62.5ms post "hi" to 1`, "125ms answer 1: gone",
		}},
		{"three failures", 3, "post", failure(messages.CauseUnreachable, messages.RetryBackoff), []string{
			`62.5ms post "hi" to 1`, `687.5ms post "hi" to 1`, `1.8125s post "hi" to 1`, `3.9375s post "hi" to 1`,
			"4.005s answer 1: posted as [1000]",
		}},
		{"told when to come", 1, "post", &messages.Failure{Cause: messages.CauseOverloaded, Retry: messages.RetryAfter, After: 3 * time.Second}, []string{
			`62.5ms post "hi" to 1`, `3.1875s post "hi" to 1`, "3.255s answer 1: posted as [1000]",
		}},
		{"unreachable", -1, "post", failure(messages.CauseUnreachable, messages.RetryBackoff), []string{
			`62.5ms post "hi" to 1`, `687.5ms post "hi" to 1`, `1.8125s post "hi" to 1`, `3.9375s post "hi" to 1`,
			`8.0625s post "hi" to 1`, `16.1875s post "hi" to 1`, `31.3125s post "hi" to 1`, `46.4375s post "hi" to 1`,
			`1m1.5625s post "hi" to 1`, `1m16.6875s post "hi" to 1`, `1m31.8125s post "hi" to 1`, `1m46.9375s post "hi" to 1`,
			"2m0s answer 1: unreachable",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.failing(tt.n, tt.kind, tt.err)
			w.at(0, func() { w.finish(1, reply1(1), "hi") })
			w.run(time.Hour)
			w.want(tt.want...)
			if len(w.s.order)+len(w.s.replies)+len(w.s.flights)+len(w.s.writes) != 0 || !w.s.wake.IsZero() {
				t.Error("something is left")
			}
		})
	}
}

// A post that came through though it failed is not repeated, and what it held is
// replaced by the whole text; whether Discord tells what stands there or not.
func TestNonceKnown(t *testing.T) {
	for _, mute := range []bool{false, true} {
		for _, text := range []string{"one", "one two"} {
			w := newWorld(t)
			w.mute = mute
			lost := false
			w.fault = func(what any) any {
				if post, ok := what.(*messages.Post); ok && !lost {
					lost = true
					w.do(post, w.now)
					return failure(messages.CauseUnreachable, messages.RetryBackoff)
				}
				return nil
			}
			w.at(0, func() { w.open(reply1(1)); w.grow(1, "one") })
			w.at(300*ms, func() { w.finish(1, reply1(1), text) })
			w.run(time.Hour)
			if got := w.visible(); len(got) != 1 || got[0] != text || len(w.answers) != 1 {
				t.Errorf("%q is to be seen, not %q", got, text)
			}
			if edits := len(w.times("edit")); edits > 0 != (text != "one") {
				t.Errorf("%q: %d edits", text, edits)
			}
		}
	}
}

// A new instance, which knows nothing of the old one, ends with the same message.
func TestCrash(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.open(reply1(1)); w.grow(1, "one") })
	w.run(100 * ms)
	w.s, w.events = newState(room, DefaultDeadline, start), nil
	w.at(time.Second, func() { w.finish(1, reply1(1), "one two") })
	w.run(time.Hour)
	w.want(
		`70.5ms post "one" to 1`,
		`1.0625s post "one two" to 1`,
		`1.1875s edit 1000 "one two"`,
		"1.25s answer 1: posted as [1000]",
	)
}

// Asking again for what is under way is answered with it; asking again for what
// is done does no harm.
func TestFinishAgain(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.finish(1, reply1(1), "hi") })
	w.at(10*ms, func() { w.finish(2, reply1(1), "another text does not matter") })
	w.at(time.Second, func() { w.finish(3, reply1(1), "hi") })
	r := reply1(1)
	r.Parts = []messages.MessageID{1000}
	w.at(2*time.Second, func() { w.finish(4, r, "hi") })
	w.run(time.Hour)
	if got := w.visible(); len(got) != 1 || got[0] != "hi" || len(w.answers) != 4 {
		t.Errorf("%q, %v", got, w.answers)
	}
}

// What the pool refuses is asked again when it says, and not before.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.refuse = func(what any) error {
		if _, ok := what.(*messages.Post); ok && n < 3 {
			n++
			return &messages.Refused{Reason: messages.RefusedFull, RetryAfter: 4 * time.Second}
		}
		return nil
	}
	w.at(0, func() { w.finish(1, reply1(1), "hi") })
	w.run(time.Hour)
	w.want(`12.0625s post "hi" to 1`, "12.13s answer 1: posted as [1000]")
}

// A limit that was not known of is respected by all that follows.
func TestLimited(t *testing.T) {
	w := newWorld(t)
	w.posts.used, w.posts.reset = 5, start.Add(3*time.Second)
	for i := 1; i <= 4; i++ {
		w.at(time.Duration(i)*100*ms, func() { w.finish(uint64(i), reply1(i), "hi") })
	}
	w.run(time.Hour)
	if w.posts.passed > 2 || len(w.answers) != 4 {
		t.Errorf("%d posts too many", w.posts.passed)
	}
	if at := w.times("answer"); slices.Max(at) > 3500*ms {
		t.Errorf("answered at %v", at)
	}
}

// What a person has deleted stays deleted: the answer counts as given.
func TestDeletedByPerson(t *testing.T) {
	w := newWorld(t)
	w.stream(reply1(1), 200*ms, 5*time.Second, 1)
	w.at(time.Second, func() { w.said[0].deleted = true })
	w.run(time.Hour)
	if len(w.visible()) != 0 || len(w.times("edit")) != 1 || outcome(w.answers[1]) != "posted as [1000]" {
		t.Errorf("%q, %q", w.visible(), w.log)
	}
	r := reply1(2)
	r.Parts = []messages.MessageID{1000}
	w.at(time.Hour, func() { w.finish(2, r, "anew") })
	w.run(2 * time.Hour)
	if len(w.visible()) != 0 || outcome(w.answers[2]) != "posted as [1000]" {
		t.Errorf("%q, %v", w.visible(), outcome(w.answers[2]))
	}
}

// A failure while the answer grows is told when it is finished, and nothing more
// is tried.
func TestFailureBeforeEnd(t *testing.T) {
	w := newWorld(t)
	w.failing(-1, "post", failure(messages.CauseNoPermission, messages.RetryNever))
	w.stream(reply1(1), 200*ms, 5*time.Second, 1)
	w.run(time.Hour)
	w.want(`270.5ms post "word" to 1`, "5s answer 1: no_permission")
}

// An edit that only shows progress may fail without harm to the end.
func TestProgressFails(t *testing.T) {
	w := newWorld(t)
	w.failing(-1, "edit", failure(messages.CauseOverloaded, messages.RetryBackoff))
	w.stream(reply1(1), 200*ms, 5*time.Second, 1)
	w.at(5*time.Second, func() { w.fault = nil })
	w.run(time.Hour)
	if at := w.times("answer")[0]; at > 5300*ms {
		t.Errorf("answered at %v", at)
	}
}

// Nothing is shown of an answer without text, and who asks is told.
func TestEmpty(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.open(reply1(1)); w.grow(1, " \n") })
	w.at(100*ms, func() { w.finish(1, reply1(1), " ") })
	w.run(time.Hour)
	w.want("100ms answer 1: empty")
}

// As many replies are open as may; more are refused with the time to come again.
func TestFull(t *testing.T) {
	w := newWorld(t)
	for i := 1; i <= maxOpen; i++ {
		w.open(reply1(i))
	}
	w.open(reply1(1000))
	w.grow(1000, "hi")
	w.finish(1, reply1(1000), "hi")
	w.finish(2, reply1(7), "hi")
	w.run(200 * ms)
	w.want("0s answer 1: refused: full, again in 1s", `62.5ms post "hi" to 7`, "130ms answer 2: posted as [1000]")
	w.run(abandoned)
	if len(w.s.order)+len(w.s.replies) != 0 {
		t.Error("what is abandoned is kept")
	}
}

// Cancelling ends a reply wherever it is; its messages stay or go, as wanted, and
// what is on its way follows.
func TestCancel(t *testing.T) {
	r := reply1(1)
	cancel := func(w *world, erase bool) { w.take(w.s.cancel(r, erase, w.now)) }
	tests := []struct {
		name    string
		do      func(w *world)
		visible int
		answers int
	}{
		{"unknown", func(w *world) { w.at(0, func() { cancel(w, false) }) }, 0, 0},
		{"not shown yet", func(w *world) {
			w.at(0, func() { w.open(r); cancel(w, false) })
			w.at(100*ms, func() { w.grow(1, "late") })
		}, 0, 0},
		{"on its way, stays", func(w *world) {
			w.at(0, func() { w.finish(1, r, "hi") })
			w.at(50*ms, func() { cancel(w, false) })
		}, 1, 1},
		{"on its way, goes", func(w *world) {
			w.at(0, func() { w.finish(1, r, "hi") })
			w.at(50*ms, func() { cancel(w, true) })
		}, 0, 1},
		{"grows, stays", func(w *world) {
			w.stream(r, 0, 3*time.Second, 1)
			w.at(2*time.Second, func() { cancel(w, false) })
		}, 1, 0},
		{"grows, goes", func(w *world) {
			w.stream(r, 0, 3*time.Second, 1)
			w.at(2*time.Second, func() { cancel(w, true) })
		}, 0, 0},
		{"given parts go", func(w *world) {
			r := r
			r.Parts = []messages.MessageID{w.add(said{text: "a"}).id, 0, w.add(said{text: "b"}).id}
			w.at(0, func() { w.take(w.s.cancel(r, true, w.now)) })
		}, 0, 0},
		{"deleting fails at first", func(w *world) {
			r := r
			r.Parts = []messages.MessageID{w.add(said{text: "a"}).id}
			w.failing(2, "delete", failure(messages.CauseUnreachable, messages.RetryBackoff))
			w.at(0, func() { w.take(w.s.cancel(r, true, w.now)) })
		}, 0, 0},
		{"deleting is not allowed", func(w *world) {
			r := r
			r.Parts = []messages.MessageID{w.add(said{text: "a"}).id}
			w.failing(-1, "delete", failure(messages.CauseNoPermission, messages.RetryNever))
			w.at(0, func() { w.take(w.s.cancel(r, true, w.now)) })
		}, 1, 0},
	}
	for _, tt := range tests {
		w := newWorld(t)
		tt.do(w)
		if strings.HasPrefix(tt.name, "grows") { // what comes of the turn after that starts anew
			w.run(2900 * ms)
		} else {
			w.run(time.Hour)
		}
		if got := w.visible(); len(got) != tt.visible || len(w.answers) != tt.answers {
			t.Errorf("%s: %q is to be seen, answered %v", tt.name, got, w.answers)
		}
		if len(w.s.order)+len(w.s.replies) != 0 {
			t.Errorf("%s: something is left", tt.name)
		}
		for _, a := range w.answers {
			if outcome(a) != "cancelled" {
				t.Errorf("%s: %s", tt.name, outcome(a))
			}
		}
	}
}

// Who is cancelled of those answered together is not named any more if there is
// time for that; the others are answered.
func TestCancelMerged(t *testing.T) {
	for _, after := range []time.Duration{2 * ms, 50 * ms, time.Second} {
		w := newWorld(t)
		for i := 11; i <= 14; i++ {
			w.at(0, func() { w.finish(uint64(i), reply1(i), "other") })
		}
		for i := 1; i <= 3; i++ {
			w.at(time.Second, func() { w.open(shared(i)) })
			w.at(2*time.Second, func() { w.finish(uint64(i), shared(i), "the answer") })
		}
		w.at(2*time.Second+after, func() { w.take(w.s.cancel(shared(1), true, w.now)) })
		w.run(time.Hour)
		want := "<@1> <@2> <@3> the answer"
		if after < fsync {
			want = "<@2> <@3> the answer"
		}
		if got := w.visible()[4]; got != want {
			t.Errorf("after %v: %q", after, got)
		}
		if len(w.answers) != 7 || (outcome(w.answers[1]) == "cancelled") != (after < time.Second) {
			t.Errorf("after %v: %v", after, w.answers)
		}
	}
}

// An edited question is answered in the messages of the answer before, wherever
// that was; who waited for it is told.
func TestRevision(t *testing.T) {
	r := reply1(1)
	edited := r
	edited.Revision = 1
	for _, at := range []time.Duration{1 * ms, 50 * ms, 100 * ms, 1500 * ms, 2050 * ms} {
		for _, cancels := range []bool{false, true} {
			w, edited := newWorld(t), edited
			w.at(0, func() { w.open(r); w.grow(1, "old") })
			w.at(2*time.Second, func() { w.finish(1, r, "old answer") })
			w.at(at, func() {
				if cancels {
					w.take(w.s.cancel(r, false, w.now))
				}
				edited.Parts = w.stored(1)
				w.open(edited)
			})
			w.at(3*time.Second, func() { w.grow(1, "new") })
			w.at(4*time.Second, func() { w.finish(2, edited, "new answer") })
			w.run(time.Hour)
			if got := strings.Join(w.visible(), "|"); got != "new answer" {
				t.Errorf("at %v, cancelled %v: %q", at, cancels, got)
			}
			if outcome(w.answers[1]) != "cancelled" || outcome(w.answers[2]) != "posted as [1000]" {
				t.Errorf("at %v, cancelled %v: %v, %v", at, cancels, outcome(w.answers[1]), outcome(w.answers[2]))
			}
		}
	}
}

// No progress is shown while posts wait, so that the limits are left to them.
func TestNoProgressWhilePostsWait(t *testing.T) {
	w := newWorld(t)
	w.stream(reply1(1), 200*ms, 9*time.Second, 1)
	for i := 2; i <= 8; i++ {
		w.at(time.Second, func() { w.finish(uint64(i), reply1(i), "hi") })
	}
	w.run(time.Hour)
	for _, at := range w.times("edit") {
		if at > 1100*ms && at < 5300*ms {
			t.Errorf("an edit at %v", at)
		}
	}
	if w.posts.passed > 0 || len(w.answers) != 8 {
		t.Errorf("%d posts too many, %d answers", w.posts.passed, len(w.answers))
	}
}
