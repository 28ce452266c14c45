package geminisim

import (
	"testing"
	"time"
)

// Each quota lets through exactly what it says in any minute or day, and the
// wait that is told is just long enough.
func TestMeter(t *testing.T) {
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	type step struct {
		after  time.Duration // since the start
		tokens int
		want   string
		wait   time.Duration
	}
	for name, tt := range map[string]struct {
		quota Quota
		steps []step
	}{
		"none": {Quota{}, []step{{0, 1 << 40, "", 0}, {0, 1 << 40, "", 0}}},
		"requests": {Quota{RPM: 2}, []step{
			{0, 1, "", 0},
			{10 * time.Second, 1, "", 0},
			{20 * time.Second, 1, "rpm ", 40 * time.Second},
			{60*time.Second - 1, 1, "rpm ", 1},
			{60 * time.Second, 1, "", 0},
			{60 * time.Second, 1, "rpm ", 10 * time.Second},
		}},
		"tokens": {Quota{TPM: 100}, []step{
			{0, 60, "", 0},
			{1 * time.Second, 40, "", 0},
			{2 * time.Second, 1, "tpm ", 58 * time.Second},
			{2 * time.Second, 61, "tpm ", 59 * time.Second},
			{2 * time.Second, 101, "tpm ", time.Minute}, // which never fits
			{61 * time.Second, 100, "", 0},
		}},
		"day": {Quota{RPD: 1}, []step{
			{0, 1, "", 0},
			{time.Hour, 1, "rpd ", dayDelay},
			{20*time.Hour - 1, 1, "rpd ", dayDelay}, // 08:00 UTC is midnight there
			{20 * time.Hour, 1, "", 0},
		}},
		"all": {Quota{RPM: 1, TPM: 1, RPD: 1}, []step{
			{0, 1, "", 0},
			{0, 1, "rpm tpm rpd ", dayDelay},
		}},
	} {
		m := &meter{quota: tt.quota}
		for i, s := range tt.steps {
			got, wait := "", time.Duration(0)
			if e := m.admit(start.Add(s.after), s.tokens); e != nil {
				got, wait = words(e), e.after
			}
			if got != s.want || wait != s.wait {
				t.Errorf("%s, step %d: %q after %v, want %q after %v", name, i, got, wait, s.want, s.wait)
			}
		}
	}
}

func words(e *excess) (s string) {
	if e.rpm {
		s += "rpm "
	}
	if e.tpm {
		s += "tpm "
	}
	if e.rpd {
		s += "rpd "
	}
	return s
}

// A day in Los Angeles has 23 to 25 hours.
func TestNextDay(t *testing.T) {
	for now, want := range map[string]time.Duration{
		"2026-03-08T08:00:00Z": 23 * time.Hour,
		"2026-11-01T07:00:00Z": 25 * time.Hour,
		"2026-07-01T06:59:59Z": time.Second,
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextDay(at).Sub(at); got != want {
			t.Errorf("%s: %v, want %v", now, got, want)
		}
	}
}

// The recorder keeps the latest calls in their order, and changes none that it
// has given away.
func TestRecorder(t *testing.T) {
	r := recorder{most: 3}
	for i := range 7 {
		if n := r.begin(Call{Status: i}); n != i {
			t.Fatalf("call %d is number %d", i, n)
		}
		if i > 0 {
			r.change(i-1, func(c *Call) { c.Chunks = i })
		}
		if i >= 3 {
			r.change(i-3, func(c *Call) { t.Errorf("call %d is kept as %d", i-3, c.Status) })
		}
		list := r.list()
		if len(list) != min(i+1, 3) || list[len(list)-1].Status != i || list[0].Status != max(0, i-2) {
			t.Errorf("after %d: %+v", i, list)
		}
	}
}
