package channel

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// away is what was said while the bot was not there. Its reads fail as told.
type away struct {
	lines []messages.Message
	fails []error
	reads int
	told  int  // of the lines, at first; 0 for all
	once  bool // the lines are there at the first read only
}

func (*away) History(context.Context, messages.ChannelID, messages.MessageID, int) ([]messages.Message, error) {
	return nil, nil
}

func (h *away) HistoryAfter(_ context.Context, _ messages.ChannelID, after messages.MessageID, limit int) ([]messages.Message, error) {
	h.reads++
	if len(h.fails) > 0 {
		err := h.fails[0]
		h.fails = h.fails[1:]
		return nil, err
	}
	var found []messages.Message
	lines := h.lines
	if h.told > 0 {
		lines, h.told = lines[:h.told], 0
	}
	for _, m := range lines {
		m.Guild = 0 // Discord does not tell it here
		if m.ID > after && len(found) < limit {
			found = append(found, m)
		}
	}
	if h.once {
		h.lines = nil
	}
	return found, nil
}

// comeBack starts a channel whose reads go to h. While pause lasts, its pool
// does not run them.
func comeBack(e actortest.Engine, h *away, pause time.Duration, change func(*stage, *Config)) *stage {
	pool := e.Fake(func(c *actor.Context) {
		j, ok := c.Message().(*messages.Job)
		if !ok {
			return
		}
		asker, engine := c.Sender(), c.Engine()
		time.AfterFunc(pause, func() {
			for {
				result := j.Run(context.Background(), nil)
				if _, limited := result.(*messages.Limited); !limited {
					engine.Send(asker, &messages.JobDone{Result: result})
					return
				}
			}
		})
	})
	reader := e.Fake(func(c *actor.Context) {
		if _, ok := c.Message().(*messages.Join); ok {
			c.Respond(&messages.Joined{Result: []messages.Message{}})
		}
	})
	return newStage(e, func(s *stage, cfg *Config) {
		cfg.History, cfg.Pool, cfg.Reader = h, pool.PID, reader.PID
		if change != nil {
			change(s, cfg)
		}
	})
}

func asks(id messages.MessageID, who messages.UserID) messages.Message {
	return asking(id, who, id.String()).Message
}

// accepts returns the triggers that the journal was given since the last time,
// in their order.
func (s *stage) accepts() (ids []messages.MessageID) {
	for _, m := range s.journal.Take() {
		if a, ok := m.(*messages.AcceptTrigger); ok {
			ids = append(ids, a.Trigger.ID)
		}
	}
	return ids
}

// What was asked while the bot was away is taken up, oldest first: but not what
// was answered, asks nothing, or is older.
func TestCatchUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		mine := *said("done", byMe, func(m *messages.Message) { m.ID, m.ReplyTo = 13, 12 })
		chatter := *said("nice weather", func(m *messages.Message) { m.ID = 14 })
		h := &away{lines: []messages.Message{asks(10, ann), asks(11, bob), asks(12, ann), mine, chatter, asks(15, ann)}}
		s := comeBack(e, h, 0, nil)
		s.known[15] = messages.Trigger{ID: 15, State: messages.TriggerAnswered}
		if d := cmp.Diff(&messages.Taken{}, s.hear(&messages.CatchUp{Guild: guildID, After: 9})); d != "" {
			t.Fatal(d)
		}
		if got, want := s.accepts(), []messages.MessageID{10, 11, 15}; !slices.Equal(got, want) {
			t.Errorf("taken up: %v, want %v", got, want)
		}
		if len(s.turns[10]) != 1 || len(s.turns[11]) != 1 || len(s.turns[15]) != 0 {
			t.Errorf("turns started: %v", s.turns)
		}
		if s.mayspeak(11) {
			t.Error("the later question is answered first")
		}
		if q := s.turns[10][0].Trigger; q.Guild != guildID {
			t.Errorf("the question was asked in guild %v", q.Guild)
		}
		if w := s.hear(&messages.GetWindow{Trigger: 10}); w == nil {
			t.Error("no window")
		}
		s.end(10)
		if !s.mayspeak(11) {
			t.Error("the later question is not answered next")
		}
		s.hear(&messages.CatchUp{Guild: guildID, After: 11})
		if got := s.accepts(); len(got) != 1 || got[0] != 15 {
			t.Errorf("caught up once more, it takes up %v", got)
		}
	})
}

// What is heard of while the channel catches up comes after what was missed. A
// deletion comes at once: what is deleted is not taken up.
func TestCatchUpHolds(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		h := &away{lines: []messages.Message{asks(10, ann), asks(11, ann)}}
		s := comeBack(e, h, time.Second, nil)
		taken := make(chan any, 3)
		go func() { taken <- s.tell(&messages.CatchUp{Guild: guildID, After: 9}) }()
		synctest.Wait()
		for id, who := range map[messages.MessageID]messages.UserID{20: ann, 21: bob} {
			go func() { taken <- s.tell(asking(id, who, "now")) }()
		}
		synctest.Wait()
		s.hear(&messages.MessagesDeleted{Guild: guildID, Channel: general, Messages: []messages.MessageID{11, 21}})
		if early := s.accepts(); early != nil {
			t.Fatalf("before what was missed, it takes up %v", early)
		}
		time.Sleep(time.Second)
		if got, want := s.accepts(), []messages.MessageID{10, 20}; !slices.Equal(got, want) {
			t.Errorf("taken up: %v, want %v", got, want)
		}
		synctest.Wait()
		for range 3 {
			if d := cmp.Diff(&messages.Taken{}, <-taken); d != "" {
				t.Error(d)
			}
		}
		if s.mayspeak(20) {
			t.Error("the later question of one person is answered first")
		}
	})
}

// What is heard of waits for so long only.
func TestCatchUpHoldsNotForEver(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := comeBack(e, &away{}, time.Minute, nil)
		go s.tell(&messages.CatchUp{Guild: guildID, After: 9})
		synctest.Wait()
		go s.tell(asking(20, ann, "now"))
		time.Sleep(holdWait + time.Second)
		synctest.Wait()
		if len(s.turns[20]) != 1 {
			t.Error("still waiting")
		}
		time.Sleep(time.Minute)
	})
}

// Reading is tried again while it may succeed, and what the store does not take
// is taken up again.
func TestCatchUpAgain(t *testing.T) {
	down := &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff}
	for _, tt := range []struct {
		name  string
		fails []error
		reads int
		turns int
	}{
		{"in the end", []error{down, down}, 3, 1},
		{"limited", []error{&messages.Limited{Wait: time.Second}}, 2, 1},
		{"never", slices.Repeat([]error{down}, 1000), 25, 0},
		{"forbidden", []error{&messages.Failure{Cause: messages.CauseNoPermission, Retry: messages.RetryNever}}, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				h := &away{lines: []messages.Message{asks(10, ann)}, fails: tt.fails}
				s := comeBack(e, h, 0, func(s *stage, _ *Config) {
					s.refuse, s.mends = &messages.Refused{Reason: messages.RefusedFull}, time.Now().Add(5*time.Second)
				})
				if d := cmp.Diff(&messages.Taken{}, s.hear(&messages.CatchUp{Guild: guildID, After: 9})); d != "" {
					t.Fatal(d)
				}
				if h.reads != tt.reads || len(s.turns) != tt.turns {
					t.Errorf("%d reads, %d turns; want %d, %d", h.reads, len(s.turns), tt.reads, tt.turns)
				}
			})
		})
	}
}

// A question that was missed keeps its place when the journal cannot accept it at
// once, before what the same person asks later.
func TestMissedIsNotAccepted(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		h := &away{lines: []messages.Message{asks(10, ann)}}
		s := comeBack(e, h, 0, func(s *stage, _ *Config) {
			s.refuse, s.mends = &messages.Failure{Cause: messages.CauseInternal}, time.Now().Add(feedPause/2)
		})
		done := make(chan any, 1)
		go func() { done <- s.tell(&messages.CatchUp{Guild: guildID, After: 9}) }()
		time.Sleep(feedPause / 2)
		s.say(20, ann, "later")
		if d := cmp.Diff(&messages.Taken{}, <-done); d != "" {
			t.Error(d)
		}
		synctest.Wait()
		if len(s.turns[10]) != 1 || len(s.turns[20]) != 0 {
			t.Errorf("turns started: %v", s.turns)
		}
	})
}

// Of what was missed the journal is told one question after the other: if the process
// dies meanwhile, none is kept that was asked after one that is not.
func TestMissedAreAcceptedInOrder(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		h := &away{lines: []messages.Message{asks(10, ann), asks(11, bob), asks(12, ann)}}
		s := comeBack(e, h, 0, func(s *stage, _ *Config) {
			s.refuse, s.mends = &messages.Failure{Cause: messages.CauseInternal}, time.Now().Add(5*feedPause/2)
		})
		if d := cmp.Diff(&messages.Taken{}, s.tell(&messages.CatchUp{Guild: guildID, After: 9})); d != "" {
			t.Error(d)
		}
		synctest.Wait()
		var told []messages.MessageID
		for _, m := range s.journal.Take() {
			if accept, ok := m.(*messages.AcceptTrigger); ok {
				told = append(told, accept.Trigger.ID)
			}
		}
		if d := cmp.Diff([]messages.MessageID{10, 10, 10, 10, 11, 12}, told); d != "" {
			t.Error(d)
		}
	})
}

// What is missed once more while the channel catches up is caught up with too.
func TestCatchUpTwice(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		h := &away{lines: []messages.Message{asks(10, ann), asks(11, ann), asks(12, ann), asks(20, ann)}, told: 3}
		s := comeBack(e, h, 0, func(_ *stage, cfg *Config) { cfg.Queue = 2 })
		e.Send(s.pid, &messages.CatchUp{Guild: guildID, After: 9})
		time.Sleep(time.Second) // read, but not all taken up
		e.Send(s.pid, &messages.CatchUp{Guild: guildID, After: 19})
		for id := messages.MessageID(10); id < 13; id++ {
			time.Sleep(10 * time.Second)
			s.end(id)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(s.turns[20]) != 1 {
			t.Errorf("turns started: %v", s.turns)
		}
	})
}

// A channel that the bot may not read or does not serve is left alone.
func TestCatchUpNowhere(t *testing.T) {
	for name, change := range map[string]func(*stage, *Config){
		"no permission": func(s *stage, _ *Config) { s.permissions = messages.PermissionViewChannel },
		"not served":    func(_ *stage, cfg *Config) { cfg.Rules = &Rules{Channels: []messages.ChannelID{1}} },
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				h := &away{lines: []messages.Message{asks(10, ann)}}
				s := comeBack(e, h, 0, change)
				if d := cmp.Diff(&messages.Taken{}, s.hear(&messages.CatchUp{Guild: guildID, After: 9})); d != "" || h.reads != 0 {
					t.Errorf("%d reads: %s", h.reads, d)
				}
			})
		})
	}
}

// More than may wait at once is taken up bit by bit, and of very many the latest.
func TestCatchUpWithMany(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		h := &away{}
		for id := messages.MessageID(1001); id <= 1001+maxMissed; id++ {
			h.lines = append(h.lines, asks(id, ann))
		}
		s := comeBack(e, h, 0, func(_ *stage, cfg *Config) { cfg.Queue = 4 })
		go s.tell(&messages.CatchUp{Guild: guildID, After: 9})
		synctest.Wait()
		for id := messages.MessageID(1002); id <= 1001+maxMissed; id++ {
			time.Sleep(feedPause)
			synctest.Wait()
			if q := s.turns[id]; len(q) != 1 || q[0].Refuse != "" {
				t.Fatalf("question %v: %v", id, q)
			}
			s.end(id)
		}
		if len(s.turns[1001]) != 0 {
			t.Error("the eldest of too many is answered")
		}
	})
}

// What is heard of waits for what was missed in a second gap too.
func TestCatchUpHoldsAgain(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		h := &away{lines: []messages.Message{asks(10, ann), asks(19, ann)}, told: 1}
		s := comeBack(e, h, time.Second, nil)
		e.Send(s.pid, &messages.CatchUp{Guild: guildID, After: 9})
		time.Sleep(500 * time.Millisecond)
		e.Send(s.pid, &messages.CatchUp{Guild: guildID, After: 18})
		e.Send(s.pid, asking(20, ann, "now"))
		time.Sleep(5 * time.Second)
		if got, want := s.accepts(), []messages.MessageID{10, 19, 20}; !slices.Equal(got, want) {
			t.Errorf("taken up: %v, want %v", got, want)
		}
	})
}

// What nobody knows of any more that was said to a deleted question is found in
// the channel, but for what answers others too.
func TestDeletedWithRest(t *testing.T) {
	mine := func(id, replyTo messages.MessageID, text string) messages.Message {
		return *said(text, byMe, func(m *messages.Message) { m.ID, m.ReplyTo = id, replyTo })
	}
	for name, tt := range map[string]struct {
		lines []messages.Message
		want  [][]messages.MessageID // of each cancellation
	}{
		"nothing": {nil, [][]messages.MessageID{{77}}},
		"parts": {
			[]messages.Message{mine(21, 20, "be"), mine(22, 7, "so"), asks(23, ann), mine(24, 20, "cause")},
			[][]messages.MessageID{{77}, {21, 24}},
		},
		"joint": {[]messages.Message{mine(21, 20, "<@1> <@2> because"), mine(22, 20, "of it")}, [][]messages.MessageID{{77}}},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				down := &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff}
				h := &away{lines: tt.lines, fails: []error{down, &messages.Limited{}}, once: true}
				s := comeBack(e, h, 0, nil)
				s.say(20, ann, "a")
				got := s.hear(&messages.MessagesDeleted{Channel: general, Guild: guildID, Messages: []messages.MessageID{20}})
				if d := cmp.Diff(&messages.Taken{}, got); d != "" {
					t.Fatal(d)
				}
				var parts [][]messages.MessageID
				for _, m := range s.outbox.Take() {
					if cancel, ok := m.(*messages.Deliver).Message.(*messages.CancelReply); ok {
						parts = append(parts, cancel.Reply.Parts)
					}
				}
				if d := cmp.Diff(tt.want, parts); d != "" {
					t.Error(d)
				}
			})
		})
	}
}
