package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

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
		if outcome(first.result) != "unreachable" || first.at != messages.NonceLife {
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
		if !box.MaySleep() || box.Weight() != 0 || box.alarm.IsSet() {
			t.Errorf("it may not sleep; alarm at %v", box.alarm)
		}
	})
}

// A turn that does not wait any more changes nothing: the next one that asks for
// the same is answered.
func TestWithdrawn(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		gone := s.SpawnFunc(func(c *actor.Context) {
			switch c.Message().(type) {
			case actor.Started:
				actors.Ask(c, s.outbox, &messages.FinishReply{Reply: reply1(1), Text: "hi"}, 50*ms, nil)
			case actors.Answered:
			}
		}, "gone")
		done := s.finish(60*ms, reply1(1), "hi")
		s.pass(time.Minute)
		s.Stop(gone)
		if outcome(done.result) != "posted as [1000]" || len(s.texts()) != 1 {
			t.Errorf("%v, %q", outcome(done.result), s.texts())
		}
	})
}

// Answers to commands go their own way, and a journal that is full is asked
// again.
func TestCommandAndFullJournal(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.full = 3
		r := reply1(1)
		r.Interaction.ID, r.ReplyTo, r.Started = 1, 0, s.began
		s.tell(0, &messages.OpenReply{Reply: r})
		s.tell(time.Second, &messages.GrowReply{Trigger: 1, Text: "once"})
		done := s.finish(2*time.Second, r, "once upon a time")
		s.pass(time.Minute)
		if got := s.texts(); outcome(done.result) != "posted as [1000]" || !slices.Equal(got, []string{"once upon a time"}) {
			t.Errorf("%v, %q", outcome(done.result), got)
		}
		if done.at < 2*time.Second+firstPause {
			t.Errorf("told after %v", done.at)
		}
	})
}

// The text of an error that is not of our own making is told to nobody.
func TestUnknownError(t *testing.T) {
	run := func(context.Context) (messages.Sent, error) { return messages.Sent{}, errors.New("token") }
	f, ok := result(t.Context(), run, func(any) {}).(*messages.Failure)
	if !ok || f.Retry != messages.RetryBackoff || strings.Contains(f.Error(), "token") {
		t.Errorf("%v", f)
	}
}
