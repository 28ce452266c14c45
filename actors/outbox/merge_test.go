package outbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// reached returns how many messages are to each asker, by mention or by reply.
func (w *wall) reached() map[messages.UserID]int {
	n := map[messages.UserID]int{}
	for _, m := range w.said {
		if m.deleted {
			continue
		}
		if len(m.mentions) > 0 {
			for _, id := range m.mentions {
				n[id]++
			}
		} else if m.notify {
			n[messages.UserID(m.replyTo)]++
		}
	}
	return n
}

// everyone checks that each of so many askers has exactly one answer, told and
// to be seen, no limit was passed, and the last was told by then.
func (w *world) everyone(n int, by time.Duration) {
	w.t.Helper()
	if w.posts.passed+w.edits.passed > 0 {
		w.t.Errorf("%d posts and %d edits too many", w.posts.passed, w.edits.passed)
	}
	reached := w.reached()
	for i := 1; i <= n; i++ {
		if _, ok := w.answers[uint64(i)].(*messages.ReplyPosted); !ok {
			w.t.Errorf("asker %d: %v", i, outcome(w.answers[uint64(i)]))
		}
		if got := reached[messages.UserID(i)]; got != 1 {
			w.t.Errorf("asker %d is answered %d times", i, got)
		}
	}
	if at := w.times("answer"); len(at) == 0 || slices.Max(at) > by {
		w.t.Errorf("answered at %v, not by %v", at, by)
	}
	if w.t.Failed() {
		w.t.Log(strings.Join(w.log, "\n"))
	}
}

// Twenty people who ask the same within 100 ms are answered within two seconds
// where Discord lets five posts through in five, whatever is left of those but
// the last one, and however soon the answer is there.
func TestTwenty(t *testing.T) {
	for used := range 5 {
		for _, thinks := range []time.Duration{0, 50 * ms, 200 * ms, time.Second} {
			for _, fresh := range []bool{true, false} {
				w := newWorld(t)
				if used > 0 && !fresh {
					for i := range used {
						w.at(time.Duration(i), func() { w.finish(uint64(100+i), reply1(100+i), "other") })
					}
				} else {
					w.posts.used, w.posts.reset = used, start.Add(5*time.Second)
				}
				if fresh && used > 3 {
					continue // nothing is left when that becomes known
				}
				const asked = 500 * ms
				for i := 1; i <= 20; i++ {
					at := asked + time.Duration(i)*5*ms
					w.at(at, func() { w.open(shared(i)) })
					w.at(max(at, asked+thinks), func() { w.finish(uint64(i), shared(i), "the answer") })
				}
				w.run(time.Minute)
				w.everyone(20, asked+100*ms+thinks+1400*ms)
				if t.Failed() {
					t.Fatalf("used %d, fresh %v, after %v", used, fresh, thinks)
				}
			}
		}
	}
}

// Thirty whose answer grows as they look on are answered within 1.5 s of its end,
// however long it takes.
func TestThirty(t *testing.T) {
	for _, long := range []time.Duration{300 * ms, 2 * time.Second, 4900 * ms, 7 * time.Second, 11 * time.Second, 31 * time.Second} {
		w := newWorld(t)
		for i := 1; i <= 30; i++ {
			r := shared(i)
			at := time.Duration(i) * 3 * ms
			w.at(at, func() { w.open(r) })
			for when := 200 * ms; when < long; when += 100 * ms {
				w.at(when+time.Duration(i)*10*time.Microsecond, func() { w.grow(r.Trigger, words(int(when/ms)/100)) })
			}
			w.at(long+time.Duration(i)*10*time.Microsecond, func() { w.finish(uint64(i), r, words(300)) })
		}
		w.run(time.Minute)
		w.everyone(30, long+1500*ms)
		for _, m := range w.said {
			if !strings.HasSuffix(m.text, words(300)) {
				t.Errorf("%v: %q", long, brief(m.text))
			}
		}
		if first := w.times("post")[0]; first > 270*ms+travel/2 {
			t.Errorf("%v: the first text comes at %v", long, first)
		}
		if n := len(w.said); n < 4 || n > 12 {
			t.Errorf("%v: %d messages", long, n)
		}
	}
}

// However many groups of sharers wait for their answers, others are answered.
func TestManyGroups(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.finish(1, reply1(1), "the limit is known") })
	for group := range 10 {
		for i := range 3 {
			r := reply1(100 + 10*group + i)
			r.Share = fmt.Sprint(group)
			w.at(6*time.Second, func() { w.open(r) })
			if group%2 == 0 {
				w.at(7*time.Second, func() { w.grow(r.Trigger, "once") })
			}
		}
	}
	for i := 2; i <= 5; i++ {
		w.at(time.Duration(i)*10*time.Second, func() { w.finish(uint64(i), reply1(i), "hi") })
	}
	w.run(time.Minute)
	for i := 2; i <= 5; i++ {
		asked := time.Duration(i) * 10 * time.Second
		if at := w.times(fmt.Sprintf("answer %d:", i)); len(at) != 1 || at[0] > asked+5*time.Second {
			t.Errorf("asker %d waits from %v until %v", i, asked, at)
		}
	}
}

// What is to be shared may become known after a reply was opened.
func TestShareKnownLater(t *testing.T) {
	w := newWorld(t)
	for i := 1; i <= 30; i++ {
		w.at(0, func() { w.open(reply1(i)) })
		w.at(100*ms, func() { w.open(shared(i)) })
		for when := 200 * ms; when < 4*time.Second; when += 100 * ms {
			w.at(when, func() { w.grow(shared(i).Trigger, words(int(when/ms)/100)) })
		}
		w.at(4*time.Second, func() { w.finish(uint64(i), shared(i), words(100)) })
	}
	w.run(time.Minute)
	w.everyone(30, 5500*ms)
}

// As long as the budget carries one post for each, everybody gets their own.
func TestFewShare(t *testing.T) {
	for n := 2; n <= 5; n++ {
		w := newWorld(t)
		for i := 1; i <= n; i++ {
			w.stream(shared(i), 200*ms, 2*time.Second, uint64(i))
		}
		w.run(time.Minute)
		w.everyone(n, 3*time.Second)
		if len(w.said) != n {
			t.Errorf("%d askers, %d messages", n, len(w.said))
		}
	}
}

// One message answers all who are left: it replies to the first of them, names
// and mentions just them, and the journal knows whom before it is posted.
func TestMerge(t *testing.T) {
	w := newWorld(t)
	for i := 11; i <= 14; i++ {
		w.at(0, func() { w.finish(uint64(i), reply1(i), "other") })
	}
	for i := 1; i <= 3; i++ {
		w.at(time.Second, func() { w.open(shared(i)) })
	}
	w.at(2*time.Second, func() { w.log = nil; w.kept = nil })
	for i := 1; i <= 3; i++ {
		w.at(2*time.Second, func() { w.finish(uint64(i), shared(i), "the answer") })
	}
	w.run(time.Minute)
	w.want(
		`2.0675s post "<@1> <@2> <@3> the answer" to 1 for [1 2 3]`,
		"2.13s answer 1: merged in [1004]",
		"2.13s answer 2: merged in [1004]",
		"2.13s answer 3: merged in [1004]",
	)
	if w.said[4].notify != true {
		t.Error("it replies to nobody")
	}
	got := ""
	for _, what := range w.kept {
		got += fmt.Sprintf("%T%v ", what, what)
	}
	const want = "*messages.KeepFinal&{1 0 the answer true} *messages.KeepFinal&{2 0 the answer true} *messages.KeepFinal&{3 0 the answer true} " +
		"*messages.KeepShared&{1-0-i [1 2 3]} "
	if got != want {
		t.Errorf("kept %s", got)
	}
}

// The last post that is left is kept for a moment for those who ask the same,
// but not for a question that was asked long before its answer, nor where an
// answer is not to be shared.
func TestLastPost(t *testing.T) {
	tests := []struct {
		name  string
		reply messages.Reply
		asked time.Duration
		want  time.Duration
	}{
		{"asked just now", shared(1), time.Second, time.Second + quiet},
		{"asked before", shared(1), time.Second - quiet, time.Second},
		{"not to be shared", reply1(1), time.Second, time.Second},
	}
	for _, tt := range tests {
		w := newWorld(t)
		for i := 11; i <= 14; i++ {
			w.at(0, func() { w.finish(uint64(i), reply1(i), "other") })
		}
		w.at(tt.asked, func() { w.open(tt.reply) })
		w.at(time.Second, func() { w.log = nil; w.finish(1, tt.reply, "hi") })
		w.run(time.Minute)
		if got := w.times("post"); len(got) != 1 || got[0] != tt.want+travel/2 {
			t.Errorf("%s: posted at %v", tt.name, got)
		}
	}
}

// More people than one message can mention get several, and those mention each
// once.
func TestManyMentions(t *testing.T) {
	for _, text := range []string{"short", words(300), paragraphs(3), paragraphs(8)} {
		w := newWorld(t)
		const n = 200
		for i := 1; i <= n; i++ {
			r := shared(i)
			r.Asker += 10_000_000_000_000_000_000
			w.at(0, func() { w.open(r) })
			w.at(time.Second, func() { w.finish(uint64(i), r, text) })
		}
		w.run(2 * time.Minute)
		times := map[messages.UserID]int{}
		for _, m := range w.said {
			if units(m.text) > maxPart {
				t.Fatalf("a message of %d", units(m.text))
			}
			for _, id := range m.mentions {
				times[id]++
				if !strings.Contains(m.text, "<@"+id.String()+">") {
					t.Fatalf("%v is not named", id)
				}
			}
		}
		for id, n := range times {
			if n != 1 {
				t.Errorf("%v is mentioned %d times", id, n)
			}
		}
		if len(w.answers) != n || w.posts.passed > 0 {
			t.Errorf("%d answered, %d posts too many", len(w.answers), w.posts.passed)
		}
		t.Logf("%d messages for %d askers of %s, the last at %v", len(w.said), n, brief(text), slices.Max(w.times("answer")))
	}
}

// Answers to one person come in the order of the questions, whoever else is
// answered with them.
func TestOneAskersOrder(t *testing.T) {
	w := newWorld(t)
	for i := 10; i > 0; i-- {
		r := shared(i)
		r.Asker = 1
		w.at(0, func() { w.finish(uint64(i), r, "the answer") })
	}
	w.run(time.Minute)
	var order []messages.MessageID
	for _, m := range w.said {
		order = append(order, m.replyTo)
	}
	// The tenth was asked for first, when nothing else was there.
	if want := []messages.MessageID{10, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(order, want) {
		t.Errorf("answered in the order %v", order)
	}
}

// A reply that has a message is finished in it, and not in another's.
func TestShownIsNotMerged(t *testing.T) {
	w := newWorld(t)
	w.stream(shared(1), 200*ms, 3*time.Second, 1)
	for i := 2; i <= 20; i++ {
		w.at(2900*ms, func() { w.open(shared(i)) })
		w.at(3*time.Second, func() { w.finish(uint64(i), shared(i), "the answer") })
	}
	w.run(time.Minute)
	w.everyone(20, 4500*ms)
	if p := w.answers[1].(*messages.ReplyPosted); p.Merged || len(w.said[0].mentions) != 0 {
		t.Error("the first is merged")
	}
}

// Nobody's first post waits for those who share an answer that is not finished,
// but for the one post that is kept for them.
func TestOthersBesideSharers(t *testing.T) {
	w := newWorld(t)
	for i := 1; i <= 20; i++ {
		w.stream(shared(i), 200*ms, 4*time.Second, uint64(i))
	}
	w.at(2*time.Second, func() { w.finish(30, reply1(30), "other") })
	w.at(2500*ms, func() { w.finish(31, reply1(31), "waits for the reset") })
	w.run(time.Minute)
	at := w.times("answer 30")
	if len(at) != 1 || at[0] > 2200*ms {
		t.Errorf("the other is answered at %v", at)
	}
	w.answers[21], w.answers[22] = nil, nil
	at = w.times("answer 20")
	if len(at) != 1 || at[0] > 4500*ms {
		t.Errorf("the sharers are answered at %v", at)
	}
	if w.posts.passed > 0 {
		t.Error("a limit was passed")
	}
}

// Who has the whole answer does not wait for long for those who share it and do
// not get it.
func TestSharersThatStall(t *testing.T) {
	w := newWorld(t)
	for i := 11; i <= 14; i++ {
		w.at(0, func() { w.finish(uint64(i), reply1(i), "other") })
	}
	for i := 1; i <= 3; i++ {
		w.at(time.Second, func() { w.open(shared(i)) })
	}
	w.at(2*time.Second, func() { w.finish(1, shared(1), "the answer") })
	w.at(9*time.Second, func() { w.finish(2, shared(2), "the answer"); w.finish(3, shared(3), "the answer") })
	w.run(time.Hour)
	if at := w.times("answer 1:"); len(at) != 1 || at[0] > 3200*ms {
		t.Errorf("answered at %v", at)
	}
	if len(w.answers) != 7 {
		t.Errorf("%v", w.answers)
	}
}

// In a new life, those whom a message was about to answer are answered by it: the
// one that was posted, or else the one that is posted now. Whom it does not name
// gets an own reply.
func TestRecall(t *testing.T) {
	all := messages.KeepShared{Nonce: nonce(1, 0, mergedPart), Covers: []messages.MessageID{1, 2, 3}}
	tests := []struct {
		name   string
		stands string // "" for nothing
		asks   []int
		want   []string
	}{
		{"posted before", "<@1> <@2> <@3> the answer", []int{1, 2, 3}, []string{"<@1> <@2> <@3> the answer"}},
		{"posted before, some have their outcome", "<@1> <@2> <@3> the answer", []int{3}, []string{"<@1> <@2> <@3> the answer"}},
		{"posted before, with another text", "<@1> <@2> <@3> old", []int{1, 2}, []string{"<@1> <@2> <@3> the answer"}},
		{"not posted before", "", []int{1, 2, 3}, []string{"<@1> <@2> <@3> the answer"}},
		{"one was cancelled", "", []int{1, 3}, []string{"<@1> <@3> the answer"}},
		{"one is not named", "<@1> <@2> the answer", []int{1, 2, 3}, []string{"<@1> <@2> the answer", "the answer"}},
		{"none is named", "<@9> the answer", []int{1}, []string{"<@9> the answer", "the answer"}},
	}
	for _, tt := range tests {
		for _, grows := range []bool{false, true} {
			w := newWorld(t)
			if tt.stands != "" {
				w.nonces[all.Nonce] = w.add(said{text: tt.stands})
			}
			for _, i := range tt.asks {
				r := shared(i)
				r.Again, r.Shared = true, all
				if grows {
					w.at(time.Duration(i)*100*ms, func() { w.open(r); w.grow(r.Trigger, "the") })
				}
				w.at(time.Duration(i)*200*ms, func() { w.finish(uint64(i), r, "the answer") })
			}
			w.run(time.Hour)
			if got := w.visible(); !slices.Equal(got, tt.want) || len(w.answers) != len(tt.asks) {
				t.Errorf("%s: %q, %v", tt.name, got, w.answers)
			}
		}
	}
}

// Whose question is edited after it was answered with others gets an own reply;
// who asks again for the same answer gets the same.
func TestAfterMerge(t *testing.T) {
	w := newWorld(t)
	for i := 11; i <= 14; i++ {
		w.at(0, func() { w.finish(uint64(i), reply1(i), "other") })
	}
	for i := 1; i <= 3; i++ {
		w.at(time.Second, func() { w.open(shared(i)) })
		w.at(2*time.Second, func() { w.finish(uint64(i), shared(i), "the answer") })
	}
	edited := shared(2)
	edited.Revision = 1
	w.at(2050*ms, func() { w.finish(22, edited, "another answer") })
	w.at(time.Minute, func() { w.finish(23, shared(3), "the answer") })
	w.run(time.Hour)
	got := []string{}
	for _, asker := range []uint64{1, 2, 3, 22, 23} {
		got = append(got, outcome(w.answers[asker]))
	}
	want := []string{"merged in [1004]", "cancelled", "merged in [1004]", "posted as [1005]", "merged in [1004]"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	w.at(2*time.Hour, func() {
		for i := 41; i <= 60; i++ {
			w.open(shared(i))
		}
	})
	for i := 41; i <= 60; i++ {
		w.at(2*time.Hour+time.Second, func() { w.finish(uint64(i), shared(i), "the answer") })
	}
	w.run(3 * time.Hour)
	if last := w.s.endings.last; last[1] != nil || len(last) == 0 {
		t.Errorf("%d answers are remembered", len(last))
	}
}

// The mentions that a text begins with.
func TestMentions(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "",
		"hi <@1>":            "",
		"<@1> hi":            "<@1>",
		"<@1> <@22>\n- <@3>": "<@1> <@22>",
		"<@1> <#2>":          "<@1>",
		"<@1":                "",
		"<@x> hi":            "",
	} {
		if got := mentions(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
