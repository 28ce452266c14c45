package guild

import (
	"slices"

	"troupe/messages"
)

// audience returns who reads what is told in a channel.
func (s *state) audience(id messages.ChannelID) *messages.Audience {
	return &messages.Audience{Guild: s.id, Channel: id, Parent: s.channels[id].parent, Open: s.everybodys()}
}

// everybodys returns the channels that everybody in the guild may see, sorted.
func (s *state) everybodys() []messages.ChannelID {
	if s.opened {
		return s.open
	}
	s.open, s.opened = nil, true
	for id, c := range s.channels {
		if s.public(c) {
			s.open = append(s.open, id)
		}
	}
	slices.Sort(s.open)
	return s.open
}

// isOpen reports whether everybody in the guild may see a channel.
func (s *state) isOpen(id messages.ChannelID) bool {
	_, open := slices.BinarySearch(s.everybodys(), id)
	return open
}

// public reports whether everybody in the guild may see a channel. A thread may be
// private, which is not told apart here; and what is not known is not public.
func (s *state) public(c channel) bool {
	everyone, told := s.roles[messages.RoleID(s.id)]
	if !told || c.barred || c.kind == messages.ChannelThread {
		return false
	}
	for _, o := range c.overwrites {
		if !o.User && o.Deny&messages.PermissionViewChannel != 0 {
			return false
		}
	}
	anybody := messages.ChannelPermissions(s.id, messages.Member{}, everyone.permissions, c.kind, c.overwrites)
	return anybody&messages.PermissionViewChannel != 0
}
