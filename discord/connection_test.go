package discord

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
)

// How a connection ends decides how the next one begins, and when.
func TestGatewayReconnects(t *testing.T) {
	tests := []struct {
		name     string
		end      func(p *peer)
		op       int // of the next connection
		host     string
		min, max time.Duration
	}{
		{
			"reconnect", func(p *peer) { p.send(`{"t":null,"s":null,"op":7,"d":null}`); p.leave() },
			opResume, "resume.test", 0, time.Second,
		},
		{
			"resumable", func(p *peer) { p.send(`{"op":9,"d":true}`); p.leave() },
			opResume, "resume.test", 0, time.Second,
		},
		{
			"invalid session", func(p *peer) { p.send(`{"op":9,"d":false}`); p.leave() },
			opIdentify, "main.test", time.Second, 6 * time.Second,
		},
		{"cut", func(p *peer) { _ = p.ws.Close() }, opResume, "resume.test", 0, time.Second},
		{"closed 4000", func(p *peer) { p.close(4000) }, opResume, "resume.test", 0, time.Second},
		{"closed 1000", func(p *peer) { p.close(1000) }, opIdentify, "main.test", 0, 6 * time.Second},
		{"closed 4007", func(p *peer) { p.close(4007) }, opIdentify, "main.test", 0, 6 * time.Second},
		{"zombie", func(p *peer) { p.leave() }, opResume, "resume.test", 10 * time.Second, 21 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, false, nil)
				p := <-s.peers
				p.greet("10000")
				p.ready()
				synctest.Wait()
				began := time.Now()
				go tt.end(p)
				p = <-s.peers
				took := time.Since(began)
				if !strings.HasPrefix(p.path, tt.host) || took < tt.min || took > tt.max {
					t.Errorf("back at %s after %v; want %s after %v to %v", p.path, took, tt.host, tt.min, tt.max)
				}
				if got := p.greet("10000").Op; got != tt.op {
					t.Errorf("opcode %d, want %d", got, tt.op)
				}
				if none := s.Session() == (messages.Session{}); none != (tt.op == opIdentify) {
					t.Errorf("session kept: %v", !none)
				}
				s.stop()
				p.leave()
				s.end(t)
			})
		})
	}
}

// A heart that is answered beats on, the first time within the interval, and
// whenever it is asked to.
func TestGatewayHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, false, nil)
		p := <-s.peers
		p.greet("10000")
		p.ready()
		var beats atomic.Int64
		go p.acknowledge(&beats)
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if n := beats.Load(); n != 1 && n != 2 {
			t.Errorf("%d heartbeats in the first interval", n)
		}
		before := beats.Load()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := beats.Load() - before; n < 359 || n > 361 {
			t.Errorf("%d heartbeats in an hour, want 360", n)
		}
		before = beats.Load()
		p.send(`{"t":null,"s":null,"op":1,"d":null}`)
		time.Sleep(beatSpacing)
		synctest.Wait()
		if n := beats.Load() - before; n < 1 || n > 2 {
			t.Errorf("%d heartbeats after one was asked for", n)
		}
		before = beats.Load()
		for range 600 { // in a minute
			p.send(`{"t":null,"s":null,"op":1,"d":null}`)
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if n := beats.Load() - before; n < 50 || n > 100 {
			t.Errorf("%d heartbeats in a minute, asked for all the time", n)
		}
		s.stop()
		s.end(t)
	})
}

// A server that wants heartbeats often gets them as often.
func TestGatewayHeartbeatOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, false, nil)
		p := <-s.peers
		p.greet("100")
		p.ready()
		var beats atomic.Int64
		go p.acknowledge(&beats)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := beats.Load(); n < 99 || n > 101 {
			t.Errorf("%d heartbeats in 10 s", n)
		}
		s.stop()
		s.end(t)
	})
}

// A Discord that does not greet, or starts no session, is left.
func TestGatewaySilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, false, nil)
		began := time.Now()
		(<-s.peers).leave()
		if took := time.Since(began); took != helloTimeout {
			t.Errorf("left after %v without HELLO, want %v", took, helloTimeout)
		}
		p := <-s.peers
		p.greet("40000")
		began = time.Now()
		go p.acknowledge(new(atomic.Int64))
		p = <-s.peers
		if took := time.Since(began); took < 40*time.Second || took > 4*time.Minute {
			t.Errorf("back after %v without READY", took)
		}
		s.stop()
		p.leave()
		s.end(t)
	})
}

// What cannot be understood is passed over, is logged once per kind and does
// not hold the low-water mark.
func TestGatewayRidesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := start(t, false, func(c *GatewayConfig) {
			c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		p := <-s.peers
		p.greet("40000")
		p.ready()
		for range 2 {
			p.send(`not JSON`)
			p.send(`{"d":{}}`)
			p.send(`{"t":null,"s":null,"op":77,"d":null}`)
		}
		p.send(`{"t":"NEW_THING","s":2,"op":0,"d":{"a":[1,{"b":2}]}}`)
		p.send(`{"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"id":17}}`)
		p.send(`{"t":"MESSAGE_CREATE","s":4,"op":0,"d":null}`)
		p.send(`{"op":0,"d":{"type":0,"id":"5","channel_id":"5","author":{"id":"3"},` +
			`"components":[{"type":99,"x":[]}]},"s":5,"t":"MESSAGE_CREATE"}`)
		p.send(`{"t":"MESSAGE_CREATE","s":6,"op":0,"d":{"id":"6","channel_id":"5","author":{"id":"3"}},"extra":[{}]}`)
		wantHeard(t, s, 5, 6)
		if got := s.Session().Seq; got != 6 {
			t.Errorf("low-water mark = %d, want 6", got)
		}
		for _, kind := range []string{"what=frame", "kind=77", "kind=MESSAGE_CREATE"} {
			if n := strings.Count(log.String(), kind); n != 1 {
				t.Errorf("%q is logged %d times, want once:\n%s", kind, n, log.String())
			}
		}
		s.stop()
		p.leave()
		s.end(t)
	})
}

// Where there is no gateway the log says what there is, and the gateway keeps
// trying.
func TestGatewayElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := serve(t, http.NotFoundHandler())
		var log bytes.Buffer
		lost := 0
		g := NewGateway(GatewayConfig{
			Token: "secret", Handle: func(any) {}, DialContext: network.DialContext,
			URL:  func(context.Context) (string, error) { return "ws://main.test", nil },
			Lost: func() { lost++ }, Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := g.Run(ctx); !errors.Is(err, context.DeadlineExceeded) || lost < 2 {
			t.Errorf("it ends with %v after %d tries", err, lost)
		}
		if line, _, _ := strings.Cut(log.String(), "\n"); !strings.Contains(line, "level=WARN") || !strings.Contains(line, "HTTP 404") {
			t.Errorf("logged %s", line)
		}
	})
}

// A frame that is too large is thrown away; its event counts as passed over.
func TestGatewayFrameTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, false, nil)
		p := <-s.peers
		p.greet("40000")
		p.ready()
		p.send(`{"t":"GUILD_CREATE","s":2,"op":0,"d":{"name":"` + strings.Repeat("x", maxFrame) + `"}}`)
		p.send(said(3))
		wantHeard(t, s, 3)
		if got := s.Session().Seq; got != 3 {
			t.Errorf("low-water mark = %d, want 3", got)
		}
		s.stop()
		p.leave()
		s.end(t)
	})
}

// The turn to identify is waited for before the connection is made, and the
// wait ends with the gateway.
func TestGatewayIdentifyTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := make(chan struct{})
		s := start(t, false, func(c *GatewayConfig) {
			c.Identify = func(ctx context.Context) error {
				select {
				case <-turn:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
		time.Sleep(time.Hour)
		select {
		case <-s.peers:
			t.Fatal("connected before its turn")
		default:
		}
		close(turn)
		(<-s.peers).close(4000)
		s.stop()
		s.end(t)
	})
}

// When nobody greets at the address to resume at, the main one is tried, and the
// session is kept.
func TestGatewayResumeAddressGone(t *testing.T) {
	for _, addr := range []string{"http://not a gateway", "ws://resume.test"} {
		synctest.Test(t, func(t *testing.T) { testResumeAddressGone(t, addr) })
	}
}

func testResumeAddressGone(t *testing.T, addr string) {
	asked, lost := 0, 0
	s := start(t, false, func(c *GatewayConfig) {
		c.Restore = messages.Session{ID: "one", ResumeURL: addr, Seq: 9}
		c.URL = func(context.Context) (string, error) { asked++; return "ws://main.test", nil }
		c.Lost = func() { lost++ }
	})
	p := <-s.peers
	if strings.HasPrefix(p.path, "resume.test") {
		p.close(4000)
		p = <-s.peers
	}
	if r := p.greet("40000"); r.Op != opResume || asked != 1 || lost != 1 {
		t.Errorf("opcode %d, address asked for %d times, lost %d times", r.Op, asked, lost)
	}
	s.stop()
	p.leave()
	s.end(t)
}
