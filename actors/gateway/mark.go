package gateway

import (
	"time"

	"troupe/messages"
)

const (
	// overlap is how far catching up reaches back beyond the mark: Discord may
	// tell of a message a while after it was said. What was answered is known to
	// the store, so that reading it once more does no harm.
	overlap = 30 * time.Second
	// startSlack is how long a start may take, beyond the age of the eldest
	// question that is caught up with.
	startSlack = time.Minute
	// gapWait is how long a gap is remembered after its session has begun: guilds
	// may take as long to tell of themselves. What one has missed that is out of
	// reach for longer stays so.
	gapWait = 5 * time.Minute
	// maxSkew bounds how far clocks may differ.
	maxSkew = 24 * time.Hour
	// keepEvery is the least time between two marks that are kept.
	keepEvery = 10 * time.Second
)

// A mark is until when all that Discord told of was dealt with, by Discord's
// clock. What comes after it is looked for when a session cannot be resumed.
type mark struct {
	at   time.Time     // zero: the bot was never here before
	skew time.Duration // how far Discord's clock is ahead of ours
	said time.Time     // a time by Discord's clock, no later than it was then; zero for none
	then time.Time     // the same by ours. What has passed since is measured, whatever is done to our clock
	open map[*delivery]time.Time
	kept time.Time // when it was kept last, by our clock
	rash bool      // it was kept by our clock, before Discord's was known
}

// heard learns from a message that has just been said how the clocks differ. An
// ID from long ago tells no time: no clock is that wrong.
func (m *mark) heard(id messages.MessageID, now time.Time) {
	if skew := id.Time().Sub(now); skew.Abs() <= maxSkew {
		m.skew, m.said, m.then = skew, id.Time(), now
	}
}

// seen learns from the last message of a channel, said at any time before, that
// Discord's clock is no earlier: ours may be hours ahead of it, which is not known
// until something is said.
func (m *mark) seen(id messages.MessageID, now time.Time) {
	if t := id.Time(); id != 0 && (m.said.IsZero() || t.After(m.discords(now))) {
		m.said, m.then = t, now
	}
}

// discords returns the time by Discord's clock, or an earlier one.
func (m *mark) discords(now time.Time) time.Time {
	if m.said.IsZero() {
		return now.Add(m.skew)
	}
	return m.said.Add(now.Sub(m.then))
}

// begin notes that something said at that time is on its way to who takes it.
func (m *mark) begin(d *delivery, said time.Time) {
	if m.open == nil {
		m.open = map[*delivery]time.Time{}
	}
	m.open[d] = said
}

// alive moves the mark: Discord has told of all that was said until now. It
// stays behind what is on its way and, while there is a gap, before that.
func (m *mark) alive(now time.Time, g *gap) {
	if !g.over() {
		return
	}
	m.at = m.discords(now)
	for _, said := range m.open {
		if said.Before(m.at) {
			m.at = said
		}
	}
}

// due reports whether the mark is to be kept again: after a while, or since it is
// known better.
func (m *mark) due(now time.Time) bool {
	known := !m.said.IsZero()
	if m.at.IsZero() || now.Sub(m.kept) < keepEvery && (!m.rash || !known) {
		return false
	}
	m.kept, m.rash = now, !known
	return true
}

// A gap is what a session that began anew does not tell of: what was said while
// the bot was away. Channels are told of it before they hear of anything later.
type gap struct {
	after  messages.MessageID // the last that need not be looked for
	guilds map[messages.GuildID]bool
	told   map[messages.ChannelID]bool // direct messages
	listed bool                        // all direct messages are told that may have missed something
}

// gapSince returns the gap up to now, no older than age; nil if there is none.
func (m *mark) gapSince(now time.Time, age time.Duration, guilds []messages.GuildID) *gap {
	if m.at.IsZero() || age <= 0 {
		return nil
	}
	from := m.at.Add(-overlap)
	if eldest := now.Add(m.skew - age - startSlack); from.Before(eldest) {
		from = eldest
	}
	g := &gap{after: messages.MessageIDAt(from), guilds: map[messages.GuildID]bool{}, told: map[messages.ChannelID]bool{}}
	for _, id := range guilds {
		g.guilds[id] = true
	}
	return g
}

// over reports whether there is nobody left to wait for who may have missed
// something. A direct message that was not listed may still turn up.
func (g *gap) over() bool { return g == nil || len(g.guilds) == 0 && g.listed }

// guild returns the channels of a guild in which something may have been missed.
// A guild is asked for once: what it had before the bot came is nothing to it.
func (g *gap) guild(m *messages.GuildSeen) (behind []messages.ChannelID) {
	if g == nil || !g.guilds[m.Guild] {
		return nil
	}
	delete(g.guilds, m.Guild)
	for i := range m.Channels {
		if c := &m.Channels[i]; c.Kind != messages.ChannelOther && c.LastMessage > g.after {
			behind = append(behind, c.ID)
		}
	}
	return behind
}

// direct reports whether a direct message has yet to be told of the gap, and
// notes that it is.
func (g *gap) direct(id messages.ChannelID) bool {
	if g == nil || g.told[id] {
		return false
	}
	g.told[id] = true
	return true
}
