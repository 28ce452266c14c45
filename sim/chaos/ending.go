package chaos

import (
	"math/rand/v2"
	"slices"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// An ending is how a life of the bot's is to end.
type ending struct {
	step   string // killed there; "" for none
	nth    int    // time that it comes past the step
	moment string // killed there: a name of moments; "" for none
	stop   int    // requests to stop
	after  time.Duration
	none   bool
}

// moments are those of the simulated world at which the bot may be killed.
var moments = []struct {
	name  string
	class fault.Class
	fault fault.Fault
}{
	{"discord/post has come", discordsim.ClassMessageCreate, fault.Fault{Hang: true}},
	{"discord/post is done", discordsim.ClassMessageCreate, fault.Fault{Hang: true, Act: true}},
	{"discord/edit has come", discordsim.ClassMessageEdit, fault.Fault{Hang: true}},
	{"discord/edit is done", discordsim.ClassMessageEdit, fault.Fault{Hang: true, Act: true}},
	{"discord/callback is done", discordsim.ClassCallback, fault.Fault{Hang: true, Act: true}},
	{"gemini/stream has come", geminisim.ClassStream, fault.Fault{Hang: true}},
	{"gemini/stream is under way", geminisim.ClassStream, fault.Fault{CutAfter: 2}},
}

// Places returns where the bot may be killed: steps, and moments of the simulated
// world.
func Places() (names []string) {
	for _, s := range Steps() {
		names = append(names, s.Name)
	}
	for _, m := range moments {
		names = append(names, m.name)
	}
	return names
}

// next says how the next life is to end.
func (l *lab) next() ending {
	chosen := only(l.Only)
	kill, stop := slices.Contains(chosen, killed), slices.Contains(chosen, halted)
	e := ending{after: time.Duration(200+l.rng.IntN(1300)) * time.Millisecond}
	if l.rng.IntN(10) == 0 {
		e.after += time.Duration(l.rng.IntN(10_000)) * time.Millisecond
	}
	roll := l.rng.IntN(100)
	switch {
	case !kill && !stop:
		e.none = true
	case stop && (!kill || roll < 15):
		e.stop = 1 + l.rng.IntN(3)/2
	case len(l.At) > 0:
		e.at(l.At[l.tally.lives%len(l.At)], l.rng)
	case roll < 75:
		steps := Steps()
		e.at(steps[l.tally.lives%len(steps)].Name, l.rng)
	case roll < 90:
		e.at(moments[l.rng.IntN(len(moments))].name, l.rng)
	}
	if l.behind() {
		e.rest()
	}
	return e
}

// rest makes the life a long one. The next step or moment of a busy bot comes in
// its first second, so there is none; what was drawn for the life is drawn all the
// same, and the lives after it are those of the seed. Without such lives, a
// machine that needs seconds to start the bot has it die again and again with the
// same questions open, until it apologises for them: that is the lab's doing and
// no weakness of the bot's.
func (e *ending) rest() {
	e.step, e.nth, e.moment = "", 0, ""
	e.after += 8 * time.Second
}

// at makes the bot be killed at a step or moment.
func (e *ending) at(name string, rng *rand.Rand) {
	for _, m := range moments {
		if m.name == name {
			e.moment = name
			return
		}
	}
	e.step, e.nth = name, 1+rng.IntN(8)
}
