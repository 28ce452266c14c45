package discordsim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"troupe/sim/fault"
)

// The gateway's operations (Discord documentation, Gateway Opcodes).
const (
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opAck            = 11
)

// The gateway's close codes (Discord documentation, Gateway Close Event Codes).
const (
	closeUnknown          = 4000
	closeUnknownOp        = 4001
	closeDecode           = 4002
	closeNotAuthenticated = 4003
	closeAuthentication   = 4004
	closeAlready          = 4005
	closeInvalidSeq       = 4007
	closeRate             = 4008
	closeTimeout          = 4009
	closeInvalidShard     = 4010
	closeShardingRequired = 4011
	closeInvalidVersion   = 4012
	closeInvalidIntents   = 4013
	closeDisallowed       = 4014
)

// Bounds of what a client may send (Discord documentation, Gateway, Rate
// Limiting and Sending Events).
const (
	maxPayload = 4096 // bytes
	maxSends   = 120  // per sendWindow
	sendWindow = 60 * time.Second
	writeWait  = 10 * time.Second
	closeWait  = 2 * time.Second // for the client to answer a close
)

// A conn is one websocket connection. Its reader is the HTTP handler's
// goroutine; its writer is a goroutine that ends with it.
type conn struct {
	s        *Server
	ws       *websocket.Conn
	host     string // as the client called it
	version  int    // of the API
	onResume bool   // came by resume_gateway_url
	out      chan []byte
	wake     chan struct{} // holds one signal: the session has something to write
	done     chan struct{}
	closing  atomic.Bool
	watchdog *time.Timer             // ends a connection without heartbeats
	session  atomic.Pointer[session] // nil: none, or none any more

	sends int // since window
	since time.Time
}

// serveGateway upgrades to a websocket and talks to the client until it ends.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		s.write(w, failure(errNotFound))
		return
	}
	f := s.cfg.Plan.Take(ClassGateway)
	hang := f.Hang
	f.Hang = false // the upgrade goes on; the greeting does not come
	if a := s.befall(r, nil, f, nil); a != nil {
		s.write(w, *a)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		s.cfg.Log.Warn("gateway upgrade failed", "err", err)
		return
	}
	c := &conn{
		s: s, ws: ws, host: origin(r, "ws"), version: 10,
		onResume: strings.HasPrefix(r.URL.Path, resumePath),
		out:      make(chan []byte, 2*maxSends), wake: make(chan struct{}, 1), done: make(chan struct{}), since: s.cfg.Now(),
	}
	defer c.end()
	if v := r.URL.Query().Get("v"); v != "" {
		c.version, _ = strconv.Atoi(v) // 0 is refused like any unknown one
	}
	go c.write()
	switch {
	case c.version != 9 && c.version != 10:
		c.close(closeInvalidVersion, "Invalid API version.")
	case !hang:
		c.hello()
	}
	c.read()
}

// origin is how the client calls this server: scheme and host.
func origin(r *http.Request, scheme string) string {
	if r.TLS != nil {
		scheme += "s"
	}
	return scheme + "://" + r.Host
}

func (c *conn) hello() {
	interval := c.s.cfg.Heartbeat
	c.watchdog = time.AfterFunc(2*interval, func() {
		c.s.forgetSession(c)
		c.close(closeTimeout, "Session timed out.")
	})
	c.send(`{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":` + strconv.FormatInt(interval.Milliseconds(), 10) + `,"_trace":["[\"sim\"]"]}}`)
}

type received struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

// read takes what the client sends until the connection ends.
func (c *conn) read() {
	c.ws.SetReadLimit(1 << 20)
	c.ws.SetCloseHandler(func(code int, _ string) error {
		if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
			c.s.forgetSession(c) // a session closed in peace cannot be resumed
		}
		if !c.closing.Swap(true) {
			return c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(closeWait))
		}
		return nil
	})
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		if c.closing.Load() {
			continue
		}
		var m received
		switch {
		case c.tooMany():
			c.close(closeRate, "Rate limited.")
		case len(data) > maxPayload || json.Unmarshal(data, &m) != nil:
			c.close(closeDecode, "Error while decoding payload.")
		default:
			c.handle(m)
		}
	}
}

// tooMany counts what the client sends.
func (c *conn) tooMany() bool {
	if now := c.s.cfg.Now(); now.Sub(c.since) >= sendWindow {
		c.since, c.sends = now, 0
	}
	c.sends++
	return c.sends > maxSends
}

func (c *conn) handle(m received) {
	switch m.Op {
	case opHeartbeat:
		if c.s.deaf.Load() {
			return
		}
		if c.watchdog != nil {
			c.watchdog.Reset(2 * c.s.cfg.Heartbeat)
		}
		c.send(`{"t":null,"s":null,"op":11,"d":null}`)
	case opIdentify:
		c.identify(m.D)
	case opResume:
		c.resume(m.D)
	case opPresence, opVoice, opRequestMembers:
		if c.session.Load() == nil {
			c.close(closeNotAuthenticated, "Not authenticated.")
		}
	default:
		c.close(closeUnknownOp, "Unknown opcode.")
	}
}

// ClassGateway is the fault class of connecting to the gateway. Hang leaves
// the client connected but without a HELLO.
const ClassGateway fault.Class = "discord.gateway"

// resumePath is where resume_gateway_url leads.
const resumePath = "/gateway/resume"
