package gateway

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A line is a client whose other end is the test.
type line struct {
	restore messages.Session
	hooks   Hooks
	broken  error // what Run returns at once; nil to run until it is ended

	mu    sync.Mutex
	acked []int64
	ended bool
}

func (l *line) Run(ctx context.Context) error {
	if l.broken != nil {
		return l.broken
	}
	<-ctx.Done()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	return ctx.Err()
}

func (l *line) Acknowledge(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, seq)
}

// acks returns what was acknowledged since the last time.
func (l *line) acks() []int64 {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	acked := l.acked
	l.acked = nil
	return acked
}

// A station is a gateway with all around it played by the test.
type station struct {
	e        actortest.Engine
	pid      *actor.PID
	lines    []*line
	broken   error
	channels *actortest.Probe
	guilds   *actortest.Probe
	outbox   *actortest.Probe
	commands *actortest.Probe
	journal  *actortest.Probe
	health   *actortest.Probe
	answers  []any // of channels, one for each event; then Taken
	replies  []any // of guilds, likewise; nil for none
	ackErr   error
	ackFails int
	acks     atomic.Int64
	fatal    []error
	kept     messages.Session
	behind   []messages.ChannelID
	alive    time.Time // as kept
	directs  []messages.ChannelID

	directsFail int // times that they cannot be listed
}

func newStation(e actortest.Engine, change func(*station)) *station {
	s := &station{e: e}
	if change != nil {
		change(s)
	}
	s.channels, s.guilds, s.health = e.Fake(taker(&s.answers)), e.Fake(taker(&s.replies)), e.Probe()
	s.commands = e.Fake(func(c *actor.Context) { c.Respond(&messages.Taken{}) })
	s.outbox = e.Fake(func(c *actor.Context) { c.Respond(&messages.ReplyPosted{}) })
	s.journal = e.Fake(func(c *actor.Context) {
		switch c.Message().(type) {
		case *messages.GetSession:
			c.Respond(&messages.SessionFound{Session: s.kept, Found: s.kept.ID != "" || !s.alive.IsZero(), Alive: s.alive})
		case *messages.GetUnfinishedChannels:
			c.Respond(&messages.UnfinishedChannels{Channels: s.behind})
		case *messages.GetDirects:
			if s.directsFail > 0 {
				s.directsFail--
				c.Respond(&messages.Failure{Cause: messages.CauseInternal})
				return
			}
			c.Respond(&messages.Directs{Channels: s.directs})
		case *messages.KeepSession, *messages.KeepAlive:
			c.Respond(&messages.Kept{})
		}
	})
	s.pid = e.Start(New(Config{
		Self: 99, CatchUp: 10 * time.Minute, Connect: s.connect, Private: func(name string) bool { return name != "chat" },
		Ack:      s.ack,
		Channels: s.channels.PID, Guilds: s.guilds.PID, Outbox: s.outbox.PID, Commands: s.commands.PID,
		Journal: s.journal.PID, Health: s.health.PID,
		Fatal: func(err error) { s.fatal = append(s.fatal, err) }, Log: actortest.Log(),
	}))
	synctest.Wait()
	return s
}

// taker gives one answer for each event; then Taken.
func taker(answers *[]any) func(*actor.Context) {
	return func(c *actor.Context) {
		if _, ok := c.Message().(*messages.Deliver); !ok {
			return
		}
		var answer any = &messages.Taken{}
		if len(*answers) > 0 {
			answer, *answers = (*answers)[0], (*answers)[1:]
		}
		if answer != nil {
			c.Respond(answer)
		}
	}
}

func (s *station) connect(restore messages.Session, hooks Hooks) Client {
	l := &line{restore: restore, hooks: hooks, broken: s.broken}
	s.lines = append(s.lines, l)
	return l
}

// ack fails as often as it is told, or for ever.
func (s *station) ack(context.Context, messages.Interaction, bool) error {
	acks := int(s.acks.Add(1))
	if acks <= s.ackFails {
		return &messages.Failure{Cause: messages.CauseOverloaded, Retry: messages.RetryBackoff}
	}
	return s.ackErr
}

// tell brings an event and returns what was acknowledged.
func (s *station) tell(event any) []int64 {
	s.lines[0].hooks.Handle(event)
	return s.lines[0].acks()
}

func said(seq int64) *messages.MessageReceived {
	return &messages.MessageReceived{Seq: seq, Message: messages.Message{
		ID: 5, Channel: 1, Guild: 2, Author: messages.User{ID: 3}, Mentions: []messages.UserID{99},
	}}
}

func wantAcks(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("acknowledged %v, want %v", got, want)
	}
}

// An event is acknowledged when its channel has taken it; until then it is sent
// again, with growing pauses.
func TestTaken(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, nil)
		wantAcks(t, s.tell(said(1)), 1)
		s.answers = []any{&messages.Refused{Reason: messages.RefusedFull}, &actors.Failed{}}
		wantAcks(t, s.tell(said(2)))
		time.Sleep(firstPause)
		wantAcks(t, s.lines[0].acks())
		time.Sleep(2 * firstPause)
		wantAcks(t, s.lines[0].acks(), 2)
	})
}

// A message that crashes its channel twice is set aside; who said it to the bot
// is told, and only then is it acknowledged.
func TestQuarantined(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, nil)
		s.answers = []any{&actors.Failed{Quarantine: true}}
		wantAcks(t, s.tell(said(1)), 1)
		told := s.outbox.Take()
		if len(told) != 1 || told[0].(*messages.Deliver).Message.(*messages.FinishReply).Reply.ReplyTo != 5 {
			t.Errorf("the outbox hears %v", told)
		}
		s.answers = []any{&actors.Failed{Quarantine: true}}
		chatter := said(2)
		chatter.Message.Mentions = nil
		wantAcks(t, s.tell(chatter), 2)
		if told := s.outbox.Take(); len(told) != 0 {
			t.Errorf("somebody who asked nothing is told %v", told)
		}
	})
}

// Commands go to the actor of commands once they are answered to Discord; one that
// Discord has forgotten goes nowhere.
func TestCommands(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, nil)
		wantAcks(t, s.tell(&messages.CommandUsed{Name: "help", Channel: 1, Seq: 2}), 2)
		if got := s.commands.Take(); len(got) != 1 {
			t.Errorf("the commands hear %v", got)
		}
		s.ackErr = &messages.Failure{Cause: messages.CauseGone}
		wantAcks(t, s.tell(&messages.CommandUsed{Name: "help", Channel: 1, Seq: 3}), 3)
		if got := s.commands.Take(); len(got) != 0 {
			t.Errorf("the commands hear %v", got)
		}
	})
}

// A command that Discord could not take an answer to is answered again, in time.
func TestCommandAckFails(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, func(s *station) { s.ackFails = 3 })
		wantAcks(t, s.tell(&messages.CommandUsed{Name: "help", Channel: 1, Seq: 1}))
		time.Sleep(3 * ackPause)
		wantAcks(t, s.lines[0].acks(), 1)
		if got := s.commands.Take(); len(got) != 1 {
			t.Errorf("the commands hear %v", got)
		}
	})
}

// A session that was kept is resumed; what was left unanswered is taken up when
// it runs; how it stands is kept and told.
func TestSession(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, func(s *station) {
			s.kept = messages.Session{ID: "one", Seq: 7}
			s.behind = []messages.ChannelID{4, 5}
		})
		if s.lines[0].restore != s.kept {
			t.Errorf("connects with %+v", s.lines[0].restore)
		}
		s.tell(&messages.SessionResumed{Seq: 8})
		var woken []uint64
		for _, m := range s.channels.Take() {
			woken = append(woken, m.(*messages.Deliver).To)
		}
		if !slices.Equal(woken, []uint64{4, 5}) {
			t.Errorf("woken: %v", woken)
		}
		s.lines[0].hooks.Changed(messages.Session{ID: "one", Seq: 9})
		s.lines[0].hooks.MissingIntent()
		s.lines[0].hooks.Lost()
		keep := s.journal.Take()
		if d := cmp.Diff(&messages.KeepSession{Session: messages.Session{ID: "one", Seq: 9}}, keep[len(keep)-1]); d != "" {
			t.Error(d)
		}
		states := s.health.Take()
		if d := cmp.Diff(&messages.GatewayState{}, states[len(states)-1]); d != "" {
			t.Error(d)
		}
	})
}

// A session is kept only when its beginning was dealt with, which includes that
// its commands are seen to: that is told again until it is taken.
func TestSessionKeptWhenItRuns(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, nil)
		s.journal.Take()
		s.lines[0].hooks.Changed(messages.Session{ID: "one", Seq: 1})
		if kept := s.journal.Take(); len(kept) != 0 {
			t.Errorf("kept too early: %v", kept)
		}
		s.tell(&messages.SessionStarted{Seq: 1})
		kept := false
		for _, m := range s.journal.Take() {
			_, is := m.(*messages.KeepSession)
			kept = kept || is
		}
		if !kept {
			t.Error("the session is not kept")
		}
		if got := s.commands.Take(); len(got) != 1 {
			t.Errorf("the commands hear %v", got)
		}
	})
}

// Channels that have questions without an outcome are woken now and then while
// the session runs, for what had woken them may have crashed.
func TestSweep(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, func(s *station) { s.behind = []messages.ChannelID{7, 8} })
		time.Sleep(time.Hour)
		if got := s.channels.Take(); len(got) != 0 {
			t.Errorf("woken before the session runs: %v", got)
		}
		s.tell(&messages.SessionResumed{Seq: 1})
		s.channels.Take()
		time.Sleep(sweepPause)
		woken := s.channels.Take()
		if len(woken) != 2 {
			t.Fatalf("woken %v", woken)
		}
		for i, m := range woken {
			if d, ok := m.(*messages.Deliver); !ok || d.To != uint64(7+i) {
				t.Errorf("woken %v", m)
			}
		}
	})
}

// An error that only the operator can mend is told to who runs the bot; the end
// of the actor ends the connection.
func TestEnds(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, func(s *station) { s.broken = errors.New("token") })
		if len(s.fatal) != 1 {
			t.Errorf("fatal errors: %v", s.fatal)
		}
	})
}
