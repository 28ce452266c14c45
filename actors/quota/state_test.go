package quota

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// zone is where Gemini's day begins. The zones are on every machine that has Go.
func zone(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// world is a state and a clock.
type world struct {
	t   *testing.T
	s   *state
	now time.Time
	ids map[string]uint64
}

// newWorld begins at noon in Los Angeles. A token costs a dollar, so that money
// is easy to count.
func newWorld(t *testing.T, l Limits, change func(*rules)) *world {
	z := zone(t)
	r := rules{Default: l, Zone: z, Price: func(_ string, u messages.Usage) float64 {
		return float64(u.Prompt + u.Output)
	}}
	if change != nil {
		change(&r)
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, z)
	return &world{t: t, s: newState(r, newBook(), 1000, now), now: now, ids: map[string]uint64{}}
}

// reserve reserves in the name of name, and says how that went.
func (w *world) reserve(name string, tokens int) string {
	id, err := w.s.reserve(name, "m", tokens, w.now)
	if err != nil {
		return err.Error()
	}
	w.ids[name] = id
	w.s.grant(id)
	return "yes"
}

func (w *world) want(name string, tokens int, want string) {
	w.t.Helper()
	if got := w.reserve(name, tokens); got != want {
		w.t.Errorf("%s reserves %d: %s, want %s", name, tokens, got, want)
	}
}

func (w *world) settle(name string, b messages.Settle) (*messages.AttemptMade, lesson) {
	b.ID = w.ids[name]
	return w.s.settle(&b, w.now)
}

// sent settles as sent, with usage.
func (w *world) sent(name string, prompt, output int) {
	w.settle(name, messages.Settle{Sent: true, Usage: messages.Usage{Prompt: prompt, Output: output}})
}

func (w *world) wait(d time.Duration) { w.now = w.now.Add(d) }

// A minute holds so many requests, wherever it begins, and who is refused is
// told exactly when there is room.
func TestMinuteOfRequests(t *testing.T) {
	w := newWorld(t, Limits{RPM: 3}, nil)
	w.want("a", 1, "yes")
	w.wait(10 * time.Second)
	w.want("b", 1, "yes")
	w.wait(10 * time.Second)
	w.want("c", 1, "yes")
	w.want("d", 1, "limit rpm: wait 40.5s")
	w.wait(40*time.Second + skew - 1)
	w.want("d", 1, "limit rpm: wait 0s")
	w.wait(1)
	w.want("d", 1, "yes")
	w.want("e", 1, "limit rpm: wait 10s")
}

// A minute holds so many tokens, by the estimate until the bill is known.
func TestMinuteOfTokens(t *testing.T) {
	w := newWorld(t, Limits{TPM: 100}, nil)
	w.want("a", 30, "yes")
	w.wait(time.Second)
	w.want("b", 40, "yes")
	w.want("c", 40, "limit tpm: wait 59.5s")
	w.want("c", 90, "limit tpm: wait 1m0.5s") // both must go
	w.sent("a", 20, 1000)
	w.want("c", 40, "yes")
	w.sent("c", 70, 0)                       // more than was thought
	w.want("d", 1, "limit tpm: wait 1m0.5s") // a alone leaves too little room
	w.want("d", 101, "too_long: m: more tokens than a minute's limit")
}

// What was not sent is given back; what nobody waited for too.
func TestGivenBack(t *testing.T) {
	w := newWorld(t, Limits{RPM: 1, RPD: 1}, nil)
	w.want("a", 50, "yes")
	w.want("b", 1, "limit rpd: wait 1s") // a may give it back
	if a, _ := w.settle("a", messages.Settle{}); a != nil {
		t.Errorf("to be kept: %v", a)
	}
	w.want("b", 1, "yes")
	w.s.withdraw("b", w.now)
	w.want("c", 1, "yes")
	w.sent("c", 1, 1)
	w.s.withdraw("c", w.now)
	w.settle("c", messages.Settle{}) // a second word does not count
	w.want("d", 1, "day_quota: m: the day's requests are used up, again in 12h0m0s")
	if n := len(w.s.open) + len(w.s.askers); n > 0 || w.s.pending != 0 {
		t.Errorf("%d are open, %v pending", n, w.s.pending)
	}
}

// The day ends at midnight in Los Angeles, also on those days that have 23 or
// 25 hours, and then begins anew.
func TestDay(t *testing.T) {
	z := zone(t)
	for _, tt := range []struct {
		name  string
		now   time.Time
		reset time.Duration
	}{
		{"winter", time.Date(2026, 1, 15, 10, 0, 0, 0, z), 14 * time.Hour},
		{"an hour is lost", time.Date(2026, 3, 8, 0, 0, 0, 0, z), 23 * time.Hour},
		{"an hour comes back", time.Date(2026, 11, 1, 0, 0, 0, 0, z), 25 * time.Hour},
		{"the last moment", time.Date(2026, 6, 30, 23, 59, 59, 999_000_000, z), time.Millisecond},
		{"seen from elsewhere", time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC), time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, Limits{RPD: 2}, nil)
			w.now = tt.now
			w.s = newState(w.s.rules, newBook(), 0, w.now)
			w.want("a", 1, "yes")
			w.want("b", 1, "yes")
			w.sent("a", 1, 0)
			w.sent("b", 1, 0)
			_, err := w.s.reserve("c", "m", 1, w.now)
			f, ok := errors.AsType[*messages.Failure](err)
			if !ok || f.Cause != messages.CauseDayQuota || f.After != tt.reset {
				t.Fatalf("refused with %v, want one for %v", err, tt.reset)
			}
			w.wait(tt.reset - 1)
			if _, err = w.s.reserve("c", "m", 1, w.now); err == nil {
				t.Error("admitted before midnight")
			}
			w.wait(1)
			w.want("c", 1, "yes")
			if r := w.s.report(w.now).Models[0]; r.DayRequests != 1 {
				t.Errorf("%d requests on the new day", r.DayRequests)
			}
		})
	}
}

// A request belongs to the day on which it was reserved, whenever it ends.
func TestAcrossMidnight(t *testing.T) {
	w := newWorld(t, Limits{RPM: 1, RPD: 1}, func(r *rules) { r.SpendCap = 100 })
	w.now = w.s.today.end.Add(-time.Second)
	w.want("a", 10, "yes")
	w.wait(2 * time.Second)
	w.want("b", 10, "limit rpm: wait 58.5s") // the minute knows no midnight
	w.sent("a", 99, 0)
	if w.s.spent != 0 || w.s.pending != 0 {
		t.Errorf("spent %v, %v pending on the new day", w.s.spent, w.s.pending)
	}
	w.wait(time.Minute)
	w.want("b", 10, "yes")
}

// The day's money is not overspent: what is reserved counts as it is expected
// to cost, by what answers have cost so far.
func TestSpend(t *testing.T) {
	w := newWorld(t, Limits{}, func(r *rules) { r.SpendCap = 100 })
	w.want("a", 10, "yes")
	w.sent("a", 10, 20)
	w.want("b", 10, "yes") // 30 of 70 left
	w.want("c", 25, "limit spend: wait 1s")
	w.want("c", 55, "spend: the day's money is spent, again in 12h0m0s")
	w.want("c", 10, "yes")
	w.settle("b", messages.Settle{})
	w.sent("c", 10, 60)
	w.want("d", 1, "spend: the day's money is spent, again in 12h0m0s")
	w.wait(12 * time.Hour)
	w.want("d", 1, "yes")
}

// What was sent is kept as it was billed; where no bill came, as estimated; and
// what Gemini refused costs nothing.
func TestAttempts(t *testing.T) {
	billed := messages.Usage{Prompt: 7, Tools: 1, Output: 3, Thoughts: 2}
	tests := map[string]struct {
		settle              messages.Settle
		input, output, cost int
	}{
		"billed":            {messages.Settle{Sent: true, Usage: billed}, 8, 5, 10},
		"no bill":           {messages.Settle{Sent: true}, 50, 0, 50},
		"failed and billed": {messages.Settle{Sent: true, Usage: billed, Failure: &messages.Failure{Cause: messages.CauseEmpty}}, 8, 5, 10},
		"broken off":        {messages.Settle{Sent: true, Failure: &messages.Failure{Cause: messages.CauseUnreachable}}, 50, 0, 50},
		"refused":           {messages.Settle{Sent: true, Failure: &messages.Failure{Cause: messages.CauseOverloaded, Status: 503}}, 50, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Limits{}, nil)
			w.want("a", 50, "yes")
			at := w.now
			w.wait(30 * time.Second)
			got, _ := w.settle("a", tt.settle)
			want := &messages.AttemptMade{ID: w.ids["a"], Model: "m", At: at, Input: tt.input, Output: tt.output, Cost: float64(tt.cost)}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			r := w.s.report(w.now)
			if m := r.Models[0]; m.MinuteTokens != tt.input || m.DayTokens != tt.input+tt.output || r.Spent != float64(tt.cost) {
				t.Errorf("counted: %+v", r)
			}
		})
	}
}

// A reservation that is never settled counts as sent, and is kept as such.
func TestLease(t *testing.T) {
	w := newWorld(t, Limits{RPD: 1}, nil)
	w.want("a", 50, "yes")
	w.wait(lease - 1)
	if got := w.s.tick(w.now); len(got) > 0 {
		t.Errorf("%d attempts before its lease ended", len(got))
	}
	w.wait(1)
	got := w.s.tick(w.now)
	if len(got) != 1 || got[0].Input != 50 {
		t.Errorf("to be kept: %v", got)
	}
	w.want("b", 1, "day_quota: m: the day's requests are used up, again in 11h50m0s")
	if a, _ := w.settle("a", messages.Settle{Sent: true}); a != nil {
		t.Error("it was counted a second time")
	}
}

// What is configured for a model holds for that one; a limit of 0 is none.
func TestModels(t *testing.T) {
	w := newWorld(t, Limits{RPM: 1}, func(r *rules) { r.Models = map[string]Limits{"free": {}} })
	for i := range 100 {
		if _, err := w.s.reserve(fmt.Sprint(i), "free", 1e6, w.now); err != nil {
			t.Fatal(err)
		}
	}
	w.want("a", 1, "yes")
	w.want("b", 1, "limit rpm: wait 1m0.5s")
	want := &messages.QuotaState{DayReset: 12 * time.Hour, Models: []messages.ModelQuota{
		{Model: "free", MinuteRequests: 100, MinuteTokens: 1e8, DayRequests: 100, DayTokens: 1e8, MinuteReset: window},
		{Model: "m", MinuteRequests: 1, MinuteTokens: 1, DayRequests: 1, DayTokens: 1, LimitRPM: 1, MinuteReset: window},
	}}
	if d := cmp.Diff(want, w.s.report(w.now)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	w.s.tick(w.now.Add(24 * time.Hour))
	if got := w.s.report(w.now.Add(24 * time.Hour)).Models; len(got) > 0 {
		t.Errorf("used on the next day: %v", got)
	}
}
