package chaos

import "time"

// A repose tells when all is said.
type repose struct{ looked time.Time }

// reached reports whether every question has its outcome, or none comes any more.
func (r *repose) reached(l *lab) bool {
	if time.Since(r.looked) < 250*time.Millisecond {
		return false
	}
	l.rec.used(l.discord.Uses())
	quiet := l.rec.quiet()
	if n := l.rec.waiting(time.Hour); n == 0 && quiet > 2*time.Second || quiet > l.Patience {
		return true
	}
	if quiet < 5*time.Second || time.Since(r.looked) < 5*time.Second {
		if quiet < 5*time.Second {
			r.looked = time.Now()
		}
		return false
	}
	r.looked = time.Now()
	v := Check(l.rec.record(l.discord.File))
	l.progress("%d open, nothing said for %v", v.Count(Lost)+v.Count(CutOff), quiet.Round(time.Second))
	return v.Count(Lost)+v.Count(CutOff) == 0
}
