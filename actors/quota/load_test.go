package quota

import (
	"cmp"
	"maps"
	"slices"
	"testing"
	"time"

	"troupe/messages"

	gocmp "github.com/google/go-cmp/cmp"
)

// After a crash the next instance knows of all that was sent, of what is under
// way, and of what the journal does not have; none of it twice.
func TestCrashOfState(t *testing.T) {
	w := newWorld(t, Limits{RPM: 4, RPD: 9}, func(r *rules) { r.SpendCap = 1000 })
	rows := map[string]messages.AttemptMade{}
	for i, name := range []string{"a", "b", "c", "d"} {
		w.want(name, 10, "yes")
		rows[name] = w.s.intent(w.ids[name])
		w.wait(10*time.Second + time.Microsecond)
		if name == "d" {
			break // under way
		}
		made, _ := w.settle(name, messages.Settle{Sent: true, Usage: messages.Usage{Prompt: 9 + i, Output: 5}})
		if name != "c" { // which is not kept yet
			rows[name] = *made
		}
		if name == "a" { // of b, the journal's word is lost
			w.s.kept(made.ID)
		}
	}
	w.want("e", 1, "limit rpm: wait 20.5s")
	before := w.s.report(w.now)
	old := w.s
	w.s = newState(old.rules, old.book, 2000, w.now)
	if from := w.s.since(w.now); !from.Equal(old.today.start) {
		t.Errorf("asks for attempts since %v", from)
	}
	unkept, unused := w.s.load(slices.Collect(maps.Values(rows)), w.now)
	slices.SortFunc(unkept, func(a, b *messages.AttemptMade) int { return cmp.Compare(a.ID, b.ID) })
	if len(unkept) != 2 || unkept[0].ID != w.ids["b"] || unkept[1].ID != w.ids["c"] || len(unused) != 0 {
		t.Errorf("to be kept: %v, unused: %v", unkept, unused)
	}
	if d := gocmp.Diff(before, w.s.report(w.now)); d != "" {
		t.Errorf("(-before +after):\n%s", d)
	}
	w.sent("d", 10, 5)
	if n := w.s.report(w.now).Models[0].DayRequests; n != 4 {
		t.Errorf("%d requests", n)
	}
}

// What was not granted when the instance crashed is taken back: who asked was
// told of the crash.
func TestCrashBeforeTheGrant(t *testing.T) {
	w := newWorld(t, Limits{RPD: 1}, nil)
	id, err := w.s.reserve("a", "m", 10, w.now)
	if err != nil {
		t.Fatal(err)
	}
	row := w.s.intent(id)
	w.s = newState(w.s.rules, w.s.book, 2000, w.now)
	unkept, unused := w.s.load([]messages.AttemptMade{row}, w.now)
	if len(unkept) != 0 || !slices.Equal(unused, []uint64{id}) {
		t.Errorf("to be kept: %v, unused: %v", unkept, unused)
	}
	if w.s.grant(id) {
		t.Error("it is granted all the same")
	}
	w.want("b", 1, "yes")
}

// After the death of the process, what may have been sent counts as it was
// reserved, in the minute, the day and the money.
func TestDeath(t *testing.T) {
	w := newWorld(t, Limits{RPM: 2, TPM: 100, RPD: 9}, func(r *rules) { r.SpendCap = 100 })
	w.want("a", 10, "yes")
	w.want("b", 20, "yes")
	b := w.s.intent(w.ids["b"])
	a, _ := w.settle("a", messages.Settle{Sent: true, Usage: messages.Usage{Prompt: 12, Output: 3}})
	w.wait(10 * time.Second)
	w.s = newState(w.s.rules, newBook(), 3000, w.now)
	if unkept, unused := w.s.load([]messages.AttemptMade{*a, b}, w.now); len(unkept)+len(unused) != 0 {
		t.Errorf("to be kept: %v, unused: %v", unkept, unused)
	}
	q := w.s.report(w.now)
	if m := q.Models[0]; m.DayRequests != 2 || m.MinuteTokens != 32 || m.DayTokens != 35 || q.Spent != 35 {
		t.Errorf("counted %+v", q)
	}
	w.want("c", 1, "limit rpm: wait 50.5s")
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
