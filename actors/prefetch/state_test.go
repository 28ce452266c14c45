package prefetch

import (
	"slices"
	"testing"
	"time"

	"troupe/messages"
)

// noon is some time, on a Monday.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a state and a clock.
type world struct {
	t      *testing.T
	s      *state
	now    time.Time
	next   time.Time // when tick is to be called; zero for never
	warmed []time.Duration
	last   messages.ChannelID
	ticks  int
}

func newWorld(t *testing.T) *world { return &world{t: t, s: newState(10 * time.Minute), now: noon} }

// until lets time go by, up to a time since noon.
func (w *world) until(d time.Duration) {
	w.t.Helper()
	for end := noon.Add(d); ; {
		if w.next.IsZero() || w.next.After(end) {
			w.now = end
			return
		}
		if w.now.Before(w.next) {
			w.now = w.next
		}
		if w.ticks++; w.ticks > 10_000 {
			w.t.Fatal("it has no rest")
		}
		var m *warming
		if m, w.next = w.s.tick(w.now); m != nil {
			w.s.warmed(m, w.now)
			w.warmed, w.last = append(w.warmed, w.now.Sub(noon)), m.channel
			_, w.next = w.s.tick(w.now)
		}
	}
}

// ask has somebody ask in a channel, at a time since noon.
func (w *world) ask(channel messages.ChannelID, at time.Duration) {
	w.t.Helper()
	w.until(at)
	w.next = earlier(w.next, w.s.asked(&messages.Asked{Guild: 1, Channel: channel, Asker: 9}, w.now))
}

// Who is expected is expected once, whatever was learned of the channel before, and no
// more when they do not come for some days.
func TestExpect(t *testing.T) {
	w := newWorld(t)
	expect := func(at time.Duration) {
		w.next = earlier(w.next, w.s.expect(&messages.Expected{Guild: 1, Channel: 5, Asker: 9, At: noon.Add(at)}, w.now))
	}
	expect(day)
	expect(day + time.Minute)
	w.until(2 * day)
	n := len(w.warmed)
	if n == 0 || w.warmed[0] < day-maxSpan || w.warmed[n-1] > day+maxSpan || w.last != 5 {
		t.Fatalf("warmed at %v", w.warmed)
	}
	w.until(10 * day)
	if len(w.warmed) != n {
		t.Errorf("warmed at %v", w.warmed)
	}
}

const day, week = 24 * time.Hour, 7 * 24 * time.Hour

// What was asked at one time of the day or the week is expected then, once it came
// true, and no more when it does not for some time.
func TestHabits(t *testing.T) {
	tests := []struct {
		name  string
		asked []time.Duration // since noon on Monday
		from  time.Duration   // what is warmed before is not looked at
		to    time.Duration
		first time.Duration // the first warming; 0 for none
	}{
		{"never asked", nil, 0, week, 0},
		{"once", []time.Duration{0}, 0, 3 * week, 0},
		{"twice a day apart", []time.Duration{0, day}, day, 3 * day, 2*day - 15*time.Minute},
		{"a bit later each day", []time.Duration{0, day + 10*time.Minute}, day, 3 * day, 2*day - 10*time.Minute},
		{"too much later", []time.Duration{0, day + 20*time.Minute}, day, 2 * day, 0},
		{"twice a week apart", []time.Duration{0, week}, week, 3 * week, 2*week - 15*time.Minute},
		{"every second day is no habit", []time.Duration{0, 2 * day, 4 * day}, 4 * day, 6 * day, 0},
		{"all at one time", []time.Duration{0, time.Minute, 2 * time.Minute}, 0, week, 0},
		{"given up on after some days", []time.Duration{0, day, 2 * day, 3 * day}, 10 * day, 20 * day, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			for _, at := range tt.asked {
				w.ask(7, at)
			}
			w.until(tt.from)
			w.warmed = nil
			w.until(tt.to)
			if first := slices.Concat(w.warmed, []time.Duration{0})[0]; first != tt.first {
				t.Errorf("warmed first after %v, want %v", first, tt.first)
			}
		})
	}
}

// A channel that is expected to be asked something is kept awake while it is, and no
// longer; a warming is of use if somebody asks.
func TestWarmings(t *testing.T) {
	w := newWorld(t)
	w.ask(7, 0)
	w.ask(7, day)
	w.until(2*day - 3*time.Minute)
	if n := len(w.warmed); n != 3 {
		t.Errorf("warmed %d times in 12 minutes", n)
	}
	w.ask(7, 2*day)
	if hits, wasted := w.s.settle(); hits != 1 || wasted != 0 {
		t.Errorf("%d hits, %d wasted", hits, wasted)
	}
	w.until(3 * day)
	w.until(4*day - 20*time.Minute)
	if hits, wasted := w.s.settle(); hits != 0 || wasted != 1 {
		t.Errorf("a day without a question: %d hits, %d wasted", hits, wasted)
	}
	for i, at := range w.warmed[1:] {
		if at-w.warmed[i] < pace {
			t.Errorf("warmed after %v", at-w.warmed[i])
		}
	}
}

// Channels that are expected at one time are warmed one after the other.
func TestPace(t *testing.T) {
	w := newWorld(t)
	for d := range 2 {
		for id := range messages.ChannelID(50) {
			w.ask(id, time.Duration(d)*day)
		}
	}
	w.warmed = nil
	w.until(2*day - 10*time.Minute)
	if n := len(w.warmed); n != 31 {
		t.Errorf("warmed %d in 5 minutes", n)
	}
	w.until(30 * day)
	if !w.next.IsZero() {
		t.Errorf("there is nothing to expect, but at %v", w.next)
	}
}

// What is remembered has a bound, whatever is asked.
func TestBounded(t *testing.T) {
	w := newWorld(t)
	for i := range 3000 {
		w.ask(messages.ChannelID(i%2500), time.Duration(i)*37*time.Minute)
		for _, id := range w.s.places.Keys() {
			if p, _ := w.s.places.Peek(id); len(p.habits) > maxHabits {
				t.Fatalf("%d habits", len(p.habits))
			}
		}
	}
	if n := w.s.places.Len(); n > maxPlaces {
		t.Errorf("%d places", n)
	}
}
