package quota

import "time"

// paceMinutes is how far back the pace looks: long enough that one burst is not
// taken for a day's habit, short enough that an evening's rush shows.
const paceMinutes = 15

// A pace is how many requests each of the last minutes had.
type pace struct {
	counts [paceMinutes]int // of minute n at n % paceMinutes
	newest int64            // minute since 1970 of the newest count
}

// add counts a request. One that is older than the pace looks is none of its.
func (p *pace) add(at time.Time) {
	n := at.Unix() / 60
	p.turn(n)
	if n > p.newest-paceMinutes {
		p.counts[n%paceMinutes]++
	}
}

// turn empties the minutes that have come since the newest.
func (p *pace) turn(to int64) {
	for n := max(p.newest, to-paceMinutes) + 1; n <= to; n++ {
		p.counts[n%paceMinutes] = 0
	}
	p.newest = max(p.newest, to)
}

// requests returns how many there were in the last minutes.
func (p *pace) requests(now time.Time) (n int) {
	p.turn(now.Unix() / 60)
	for _, count := range p.counts {
		n += count
	}
	return n
}

// lasts forecasts for how long so many requests are enough if they go on at the
// pace of so many in [paceMinutes]: rest, the rest of the day, if for that.
func lasts(left, recent int, rest time.Duration) time.Duration {
	if recent <= 0 {
		return rest
	}
	enough := float64(max(left, 0)) / float64(recent) * float64(paceMinutes*time.Minute)
	if enough >= float64(rest) {
		return rest
	}
	return time.Duration(enough)
}
