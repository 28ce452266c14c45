package prefetch

import (
	"slices"
	"time"

	"troupe/messages"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	maxPlaces = 2000             // about 1 KiB each at most; the one that was not asked for longest leaves first
	maxHabits = 16               // of one place
	maxSpan   = 15 * time.Minute // how far from its time a habit may be met
	pace      = 10 * time.Second // between two warmings, of whichever places

	firm    = 2 // times that a habit was met, for its place to be warmed
	firmest = 4 // times that count

	daily  = 24 * time.Hour
	weekly = 7 * daily
)

// A habit is a time of the day or the week at which a channel is asked something.
type habit struct {
	period time.Duration
	due    time.Time // next
	met    int       // times that it came true, less those that it did not
}

// A place is what is known of one channel. Nothing of it tells what was said there.
type place struct {
	guild  messages.GuildID
	asker  messages.UserID // the last one
	asked  time.Time       // last
	warmed time.Time       // last
	until  time.Time       // when the warming is wasted, if nobody asks; zero if none is open
	habits []habit
}

// A warming is what is to be warmed now.
type warming struct {
	channel messages.ChannelID
	guild   messages.GuildID
	asker   messages.UserID
	until   time.Time // when it will have been in vain
}

// A state is what was learned of when channels are asked something.
type state struct {
	idle   time.Duration // who hears nothing for so long falls asleep
	places *simplelru.LRU[messages.ChannelID, *place]
	rest   time.Time // nothing is warmed before

	hits, wasted int // warmings that ended so since the last settle
}

func newState(idle time.Duration) *state {
	places, err := simplelru.NewLRU[messages.ChannelID, *place](maxPlaces, nil)
	if err != nil {
		panic(err) // the bound is not positive, which is a bug
	}
	return &state{idle: idle, places: places}
}

// span is how far from its time a habit may be met: no longer than few warmings keep
// a channel awake.
func (s *state) span() time.Duration { return min(maxSpan, s.idle*3/2) }

// asked learns from a question. It returns when tick has something to do for that
// channel; the zero time is never.
func (s *state) asked(m *messages.Asked, now time.Time) (next time.Time) {
	p, known := s.places.Get(m.Channel)
	if !known {
		p = &place{}
		s.places.Add(m.Channel, p)
	}
	s.expire(p, now)
	s.close(p, now.Sub(p.warmed) < s.idle)
	daily, weekly := p.meet(daily, s.span(), now), p.meet(weekly, s.span(), now)
	if now.Sub(p.asked) >= s.idle { // else the conversation goes on
		p.learn(daily, weekly, now)
	}
	p.guild, p.asker, p.asked = m.Guild, m.Asker, now
	return s.next(p)
}

// expect takes it that somebody is likely to ask something in a channel. It returns
// when tick has something to do for that channel; the zero time is never.
func (s *state) expect(m *messages.Expected, now time.Time) (next time.Time) {
	p, known := s.places.Get(m.Channel)
	if !known {
		p = &place{guild: m.Guild, asker: m.Asker}
		s.places.Add(m.Channel, p)
	}
	s.expire(p, now)
	for i := range p.habits {
		if h := &p.habits[i]; h.period == daily && h.due.Sub(m.At).Abs() <= s.span() {
			h.met = max(h.met, firm)
			return s.next(p)
		}
	}
	p.habits = append(p.habits, habit{daily, m.At, firm})
	p.shed()
	return s.next(p)
}

// meet confirms the habits of a period that a question is in time for, if any. Their
// time follows the questions by half.
func (p *place) meet(period, span time.Duration, now time.Time) (met bool) {
	for i := range p.habits {
		h := &p.habits[i]
		off := now.Sub(h.due)
		if h.period != period || off.Abs() > span {
			continue
		}
		h.met, h.due = min(h.met+1, firmest), h.due.Add(period+off/2)
		met = true
	}
	return met
}

// learn takes a question for the first of a habit, unless it belongs to one.
func (p *place) learn(metDaily, metWeekly bool, now time.Time) {
	if metDaily {
		return
	}
	p.habits = append(p.habits, habit{daily, now.Add(daily), 1})
	if !metWeekly {
		p.habits = append(p.habits, habit{weekly, now.Add(weekly), 1})
	}
	p.shed()
}

// shed forgets the least firm of too many habits.
func (p *place) shed() {
	if over := len(p.habits) - maxHabits; over > 0 {
		slices.SortStableFunc(p.habits, func(a, b habit) int { return a.met - b.met })
		p.habits = slices.Delete(p.habits, 0, over)
	}
}

// expire weakens the habits that were not met, and closes a warming that was of no
// use.
func (s *state) expire(p *place, now time.Time) {
	if !now.Before(p.until) {
		s.close(p, false)
	}
	for i := range p.habits {
		h := &p.habits[i]
		for ; h.met > 0 && !now.Before(h.due.Add(s.span())); h.met-- {
			h.due = h.due.Add(h.period)
		}
	}
	p.habits = slices.DeleteFunc(p.habits, func(h habit) bool { return h.met == 0 })
}

// close ends a warming, if one is open.
func (s *state) close(p *place, hit bool) {
	switch {
	case p.until.IsZero():
		return
	case hit:
		s.hits++
	default:
		s.wasted++
	}
	p.until = time.Time{}
}

// tick returns what is to be warmed now, or nil, and when there is something to do
// again; the zero time is never.
func (s *state) tick(now time.Time) (w *warming, next time.Time) {
	for _, id := range s.places.Keys() {
		p, _ := s.places.Peek(id)
		s.expire(p, now)
		next = earlier(next, s.next(p))
		begin, until := s.due(p)
		if w == nil && !begin.IsZero() && !begin.After(now) {
			w = &warming{channel: id, guild: p.guild, asker: p.asker, until: until}
		}
	}
	return w, next
}

// due returns when a place is to be warmed next, and until when that is of use: from
// the beginning of a firm habit's span to its end, each time before the channel falls
// asleep.
func (s *state) due(p *place) (begin, until time.Time) {
	awake := p.asked
	if p.warmed.After(awake) {
		awake = p.warmed
	}
	for _, h := range p.habits {
		at, end := h.due.Add(-s.span()), h.due.Add(s.span())
		if awake := awake.Add(s.idle / 2); at.Before(awake) {
			at = awake
		}
		if at.Before(s.rest) {
			at = s.rest
		}
		if h.met >= firm && at.Before(end) && (begin.IsZero() || at.Before(begin)) {
			begin, until = at, end
		}
	}
	return begin, until
}

// next returns when a place is to be warmed, or a warming of it has been in vain.
func (s *state) next(p *place) time.Time {
	begin, _ := s.due(p)
	return earlier(begin, p.until)
}

// warmed takes note that a channel was warmed. It reports whether that is another
// warming, not one that keeps it awake.
func (s *state) warmed(w *warming, now time.Time) (another bool) {
	s.rest = now.Add(pace)
	p, known := s.places.Peek(w.channel)
	if !known {
		return false
	}
	another = p.until.IsZero()
	p.warmed, p.until = now, w.until
	return another
}

// withhold takes note that there is no room to warm anything now.
func (s *state) withhold(now time.Time) { s.rest = now.Add(pace) }

// settle returns how many warmings were of use and how many were not, since it was
// called last.
func (s *state) settle() (hits, wasted int) {
	hits, wasted = s.hits, s.wasted
	s.hits, s.wasted = 0, 0
	return hits, wasted
}

// earlier returns the earlier of two times, of which the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
