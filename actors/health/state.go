package health

import (
	"slices"
	"strings"

	"troupe/messages"
)

// A state is what is known of how the bot fares. Its methods report whether
// anything has changed.
type state struct {
	down     map[string]messages.PartDown
	gateways map[int]messages.GatewayState
}

func newState() state {
	return state{down: map[string]messages.PartDown{}, gateways: map[int]messages.GatewayState{}}
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

// health returns what is told. The bot is connected when every shard is; what
// is withheld from one shard is withheld.
func (s *state) health() *messages.Health {
	h := &messages.Health{Connected: len(s.gateways) > 0, Content: true}
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
