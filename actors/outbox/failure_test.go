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
	w.s, w.events = newState(room, messages.NonceLife), nil
	w.at(time.Second, func() { w.finish(1, reply1(1), "one two") })
	w.run(time.Hour)
	w.want(
		`66.5ms post "one" to 1`,
		`1.0625s post "one two" to 1`,
		`1.1875s edit 1000 "one two"`,
		"1.25s answer 1: posted as [1000]",
	)
}

// What a reply's former instance has posted is found out before a new one posts:
// it may have been answered together with others.
func TestCrashOfOpened(t *testing.T) {
	w := newWorld(t)
	r := reply1(1)
	r.Opened = true
	w.at(0, func() { w.finish(1, r, "one") })
	w.run(time.Hour)
	w.want("0s answer 1: refused: restarted")
	r.Again = true
	w.at(time.Second, func() { w.finish(2, r, "one") })
	w.run(time.Hour)
	if got := w.visible(); len(got) != 1 {
		t.Errorf("%q, %v", got, w.answers)
	}
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

// A turn that crashes when its answer stands makes it once more. Nothing of that
// is to be seen: no typing, no second answer where it was answered with others,
// no second file or further message where there is no nonce.
func TestMadeAgain(t *testing.T) {
	command := reply1(1)
	command.Interaction.ID, command.ReplyTo = 1, 0
	for name, replies := range map[string][]messages.Reply{
		"own": {reply1(1)}, "merged": {shared(1), shared(2), shared(3)}, "command": {command},
	} {
		w := newWorld(t)
		for i := 11; i <= 14; i++ {
			w.at(0, func() { w.finish(uint64(i), reply1(i), "other") })
		}
		for i, r := range replies {
			w.at(time.Second, func() { w.open(r) })
			w.at(2*time.Second, func() { w.finish(uint64(i+1), r, paragraphs(2)) })
			w.at(30*time.Second, func() { w.open(r) })
			w.at(31*time.Second, func() { w.grow(r.Trigger, "made ") })
			w.at(33*time.Second, func() { w.finish(uint64(i+101), r, "made again") })
		}
		w.run(20 * time.Second)
		visible, asked := strings.Join(w.visible(), "|"), len(w.log)
		w.run(time.Hour)
		if got := strings.Join(w.visible(), "|"); got != visible {
			t.Errorf("%s: what is to be seen changes", name)
		}
		if again := w.log[asked:]; len(again) != len(replies) {
			t.Errorf("%s: %q", name, again)
		}
		for i := range replies {
			if got, want := outcome(w.answers[uint64(i+101)]), outcome(w.answers[uint64(i+1)]); got != want {
				t.Errorf("%s: %s, then %s", name, want, got)
			}
		}
	}
}

// An edit that was made though it failed leaves a text that is not the one from
// before: the end brings the whole answer all the same.
func TestEditMadeThoughItFailed(t *testing.T) {
	w := newWorld(t)
	fails := 1
	w.fault = func(what any) any {
		if edit, ok := what.(*messages.Edit); ok && edit.Content == "one" && fails > 0 {
			fails--
			w.do(what, w.now)
			return failure(messages.CauseUnreachable, messages.RetryBackoff)
		}
		return nil
	}
	w.at(0, func() { w.open(reply1(1)); w.grow(1, "one two") })
	w.at(2*time.Second, func() { w.grow(1, "one") }) // it is made anew
	w.at(2100*ms, func() { w.finish(1, reply1(1), "one two") })
	w.run(time.Hour)
	if got := strings.Join(w.visible(), "|"); got != "one two" || fails > 0 {
		t.Errorf("%q, %d", got, fails)
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

// That the pool refuses since a limit is met is known to the other posts too.
func TestRefusedByLimit(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.refuse = func(what any) error {
		if _, ok := what.(*messages.Post); ok && w.now.Sub(start) < 3*time.Second {
			n++
			return &messages.Refused{Reason: messages.RefusedLimit, RetryAfter: 3*time.Second - w.now.Sub(start)}
		}
		return nil
	}
	for i := 1; i <= 4; i++ {
		w.at(time.Duration(i)*100*ms, func() { w.finish(uint64(i), reply1(i), "hi") })
	}
	w.run(time.Hour)
	if at := w.times("answer"); n > 1 || len(at) != 4 || slices.Max(at) > 3500*ms {
		t.Errorf("%d refused, answered at %v", n, at)
	}
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
	w.want(`266.5ms post "word" to 1`, "5s answer 1: no_permission")
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

// When the nonce of a post is known but its message is deleted, as Discord has
// it, a person has deleted the answer; what was never posted has no channel.
func TestGoneWithNonce(t *testing.T) {
	again := reply1(1)
	again.Again = true
	for _, tt := range []struct {
		reply messages.Reply
		want  string
	}{{reply1(1), "gone"}, {again, "posted as []"}} {
		w := newWorld(t)
		w.failing(-1, "post", failure(messages.CauseGone, messages.RetryNever))
		w.at(0, func() { w.finish(1, tt.reply, "hi") })
		w.run(time.Hour)
		if got := outcome(w.answers[1]); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

// An answer that is generated anew begins from nothing: what is there stays until
// there is more, and in the end only the new text is there.
func TestBeginsAnew(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.open(reply1(1)); w.grow(1, "old") })
	w.at(4*ms, func() { w.grow(1, "") })
	w.at(2*time.Second, func() { w.grow(1, paragraphs(3)) })
	w.at(4*time.Second, func() { w.grow(1, " \n"); w.grow(1, "new") })
	w.at(6*time.Second, func() { w.finish(1, reply1(1), "new text") })
	w.run(time.Hour)
	if got := w.visible(); len(got) != 1 || got[0] != "new text" {
		t.Errorf("%q", got)
	}
}

// A part that may have been posted, but is not needed in the end, is found by its
// nonce and deleted; or forgotten when Discord does not know that any more.
func TestStray(t *testing.T) {
	for _, outage := range []time.Duration{5 * time.Second, time.Hour} {
		w := newWorld(t)
		w.at(0, func() { w.open(reply1(1)); w.grow(1, "intro\n\n"+paragraphs(1)) })
		w.at(3*time.Second, func() {
			w.fault = func(what any) any {
				post, ok := what.(*messages.Post)
				if !ok || post.Notify || w.now.Sub(start) > outage {
					return nil
				}
				w.do(post, w.now)
				return failure(messages.CauseUnreachable, messages.RetryBackoff)
			}
			w.grow(1, "intro\n\n"+paragraphs(3))
		})
		w.at(4500*ms, func() { w.finish(1, reply1(1), "intro\n\n"+paragraphs(7)) })
		w.run(2 * time.Hour)
		if got := len(w.visible()); got != 1 && outage < time.Hour || outcome(w.answers[1]) != "posted as [1000]" {
			t.Errorf("outage of %v: %d messages, %s", outage, got, outcome(w.answers[1]))
		}
		if len(w.s.order) != 0 {
			t.Error("something is left")
		}
	}
}

// One reply that fails again and again is given up in the end, though others get
// through.
func TestLongest(t *testing.T) {
	w := newWorld(t)
	w.fault = func(what any) any {
		if edit, ok := what.(*messages.Edit); ok && edit.Message == 1000 {
			return failure(messages.CauseOverloaded, messages.RetryBackoff)
		}
		return nil
	}
	w.at(0, func() { w.open(reply1(1)); w.grow(1, "one") })
	w.at(time.Second, func() { w.finish(1, reply1(1), "one two") })
	for i := 2; i < 200; i++ {
		w.at(time.Duration(i)*30*time.Second, func() { w.finish(uint64(i), reply1(i), "hi") })
	}
	w.run(2 * time.Hour)
	if at := w.times("answer 1:"); outcome(w.answers[1]) != "unreachable" || at[0] != time.Second+longest*messages.NonceLife {
		t.Errorf("%s at %v", outcome(w.answers[1]), at)
	}
}

// What responds to commands goes on while posts to the channel wait.
func TestCommandBesideWaiting(t *testing.T) {
	command := reply1(1)
	command.Interaction.ID, command.ReplyTo = 1, 0
	w := newWorld(t)
	w.stream(command, 200*ms, 9*time.Second, 1)
	for i := 2; i <= 12; i++ {
		w.at(time.Second, func() { w.finish(uint64(i), reply1(i), "hi") })
	}
	w.run(time.Hour)
	if n := len(w.times("respond")); n < 8 {
		t.Errorf("%d responses", n)
	}
}
