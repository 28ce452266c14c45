package chaos

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"
)

// A Report is what came of a lab.
type Report struct {
	Config  Config
	Took    time.Duration
	Record  *Record
	Verdict *Verdict
	Lives   int
	Stops   int
	Kills   map[string]int // by step or moment
	Passed  map[string]int // steps at which the bot was stopped and let go on
}

func (l *lab) report(took time.Duration) *Report {
	r := &Report{
		Config: l.Config, Took: took, Record: l.rec.record(l.discord.File),
		Lives: l.tally.lives, Stops: l.tally.stops, Kills: l.tally.kills, Passed: l.tally.passed,
	}
	r.Verdict = Check(r.Record)
	r.Verdict.Breaches = append(r.Verdict.Breaches, l.tally.damage...)
	return r
}

// maxTold is how many breaches of a kind are told in full.
const maxTold = 3

// Print writes the tables, the first breaches and the verdict.
func (r *Report) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // Flush tells
	p("FAULT\tGIVEN\tCALLS")
	given, hits := map[string]int{}, map[string]int{}
	for _, g := range r.Record.Given {
		given[g.Fault]++
		hits[g.Fault] += len(g.Hits)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		p("%s\t%d\t%d", name, given[name], hits[name])
	}
	p("\nKILLED AT\tTIMES\tLET GO ON")
	for _, name := range append(Places(), anyTime) {
		p("%s\t%d\t%d", name, r.Kills[name], r.Passed[name])
	}
	p("\nOUTCOME\tQUESTIONS")
	for _, o := range []Outcome{Answered, ToldCut, Refused, Cancelled, Dead, None} {
		p("%s\t%d", o, r.Verdict.Outcomes[o])
	}
	p("answered together\t%d", r.Verdict.Joint)
	for _, name := range slices.Sorted(maps.Keys(r.Verdict.Refusals)) {
		p("refused: %s\t%d", name, r.Verdict.Refusals[name])
	}
	p("\nBREACH\tTIMES")
	for _, wrong := range Wrongs() {
		p("%s\t%d", wrong, r.Verdict.Count(wrong))
	}
	p("")
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(out, r.told(maxTold)+r.summary())
	return err
}

// WriteBreaches writes all breaches in full.
func (r *Report) WriteBreaches(out io.Writer) error {
	_, err := io.WriteString(out, r.told(len(r.Verdict.Breaches)))
	return err
}

// told returns the first breaches of each kind in full.
func (r *Report) told(most int) (s string) {
	count := map[Wrong]int{}
	for _, b := range slices.SortedStableFunc(slices.Values(r.Verdict.Breaches), func(a, b Breach) int { return cmp.Compare(a.Wrong, b.Wrong) }) {
		if count[b.Wrong]++; count[b.Wrong] <= most {
			s += r.Record.Tell(b) + "\n"
		}
	}
	return s
}

func (r *Report) summary() string {
	asked := len(r.Record.Asks)
	s := fmt.Sprintf("seed %d: %d questions, %d lives of the bot, %d told to stop, in %v, %.0f questions/s\n", r.Config.Seed, asked, r.Lives,
		r.Stops, r.Took.Round(time.Second), float64(asked)/r.Took.Seconds())
	if n := len(r.Verdict.Breaches); n > 0 {
		return s + fmt.Sprintf("NOT KEPT: %d breaches. The bot's log and store are in %s\n", n, r.Config.Dir)
	}
	return s + "KEPT: every question has exactly one outcome, in order, whole, where it was asked.\n"
}
