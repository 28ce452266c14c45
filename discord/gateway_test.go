package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// A shard is a running gateway under test.
type shard struct {
	*Gateway
	peers    <-chan *peer
	events   []any
	sessions []messages.Session
	ended    chan error
	stop     context.CancelFunc
}

// start runs a gateway against a played Discord. change may alter its
// configuration. Events are acknowledged at once unless hold is set.
func start(t *testing.T, hold bool, change func(*GatewayConfig)) *shard {
	network, peers := serveGateway(t)
	s := &shard{peers: peers, ended: make(chan error, 1)}
	cfg := GatewayConfig{
		Token:          "secret",
		URL:            func(context.Context) (string, error) { return "ws://main.test", nil },
		SessionChanged: func(n messages.Session) { s.sessions = append(s.sessions, n) },
		DialContext:    network.DialContext,
	}
	cfg.Handle = func(event any) {
		s.events = append(s.events, event)
		if m, ok := event.(*messages.MessageReceived); ok && !hold {
			s.Acknowledge(m.Seq)
		}
	}
	if change != nil {
		change(&cfg)
	}
	s.Gateway = NewGateway(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	s.stop = cancel
	go func() { s.ended <- s.Run(ctx) }()
	return s
}

// end waits for a gateway that was stopped.
func (s *shard) end(t *testing.T) {
	t.Helper()
	if err := <-s.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
}

// said is a MESSAGE_CREATE with the event's number as message ID.
func said(seq int64) string {
	return fmt.Sprintf(`{"t":"MESSAGE_CREATE","s":%d,"op":0,"d":{"id":"%d","channel_id":"5",`+
		`"author":{"id":"3","username":"ann"},"content":"hi","type":0}}`, seq, seq)
}

// heard returns the IDs of the messages handed over.
func (s *shard) heard() (ids []int) {
	for _, e := range s.events {
		if m, ok := e.(*messages.MessageReceived); ok {
			ids = append(ids, int(m.Message.ID))
		}
	}
	return ids
}

func wantHeard(t *testing.T, s *shard, want ...int) {
	t.Helper()
	synctest.Wait()
	if d := cmp.Diff(want, s.heard()); d != "" {
		t.Fatalf("messages heard (-want +got):\n%s", d)
	}
}

// A shard identifies, hands events over, leaves resumably, and another
// process takes the session up where it was acknowledged.
func TestGatewayHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, true, nil)
		p := <-a.peers
		if p.path != "main.test/?v=10&encoding=json" {
			t.Errorf("connected to %s", p.path)
		}
		id := p.greet("40000")
		var identify struct {
			Token   string
			Intents int
			Shard   []int
		}
		if err := json.Unmarshal(id.Data, &identify); err != nil || id.Op != opIdentify {
			t.Fatalf("opcode %d: %v", id.Op, err)
		}
		if identify.Token != "secret" || identify.Intents != int(Intents) || !cmp.Equal(identify.Shard, []int{0, 1}) {
			t.Errorf("identified as %+v", identify)
		}
		p.ready()
		for seq := range int64(3) {
			p.send(said(seq + 2))
		}
		wantHeard(t, a, 2, 3, 4)
		a.Acknowledge(a.events[1].(*messages.MessageReceived).Seq)
		a.Acknowledge(a.events[3].(*messages.MessageReceived).Seq)
		a.stop()
		if code := p.leave(); code != closeResumable {
			t.Errorf("left with code %d", code)
		}
		a.end(t)
		want := messages.Session{ID: "one", ResumeURL: "ws://resume.test", Seq: 2}
		if got := a.sessions[len(a.sessions)-1]; got != want {
			t.Fatalf("last session told: %+v, want %+v", got, want)
		}

		b := start(t, false, func(c *GatewayConfig) { c.Restore = want })
		p = <-b.peers
		if p.path != "resume.test/?v=10&encoding=json" {
			t.Errorf("resumed at %s", p.path)
		}
		if r := p.greet("40000"); r.Op != opResume || string(r.Data) != `{"seq":2,"session_id":"one","token":"secret"}` {
			t.Errorf("opcode %d: %s", r.Op, r.Data)
		}
		p.send(said(3))
		p.send(said(4))
		p.send(`{"t":"RESUMED","s":5,"op":0,"d":{}}`)
		wantHeard(t, b, 3, 4)
		if got := b.Session().Seq; got != 5 {
			t.Errorf("low-water mark = %d, want 5", got)
		}
		b.stop()
		p.leave()
		b.end(t)
	})
}

// Within one process a resume brings again what was not acknowledged, and
// only that.
func TestGatewayReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, true, nil)
		p := <-s.peers
		p.greet("40000")
		p.ready()
		p.send(said(2))
		p.send(said(3))
		wantHeard(t, s, 2, 3)
		s.Acknowledge(s.events[2].(*messages.MessageReceived).Seq)
		p.send(`{"t":null,"s":null,"op":7,"d":null}`)
		p.leave()
		p = <-s.peers
		if r := p.greet("40000"); r.Op != opResume || string(r.Data) != `{"seq":1,"session_id":"one","token":"secret"}` {
			t.Errorf("opcode %d: %s", r.Op, r.Data)
		}
		p.send(said(2))
		p.send(said(3))
		p.send(said(4))
		wantHeard(t, s, 2, 3, 2, 4)
		s.stop()
		p.leave()
		s.end(t)
	})
}

// A server that does not number its events is heard all the same, and so is one
// whose session has no name: that one is not resumed.
func TestGatewayUncounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, true, nil)
		for range 2 {
			p := <-s.peers
			if r := p.greet("41250.5"); r.Op != opIdentify {
				t.Errorf("opcode %d: %s", r.Op, r.Data)
			}
			p.send(`{"op":0,"t":"READY","d":{"user":{"id":"99"}}}`)
			p.send(`{"op":0,"t":"MESSAGE_CREATE","d":{"id":"5","channel_id":"5","author":{"id":"3"}}}`)
			p.send(`{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"id":"6","channel_id":"5","author":{"id":"3"}}}`)
			p.send(`{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"id":"7","channel_id":"5","author":{"id":"3"}}}`)
			synctest.Wait()
			p.close(4000)
		}
		wantHeard(t, s, 5, 6, 7, 5, 6, 7)
		s.stop()
		s.end(t)
	})
}

// When the credit is used up nothing is read, but the heart beats on; an
// acknowledgement lets the reading go on.
func TestGatewayBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, true, func(c *GatewayConfig) { c.Credit = 2 })
		p := <-s.peers
		p.greet("10000")
		p.ready()
		beats := 0
		go func() {
			for {
				if m, err := p.next(); err != nil {
					return
				} else if m.Op == opHeartbeat {
					beats++
				}
			}
		}()
		go func() {
			for seq := range int64(5) {
				p.send(said(seq + 2))
			}
		}()
		wantHeard(t, s, 2, 3)
		time.Sleep(time.Minute)
		wantHeard(t, s, 2, 3)
		if beats < 5 {
			t.Errorf("%d heartbeats in a minute of silence", beats)
		}
		s.Acknowledge(s.events[1].(*messages.MessageReceived).Seq)
		wantHeard(t, s, 2, 3, 4)
		for i := 2; i < 6; i++ {
			s.Acknowledge(s.events[i].(*messages.MessageReceived).Seq)
			synctest.Wait()
		}
		wantHeard(t, s, 2, 3, 4, 5, 6)
		s.stop()
		s.end(t)
	})
}

// When acknowledgements stay away for good, the events are asked for again.
func TestGatewayStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, true, func(c *GatewayConfig) { c.Credit = 1 })
		p := <-s.peers
		p.greet("40000")
		p.ready()
		p.send(said(2))
		p.send(said(3))
		go p.leave()
		p = <-s.peers
		if r := p.greet("40000"); r.Op != opResume {
			t.Fatalf("opcode %d", r.Op)
		}
		p.send(said(2))
		p.send(said(3))
		wantHeard(t, s, 2, 2)
		s.Acknowledge(s.events[2].(*messages.MessageReceived).Seq)
		wantHeard(t, s, 2, 2, 3)
		s.stop()
		p.leave()
		s.end(t)
	})
}

// Without leave to read the content of messages the bot goes on without it,
// and says so.
func TestGatewayMissingIntent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		missing := 0
		s := start(t, false, func(c *GatewayConfig) { c.MissingIntent = func() { missing++ } })
		p := <-s.peers
		p.greet("40000")
		p.close(closeDisallowedIntents)
		p = <-s.peers
		var identify struct{ Intents discordgo.Intent }
		if err := json.Unmarshal(p.greet("40000").Data, &identify); err != nil {
			t.Fatal(err)
		}
		if want := Intents &^ discordgo.IntentMessageContent; identify.Intents != want || missing != 1 {
			t.Errorf("intents %d, told %d times; want %d, once", identify.Intents, missing, want)
		}
		p.close(closeDisallowedIntents)
		var f *FatalError
		if err := <-s.ended; !errors.As(err, &f) || f.Code != closeDisallowedIntents {
			t.Errorf("Run = %v", err)
		}
	})
}
