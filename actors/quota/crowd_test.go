package quota

import (
	"fmt"
	"testing"
	"time"

	"troupe/messages"
)

// crowded is how Gemini refuses what is too much at once.
var crowded = messages.Failure{Cause: messages.CauseMinuteQuota, Status: 429, Retry: messages.RetryBackoff}

// A few refusals that name no limit and no time silence the model for nobody, and
// an answer makes them forgotten.
func TestCrowdIsNoSilence(t *testing.T) {
	w := newWorld(t, Limits{}, nil)
	for i := range 20 {
		for j := range crowdRounds - 1 {
			name := fmt.Sprint(i, "/", j)
			w.want(name, 1, "yes")
			w.wait(time.Second)
			if _, l := w.settle(name, messages.Settle{Sent: true, Failure: &crowded}); l.pause > 0 || l.cause != "" {
				t.Fatalf("learned %+v", l)
			}
		}
		w.want("answered", 1, "yes")
		w.sent("answered", 1, 1)
	}
}

// Those that were under way together hear one refusal, however many they are.
func TestCrowdHeardTogether(t *testing.T) {
	w := newWorld(t, Limits{}, nil)
	for i := range 100 {
		w.want(fmt.Sprint(i), 1, "yes")
	}
	w.wait(time.Second)
	for i := range 100 {
		w.settle(fmt.Sprint(i), messages.Settle{Sent: true, Failure: &crowded})
		w.wait(time.Millisecond)
	}
	w.want("next", 1, "yes")
}

// Where nothing but refusals comes, they are not heard more often than each 10 s in
// the end, however eager those are who ask. When one is answered, all may ask.
func TestCrowdIsNoStorm(t *testing.T) {
	w := newWorld(t, Limits{}, nil)
	began := w.now
	var heard []time.Duration
	for w.now.Sub(began) < 10*time.Minute {
		if w.reserve("eager", 1) == "yes" {
			w.wait(20 * time.Millisecond)
			w.settle("eager", messages.Settle{Sent: true, Failure: &crowded})
			heard = append(heard, w.now.Sub(began))
		}
		w.wait(time.Millisecond)
	}
	for i := crowdRounds; i < len(heard); i++ {
		least := min(crowdPause<<min(i-crowdRounds, 10), limitPause)
		if d := heard[i] - heard[i-1]; d < least {
			t.Errorf("refusal %d comes %v after the one before, less than %v", i+1, d, least)
		}
	}
	if most := crowdRounds + 4 + int(10*time.Minute/limitPause); len(heard) > most {
		t.Errorf("%d refusals, more than %d", len(heard), most)
	}
	w.wait(limitPause)
	w.want("answered", 1, "yes")
	w.sent("answered", 1, 1)
	w.want("eager", 1, "yes")
	w.settle("eager", messages.Settle{Sent: true, Failure: &crowded})
	w.want("another", 1, "yes")
}
