package bot_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/store"
)

// A week in which people ask for half as much again as the day's quota lets them
// have, with the change to summer time in Los Angeles, a stop and a kill in the
// middle of an answer each day. The ledger holds what Gemini counts, request by
// request; Gemini never has to say no; hardly any of the quota is left over.
func TestWeek(t *testing.T) {
	started := time.Now()
	onStage(t, discordsim.Config{History: 5000}, func(s *stage) {
		time.Sleep(3 * 24 * time.Hour) // the clocks change on the fourth day of the seven
		s.gemini.SetQuota(s.cfg.Gemini.Model, geminisim.Quota{RPM: 10, TPM: 50_000, RPD: weekRequests})
		s.cfg.Gemini.RequestsPerMinute, s.cfg.Gemini.TokensPerMinute = 10, 50_000
		d := newDay(s, weekRequests)
		for range 7 { // each shorter than a day, since the store forgets what is a week old
			d.hoursOf(3)
			d.ask(d.r.IntN(len(d.places)))
			time.Sleep(2 * time.Second)
			d.kill()
			d.start()
			d.hoursOf(12)
			d.process.stop(t)
			d.start()
			d.hoursOf(6)
		}
		time.Sleep(20 * time.Minute)
		d.process.stop(t)
		d.judge()
		d.compare(weekRequests)
	})
	t.Logf("a week took %v", time.Since(started).Round(time.Millisecond))
}

// weekRequests is how many requests a day the bot may make of Gemini in a week
// that asks for half as many more.
const weekRequests = 40

// hoursOf has people ask for some hours.
func (d *day) hoursOf(n int) {
	const pause = 24 * time.Hour / (weekRequests * 3 / 2)
	for end := time.Now().Add(time.Duration(n) * time.Hour); ; {
		time.Sleep(time.Duration(d.r.Int64N(int64(2 * pause))))
		if time.Now().After(end) {
			return
		}
		d.ask(d.r.IntN(len(d.places)))
	}
}

// compare checks that the ledger holds what Gemini was asked, and that of each
// whole day nearly all was used that may be.
func (d *day) compare(perDay int) {
	d.t.Helper()
	ledger, calls := d.ledger(), d.generations()
	slices.SortFunc(ledger, func(a, b messages.AttemptMade) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Output, b.Output))
	})
	slices.SortFunc(calls, func(a, b geminisim.Call) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Usage.Output, b.Usage.Output))
	})
	if len(ledger) != len(calls) {
		d.t.Errorf("the ledger holds %d requests, Gemini %d", len(ledger), len(calls))
		return
	}
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		d.t.Fatal(err)
	}
	open, days := 0, map[string]int{}
	for i, call := range calls {
		made := ledger[i]
		if late := call.At.Sub(made.At); late < -time.Millisecond || late > time.Second {
			d.t.Errorf("Gemini was asked %v after the time in the ledger", late)
		}
		if made.Open {
			open++
		} else if made.Input != call.Usage.Prompt || made.Output != call.Usage.Output+call.Usage.Thoughts {
			d.t.Errorf("the ledger has %+v of %+v", made, call.Usage)
		}
		days[call.At.In(zone).Format(time.DateOnly)]++
	}
	if open > d.kills {
		d.t.Errorf("of %d requests nothing was heard, after %d kills", open, d.kills)
	}
	d.t.Logf("%d requests, %d open after %d kills: %v", len(ledger), open, d.kills, days)
	first, last := calls[0].At.In(zone).Format(time.DateOnly), calls[len(calls)-1].At.In(zone).Format(time.DateOnly)
	for day, n := range days {
		if n > perDay || day != first && day != last && n < perDay*95/100 {
			d.t.Errorf("%d requests on %v, of %d", n, day, perDay)
		}
	}
}

// ledger returns the attempts that the bot has kept.
func (d *day) ledger() []messages.AttemptMade {
	d.t.Helper()
	s, err := store.Open(d.t.Context(), "sqlite:"+d.store())
	if err != nil {
		d.t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // it was read
	attempts, err := s.Attempts(d.t.Context(), time.Time{})
	if err != nil {
		d.t.Fatal(err)
	}
	return attempts
}

// generations returns what Gemini was asked for answers.
func (d *day) generations() (calls []geminisim.Call) {
	for _, c := range d.gemini.Calls() {
		if c.Class == geminisim.ClassStream {
			calls = append(calls, c)
		}
	}
	return calls
}
