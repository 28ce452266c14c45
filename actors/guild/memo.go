package guild

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"troupe/messages"
)

// noteTold is the note of what Discord told of the guild: it does so once in a
// session, which outlives the process.
const noteTold = "told"

// A memo is what is written down of what Discord told. Its names are those in the
// store.
type memo struct {
	Name       string                              `json:"name"`
	Owner      messages.UserID                     `json:"owner"`
	Held       []messages.RoleID                   `json:"held,omitempty"`
	Untold     bool                                `json:"untold,omitempty"`
	Emojis     []string                            `json:"emojis,omitempty"`
	Roles      map[messages.RoleID]roleMemo        `json:"roles,omitempty"`
	Channels   map[messages.ChannelID]*channelMemo `json:"channels,omitempty"`
	Overwrites [][]messages.Overwrite              `json:"overwrites,omitempty"`
}

type roleMemo struct {
	Permissions uint64 `json:"permissions,omitempty"`
	Own         bool   `json:"own,omitempty"`
}

type channelMemo struct {
	Name       string               `json:"name"`
	Kind       messages.ChannelKind `json:"kind,omitempty"`
	Parent     messages.ChannelID   `json:"parent,omitempty"`
	Joined     bool                 `json:"joined,omitempty"`
	Barred     bool                 `json:"barred,omitempty"`
	Overwrites int                  `json:"overwrites,omitempty"` // which of the memo's, from 1 on; 0 for none
}

// memo returns what is to be written down, the same for equal states; "" if the
// guild is not known.
func (s *state) memo() string {
	if !s.known {
		return ""
	}
	m := memo{
		Name: s.name, Owner: s.owner, Held: s.held, Untold: s.untold, Emojis: s.emojis,
		Roles: map[messages.RoleID]roleMemo{}, Channels: map[messages.ChannelID]*channelMemo{},
	}
	for id, r := range s.roles {
		m.Roles[id] = roleMemo{r.permissions, r.own}
	}
	numbers := map[string]int{}
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[id]
		kept := &channelMemo{Name: c.name, Kind: c.kind, Parent: c.parent, Joined: c.joined, Barred: c.barred}
		m.Channels[id] = kept
		if len(c.overwrites) == 0 {
			continue
		}
		key := likeness(c.overwrites)
		if numbers[key] == 0 {
			m.Overwrites = append(m.Overwrites, c.overwrites)
			numbers[key] = len(m.Overwrites)
		}
		kept.Overwrites = numbers[key]
	}
	text, err := json.Marshal(&m)
	if err != nil { // it is plain data, which can be written
		panic(err)
	}
	return string(text)
}

// recall takes what a former instance has written down, which was all that Discord
// had told it. It fails on what is no memo, and then takes nothing.
func (s *state) recall(text string) error {
	var m memo
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return fmt.Errorf("what was told of the guild is not readable: %w", err)
	}
	s.known = true
	s.name, s.owner, s.held, s.untold, s.emojis = m.Name, m.Owner, m.Held, m.Untold, m.Emojis
	s.roles = make(map[messages.RoleID]role, len(m.Roles))
	for id, r := range m.Roles {
		s.roles[id] = role{r.Permissions, r.Own}
	}
	s.remention()
	s.channels, s.threads = make(map[messages.ChannelID]channel, len(m.Channels)), 0
	for id, c := range m.Channels {
		next := channel{name: c.Name, kind: c.Kind, parent: c.Parent, joined: c.Joined, barred: c.Barred}
		if i := c.Overwrites - 1; i >= 0 && i < len(m.Overwrites) {
			next.overwrites = m.Overwrites[i]
		}
		s.channels[id] = next
		if c.Kind == messages.ChannelThread {
			s.threads++
		}
	}
	return nil
}
