package health

import (
	"maps"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

// A state is what is known of how the bot fares. Its methods report whether
// anything has changed.
type state struct {
	down     map[string]messages.PartDown
	gateways map[int]messages.GatewayState
	strains  map[plea]strain
	level    messages.Level // the highest of theirs
	why      string
}

// A plea is who asks for which level.
type plea struct {
	of    string
	level messages.Level
}

// A strain is why somebody asks for a level, and until when that holds.
type strain struct {
	why   string
	until time.Time
}

func newState() state {
	return state{down: map[string]messages.PartDown{}, gateways: map[int]messages.GatewayState{}, strains: map[plea]strain{}}
}

func (s *state) partDown(d messages.PartDown) bool {
	before, known := s.down[d.Part]
	s.down[d.Part] = d
	return !known || before != d
}

func (s *state) partUp(part string) bool {
	_, known := s.down[part]
	delete(s.down, part)
	return known
}

func (s *state) gateway(g messages.GatewayState) bool {
	before, known := s.gateways[g.Shard]
	s.gateways[g.Shard] = g
	return !known || before != g
}

// strain takes what somebody asks for. What they asked for lately holds too.
func (s *state) strain(m messages.Strain, now time.Time) bool {
	s.strains[plea{m.Of, m.Level}] = strain{m.Why, now.Add(messages.StrainLife)}
	return s.ease(now)
}

// ease forgets what was asked for too long ago. Of those who ask for the same level
// the first by name says why.
func (s *state) ease(now time.Time) bool {
	maps.DeleteFunc(s.strains, func(_ plea, t strain) bool { return !now.Before(t.until) })
	highest := plea{level: messages.LevelNormal}
	for p := range s.strains {
		if p.level > highest.level || p.level == highest.level && p.of < highest.of {
			highest = p
		}
	}
	level, why := highest.level, s.strains[highest].why
	changed := level != s.level || why != s.why
	s.level, s.why = level, why
	return changed
}

// eases returns when ease is to be called next; zero for never.
func (s *state) eases() (at time.Time) {
	for _, old := range s.strains {
		if at.IsZero() || old.until.Before(at) {
			at = old.until
		}
	}
	return at
}

// health returns what is told. The bot is connected when every shard is; what
// is withheld from one shard is withheld.
func (s *state) health() *messages.Health {
	h := &messages.Health{Connected: len(s.gateways) > 0, Content: true, Level: s.level, Why: s.why}
	for _, g := range s.gateways {
		h.Connected = h.Connected && g.Connected
		h.Content = h.Content && g.Content
	}
	for _, d := range s.down {
		h.Down = append(h.Down, d)
	}
	slices.SortFunc(h.Down, func(a, b messages.PartDown) int { return strings.Compare(a.Part, b.Part) })
	return h
}
