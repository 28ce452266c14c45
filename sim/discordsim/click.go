package discordsim

import (
	"encoding/json"

	"troupe/messages"
)

// Click presses a button of a message, if it is there and not disabled. The
// message may be one that only the person sees.
func (s *Server) Click(person messages.UserID, ch messages.ChannelID, id messages.MessageID, customID string) (messages.InteractionID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	u, c, err := w.presence(person, ch)
	if err != nil {
		return 0, err
	}
	m := c.message(id)
	for _, p := range c.private {
		if p.id == id && p.ephemeral == u {
			m = p
		}
	}
	switch {
	case m == nil:
		return 0, errUnknownMessage
	case m.author != w.bot || !clickable(m.components, customID):
		return 0, refusal("There is no such button.")
	}
	type data struct {
		CustomID string `json:"custom_id"`
		Type     int    `json:"component_type"`
	}
	use := &interaction{kind: usedComponent, name: customID, user: u, channel: c, source: m}
	w.publishUse(use, data{customID, componentButton}, "")
	return use.id, nil
}

// componentButton is the type of a button (Discord documentation, Component
// Reference).
const componentButton = 2

// clickable looks for a button among components and what is in them.
func clickable(list json.RawMessage, customID string) bool {
	var components []struct {
		Type       int             `json:"type"`
		CustomID   string          `json:"custom_id"`
		Disabled   bool            `json:"disabled"`
		Components json.RawMessage `json:"components"`
	}
	if list == nil || json.Unmarshal(list, &components) != nil {
		return false
	}
	for _, c := range components {
		if c.Type == componentButton && c.CustomID == customID && !c.Disabled || clickable(c.Components, customID) {
			return true
		}
	}
	return false
}
