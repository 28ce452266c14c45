package quota

import (
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// After a crash the next instance knows of all that was sent, of what is under
// way, and of what the journal does not have; none of it twice.
func TestRestart(t *testing.T) {
	w := newWorld(t, Limits{RPM: 4, RPD: 9}, func(r *rules) { r.SpendCap = 1000 })
	var rows []messages.AttemptMade
	for i, name := range []string{"a", "b", "c", "d"} {
		w.want(name, 10, "yes")
		w.wait(10*time.Second + time.Microsecond)
		if i == 3 {
			break // under way
		}
		id, _ := w.s.settle(&messages.Settle{ID: w.ids[name], Sent: true, Usage: messages.Usage{Prompt: 9 + i, Output: 5}}, w.now)
		if i < 2 {
			rows = append(rows, *w.s.unkept[id])
		}
		if i == 0 {
			w.s.kept(id) // b is kept, and the word is lost; c is not kept
		}
	}
	before := w.s.report(w.now)
	old := w.s
	w.s = newState(old.rules, old.book, 2000, w.now)
	if from := w.s.since(w.now); !from.Equal(old.today.start) {
		t.Errorf("asks for attempts since %v", from)
	}
	unkept := w.s.load(rows, w.now)
	if len(unkept) != 1 || w.s.unkept[unkept[0]].Input != 11 || len(w.s.unkept) != 1 {
		t.Errorf("to be kept: %v of %v", unkept, w.s.unkept)
	}
	after := w.s.report(w.now)
	if lost := before.Models[0].MinuteReset - after.Models[0].MinuteReset; lost < 0 || lost > time.Millisecond {
		t.Errorf("the minute is %v shorter", lost) // the journal keeps milliseconds
	}
	after.Models[0].MinuteReset = before.Models[0].MinuteReset
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("(-before +after):\n%s", d)
	}
	w.want("e", 1, "limit rpm: wait 20.5s")
	w.sent("d", 10, 5)
	if n := w.s.report(w.now).Models[0].DayRequests; n != 4 {
		t.Errorf("%d requests", n)
	}
}

// Right after midnight the last minute is still asked for.
func TestSinceCoversTheMinute(t *testing.T) {
	w := newWorld(t, Limits{RPM: 1, RPD: 1}, nil)
	w.now = w.s.today.end.Add(10 * time.Second)
	from := w.s.since(w.now)
	if got := w.now.Sub(from); got != window {
		t.Errorf("asks for the last %v", got)
	}
	w.s.load([]messages.AttemptMade{{Model: "m", At: from.Add(time.Second), Input: 5, Cost: 7}}, w.now)
	if w.s.spent != 0 {
		t.Errorf("spent %v", w.s.spent)
	}
	w.want("a", 1, "limit rpm: wait 1s")
}
