package channel

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A stage is a channel with all around it played by the test.
type stage struct {
	e       actortest.Engine
	pid     *actor.PID
	journal *actortest.Probe
	outbox  *actortest.Probe
	parent  *actortest.Probe
	guilds  *actortest.Probe
	turns   map[messages.MessageID][]*messages.Question // started, by trigger
	crash   bool                                        // turns panic when they start

	unfinished []messages.Trigger
	unread     int                                     // times that those cannot be read
	known      map[messages.MessageID]messages.Trigger // to the store
	refuse     error                                   // what the journal answers to accepts
	mends      time.Time                               // when it does so no more; zero for never
	writes     bool                                    // the journal has them before it answers

	permissions uint64 // of the bot

	lore    bool                  // the guild keeps lore
	derived []messages.Derived    // kept of the channel
	reader  func(*actor.PID)      // is told who reads that, instead of an answer; nil for none
	stale   bool                  // work is not in the backlog any more
	sources []messages.DerivedKey // dropped with whatever is forgotten
	clings  int                   // times that the journal does not forget

	outboxCrashes int // times that the outbox is to crash when it is asked something
	lost          int // outcomes that the journal does not keep
}

func newStage(e actortest.Engine, change func(*stage, *Config)) *stage {
	s := &stage{
		e: e, turns: map[messages.MessageID][]*messages.Question{}, known: map[messages.MessageID]messages.Trigger{},
		permissions: messages.PermissionAll,
	}
	s.journal = e.Fake(s.journalHears)
	s.outbox = e.Fake(s.outboxHears)
	s.parent = e.Probe()
	s.guilds = e.Fake(func(c *actor.Context) {
		if m, ok := c.Message().(*messages.Deliver); !ok || !isGuildContext(m.Message) {
			return
		}
		c.Respond(&messages.GuildContext{Known: true, BotRoles: []messages.RoleID{botRole}, Permissions: s.permissions, KeepsLore: s.lore})
	})
	cfg := Config{
		ID: general, Self: messages.User{ID: self, Name: "troupe", Bot: true}, Rules: &Rules{Direct: true},
		Window: 10, Side: 4, Queue: 10, Guilds: s.guilds.PID, Journal: s.journal.PID, Outbox: s.outbox.PID,
		Parent: s.parent.PID, Turn: s.turn, Log: actortest.Log(),
	}
	if change != nil {
		change(s, &cfg)
	}
	s.pid = e.Start(New(cfg))
	return s
}

func isGuildContext(m any) bool {
	_, ok := m.(*messages.GetGuildContext)
	return ok
}

func (s *stage) outboxHears(c *actor.Context) {
	if c.Sender() == nil || !actors.IsAsk(c.Sender()) {
		return
	}
	if s.outboxCrashes > 0 {
		s.outboxCrashes--
		c.Respond(&actors.Failed{Actor: "outbox"})
		return
	}
	c.Respond(&messages.ReplyCancelled{})
}

func (s *stage) journalHears(c *actor.Context) {
	switch m := c.Message().(type) {
	case *messages.GetUnfinished:
		if s.unread > 0 {
			s.unread--
			c.Respond(&messages.Failure{Cause: messages.CauseInternal})
			return
		}
		c.Respond(&messages.Unfinished{Triggers: s.unfinished})
	case *messages.AcceptTrigger:
		if s.writes {
			c.Respond(actors.Partial{Message: &messages.Accepted{Trigger: m.Trigger, Fresh: true}})
		}
		if s.refuse != nil && (s.mends.IsZero() || time.Now().Before(s.mends)) {
			c.Respond(s.refuse)
			return
		}
		t, known := s.known[m.Trigger.ID]
		if !known {
			t = m.Trigger
			s.known[t.ID] = t
		}
		c.Respond(&messages.Accepted{Trigger: t, Fresh: !known})
	case *messages.GetTrigger:
		t, found := s.known[m.ID]
		t.Parts = append(t.Parts, 77)
		c.Respond(&messages.TriggerFound{Trigger: t, Found: found})
	case *messages.GetKept:
		if s.reader != nil {
			s.reader(c.Sender())
			return
		}
		c.Respond(&messages.KeptFound{Derived: s.derived})
	case *messages.SettlePieces:
		c.Respond(&messages.Settled{Done: !s.stale})
	case *messages.ForgetSources:
		if s.clings > 0 {
			s.clings--
			c.Respond(&messages.Failure{Cause: messages.CauseInternal})
			return
		}
		c.Respond(&messages.SourcesForgotten{Dropped: s.sources})
	case *messages.EndTrigger:
		if s.lost > 0 {
			s.lost--
			c.Respond(&messages.Failure{Cause: messages.CauseInternal})
			return
		}
		c.Respond(&messages.Kept{})
	}
}

func (s *stage) turn(q *messages.Question, supervisor *actor.PID) actor.Producer {
	return func() actor.Receiver {
		return receiver(func(c *actor.Context) {
			switch c.Message().(type) {
			case actor.Started:
				s.turns[q.Trigger.ID] = append(s.turns[q.Trigger.ID], q)
				if s.crash {
					c.Send(supervisor, &messages.ActorGaveUp{Kind: "turn", Actor: c.PID().GetID()})
				}
			}
		})
	}
}

type receiver func(*actor.Context)

func (r receiver) Receive(c *actor.Context) { r(c) }

// hear hands the channel an event and returns how it is answered, when all is
// quiet.
func (s *stage) hear(event any) any {
	answer := s.tell(event)
	synctest.Wait()
	return answer
}

// tell does not wait until all is quiet.
func (s *stage) tell(event any) any {
	m, err := s.e.Ask(s.pid, event)
	if err != nil {
		return err
	}
	return m
}

func (s *stage) say(id messages.MessageID, who messages.UserID, text string) any {
	return s.hear(asking(id, who, text))
}

func asking(id messages.MessageID, who messages.UserID, text string) *messages.MessageReceived {
	return &messages.MessageReceived{Message: *said("<@99> "+text, mentioning, func(m *messages.Message) {
		m.ID, m.Author.ID = id, who
	})}
}

// mayspeak reports whether the turn of a trigger gets the word without waiting.
func (s *stage) mayspeak(id messages.MessageID) bool {
	got := make(chan error, 1)
	s.e.SpawnFunc(func(c *actor.Context) {
		switch m := c.Message().(type) {
		case actor.Started:
			actors.Ask(c, s.pid, &messages.GetWord{Trigger: id}, time.Second, nil)
		case actors.Answered:
			got <- m.Err
		}
	}, "asker")
	return <-got == nil
}

func (s *stage) end(id messages.MessageID, parts ...messages.MessageID) {
	s.e.Tell(s.pid, &messages.TurnEnded{Trigger: id, State: messages.TriggerAnswered, Answer: "done", Parts: parts})
}

// A question is taken when the store has it. Its turn gets the word, and when it
// has ended the same person's next one does.
func TestQuestionsOfOnePerson(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		for _, id := range []messages.MessageID{1, 2} {
			if d := cmp.Diff(&messages.Taken{}, s.say(id, ann, id.String())); d != "" {
				t.Fatal(d)
			}
		}
		if len(s.turns[1]) != 1 || len(s.turns[2]) != 0 {
			t.Fatalf("turns started: %v", s.turns)
		}
		if !s.mayspeak(1) {
			t.Error("the first question has not got the word")
		}
		s.end(1, 100)
		if len(s.turns[2]) != 1 || !s.mayspeak(2) {
			t.Error("the second question does not follow")
		}
	})
}

// An event that the store does not take is not taken, and not answered.
func TestNotAccepted(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.refuse = &messages.Failure{Cause: messages.CauseInternal}
		if _, ok := s.say(1, ann, "a").(*messages.Refused); !ok {
			t.Error("a question that is not kept was taken")
		}
		s.refuse = nil
		s.say(1, ann, "a")
		if !s.mayspeak(1) {
			t.Error("the question is not answered when it comes again")
		}
	})
}

// The word is given when a question outlives the process. Should it not come to
// the disk, its answer goes on, and the question is accepted when it comes again.
func TestWrittenThenNotAccepted(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(s *stage, _ *Config) {
			s.refuse, s.writes = &messages.Failure{Cause: messages.CauseInternal}, true
		})
		if _, ok := s.say(1, ann, "a").(*messages.Refused); !ok {
			t.Error("a question that is not on the disk was taken")
		}
		if !s.mayspeak(1) {
			t.Error("its answer may not go on")
		}
		s.e.Tell(s.pid, &messages.GetConversations{})
		s.refuse = nil
		if d := cmp.Diff(&messages.Taken{}, s.say(1, ann, "a")); d != "" {
			t.Error(d)
		}
		if len(s.turns[1]) != 1 {
			t.Errorf("%d turns", len(s.turns[1]))
		}
	})
}

// A store that fails costs no generations: turns wait until it works.
func TestWary(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(s *stage, _ *Config) { s.refuse = &messages.Failure{Cause: messages.CauseInternal} })
		for range 5 {
			s.say(1, ann, "a")
		}
		if len(s.turns[1]) != 1 {
			t.Errorf("%d turns were started", len(s.turns[1]))
		}
	})
}

// What the store knows as answered is not answered again, whatever memory says.
func TestKnownAsAnswered(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.known[1] = messages.Trigger{ID: 1, State: messages.TriggerAnswered}
		if d := cmp.Diff(&messages.Taken{}, s.say(1, ann, "a")); d != "" {
			t.Error(d)
		}
		if s.mayspeak(1) {
			t.Error("it may be answered again")
		}
	})
}

// A channel takes up what a former instance has left, before what comes.
func TestBacklog(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(s *stage, _ *Config) {
			s.unfinished = []messages.Trigger{{
				ID: 5, Asker: messages.User{ID: ann}, Text: "old", Guild: guildID, Parts: []messages.MessageID{50},
			}}
		})
		s.say(6, ann, "new")
		if len(s.turns[5]) != 1 || len(s.turns[6]) != 0 {
			t.Fatalf("turns started: %v", s.turns)
		}
		if got := s.turns[5][0].Trigger.Parts; len(got) != 1 {
			t.Errorf("the parts that stand are not known: %v", got)
		}
	})
}

// What a former instance has left is taken up when it can be read, however late,
// and before what comes, unless that would take too long.
func TestBacklogUnread(t *testing.T) {
	for _, unread := range []int{1, backlogHolds - 1, backlogHolds, 2 * backlogHolds} {
		actortest.Run(t, func(t *testing.T, e actortest.Engine) {
			asker := ann
			if unread >= backlogHolds {
				asker = bob
			}
			s := newStage(e, func(s *stage, _ *Config) {
				s.unfinished = []messages.Trigger{{ID: 5, Asker: messages.User{ID: asker}, Text: "old", Guild: guildID}}
				s.unread = unread
			})
			began := time.Now()
			if d := cmp.Diff(&messages.Taken{}, s.say(6, ann, "new")); d != "" || time.Since(began) > time.Minute {
				t.Errorf("after %v: %s", time.Since(began), d)
			}
			time.Sleep(3 * time.Minute)
			synctest.Wait()
			if first := len(s.turns[6]) == 0; first != (unread < backlogHolds) {
				t.Errorf("%d times unread: what was left came first: %v", unread, first)
			}
			if len(s.turns[5]) != 1 || !s.turns[5][0].Again {
				t.Errorf("%d times unread, turns started: %v", unread, s.turns)
			}
		})
	}
}

// A question that the store knows, though the channel does not, may have been
// answered in part.
func TestKnownToTheStore(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.known[2] = messages.Trigger{ID: 2, Asker: messages.User{ID: ann}, State: messages.TriggerAnswering}
		s.say(1, ann, "a")
		s.say(2, ann, "b")
		s.end(1)
		if got := s.turns[2]; len(got) != 1 || !got[0].Again {
			t.Errorf("turns started: %v", got)
		}
	})
}

// A question that comes again after it was deleted, since it was not taken
// before, asks nothing.
func TestDeletedBeforeTaken(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(s *stage, _ *Config) { s.refuse = &messages.Failure{Cause: messages.CauseInternal} })
		s.say(1, ann, "a")
		s.hear(&messages.MessagesDeleted{Channel: general, Guild: guildID, Messages: []messages.MessageID{1}})
		s.refuse = nil
		if d := cmp.Diff(&messages.Taken{}, s.say(1, ann, "a")); d != "" {
			t.Error(d)
		}
		if s.mayspeak(1) {
			t.Error("it is answered")
		}
		for id := messages.MessageID(100); id < 1100; id++ {
			s.hear(&messages.MessagesDeleted{Channel: general, Guild: guildID, Messages: []messages.MessageID{id}})
		}
	})
}

// The cache is told of an answer when that has its outcome, and of every message
// that is gone; never of an answer of which a message was gone before.
func TestCacheIsTold(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		cache := e.Probe()
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.Cache = cache.PID })
		end := func(id messages.MessageID) *messages.KeepAnswer {
			keep := &messages.KeepAnswer{Key: "k", Text: "a", Channel: general, Messages: []messages.MessageID{id, id + 100}}
			e.Tell(s.pid, &messages.TurnEnded{Trigger: id, State: messages.TriggerAnswered, Answer: "a", Parts: []messages.MessageID{id + 100}, Keep: keep})
			return keep
		}
		gone := func(id messages.MessageID) *messages.ForgetAnswers {
			s.hear(&messages.MessagesDeleted{Channel: general, Guild: guildID, Messages: []messages.MessageID{id}})
			return &messages.ForgetAnswers{Channel: general, Messages: []messages.MessageID{id}}
		}
		s.say(1, ann, "a")
		s.say(2, bob, "b")
		s.say(3, 30, "c")
		want := []any{end(1), gone(101), gone(2), gone(103)}
		end(2)
		end(3)
		if d := cmp.Diff(want, cache.Take()); d != "" {
			t.Error(d)
		}
	})
}

// A deleted question is cancelled, with what has been said to it.
func TestDeleted(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.say(1, ann, "a")
		s.hear(&messages.MessagesDeleted{Channel: general, Guild: guildID, Messages: []messages.MessageID{1}})
		cancelled := s.outbox.Take()
		if len(cancelled) != 1 || !cancelled[0].(*messages.Deliver).Message.(*messages.CancelReply).Delete {
			t.Errorf("the outbox hears %v", cancelled)
		}
		ended := false
		for _, m := range s.journal.Take() {
			end, ok := m.(*messages.EndTrigger)
			ended = ended || ok && end.State == messages.TriggerCancelled
		}
		if !ended || s.mayspeak(1) {
			t.Error("the question is not cancelled")
		}
	})
}

// When even saying that there is no answer crashes, the outcome is kept, the
// outbox is told that none will come, and the channel goes on.
func TestRefusalGaveUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.crash = true
		s.say(1, ann, "a")
		cancelled := false
		for _, m := range s.outbox.Take() {
			cancel, ok := m.(*messages.Deliver).Message.(*messages.CancelReply)
			cancelled = cancelled || ok && cancel.Reply.Trigger == 1 && !cancel.Delete
		}
		if !cancelled {
			t.Error("the outbox goes on typing")
		}
		if len(s.turns[1]) != 2 || s.mayspeak(1) {
			t.Errorf("%d turns", len(s.turns[1]))
		}
	})
}

// A deletion is done with when nothing of the answer is to be seen any more and
// the outcome is kept, whoever crashes on the way: an outbox that has is told
// what it does not know any more.
func TestDeletedWhileAllFails(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(s *stage, _ *Config) { s.outboxCrashes, s.lost = 2, 2 })
		s.say(1, ann, "a")
		s.say(2, bob, "b")
		began := time.Now()
		got := s.hear(&messages.MessagesDeleted{Channel: general, Guild: guildID, Messages: []messages.MessageID{1, 2, 3}})
		if d := cmp.Diff(&messages.Taken{}, got); d != "" || time.Since(began) < keepPause {
			t.Errorf("taken after %v: %s", time.Since(began), d)
		}
		asked, ended := map[messages.MessageID]int{}, map[messages.MessageID]int{}
		for _, m := range s.outbox.Take() {
			r := m.(*messages.Deliver).Message.(*messages.CancelReply).Reply
			asked[r.Trigger]++
			if d := cmp.Diff([]messages.MessageID{77}, r.Parts); d != "" {
				t.Error(d)
			}
		}
		for _, m := range s.journal.Take() {
			if end, ok := m.(*messages.EndTrigger); ok && end.State == messages.TriggerCancelled {
				ended[end.Trigger]++
			}
		}
		twice := map[messages.MessageID]int{1: 2, 2: 2}
		if d := cmp.Diff(twice, asked) + cmp.Diff(twice, ended); d != "" {
			t.Error(d)
		}
	})
}

// A turn that gives up is followed by one that says so; if even that gives up,
// the outcome is kept and the channel goes on.
func TestTurnGaveUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.crash = true
		s.say(1, ann, "a")
		s.crash = false
		s.say(2, ann, "b")
		got := s.turns[1]
		if len(got) != 2 || got[0].Refuse != "" || got[1].Refuse != messages.CauseInternal {
			t.Fatalf("turns of the question: %+v", got)
		}
		if len(s.turns[2]) != 1 {
			t.Error("the next question is not taken up")
		}
	})
}

// What does not concern the bot is taken at once and remembered.
func TestChatterAndWindow(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, nil)
		s.hear(&messages.MessageReceived{Message: *said("hello", func(m *messages.Message) { m.ID = 1 })})
		s.hear(&messages.MessageReceived{Message: *said("helo", func(m *messages.Message) { m.ID = 2 })})
		s.hear(&messages.MessageEdited{Message: *said("bye", func(m *messages.Message) { m.ID = 2 })})
		s.say(3, bob, "who?")
		w, err := e.Ask(s.pid, &messages.GetWindow{Trigger: 3})
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, l := range w.(*messages.Window).Lines {
			texts = append(texts, l.Text)
		}
		if d := cmp.Diff([]string{"hello", "bye"}, texts); d != "" {
			t.Error(d)
		}
	})
}

// past is a history that knows one line; it can be told to fail.
type past struct {
	*away
	err error
}

func (p past) History(context.Context, messages.ChannelID, messages.MessageID, int) ([]messages.Message, error) {
	return []messages.Message{*said("long ago", func(m *messages.Message) { m.ID = 1 })}, p.err
}

// The first question's window waits for Discord's history, read once through the
// coalescer, and does without it when it does not come.
func TestHistory(t *testing.T) {
	for _, tt := range []struct {
		name  string
		err   error
		mute  bool
		lines int
		took  time.Duration
	}{
		{"there", nil, false, 1, 0},
		{"failing", errors.New("no"), false, 0, 0},
		{"not coming", nil, true, 0, historyWait},
	} {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				reader := e.Fake(func(c *actor.Context) {
					j, ok := c.Message().(*messages.Join)
					if ok && !tt.mute {
						c.Respond(&messages.Joined{Result: j.Job.Run(t.Context(), nil)})
					}
				})
				s := newStage(e, func(_ *stage, cfg *Config) { cfg.History, cfg.Reader = past{err: tt.err}, reader.PID })
				s.say(10, ann, "a")
				s.say(11, bob, "b")
				began := time.Now()
				w, err := e.Ask(s.pid, &messages.GetWindow{Trigger: 10})
				if err != nil {
					t.Fatal(err)
				}
				if got := w.(*messages.Window).Lines; len(got) != tt.lines || time.Since(began) > tt.took {
					t.Errorf("%d lines after %v", len(got), time.Since(began))
				}
				reads := 0
				for _, m := range reader.Take() {
					if _, ok := m.(*messages.Join); ok {
						reads++
					}
				}
				if reads != 1 {
					t.Errorf("the history was read %d times", reads)
				}
			})
		})
	}
}

// A message that is found and older than what the store remembers asks nothing.
// One that Discord tells of is news, even by an ID that tells no time.
func TestHorizon(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		before, after := messages.MessageIDAt(noon.Add(-25*time.Hour)), messages.MessageIDAt(noon.Add(-23*time.Hour))
		h := &away{lines: []messages.Message{asks(before, ann), asks(after, bob)}}
		s := comeBack(e, h, 0, func(_ *stage, cfg *Config) { cfg.Horizon = 24 * time.Hour })
		time.Sleep(time.Until(noon))
		s.hear(&messages.CatchUp{Guild: guildID, After: 9})
		s.say(1001, ann, "as if from long ago")
		if len(s.turns) != 2 || s.turns[after] == nil || s.turns[1001] == nil {
			t.Errorf("turns: %v", s.turns)
		}
	})
}

// A command where the bot does not serve is answered that it does not.
func TestCommandNotServed(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.Rules = &Rules{Users: []messages.UserID{bob}} })
		s.hear(&messages.CommandUsed{
			Interaction: messages.Interaction{ID: 7}, Channel: general, Guild: guildID,
			User: messages.User{ID: ann}, Name: "chat", Options: map[string]string{"message": "hi"},
		})
		if got := s.turns[7]; len(got) != 1 || got[0].Refuse != messages.CauseNotServed {
			t.Errorf("turns: %+v", got)
		}
	})
}

// A command is answered when Discord waits for that, or after the time in which it
// would; one that Discord knows no more has its outcome, unless it was acknowledged
// in another life.
func TestCommandAcknowledged(t *testing.T) {
	for _, tt := range []struct {
		name   string
		old    bool // it was accepted by a former instance
		told   *messages.CommandAcknowledged
		waits  time.Duration // for the word; negative for ever
		undone bool
	}{
		{"acknowledged", false, &messages.CommandAcknowledged{Trigger: 7}, 0, false},
		{"nobody knows", false, nil, ackLimit, false},
		{"gone", false, &messages.CommandAcknowledged{Trigger: 7, Gone: true}, -1, true},
		{"acknowledged again", true, &messages.CommandAcknowledged{Trigger: 7}, 0, false},
		{"acknowledged in another life", true, &messages.CommandAcknowledged{Trigger: 7, Gone: true}, 0, false},
		{"of another life", true, nil, ackLimit, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				used := &messages.CommandUsed{
					Interaction: messages.Interaction{ID: 7}, Channel: general, Guild: guildID,
					User: messages.User{ID: ann}, Name: "chat", Options: map[string]string{"message": "hi"},
				}
				s := newStage(e, func(s *stage, _ *Config) {
					if tt.old {
						s.unfinished = []messages.Trigger{{ID: 7, Kind: messages.TriggerCommand, Asker: used.User, Guild: guildID}}
					}
				})
				s.hear(used)
				began, got := time.Now(), time.Duration(-1)
				go func() {
					if _, err := e.Ask(s.pid, &messages.GetWord{Trigger: 7}); err == nil {
						got = time.Since(began)
					}
				}()
				synctest.Wait()
				if tt.told != nil {
					e.Tell(s.pid, tt.told)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if got != tt.waits {
					t.Errorf("waited %v, want %v", got, tt.waits)
				}
				undone := slices.ContainsFunc(s.journal.Take(), func(m any) bool {
					end, ok := m.(*messages.EndTrigger)
					return ok && end.State == messages.TriggerUndeliverable
				})
				if undone != tt.undone {
					t.Errorf("undeliverable: %v", undone)
				}
				time.Sleep(2 * time.Hour) // who still waits gives up
			})
		})
	}
}

// In a thread everything asks the bot from the moment it is in there: when it was
// mentioned, when it has written, or when somebody has brought it in meanwhile.
func TestThreadJoined(t *testing.T) {
	chatter := func(id messages.MessageID, change ...func(*messages.Message)) *messages.MessageReceived {
		return &messages.MessageReceived{Message: *said("go on", append(change, func(m *messages.Message) { m.ID, m.Author.ID = id, bob })...)}
	}
	tests := []struct {
		name string
		join func(s *stage, joined *bool)
	}{
		{"mentioned", func(s *stage, _ *bool) { s.say(20, ann, "hello") }},
		{"has written", func(s *stage, _ *bool) {
			s.hear(&messages.MessageReceived{Message: *said("hello", func(m *messages.Message) { m.ID, m.Author.ID = 20, self })})
		}},
		{"brought in", func(_ *stage, joined *bool) { *joined = true; time.Sleep(placeAge) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				joined := false
				guilds := e.Fake(func(c *actor.Context) {
					c.Respond(&messages.GuildContext{Known: true, Kind: messages.ChannelThread, Joined: joined})
				})
				s := newStage(e, func(_ *stage, cfg *Config) { cfg.Guilds = guilds.PID })
				s.hear(chatter(10))
				if len(s.turns[10]) != 0 {
					t.Fatal("the bot is not in the thread yet, and answers")
				}
				tt.join(s, &joined)
				s.hear(chatter(30))
				if len(s.turns[30]) != 1 {
					t.Error("the bot is in the thread, and does not answer")
				}
			})
		})
	}
}

// A channel that was never told where it is asks its guild again: in a thread, what
// it hears is a question without a mention. It does not wait for ever.
func TestGuildSilent(t *testing.T) {
	for _, silent := range []int{0, 3, placeTries} {
		actortest.Run(t, func(t *testing.T, e actortest.Engine) {
			asked := 0
			guilds := e.Fake(func(c *actor.Context) {
				if _, asks := c.Message().(*messages.Deliver); !asks {
					return
				}
				switch asked++; {
				case asked > silent:
					c.Respond(&messages.GuildContext{Known: true, Kind: messages.ChannelThread, Joined: true})
				case asked%2 == 0:
					c.Respond(&messages.Refused{Reason: messages.RefusedRestarted})
				}
			})
			s := newStage(e, func(_ *stage, cfg *Config) { cfg.Guilds = guilds.PID })
			began := time.Now()
			s.hear(&messages.MessageReceived{Message: *said("why?", func(m *messages.Message) { m.ID = 10 })})
			s.say(11, bob, "and you?")
			if (len(s.turns[10]) == 1) != (silent < placeTries) || len(s.turns[11]) != 1 {
				t.Errorf("%d times silent: %d turns without a mention, %d with one", silent, len(s.turns[10]), len(s.turns[11]))
			}
			if took := time.Since(began); took > placeTries*(placeWait+placePause) {
				t.Errorf("%d times silent: waited %v", silent, took)
			}
		})
	}
}
