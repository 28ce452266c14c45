package outbox

import (
	"context"
	"fmt"
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
	full    int // how often the journal refuses
}

func play(t *testing.T, f func(t *testing.T, s *stage)) {
	t.Helper()
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := &stage{Engine: e, server: &server{wall: newWall(), began: time.Now()}}
		s.journal = e.Fake(func(c *actor.Context) {
			if s.full > 0 {
				s.full--
				c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: 700 * ms})
				return
			}
			to, engine := c.Sender(), c.Engine()
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
