package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/actors/router"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A server is a wall behind Discord's edge: it answers after a while.
type server struct {
	mu    sync.Mutex // requests come from goroutines of their own
	wall  *wall
	log   []string
	began time.Time
	fault error
}

func (s *server) do(ctx context.Context, what any) (messages.Sent, error) {
	if err := wait(ctx, travel/2); err != nil {
		return messages.Sent{}, err
	}
	s.mu.Lock()
	result := s.arrive(what)
	s.mu.Unlock()
	if err := wait(ctx, travel/2); err != nil {
		return messages.Sent{}, err
	}
	if err, failed := result.(error); failed {
		return messages.Sent{}, err
	}
	return result.(messages.Sent), nil
}

func (s *server) arrive(what any) any {
	s.log = append(s.log, fmt.Sprintf("%v %s", time.Since(s.began), describe(what)))
	if s.fault != nil {
		return s.fault
	}
	return s.wall.do(what, time.Now())
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return &messages.Failure{Cause: messages.CauseCancelled}
	}
}

func (s *server) Post(ctx context.Context, m *messages.Post) (messages.Sent, error) {
	return s.do(ctx, m)
}

func (s *server) Edit(ctx context.Context, m *messages.Edit) (messages.Sent, error) {
	return s.do(ctx, m)
}

func (s *server) Delete(ctx context.Context, _ messages.ChannelID, id messages.MessageID) error {
	_, err := s.do(ctx, removal{id})
	return err
}

func (s *server) Typing(ctx context.Context, _ messages.ChannelID) error {
	_, err := s.do(ctx, typing{})
	return err
}

func (s *server) Respond(ctx context.Context, m *messages.Response) (messages.Sent, error) {
	return s.do(ctx, m)
}

// A stage is an outbox with all that is around it.
type stage struct {
	actortest.Engine
	*server
	outbox  *actor.PID
	journal *actortest.Probe
}

func play(t *testing.T, f func(t *testing.T, s *stage)) {
	t.Helper()
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := &stage{Engine: e, server: &server{wall: newWall(), began: time.Now()}}
		s.journal = e.Fake(func(c *actor.Context) {
			to := c.Sender()
			engine := c.Engine()
			time.AfterFunc(fsync, func() { engine.Send(to, &messages.Kept{}) })
		})
		pool := e.Start(router.New(router.Config{
			Name: "discord", Concurrency: router.Concurrency{Start: 10, Pinned: true}, Log: actortest.Log(),
		}))
		s.outbox = e.Start(New(Config{
			Channel: room, Discord: s.server, Pool: pool, Journal: s.journal.PID, Log: actortest.Log(),
		}))
		f(t, s)
	})
}

// tell sends something to the outbox so long after the start.
func (s *stage) tell(at time.Duration, m any) {
	time.AfterFunc(at-time.Since(s.began), func() { s.Send(s.outbox, m) })
}

// A reader is a turn that asks for a reply and notes how that ends.
type reader struct {
	at     time.Duration
	result any
}

// finish asks the outbox, so long after the start, to finish a reply.
func (s *stage) finish(at time.Duration, r messages.Reply, text string) *reader {
	got := &reader{}
	time.AfterFunc(at-time.Since(s.began), func() {
		s.SpawnFunc(func(c *actor.Context) {
			switch m := c.Message().(type) {
			case actor.Started:
				actors.Ask(c, s.outbox, &messages.FinishReply{Reply: r, Text: text}, time.Hour, nil)
			case actors.Answered:
				got.at, got.result = time.Since(s.began), m.Message
				if m.Err != nil {
					got.result = m.Err
				}
			}
		}, "reader")
	})
	return got
}

// fails sets what requests end in.
func (s *server) fails(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = err
}

// texts returns what is to be read in the channel.
func (s *stage) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wall.visible()
}

func (s *stage) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// With the first text 200 ms after the question and a request that takes 125 ms,
// something is to be seen after 325 to 340 ms.
func TestFirstTextInTime(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.tell(0, &messages.OpenReply{Reply: reply1(1)})
		s.tell(200*ms, &messages.GrowReply{Trigger: 1, Text: "once"})
		s.tell(500*ms, &messages.GrowReply{Trigger: 1, Text: "once upon"})
		done := s.finish(3*time.Second, reply1(1), "once upon a time")
		s.pass(340*ms - travel/2)
		if got := s.texts(); !slices.Equal(got, []string{"once"}) {
			t.Errorf("%q is to be seen", got)
		}
		s.pass(10 * time.Second)
		if got := s.texts(); !slices.Equal(got, []string{"once upon a time"}) || outcome(done.result) != "posted as [1000]" {
			t.Errorf("%q, %v", got, outcome(done.result))
		}
		if done.at > 3*time.Second+travel+3*fsync {
			t.Errorf("told after %v", done.at)
		}
	})
}

// A short answer costs one request, and the journal has it with its part before
// the turn is told.
func TestShortAnswerCostsOne(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.tell(0, &messages.OpenReply{Reply: reply1(1)})
		s.tell(100*ms, &messages.GrowReply{Trigger: 1, Text: "hi"})
		done := s.finish(104*ms, reply1(1), "hi")
		s.pass(time.Minute)
		if len(s.log) != 1 || done.at != 104*ms+travel+fsync {
			t.Errorf("%q, told after %v", s.log, done.at)
		}
		var kept []string
		for _, m := range s.journal.Take() {
			kept = append(kept, fmt.Sprintf("%T", m))
		}
		if !slices.Equal(kept, []string{"*messages.KeepFinal", "*messages.KeepPart"}) {
			t.Errorf("kept %v", kept)
		}
	})
}

// Where Discord lets five posts through in 5 s, twenty people who ask the same
// within 100 ms are answered within 2 s, and thirty whose answer grows within
// 1.5 s of its end; no limit is passed.
func TestCrowds(t *testing.T) {
	tests := []struct {
		people int
		grows  time.Duration // until
		by     time.Duration
	}{
		{20, 0, 2 * time.Second},
		{30, 8 * time.Second, 9500 * ms},
	}
	for _, tt := range tests {
		play(t, func(t *testing.T, s *stage) {
			var done []*reader
			for i := 1; i <= tt.people; i++ {
				at := time.Duration(i) * 100 * ms / time.Duration(tt.people)
				s.tell(at, &messages.OpenReply{Reply: shared(i)})
				for n := 1; time.Duration(n)*100*ms+at < tt.grows; n++ {
					s.tell(time.Duration(n)*100*ms+at, &messages.GrowReply{Trigger: shared(i).Trigger, Text: words(n)})
				}
				end := max(at+50*ms, tt.grows+time.Duration(i)*ms/10)
				done = append(done, s.finish(end, shared(i), words(100)))
			}
			s.pass(time.Minute)
			for i, d := range done {
				if _, ok := d.result.(*messages.ReplyPosted); !ok || d.at > tt.by {
					t.Errorf("%d: %v after %v", i+1, outcome(d.result), d.at)
				}
			}
			for id, n := range s.wall.reached() {
				if n != 1 {
					t.Errorf("%d is answered %d times", id, n)
				}
			}
			if s.wall.posts.passed+s.wall.edits.passed > 0 || len(s.wall.reached()) != tt.people {
				t.Errorf("%d posts, %d edits too many; %d answered", s.wall.posts.passed, s.wall.edits.passed, len(s.wall.reached()))
			}
			if t.Failed() {
				t.Log(strings.Join(s.log, "\n"))
			}
		})
	}
}

// A limit that the outbox did not know of is waited out, and what was held back
// gets through.
func TestUnknownLimit(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.wall.posts.used, s.wall.posts.reset = 5, s.began.Add(4*time.Second)
		var done []*reader
		for i := 1; i <= 4; i++ {
			done = append(done, s.finish(time.Duration(i)*100*ms, reply1(i), "hi"))
		}
		s.pass(time.Minute)
		for i, d := range done {
			if _, ok := d.result.(*messages.ReplyPosted); !ok || d.at > 5*time.Second {
				t.Errorf("%d: %v after %v", i+1, outcome(d.result), d.at)
			}
		}
		if s.wall.posts.passed > 1 {
			t.Errorf("%d posts too many", s.wall.posts.passed)
		}
	})
}

// What fails is tried again; what fails for good is told.
func TestOutages(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.fails(failure(messages.CauseUnreachable, messages.RetryBackoff))
		first := s.finish(0, reply1(1), "hi")
		second := s.finish(110*time.Second, reply1(2), "hi")
		s.pass(2*time.Minute + time.Second)
		if outcome(first.result) != "unreachable" || first.at != DefaultDeadline {
			t.Errorf("%v after %v", outcome(first.result), first.at)
		}
		s.fails(nil)
		s.pass(time.Minute)
		if outcome(second.result) != "posted as [1000]" {
			t.Errorf("%v", outcome(second.result))
		}
		s.fails(failure(messages.CauseNoPermission, messages.RetryNever))
		third := s.finish(4*time.Minute, reply1(3), "hi")
		s.pass(time.Minute)
		if outcome(third.result) != "no_permission" {
			t.Errorf("%v", outcome(third.result))
		}
	})
}

// Cancelling tells who waits, and takes the messages away.
func TestCancelled(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.tell(0, &messages.OpenReply{Reply: reply1(1)})
		s.tell(0, &messages.GrowReply{Trigger: 1, Text: "once"})
		done := s.finish(500*ms, reply1(1), "once upon a time")
		s.tell(510*ms, &messages.CancelReply{Reply: reply1(1), Delete: true})
		s.pass(time.Minute)
		if outcome(done.result) != "cancelled" || done.at != 510*ms || len(s.texts()) != 0 {
			t.Errorf("%v after %v, %q", outcome(done.result), done.at, s.texts())
		}
	})
}

// An outbox sleeps when nothing is open and no limit is to be remembered, and
// has no timer then.
func TestMaySleep(t *testing.T) {
	var box *outbox
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		journal := e.Fake(func(c *actor.Context) { c.Respond(&messages.Kept{}) })
		pool := e.Fake(func(c *actor.Context) {
			if job, ok := c.Message().(*messages.Job); ok {
				c.Respond(&messages.JobDone{Result: job.Run(context.Background(), func(any) {})})
			}
		})
		make := New(Config{
			Channel: room, Discord: &server{wall: newWall(), began: time.Now()}, Pool: pool.PID, Journal: journal.PID, Log: actortest.Log(),
		})
		pid := e.Start(func() actor.Receiver { box = make().(*outbox); return box })
		e.Tell(pid, &messages.OpenReply{Reply: reply1(1)})
		if box.MaySleep() || box.Weight() == 0 {
			t.Error("it may sleep with a reply open")
		}
		e.Tell(pid, &messages.FinishReply{Reply: reply1(1), Text: "hi"})
		time.Sleep(time.Second)
		synctest.Wait()
		if box.MaySleep() {
			t.Error("it may forget the limit")
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !box.MaySleep() || box.Weight() != 0 || !box.alarm.IsZero() {
			t.Errorf("it may not sleep; alarm at %v", box.alarm)
		}
	})
}
