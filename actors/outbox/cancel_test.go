package outbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// Cancelling ends a reply wherever it is; its messages stay or go, as wanted, and
// what is on its way follows.
func TestCancel(t *testing.T) {
	r := reply1(1)
	cancel := func(w *world, erase bool) { w.cancel(r, erase) }
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
			w.stream(r, 0, 1900*ms, 1)
			w.at(1950*ms, func() { cancel(w, false) })
		}, 1, 1},
		{"grows, goes, and its turn has not heard of it", func(w *world) {
			w.stream(r, 0, 3*time.Second, 1)
			w.at(2*time.Second, func() { cancel(w, true) })
		}, 0, 1},
		{"goes before its turn opens it", func(w *world) {
			w.at(0, func() { cancel(w, true) })
			w.at(100*ms, func() { w.open(r); w.grow(1, "hi") })
			w.at(time.Second, func() { w.finish(1, r, "hi there") })
		}, 0, 1},
		{"stands, goes", func(w *world) {
			w.at(0, func() { w.finish(2, reply1(2), "another"); w.finish(3, r, "hi") })
			w.at(time.Minute, func() { delete(w.answers, 2); delete(w.answers, 3); cancel(w, true) })
		}, 1, 0},
		{"given parts go", func(w *world) {
			r := r
			r.Parts = []messages.MessageID{w.add(said{text: "a"}).id, 0, w.add(said{text: "b"}).id}
			w.at(0, func() { w.cancel(r, true) })
		}, 0, 0},
		{"deleting fails at first", func(w *world) {
			r := r
			r.Parts = []messages.MessageID{w.add(said{text: "a"}).id}
			w.failing(2, "delete", failure(messages.CauseUnreachable, messages.RetryBackoff))
			w.at(0, func() { w.cancel(r, true) })
		}, 0, 0},
		{"deleting is not allowed", func(w *world) {
			r := r
			r.Parts = []messages.MessageID{w.add(said{text: "a"}).id}
			w.failing(-1, "delete", failure(messages.CauseNoPermission, messages.RetryNever))
			w.at(0, func() { w.cancel(r, true) })
		}, 1, 0},
	}
	for _, tt := range tests {
		w := newWorld(t)
		tt.do(w)
		w.run(time.Hour)
		if got := w.visible(); len(got) != tt.visible || len(w.answers) != tt.answers {
			t.Errorf("%s: %q is to be seen, answered %v", tt.name, got, w.answers)
		}
		if !slices.Equal(w.cancels, w.cancelled) {
			t.Errorf("%s: %v are told that it is cancelled, not %v", tt.name, w.cancelled, w.cancels)
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
		w.at(2*time.Second+after, func() { w.cancel(shared(1), true) })
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
					w.cancel(r, false)
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
