package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"troupe/messages"
)

// Bounds of waiting on a connection.
const (
	dialTimeout    = 20 * time.Second
	helloTimeout   = 20 * time.Second
	sessionTimeout = time.Minute // from HELLO to READY; between two events of a replay
	writeTimeout   = 10 * time.Second
	closeTimeout   = time.Second
	// maxInterval bounds the time between two heartbeats, in milliseconds.
	maxInterval = 3600e3
	// stallTimeout is how long the credit may be used up before the events
	// are taken for lost and asked for again by a resume.
	stallTimeout = 2 * time.Minute
)

// A connection is one WebSocket of a [Gateway]. One goroutine reads, and once
// greeted another one writes.
type connection struct {
	g      *Gateway
	ws     *websocket.Conn
	resume bool // takes up the session instead of beginning one
	aside  bool // at the session's own address
	buf    bytes.Buffer

	greeted bool      // HELLO came
	since   time.Time // when READY or RESUMED came

	acked   atomic.Bool   // the last heartbeat was acknowledged
	paused  atomic.Bool   // the reader waits for credit
	beatNow chan struct{} // Discord asked for a heartbeat; capacity 1
	beating chan struct{} // closed when the heartbeat has ended; nil until greeted

	ending atomic.Bool
	cause  error         // why it ended
	done   chan struct{} // closed when it begins to end
	closed chan struct{} // closed when it has ended
}

// connect holds one connection until it ends. It returns how long it had a
// session and why it ended.
func (g *Gateway) connect(ctx context.Context) (time.Duration, error) {
	c := &connection{
		g:       g,
		resume:  g.resumable(),
		beatNow: make(chan struct{}, 1),
		done:    make(chan struct{}),
		closed:  make(chan struct{}),
	}
	if !c.resume {
		// Before dialling: once there is a connection nothing may block.
		if err := g.awaitIdentify(ctx); err != nil {
			return 0, fmt.Errorf("waiting to identify: %w", err)
		}
	}
	// The session outlives its address: when nobody is there, the main one is
	// tried next.
	defer func() { g.mainAddress = c.aside && !c.greeted }()
	if err := c.dial(ctx); err != nil {
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() { c.end(ctx.Err()) })
	defer stop()
	c.end(c.read(ctx))
	if c.beating != nil {
		<-c.beating
	}
	if c.since.IsZero() {
		return 0, c.cause
	}
	return time.Since(c.since), c.cause
}

func (c *connection) dial(ctx context.Context) error {
	g := c.g
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	addr := g.Session().ResumeURL
	c.aside = c.resume && addr != "" && !g.mainAddress
	if !c.aside {
		var err error
		if addr, err = g.cfg.URL(ctx); err != nil {
			return fmt.Errorf("asking for the gateway's address: %w", err)
		}
	}
	addr, err := address(addr)
	if err != nil {
		return err
	}
	d := websocket.Dialer{NetDialContext: g.cfg.DialContext, ReadBufferSize: 16 << 10}
	ws, resp, err := d.DialContext(ctx, addr, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	switch {
	case err != nil && resp != nil:
		return fmt.Errorf("what is at the gateway's address is no gateway: %w, HTTP %d", err, resp.StatusCode)
	case err != nil:
		return fmt.Errorf("dialling the gateway: %w", err)
	}
	c.ws = ws
	return nil
}

// end closes the connection, such that the session can be resumed. The first
// cause given is kept.
func (c *connection) end(cause error) {
	if c.ending.Swap(true) {
		<-c.closed
		return
	}
	c.cause = cause
	close(c.done)
	bye := websocket.FormatCloseMessage(closeResumable, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(closeTimeout)) // the other side may be gone
	_ = c.ws.Close()
	close(c.closed)
}

// read handles frames until the connection ends.
func (c *connection) read(ctx context.Context) error {
	_ = c.ws.SetReadDeadline(time.Now().Add(helloTimeout)) // fails only with the read
	for {
		_, r, err := c.ws.NextReader()
		if err != nil {
			return err
		}
		truncated, err := readFrame(r, &c.buf)
		if err != nil {
			return err
		}
		split := parseFrame
		if truncated {
			split = frontOf
		}
		f, err := split(c.buf.Bytes())
		if err != nil {
			c.odd("frame", "", err)
			continue
		}
		if truncated {
			c.odd("frame too large", string(f.kind), nil)
			c.g.ignore(f.seq)
			continue
		}
		if err := c.handle(ctx, f); err != nil {
			return err
		}
		c.extend(f)
	}
}

// extend gives the next frame its time. Until there is a session only the
// events of a replay do: a Discord that answers heartbeats and nothing else is
// left. Once there is one the heartbeat watches over the connection.
func (c *connection) extend(f frame) {
	var deadline time.Time
	switch {
	case !c.since.IsZero():
	case f.op == opHello, f.op == opDispatch && c.resume:
		deadline = time.Now().Add(sessionTimeout)
	default:
		return
	}
	_ = c.ws.SetReadDeadline(deadline) // fails only with the read
}

func (c *connection) handle(ctx context.Context, f frame) error {
	switch f.op {
	case opDispatch:
		return c.dispatch(ctx, f)
	case opHeartbeat:
		select {
		case c.beatNow <- struct{}{}:
		default:
		}
	case opReconnect:
		return errReconnect
	case opInvalidSession:
		if string(f.data) == "true" {
			return errReconnect
		}
		return errInvalid
	case opHello:
		return c.hello(f)
	case opHeartbeatACK:
		c.acked.Store(true)
		if c.g.cfg.Alive != nil {
			c.g.cfg.Alive()
		}
	default:
		c.odd("opcode", fmt.Sprint(f.op), nil)
	}
	return nil
}

// hello greets Discord and starts the heartbeat.
func (c *connection) hello(f frame) error {
	if c.greeted {
		return nil
	}
	var h struct {
		Interval float64 `json:"heartbeat_interval"` // milliseconds
	}
	if err := json.Unmarshal(f.data, &h); err != nil {
		return fmt.Errorf("decoding HELLO: %w", err)
	}
	if h.Interval <= 0 || h.Interval > maxInterval {
		return fmt.Errorf("HELLO asks for a heartbeat every %v ms", h.Interval)
	}
	interval := time.Duration(h.Interval * float64(time.Millisecond))
	c.greeted = true
	if err := c.greet(); err != nil {
		return err
	}
	c.acked.Store(true)
	c.beating = make(chan struct{})
	go c.beat(max(interval, leastInterval))
	return nil
}

// greet asks for the former session, or for a new one.
func (c *connection) greet() error {
	g := c.g
	if c.resume {
		g.count("resume")
		s := g.Session()
		return c.send(opResume, map[string]any{"token": g.cfg.Token, "session_id": s.ID, "seq": s.Seq})
	}
	g.count("identify")
	return c.send(opIdentify, map[string]any{
		"token":           g.cfg.Token,
		"intents":         int(g.intents),
		"shard":           g.cfg.Shard,
		"large_threshold": 50, // the smallest: members are not listened to
		"properties":      map[string]string{"os": runtime.GOOS, "browser": "troupe", "device": "troupe"},
	})
}

func (c *connection) send(op int, data any) error {
	b, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		return fmt.Errorf("encoding opcode %d: %w", op, err)
	}
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails only with the write
	return c.ws.WriteMessage(websocket.TextMessage, b)
}

// odd logs what we do not understand, once per kind.
func (c *connection) odd(what, kind string, err error) {
	if !c.g.odd.first(what + " " + kind) {
		return
	}
	level := slog.LevelDebug
	if err != nil {
		level = slog.LevelWarn
	}
	c.g.log.Log(context.Background(), level, "gateway sent what is not understood; passed over",
		"what", what, "kind", kind, "err", err)
}

// sessionOf returns the session that READY tells of: the zero Session, which
// cannot be resumed, if it names none.
func sessionOf(data []byte) (messages.Session, error) {
	var r struct {
		ID  string `json:"session_id"`
		URL string `json:"resume_gateway_url"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return messages.Session{}, fmt.Errorf("decoding READY: %w", err)
	}
	if r.ID == "" {
		return messages.Session{}, nil
	}
	return messages.Session{ID: r.ID, ResumeURL: r.URL}, nil
}
