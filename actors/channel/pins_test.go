package channel

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// board is what is pinned. Reading takes half a second.
type board struct {
	pinned []messages.Message
	err    error
	reads  int
}

func (b *board) Pins(context.Context, messages.ChannelID) ([]messages.Message, error) {
	b.reads++
	time.Sleep(time.Second / 2)
	return b.pinned, b.err
}

// pins returns what the channel says is pinned, and how long that took.
func (s *stage) pins(t *testing.T) (texts string, took time.Duration) {
	t.Helper()
	began := time.Now()
	p, ok := s.tell(&messages.GetPins{}).(*messages.Pins)
	if !ok {
		t.Fatal("no pins")
	}
	took = time.Since(began)
	time.Sleep(time.Second) // until what is read beside the answer is there
	synctest.Wait()
	for _, l := range p.Lines {
		texts += l.Text + " "
	}
	return strings.TrimSpace(texts), took
}

func pinStage(e actortest.Engine, b *board) *stage {
	return newStage(e, func(_ *stage, cfg *Config) {
		reader := e.Fake(func(c *actor.Context) {
			if j, ok := c.Message().(*messages.Join); ok {
				engine, asker := c.Engine(), c.Sender()
				go func() {
					result := j.Job.Run(context.Background(), nil)
					if err, failed := result.(error); failed {
						engine.Send(asker, err)
						return
					}
					engine.Send(asker, &messages.Joined{Result: result})
				}()
			}
		})
		cfg.Pins, cfg.Reader = b, reader.PID
	})
}

// Pins are read once and then at hand; what is old is read again beside the answer.
func TestPins(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		b := &board{pinned: []messages.Message{{ID: 1, Content: "rules"}, {ID: 2, Content: "links"}, {ID: 3}}}
		s := pinStage(e, b)
		for _, step := range []struct {
			name  string
			do    func()
			want  string
			took  time.Duration
			reads int
		}{
			{"read", func() {}, "rules links", time.Second / 2, 1},
			{"at hand", func() { b.pinned = nil }, "rules links", 0, 1},
			{"edited", func() {
				s.tell(&messages.MessageEdited{Message: messages.Message{ID: 1, Content: "laws"}})
			}, "laws links", 0, 1},
			{"deleted", func() { s.tell(&messages.MessagesDeleted{Messages: []messages.MessageID{1}}) }, "links", 0, 1},
			{"old", func() { time.Sleep(pinsLife) }, "links", 0, 2},
			{"read again", func() {}, "", 0, 2},
			{"a notice", func() {
				b.pinned = []messages.Message{{ID: 4, Content: "new"}}
				s.tell(&messages.MessageReceived{Message: messages.Message{ID: 5, Channel: general}})
			}, "new", time.Second / 2, 3},
		} {
			step.do()
			got, took := s.pins(t)
			if got != step.want || took != step.took || b.reads != step.reads {
				t.Errorf("%s: %q after %v, %d reads", step.name, got, took, b.reads)
			}
		}
	})
}

// What may not be read is not asked for again and again, and what was known stays
// while Discord does not answer.
func TestPinsUnread(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		b := &board{err: &messages.Failure{Cause: messages.CauseNoPermission}}
		s := pinStage(e, b)
		for range 3 {
			if got, _ := s.pins(t); got != "" || b.reads != 1 {
				t.Errorf("forbidden: %q, %d reads", got, b.reads)
			}
		}
		time.Sleep(pinsLife)
		b.err, b.pinned = nil, []messages.Message{{ID: 1, Content: "rules"}}
		s.pins(t)
		b.err = &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff}
		time.Sleep(pinsLife)
		s.pins(t)
		if got, _ := s.pins(t); got != "rules" || b.reads != 3 {
			t.Errorf("while Discord does not answer: %q, %d reads", got, b.reads)
		}
	})
}

// However much is pinned, what is kept is bounded.
func TestPinsAreBounded(t *testing.T) {
	var p pins
	var lines []messages.Line
	for i := range 50 {
		lines = append(lines, messages.Line{ID: messages.MessageID(i), Text: strings.Repeat("x", 4000)})
	}
	p.read(lines, time.Now())
	if len(p.lines) != 4 || p.bytes > maxPins {
		t.Errorf("%d pins are kept, %d bytes", len(p.lines), p.bytes)
	}
	if d := cmp.Diff(lines[:4], p.lines); d != "" {
		t.Error(d)
	}
}
