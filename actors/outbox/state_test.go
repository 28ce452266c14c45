package outbox

import (
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

const ms = time.Millisecond

// A short answer costs one request, whether its end comes with its first text or
// a little later, and is answered when the journal has it.
func TestShortAnswer(t *testing.T) {
	for _, later := range []time.Duration{0, 3 * ms} {
		w := newWorld(t)
		w.at(0, func() { w.open(reply1(1)) })
		w.at(200*ms, func() { w.grow(1, "hi") })
		w.at(200*ms+later, func() { w.finish(1, reply1(1), "hi") })
		w.run(time.Minute)
		posted := 200*ms + later + travel
		w.want(
			(posted-travel/2).String()+` post "hi" to 1`,
			(posted+fsync).String()+" answer 1: posted as [1000]",
		)
	}
}

// The first text is to be seen 325 to 330 ms after the question, if it comes
// after 200 ms.
func TestFirstText(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.open(reply1(1)) })
	w.at(200*ms, func() { w.grow(1, "once") })
	w.at(250*ms, func() { w.grow(1, "once upon a time") })
	w.run(330 * ms)
	if got := strings.Join(w.visible(), ""); got != "once" {
		t.Errorf("%q is to be seen", got)
	}
	w.want(`266.5ms post "once" to 1`)
}

// Typing is shown when no text came within 300 ms, and again every 9 s, until
// there is text.
func TestTyping(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.open(reply1(1)) })
	w.at(100*ms, func() { w.open(reply1(2)) })
	w.at(19*time.Second, func() { w.grow(1, "hi"); w.grow(2, "ho") })
	w.run(time.Minute)
	w.want(
		"362.5ms typing", "9.3625s typing", "18.3625s typing",
		`19.0665s post "hi" to 1`, `19.1915s post "ho" to 2`,
	)
}

func TestNoTyping(t *testing.T) {
	command := reply1(3)
	command.Interaction.ID = 3
	tests := map[string]func(w *world){
		"text in time": func(w *world) {
			w.at(0, func() { w.open(reply1(1)) })
			w.at(299*ms, func() { w.grow(1, "hi") })
		},
		"an older answer is to be seen": func(w *world) {
			r := reply1(1)
			r.Parts = []messages.MessageID{w.add(said{text: "old"}).id}
			w.at(0, func() { w.open(r) })
		},
		"Discord shows it for commands": func(w *world) { w.at(0, func() { w.open(command) }) },
		"cancelled": func(w *world) {
			w.at(0, func() { w.open(reply1(1)) })
			w.at(100*ms, func() { w.cancel(reply1(1), false) })
		},
	}
	for name, prepare := range tests {
		w := newWorld(t)
		prepare(w)
		w.run(time.Hour)
		if strings.Contains(strings.Join(w.log, "\n"), "typing") {
			t.Errorf("%s: %q", name, w.log)
		}
	}
}

// stream lets the text of a reply grow by a word every 50 ms until it is done.
func (w *world) stream(r messages.Reply, from, until time.Duration, asker uint64) {
	w.at(0, func() { w.open(r) })
	n := 0
	for at := from; at < until; at += 50 * ms {
		n++
		text := strings.Repeat("word ", n)
		w.at(at, func() { w.grow(r.Trigger, text) })
	}
	text := strings.Repeat("word ", n+1)
	w.at(until, func() { w.finish(asker, r, text) })
}

func words(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }

// times returns when what begins so has happened.
func (w *world) times(what string) (at []time.Duration) {
	for _, line := range w.log {
		when, rest, _ := strings.Cut(line, " ")
		if strings.HasPrefix(rest, what) {
			d, err := time.ParseDuration(when)
			if err != nil {
				w.t.Fatal(err)
			}
			at = append(at, d)
		}
	}
	return at
}

// Progress is spread over what the budget allows, and the end of an answer finds
// an edit left whenever it comes.
func TestProgress(t *testing.T) {
	for _, until := range []time.Duration{1, 4900, 5100, 7300, 9999, 12345} {
		until *= ms
		w := newWorld(t)
		w.stream(reply1(1), 200*ms, 200*ms+until, 1)
		w.run(time.Minute)
		if w.posts.passed+w.edits.passed > 0 {
			t.Errorf("%v: a limit was passed", until)
		}
		answered := w.times("answer")
		if late := answered[0] - 200*ms - until; late > 2*travel+fsync {
			t.Errorf("%v: answered %v after the end", until, late)
		}
		edits := w.times("edit")
		if want := int((until-travel)/(1300*ms)) - 1; len(edits) < want {
			t.Errorf("%v: %d edits: %v", until, len(edits), edits)
		}
		for i := 2; i < len(edits)-1; i++ {
			if edits[i]-edits[i-1] < time.Second {
				t.Errorf("%v: edits at %v", until, edits)
			}
		}
	}
}

// Where Discord tells no limit, progress is shown once a second.
func TestProgressWithoutLimit(t *testing.T) {
	w := newWorld(t)
	w.posts.limit, w.edits.limit = 0, 0
	w.stream(reply1(1), 200*ms, 10*time.Second, 1)
	w.run(time.Minute)
	if n := len(w.times("edit")); n < 9 || n > 11 {
		t.Errorf("%d edits", n)
	}
}

// The last edit waits for the edit before it, and for the journal to have the
// text.
func TestFinalEdit(t *testing.T) {
	w := newWorld(t)
	w.at(0, func() { w.grow(1, "x") })
	w.at(0, func() { w.open(reply1(1)); w.grow(1, "one") })
	w.at(2000*ms, func() { w.grow(1, "one two") })
	w.at(2010*ms, func() { w.finish(1, reply1(1), "one two three") })
	w.run(5 * time.Second)
	w.want(
		`66.5ms post "one" to 1`,
		`2.0625s edit 1000 "one two"`,
		`2.1875s edit 1000 "one two three"`,
		"2.25s answer 1: posted as [1000]",
	)
	w.at(6*time.Second, func() { w.open(reply1(2)); w.grow(2, "one") })
	w.at(7*time.Second, func() { w.refuse = refuseWrites; w.finish(2, reply1(2), "one two") })
	w.at(8*time.Second, func() { w.refuse = nil })
	w.run(10 * time.Second)
	w.want(
		`6.0665s post "one" to 2`,
		`8.5775s edit 1001 "one two"`, // 5 ms, 500 ms, 5 ms, 1 s, 5 ms after the end
		"8.64s answer 2: posted as [1001]",
	)
}

func refuseWrites(what any) error {
	switch what.(type) {
	case *messages.KeepFinal, *messages.KeepPart, *messages.KeepShared:
		return &messages.Refused{Reason: messages.RefusedFull}
	}
	return nil
}

// What one waits for is that the text is in the channel and the journal has it.
func TestJournalFails(t *testing.T) {
	w := newWorld(t)
	w.refuse = refuseWrites
	w.at(0, func() { w.finish(1, reply1(1), "hi") })
	w.at(20*time.Second, func() { w.refuse = nil })
	w.run(10 * time.Second)
	w.want(`62.5ms post "hi" to 1`)
	w.run(time.Minute)
	if len(w.answers) != 1 || len(w.kept) != 2 {
		t.Errorf("answers %v, kept %v", w.answers, w.kept)
	}
}
