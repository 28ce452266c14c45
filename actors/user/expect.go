package user

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	daily = 24 * time.Hour
	// leastHere is how many of the messages of an hour of the day are in one channel,
	// for the person to be expected there.
	leastHere = 3
)

// expect tells the prefetch when and where the person is likely to ask again, once a
// day: it learns anew when the process starts, this does not.
func (a *user) expect(c *actor.Context) {
	now := time.Now()
	if a.cfg.Expects == nil || now.Sub(a.state.told) < daily/2 {
		return
	}
	a.state.told = now
	for _, m := range expected(a.state.said(), now) {
		m.Asker = a.cfg.User
		c.Send(a.cfg.Expects, &m)
	}
}

// expected returns when and where who wrote these messages is likely to write next: at
// each hour of the day in which they mostly do, in the channel where they then mostly
// do.
func expected(said []messages.SaidNote, now time.Time) (all []messages.Expected) {
	for _, hour := range messages.ProfileOf(said).Hours {
		by := map[messages.ChannelID][]messages.SaidNote{}
		for _, n := range said {
			if n.Message.Time().UTC().Hour() == hour {
				by[n.Channel] = append(by[n.Channel], n)
			}
		}
		channel := slices.MaxFunc(slices.Sorted(maps.Keys(by)), func(a, b messages.ChannelID) int {
			return cmp.Compare(len(by[a]), len(by[b]))
		})
		if here := by[channel]; len(here) >= leastHere {
			all = append(all, messages.Expected{Guild: here[0].Guild, Channel: channel, At: nextDay(here, now)})
		}
	}
	return all
}

// nextDay returns when tomorrow's message is to come, if it comes at the time of day
// of the median one.
func nextDay(said []messages.SaidNote, now time.Time) time.Time {
	var times []time.Duration
	for i := range said {
		at := said[i].Message.Time().UTC()
		times = append(times, at.Sub(at.Truncate(daily)))
	}
	slices.Sort(times)
	at := now.UTC().Truncate(daily).Add(times[len(times)/2])
	for at.Sub(now) < time.Hour {
		at = at.Add(daily)
	}
	return at
}
