package channel

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// slowReader runs what is read of a channel, and answers after a while.
func slowReader(t *testing.T, e actortest.Engine) *actortest.Probe {
	return e.Fake(func(c *actor.Context) {
		if j, ok := c.Message().(*messages.Join); ok {
			asker, engine, result := c.Sender(), c.Engine(), j.Job.Run(t.Context(), nil)
			go func() {
				time.Sleep(100 * time.Millisecond)
				engine.Send(asker, &messages.Joined{Result: result})
			}()
		}
	})
}

// A channel that is expected to be asked something has read what it will need, and
// reads nothing more when it is.
func TestWarm(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		reader := slowReader(t, e)
		s := newStage(e, func(_ *stage, cfg *Config) {
			cfg.History, cfg.Pins, cfg.Reader = past{}, &board{}, reader.PID
		})
		s.e.Tell(s.pid, &messages.Warm{Guild: 5})
		time.Sleep(time.Second)
		if n := len(reader.Take()); n != 2 {
			t.Errorf("it reads %d times when it is warmed", n)
		}
		s.e.Tell(s.pid, &messages.Warm{Guild: 5})
		s.say(10, ann, "a")
		began := time.Now()
		w, err := e.Ask(s.pid, &messages.GetWindow{Trigger: 10})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(w.(*messages.Window).Lines); n != 1 || time.Since(began) > 0 {
			t.Errorf("%d lines after %v", n, time.Since(began))
		}
		if n := len(reader.Take()); n != 0 {
			t.Errorf("it reads %d times more", n)
		}
	})
}

// What is deleted while the history is read stays out of it.
func TestDeletedWhileRead(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.History, cfg.Reader = past{}, slowReader(t, e).PID })
		s.e.Tell(s.pid, &messages.Warm{Guild: 5})
		synctest.Wait()
		s.hear(&messages.MessagesDeleted{Messages: []messages.MessageID{1}})
		time.Sleep(time.Second)
		s.say(10, ann, "a")
		w, err := e.Ask(s.pid, &messages.GetWindow{Trigger: 10})
		if err != nil {
			t.Fatal(err)
		}
		if lines := w.(*messages.Window).Lines; len(lines) > 0 {
			t.Errorf("there are %v", lines)
		}
	})
}

// What could not be read before somebody asked is read again then.
func TestWarmingFails(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		reader := slowReader(t, e)
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.History, cfg.Reader = past{err: errors.New("no")}, reader.PID })
		s.e.Tell(s.pid, &messages.Warm{Guild: 5})
		time.Sleep(time.Second)
		s.say(10, ann, "a")
		time.Sleep(time.Second)
		s.say(11, bob, "b")
		if n := len(reader.Take()); n != 2 {
			t.Errorf("the history was read %d times", n)
		}
	})
}

// Who is to expect questions hears of each that Discord tells of, once.
func TestExpects(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		expects := e.Probe()
		s := newStage(e, func(_ *stage, cfg *Config) { cfg.Expects = expects.PID })
		s.say(10, ann, "a")
		s.say(10, ann, "a")
		s.hear(&messages.MessageReceived{Message: *said("nothing of yours", func(m *messages.Message) { m.ID = 11 })})
		if got := expects.Take(); len(got) != 1 || got[0].(*messages.Asked).Asker != ann {
			t.Errorf("it hears %v", got)
		}
	})
}
