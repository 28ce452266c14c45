package quota

import (
	"testing"
	"time"

	"troupe/messages"
)

// What is left is enough for as long as the pace says, and for the day at most.
func TestLasts(t *testing.T) {
	const day = 10 * time.Hour
	tests := []struct {
		name         string
		left, recent int
		want         time.Duration
	}{
		{"nothing is asked", 5, 0, day},
		{"nothing is left, nothing is asked", 0, 0, day},
		{"used up", 0, 7, 0},
		{"over it, as a limit was lowered", -3, 7, 0},
		{"two a minute", 60, 30, 30 * time.Minute},
		{"one in a quarter of an hour", 1, 1, 15 * time.Minute},
		{"just the day", 40, 1, day},
		{"more than the day", 41, 1, day},
		{"more than there is time", 1 << 62, 1, day},
	}
	for _, tt := range tests {
		if got := lasts(tt.left, tt.recent, day); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The pace counts the requests of the last minutes, in whatever order they are
// told, and forgets what is older.
func TestPace(t *testing.T) {
	start := time.Date(2026, 6, 1, 12, 0, 30, 0, time.UTC)
	tests := []struct {
		name  string
		added []time.Duration
		now   time.Duration
		want  int
	}{
		{"none", nil, 0, 0},
		{"some", []time.Duration{0, 0, time.Minute}, time.Minute, 3},
		{"the oldest minute that counts", []time.Duration{0, time.Minute}, (paceMinutes - 1) * time.Minute, 2},
		{"older than that", []time.Duration{0, time.Minute}, paceMinutes * time.Minute, 1},
		{"long ago", []time.Duration{0, time.Minute}, 24 * time.Hour, 0},
		{"told late", []time.Duration{10 * time.Minute, 0, -time.Hour}, 10 * time.Minute, 2},
	}
	for _, tt := range tests {
		var p pace
		for _, after := range tt.added {
			p.add(start.Add(after))
		}
		if got := p.requests(start.Add(tt.now)); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// The report tells how long the day's requests are enough, also after a restart.
func TestForecast(t *testing.T) {
	w := newWorld(t, Limits{RPD: 100}, nil)
	var rows []messages.AttemptMade
	for range 30 {
		w.want("a", 1, "yes")
		made, _ := w.settle("a", messages.Settle{Sent: true})
		rows = append(rows, *made)
		w.wait(20 * time.Second)
	}
	for range 2 {
		if m := w.s.report(w.now).Models[0]; m.Lasts != 35*time.Minute {
			t.Errorf("70 requests are enough for %v at 30 in 15 minutes", m.Lasts)
		}
		w.s = newState(w.s.rules, newBook(), 5000, w.now)
		w.s.load(rows, w.now)
	}
	w.wait(time.Hour)
	if m := w.s.report(w.now).Models[0]; m.Lasts != w.s.today.end.Sub(w.now) {
		t.Errorf("when nothing is asked, they are enough for %v", m.Lasts)
	}
	if m := newWorld(t, Limits{}, nil).s.model("m"); m.report(w.now, w.s.today).Lasts != 0 {
		t.Error("there is a forecast without a limit")
	}
}
