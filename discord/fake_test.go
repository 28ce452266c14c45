package discord

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A pipes is a network in memory that works inside a synctest bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes(t *testing.T) *pipes {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func (p *pipes) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, errors.New("connection refused")
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

// serve answers requests with h until the test ends.
func serve(t *testing.T, h http.Handler) *pipes {
	p := newPipes(t)
	srv := &http.Server{Handler: h}
	go func() { _ = srv.Serve(p) }()
	t.Cleanup(func() { _ = srv.Close() })
	return p
}

// A peer is Discord's end of one gateway connection, played by the test.
type peer struct {
	t       *testing.T
	ws      *websocket.Conn
	path    string
	writing sync.Mutex // a WebSocket takes one writer at a time
}

// serveGateway returns a network with a gateway whose connections come out of
// the channel.
func serveGateway(t *testing.T) (*pipes, <-chan *peer) {
	peers := make(chan *peer)
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	p := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{WriteBufferSize: 1 << 20}
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		select {
		case peers <- &peer{t: t, ws: ws, path: r.Host + r.URL.String()}:
		case <-done:
			_ = ws.Close()
		}
	}))
	return p, peers
}

func (p *peer) send(s string) {
	p.t.Helper()
	if err := p.write(s); err != nil {
		p.t.Errorf("send: %v", err)
	}
}

func (p *peer) write(s string) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	return p.ws.WriteMessage(websocket.TextMessage, []byte(s))
}

// A sent is a payload of the client.
type sent struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

// next returns what the client sends next; the error tells of its end.
func (p *peer) next() (sent, error) {
	var s sent
	err := p.ws.ReadJSON(&s)
	return s, err
}

// greet says HELLO with an interval in milliseconds and returns what the
// client answers: IDENTIFY or RESUME.
func (p *peer) greet(interval string) sent {
	p.t.Helper()
	p.send(`{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":` + interval + `}}`)
	s, err := p.next()
	if err != nil {
		p.t.Fatalf("after HELLO: %v", err)
	}
	return s
}

// ready starts the session "one".
func (p *peer) ready() {
	p.t.Helper()
	p.send(`{"t":"READY","s":1,"op":0,"d":{"v":10,"user":{"id":"99","username":"troupe","bot":true},` +
		`"session_id":"one","resume_gateway_url":"ws://resume.test","application":{"id":"99"},` +
		`"guilds":[{"id":"7","unavailable":true}]}}`)
}

// close ends the connection with a code.
func (p *peer) close(code int) {
	deadline := time.Now().Add(time.Second)
	_ = p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), deadline)
	_ = p.ws.Close()
}

// leave reads until the client has gone and returns the code that it gave.
func (p *peer) leave() int {
	for {
		if _, err := p.next(); err != nil {
			if ce, ok := errors.AsType[*websocket.CloseError](err); ok {
				return ce.Code
			}
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
				continue
			}
			return 0
		}
	}
}

// acknowledge answers heartbeats until the connection ends, and counts them.
func (p *peer) acknowledge(beats *atomic.Int64) {
	for {
		s, err := p.next()
		if err != nil {
			return
		}
		if s.Op == opHeartbeat {
			beats.Add(1)
			_ = p.write(`{"t":null,"s":null,"op":11,"d":null}`) // the client may have gone
		}
	}
}
