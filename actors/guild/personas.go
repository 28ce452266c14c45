package guild

import (
	"strings"

	"troupe/messages"
)

// The notes that are kept of a guild: its persona, and those of its channels by
// the channel's ID.
const (
	notePersona = "persona"
	noteChannel = notePersona + "/"
)

const (
	// maxPersonas bounds the channels of one guild with a persona of their own:
	// as many as Discord lets a guild have (Discord documentation, Guild).
	maxPersonas = 500
	// maxName bounds the name of a persona, in bytes: that of a choice in
	// Discord's menus.
	maxName = 100
)

// personas are those that people chose, by name.
type personas struct {
	guild    string // "" for none
	channels map[messages.ChannelID]string
}

// A note is one value to be kept.
type note struct{ key, value string }

// noteOf returns what is to be kept when a persona is chosen for a channel, or
// for the guild if that is 0.
func noteOf(channel messages.ChannelID, name string) note {
	if channel == 0 {
		return note{notePersona, name}
	}
	return note{noteChannel + channel.String(), name}
}

// room reports whether a persona may be chosen for a channel.
func (p *personas) room(channel messages.ChannelID, name string) bool {
	return channel == 0 || name == "" || p.has(channel) || len(p.channels) < maxPersonas
}

// load takes in what was kept by a former instance.
func (p *personas) load(values map[string]string) {
	for key, value := range values {
		p.take(note{key, value})
	}
}

// take applies a note. One that makes no sense, as of a later version, is left
// alone.
func (p *personas) take(n note) {
	if n.key == notePersona {
		p.guild = n.value
		return
	}
	digits, ok := strings.CutPrefix(n.key, noteChannel)
	if !ok {
		return
	}
	id, err := messages.ParseID[messages.ChannelID](digits)
	if err != nil || id == 0 {
		return
	}
	if n.value == "" {
		delete(p.channels, id)
		return
	}
	if p.channels == nil {
		p.channels = map[messages.ChannelID]string{}
	}
	p.channels[id] = n.value
}

// of returns the persona of a channel: its own, its parent's if it is a thread,
// else the guild's.
func (p *personas) of(channel, parent messages.ChannelID) string {
	for _, id := range []messages.ChannelID{channel, parent} {
		if name := p.channels[id]; name != "" {
			return name
		}
	}
	return p.guild
}

// has reports whether a channel has a persona of its own.
func (p *personas) has(channel messages.ChannelID) bool { return p.channels[channel] != "" }

func (p *personas) weight() int { return 64 * len(p.channels) }
