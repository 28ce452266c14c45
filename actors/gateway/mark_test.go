package gateway

import (
	"slices"
	"testing"
	"time"

	"troupe/messages"
)

// The mark follows the time by Discord's clock, but stays behind what is on its
// way.
func TestMark(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) messages.MessageID { return messages.MessageIDAt(noon.Add(d)) }
	var m mark
	m.alive(noon, nil)
	if !m.at.Equal(noon) {
		t.Errorf("at %v", m.at)
	}
	m.heard(at(time.Hour+time.Minute), noon.Add(time.Minute)) // Discord's clock is an hour ahead
	m.heard(1001, noon.Add(time.Minute))                      // no time of Discord's
	first, second := &delivery{}, &delivery{}
	m.begin(second, at(time.Hour+3*time.Minute).Time())
	m.begin(first, at(time.Hour+2*time.Minute).Time())
	for _, tt := range []struct {
		done *delivery
		want time.Duration
	}{
		{nil, time.Hour + 2*time.Minute},
		{first, time.Hour + 3*time.Minute},
		{second, time.Hour + 5*time.Minute},
	} {
		delete(m.open, tt.done)
		m.alive(noon.Add(5*time.Minute), nil)
		if got := m.at.Sub(noon); got != tt.want {
			t.Errorf("the mark is at %v, want %v", got, tt.want)
		}
	}
}

// While nothing is said, the mark is no later than what is known to have been
// said, though our clock may be hours ahead of Discord's.
func TestMarkOfAWrongClock(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var m mark
	said := noon.Add(-6 * time.Hour)
	m.alive(noon, nil)
	if !m.due(noon) || m.due(noon) {
		t.Error("the first mark is not kept once")
	}
	m.seen(0, noon)
	m.seen(messages.MessageIDAt(said.Add(-time.Hour)), noon)
	m.seen(messages.MessageIDAt(said), noon)
	m.seen(messages.MessageIDAt(said.Add(-time.Minute)), noon)
	m.alive(noon.Add(time.Second), nil)
	if want := said.Add(time.Second); !m.at.Equal(want) {
		t.Errorf("the mark is at %v, want %v", m.at, want)
	}
	if !m.due(noon) || m.due(noon) {
		t.Error("a mark that is known better is not kept once")
	}
}

// A gap begins at the mark, or where questions are too old. While guilds are
// awaited the mark stays.
func TestGap(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	guilds := []messages.GuildID{1, 2}
	if new(mark).gapSince(noon, time.Hour, guilds) != nil {
		t.Error("a bot that was never there has missed something")
	}
	m := mark{at: noon}
	if m.gapSince(noon, 0, guilds) != nil {
		t.Error("a gap, though none is wanted")
	}
	if got := m.gapSince(noon.Add(time.Minute), time.Hour, guilds).after.Time(); !got.Equal(noon.Add(-overlap)) {
		t.Errorf("a short gap begins at %v", got)
	}
	later := noon.Add(24 * time.Hour)
	g := m.gapSince(later, time.Hour, guilds)
	if got := g.after.Time(); !got.Equal(later.Add(-time.Hour - startSlack)) {
		t.Errorf("a long gap begins at %v", got)
	}
	seen := &messages.GuildSeen{Guild: 1, Channels: []messages.Channel{
		{ID: 10, LastMessage: g.after},
		{ID: 11, LastMessage: g.after + 1},
		{ID: 12},
		{ID: 13, LastMessage: g.after + 1, Kind: messages.ChannelThread},
		{ID: 14, LastMessage: g.after + 1, Kind: messages.ChannelOther},
	}}
	if got := g.guild(seen); !slices.Equal(got, []messages.ChannelID{11, 13}) {
		t.Errorf("behind are %v", got)
	}
	if got := g.guild(seen); got != nil {
		t.Errorf("behind once more are %v", got)
	}
	if got := g.guild(&messages.GuildSeen{Guild: 3, Channels: seen.Channels}); got != nil {
		t.Errorf("of a guild that the bot has just come to, behind are %v", got)
	}
	if !g.direct(20) || g.direct(20) {
		t.Error("a direct message is not told once")
	}
	m.alive(later, g)
	g.listed = true
	m.alive(later, g)
	if !m.at.Equal(noon) {
		t.Error("the mark has moved while a guild is awaited")
	}
	g.guild(&messages.GuildSeen{Guild: 2})
	m.alive(later, g)
	if !m.at.Equal(later) {
		t.Error("the mark stays")
	}
}
