package chaos

import (
	"testing"
	"time"

	"troupe/messages"
)

// A lab with many questions that wait for long gives the bot a long life, in which
// it is killed at no step; the lives after it are those of the seed.
func TestNextWhenBehind(t *testing.T) {
	newLab := func(open int, since time.Duration) *lab {
		l := &lab{Config: Config{Patience: patience, Triggers: 120}, rec: newRecorder(bot), rng: rng(1, 2)}
		for i := range open {
			l.rec.ask(Ask{Trigger: messages.MessageID(i + 1), Tag: makeTag(i+1, 0), Asker: ann, At: time.Now().Add(-since)})
		}
		return l
	}
	calm, late := newLab(16, time.Second), newLab(5, 2*overdue)
	forgotten, few := newLab(16, 2*forgone), newLab(4, 2*overdue)
	for i := range 200 {
		want, got := calm.next(), late.next()
		if got.step != "" || got.moment != "" || got.stop != want.stop || got.after < want.after+5*time.Second {
			t.Errorf("life %d is %+v, and %+v when the lab is behind", i, want, got)
		}
		if a, b := forgotten.next(), few.next(); a != want || b != want {
			t.Errorf("life %d is %+v; with questions that are given up %+v; with few that wait %+v", i, want, a, b)
		}
		for _, l := range []*lab{calm, late, forgotten, few} {
			l.tally.lives++
		}
	}
}
