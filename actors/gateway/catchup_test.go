package gateway

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"
)

// order returns what the channels heard since the last time: their ID for what was
// said in them, the other way round for being told to catch up.
func (s *station) order() (ids []int) {
	for _, m := range s.channels.Take() {
		d := m.(*messages.Deliver)
		switch d.Message.(type) {
		case *messages.MessageReceived, *messages.CommandUsed:
			ids = append(ids, int(d.To))
		case *messages.CatchUp:
			ids = append(ids, -int(d.To))
		}
	}
	return ids
}

// marks returns what the journal was to keep of the mark.
func (s *station) marks() (at []time.Time) {
	for _, m := range s.journal.Take() {
		if k, ok := m.(*messages.KeepAlive); ok {
			at = append(at, k.At)
		}
	}
	return at
}

// A new session makes the channels catch up in which something was said since
// the bot was last alive, before they hear of anything later.
func TestNewSessionCatchesUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		left := time.Now()
		time.Sleep(5 * time.Minute)
		s := newStation(e, func(s *station) {
			s.alive, s.directs = left, []messages.ChannelID{30, 31}
		})
		now := messages.MessageIDAt(time.Now())
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		s.tell(direct(32))
		s.tell(&messages.GuildSeen{Guild: 2, Channels: []messages.Channel{{ID: 10, LastMessage: now}, {ID: 11, LastMessage: 5}}})
		live := said(2)
		live.Message.ID, live.Message.Channel = now, 10
		s.answers = []any{errors.New("not now")}
		s.tell(live)
		if got, want := s.order(), []int{-30, -31, -32, 32, -10, 10}; !slices.Equal(got, want) {
			t.Errorf("the channels hear %v, want %v", got, want)
		}
		s.marks()
		s.lines[0].hooks.Alive()
		if got := s.marks(); len(got) != 1 || !got[0].Equal(now.Time()) {
			t.Errorf("kept as alive: %v, want when the question was asked that is not taken", got)
		}
		time.Sleep(time.Minute)
		s.lines[0].hooks.Alive()
		if got := s.marks(); len(got) != 1 || !got[0].Equal(time.Now()) {
			t.Errorf("kept as alive: %v", got)
		}
	})
}

// A question that is asked by a command in a direct message does not overtake what
// was missed there either, whether or not the command can be answered.
func TestCommandCatchesUp(t *testing.T) {
	for name, tt := range map[string]struct {
		command messages.CommandUsed
		ackErr  error
		want    []int
	}{
		"in a direct message": {messages.CommandUsed{Name: "chat", Channel: 32}, nil, []int{-32, 32}},
		"forgotten": {
			messages.CommandUsed{Name: "chat", Channel: 32}, &messages.Failure{Cause: messages.CauseGone}, []int{-32, 32},
		},
		"told already":    {messages.CommandUsed{Name: "chat", Channel: 30}, nil, []int{30}},
		"in a guild":      {messages.CommandUsed{Name: "chat", Channel: 10, Guild: 2}, nil, []int{10}},
		"not to be asked": {messages.CommandUsed{Name: "help", Channel: 32}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
				s := newStation(e, func(s *station) {
					s.alive, s.directs, s.ackErr = time.Now(), []messages.ChannelID{30}, tt.ackErr
				})
				s.tell(&messages.SessionStarted{})
				s.order()
				s.tell(&tt.command)
				if got := s.order(); !slices.Equal(got, tt.want) {
					t.Errorf("the channels hear %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// A channel that does not catch up is told again, and the mark waits for it. A
// bot that was never there begins with a mark.
func TestCatchUpFails(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		s := newStation(e, nil)
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		begun := time.Now()
		if got := s.marks(); len(got) != 1 || !got[0].Equal(begun) {
			t.Errorf("kept as alive: %v", got)
		}
		time.Sleep(time.Minute)
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		s.answers = []any{&actors.Failed{}, &actors.Failed{}}
		s.tell(&messages.GuildSeen{Guild: 2, Channels: []messages.Channel{{ID: 10, LastMessage: messages.MessageIDAt(time.Now())}}})
		s.lines[0].hooks.Alive()
		if got := s.marks(); len(got) != 1 || !got[0].Equal(begun) {
			t.Errorf("kept as alive: %v, want when the gap began", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := s.order(), []int{-10, -10, -10}; !slices.Equal(got, want) {
			t.Errorf("the channels hear %v, want %v", got, want)
		}
		s.lines[0].hooks.Alive()
		if got := s.marks(); len(got) != 1 || !got[0].Equal(time.Now()) {
			t.Errorf("kept as alive: %v", got)
		}
	})
}

// What people say in a channel that is to be told again to catch up waits until it
// is; elsewhere nothing does.
func TestCatchUpComesFirst(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		s := newStation(e, func(s *station) { s.alive = time.Now() })
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		s.answers = []any{&actors.Failed{}}
		s.tell(&messages.GuildSeen{Guild: 2, Channels: []messages.Channel{{ID: 10, LastMessage: messages.MessageIDAt(time.Now())}}})
		s.tell(says(1, 11, 3))
		s.tell(says(2, 10, 3))
		s.tell(&messages.CommandUsed{Name: "chat", Channel: 10, Guild: 2, User: messages.User{ID: 4}})
		s.tell(says(3, 10, 3))
		time.Sleep(time.Minute)
		if got, want := s.order(), []int{-10, 11, -10, 10, 10, 10}; !slices.Equal(got, want) {
			t.Errorf("the channels hear %v, want %v", got, want)
		}
	})
}

// Direct messages that cannot be listed are listed later, and the mark waits for
// it.
func TestDirectsUnread(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		left := time.Now()
		time.Sleep(5 * time.Minute)
		s := newStation(e, func(s *station) {
			s.alive, s.directs, s.directsFail = left, []messages.ChannelID{30, 31}, 2
		})
		s.tell(&messages.SessionStarted{})
		s.marks()
		s.lines[0].hooks.Alive()
		if got := s.marks(); len(got) != 1 || !got[0].Equal(left) {
			t.Errorf("kept as alive: %v, want when the gap began", got)
		}
		time.Sleep(time.Minute)
		if got, want := s.order(), []int{-30, -31}; !slices.Equal(got, want) {
			t.Errorf("the channels hear %v, want %v", got, want)
		}
	})
}

// direct is a direct message said now.
func direct(channel messages.ChannelID) *messages.MessageReceived {
	m := says(messages.MessageIDAt(time.Now()), channel, 3)
	m.Message.Guild = 0
	return m
}

// A gap does not last for ever: a guild that is out of reach for long holds up
// nothing, and a direct message that nobody listed is not asked to catch up. A gap
// of a later session has its own time.
func TestGapEnds(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		left := time.Now()
		s := newStation(e, func(s *station) { s.alive = left })
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		time.Sleep(gapWait / 2)
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		s.marks()
		for _, tt := range []struct {
			want  time.Time // of the mark
			order []int
		}{
			{left, []int{-30, 30}},
			{time.Now().Add(gapWait), []int{31}},
		} {
			time.Sleep(gapWait/2 + time.Second)
			s.lines[0].hooks.Alive()
			if got := s.marks(); len(got) != 1 || got[0].Sub(tt.want).Abs() > 2*time.Second {
				t.Errorf("kept as alive: %v, want %v", got, tt.want)
			}
			id := tt.order[len(tt.order)-1]
			s.tell(direct(messages.ChannelID(id)))
			if got := s.order(); !slices.Equal(got, tt.order) {
				t.Errorf("the channels hear %v, want %v", got, tt.order)
			}
		}
	})
}

// While Discord repeats what a resumed session has missed, a guild that comes
// back does not move the mark beyond that.
func TestGuildRepeated(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		left := time.Now()
		time.Sleep(time.Minute)
		s := newStation(e, func(s *station) { s.alive, s.kept = left, messages.Session{ID: "one", Seq: 7} })
		back := &messages.GuildSeen{Guild: 2, Channels: []messages.Channel{{ID: 10, LastMessage: messages.MessageIDAt(time.Now())}}}
		s.tell(back)
		if got := s.marks(); len(got) != 0 {
			t.Errorf("kept as alive: %v", got)
		}
		s.tell(&messages.SessionResumed{})
		s.tell(back)
		if got := s.marks(); len(got) != 1 || !got[0].Equal(time.Now()) {
			t.Errorf("kept as alive: %v, want now", got)
		}
	})
}

// A session is not kept before what was missed is taken up: resumed by a later
// instance, it would not tell of that again.
func TestSessionKeptWhenCaughtUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		s := newStation(e, func(s *station) { s.alive = time.Now() })
		keeps := func() (n int) {
			synctest.Wait()
			for _, m := range s.journal.Take() {
				if _, ok := m.(*messages.KeepSession); ok {
					n++
				}
			}
			return n
		}
		s.tell(&messages.SessionStarted{Guilds: []messages.GuildID{2}})
		s.lines[0].hooks.Changed(messages.Session{ID: "one", Seq: 1})
		if n := keeps(); n != 0 {
			t.Error("kept before all guilds are told of")
		}
		s.answers = []any{&actors.Failed{}}
		s.tell(&messages.GuildSeen{Guild: 2, Channels: []messages.Channel{{ID: 10, LastMessage: messages.MessageIDAt(time.Now())}}})
		s.lines[0].hooks.Changed(messages.Session{ID: "one", Seq: 2})
		if n := keeps(); n != 0 {
			t.Error("kept before what was missed is taken up")
		}
		time.Sleep(time.Minute)
		if n := keeps(); n != 1 {
			t.Errorf("kept %d times when all is taken up", n)
		}
	})
}
