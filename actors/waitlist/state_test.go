package waitlist

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// told says actions in words: 7:2 is that question 7 has two before it, 7:go that
// it may proceed.
func told(todo []action) string {
	var words []string
	for _, a := range todo {
		what := "go"
		if p, ok := a.tell.(*messages.Place); ok {
			what = fmt.Sprint(p.Ahead)
		}
		words = append(words, fmt.Sprintf("%d:%s", a.trigger, what))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func (s *state) stand(t *testing.T, guild messages.GuildID, id messages.MessageID, now time.Time) string {
	t.Helper()
	todo, room := s.standBy(&messages.StandBy{Guild: guild, Trigger: id}, now)
	if !room {
		t.Fatalf("no room for question %d", id)
	}
	return told(todo)
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

// Places are those in the guild's own line, by the order in which was asked.
func TestPlaces(t *testing.T) {
	s := newState(limits{10, 100})
	want(t, s.stand(t, 1, 20, at(0)), "20:0")
	want(t, s.stand(t, 2, 30, at(0)), "30:0")
	want(t, s.stand(t, 1, 40, at(0)), "40:1")
	want(t, s.stand(t, 1, 10, at(0)), "10:0 20:1 40:2")
	want(t, told(s.leave(20, at(1))), "40:1")
	want(t, s.stand(t, 1, 40, at(1)), "40:1")
}

// While nothing is known of the model one question is tried after each pause; when
// it answers, twice as many each time, and guilds take turns.
func TestRecovery(t *testing.T) {
	s := newState(limits{10, 100})
	for id := range messages.MessageID(5) {
		s.stand(t, 1, 10+id, at(0))
		s.stand(t, 2, 20+id, at(0))
	}
	if got := s.wake(); !got.Equal(at(2)) {
		t.Errorf("tried after %v", got.Sub(noon))
	}
	want(t, told(s.tick(at(1))), "")
	want(t, told(s.tick(at(2))), "10:go")
	want(t, told(s.tick(at(3))), "")
	want(t, s.stand(t, 1, 10, at(3)), "10:0")
	want(t, told(s.tick(at(6.9))), "")
	want(t, told(s.tick(at(7))), "20:go")
	want(t, told(s.served(20, at(8))), "10:go 21:go 22:1 23:2 24:3")
	want(t, told(s.served(10, at(9))), "11:go 12:go 13:2 14:3 22:go")
	want(t, told(s.served(21, at(9))), "13:go 14:go 23:go 24:go")
	if got := s.wake(); !got.IsZero() {
		t.Errorf("nobody waits, and wakes at %v", got)
	}
}

// A model that was there for a moment only is asked carefully again. Questions
// that fail together say so once.
func TestRelapse(t *testing.T) {
	s := newState(limits{10, 100})
	for id := range messages.MessageID(8) {
		s.stand(t, 1, 10+id, at(0))
	}
	s.tick(at(2))
	s.served(10, at(3))
	s.served(11, at(3))
	if len(s.trials) < 3 {
		t.Fatalf("%d are tried", len(s.trials))
	}
	for _, id := range slices.Collect(maps.Keys(s.trials)) {
		s.stand(t, 1, id, at(4))
	}
	if s.failed != 1 || s.width != 1 || !s.wake().Equal(at(6)) {
		t.Errorf("failed %d times, width %d, again after %v", s.failed, s.width, s.wake().Sub(noon))
	}
}

// A question that was let go and is not heard of holds up the others for a while
// only.
func TestTrialIsLost(t *testing.T) {
	s := newState(limits{10, 100})
	s.stand(t, 1, 10, at(0))
	s.stand(t, 1, 11, at(0))
	s.tick(at(2))
	if got := s.wake(); !got.Equal(at(2).Add(trialWait)) {
		t.Errorf("wakes after %v", got.Sub(noon))
	}
	want(t, told(s.tick(at(2).Add(trialWait))), "11:go")
}

// The list is bounded for each guild and in all; who is there already keeps the
// place.
func TestBounds(t *testing.T) {
	s := newState(limits{2, 3})
	s.stand(t, 1, 10, at(0))
	s.stand(t, 1, 11, at(0))
	if _, room := s.standBy(&messages.StandBy{Guild: 1, Trigger: 12}, at(0)); room {
		t.Error("a line is longer than it may be")
	}
	s.stand(t, 1, 11, at(0))
	s.stand(t, 2, 20, at(0))
	if _, room := s.standBy(&messages.StandBy{Guild: 3, Trigger: 30}, at(0)); room {
		t.Error("more wait than may")
	}
	if _, ok := s.lines[3]; ok || len(s.turns) != 2 {
		t.Errorf("%d lines have turns", len(s.turns))
	}
}

// Whatever happens: nobody is lost, each is let go once as long as they stand by,
// places are true, and a model that is back serves all.
func TestRandom(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		s, now := newState(limits{50, 1000}), noon
		waiting, places := map[messages.MessageID]messages.GuildID{}, map[messages.MessageID]int{}
		tried := map[messages.MessageID]messages.GuildID{}
		take := func(todo []action) {
			for _, a := range todo {
				if p, ok := a.tell.(*messages.Place); ok {
					places[a.trigger] = p.Ahead
					continue
				}
				if _, ok := waiting[a.trigger]; !ok {
					t.Fatalf("seed %d: question %d is let go and does not wait", seed, a.trigger)
				}
				tried[a.trigger] = waiting[a.trigger]
				delete(waiting, a.trigger)
			}
			for id := range tried { // those that are not heard of are forgotten in the end
				if _, known := s.trials[id]; !known {
					delete(tried, id)
				}
			}
			for id, guild := range waiting {
				ahead := 0
				for _, before := range []map[messages.MessageID]messages.GuildID{waiting, tried} {
					for other, g := range before {
						if g == guild && other < id {
							ahead++
						}
					}
				}
				if places[id] != ahead {
					t.Fatalf("seed %d: question %d is told %d, has %d before it", seed, id, places[id], ahead)
				}
			}
		}
		stand := func(id messages.MessageID, guild messages.GuildID) {
			waiting[id] = guild
			delete(tried, id)
			todo, _ := s.standBy(&messages.StandBy{Guild: guild, Trigger: id, After: time.Duration(rng.IntN(20)) * time.Second}, now)
			take(todo)
		}
		for range 200 {
			now = now.Add(time.Duration(rng.IntN(3000)) * time.Millisecond)
			switch rng.IntN(5) {
			case 0, 1:
				stand(messages.MessageID(rng.IntN(40)+1), messages.GuildID(rng.IntN(3)+1))
			case 2:
				for id, guild := range tried {
					stand(id, guild)
					break
				}
			case 3:
				for id := range waiting {
					delete(waiting, id)
					take(s.leave(id, now))
					break
				}
			case 4:
				take(s.tick(now))
			}
		}
		for range 1000 { // the model is back
			for id := range tried {
				delete(tried, id)
				take(s.served(id, now))
			}
			now = s.wake()
			if now.IsZero() {
				break
			}
			take(s.tick(now))
		}
		if len(waiting) > 0 || s.waiting != 0 || len(s.lines) > 0 || len(s.turns) > 0 {
			t.Fatalf("seed %d: %d wait for ever", seed, len(waiting))
		}
	}
}
