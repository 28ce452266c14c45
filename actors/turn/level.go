package turn

import "troupe/messages"

// models are those that may answer.
type models struct {
	first   string
	spare   string // "" for none
	swapped bool   // the one that was chosen has no requests left today
}

// levelKnown takes what to go without: half of the prompt, whose oldest lines matter
// least, and the better of two models.
func (s *state) levelKnown(l messages.Level) {
	s.level = l
	if l >= messages.LevelReduced {
		s.frame.budget /= 2
		if s.model.spare != "" {
			s.frame.model = s.model.spare
		}
	}
}

// otherModel turns to the model that has not said no yet, if there is one. Its
// answer is not what the cache was asked for.
func (s *state) otherModel() bool {
	m := &s.model
	if m.spare == "" || m.swapped {
		return false
	}
	m.swapped, s.reuse.key = true, ""
	if s.frame.model == m.spare {
		s.frame.model = m.first
	} else {
		s.frame.model = m.spare
	}
	return true
}
