package bot_test

import (
	"fmt"
	"testing"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/supervision"
)

// The habit: somebody asks once a day, some minutes earlier or later, and nothing
// else happens, so that all sleep meanwhile.
const (
	habitDays   = 9
	habitLearns = 2 // days after which it is known
)

// A habitual is what came of the days after those.
type habitual struct {
	timing
	reads int // of Discord, on all of them
}

func playHabit(t *testing.T, prefetch bool) (h habitual) {
	onLatencyStage(t, func(s *stage) {
		s.cfg.Memory.Prefetch = prefetch
		s.alter = func(w *supervision.World) { w.Store = slowStore{w.Store} }
		l := s.lookout()
		stop := s.run(nil)
		reads := func() (n int) {
			for _, class := range []fault.Class{discordsim.ClassMessageList, discordsim.ClassPinList} {
				n += s.discord.TallyOf(class).Requests
			}
			return n
		}
		begin, before := time.Now(), 0
		for day := range habitDays {
			m := &h.timing
			if day < habitLearns {
				m = &timing{}
			} else if day == habitLearns {
				before = reads()
			}
			shift := time.Duration(day%3-1) * 4 * time.Minute
			time.Sleep(time.Until(begin.Add(time.Duration(day+1)*24*time.Hour + shift)))
			s.measure(l, m, day)
		}
		time.Sleep(23 * time.Hour)
		h.reads = reads() - before
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// What is asked at the same time each day is answered as if all were awake.
func TestFigurePrefetch(t *testing.T) {
	unraced(t)
	const days = habitDays - habitLearns
	out := newSheet(t, fmt.Sprintf("Somebody asks once a day, and all sleep meanwhile: medians of %d days", days),
		"first text", "target", "whole answer", "target", "reads of Discord")
	asleep, warm := playHabit(t, false), playHabit(t, true)
	const first, whole = firstToken + writeTakes + 5*time.Millisecond, lastToken + writeTakes + 5*time.Millisecond
	out.row("without prefetch", median(asleep.first), "", median(asleep.whole), "", asleep.reads)
	out.row("Troupe", median(warm.first), bound(median(warm.first), first), median(warm.whole), bound(median(warm.whole), whole), warm.reads)
	out.atMost("first text", median(warm.first), first)
	out.atMost("whole answer", median(warm.whole), whole)
	if extra := warm.reads - asleep.reads; extra > 6*days {
		t.Errorf("Discord was read %d times more", extra)
	}
}
