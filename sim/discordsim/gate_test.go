package discordsim_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"troupe/sim/memnet"
)

// Intents of the tests' clients.
const (
	intentGuilds    = 1 << 0
	intentMembers   = 1 << 1
	intentMessages  = 1 << 9
	intentReactions = 1 << 10
	intentTyping    = 1 << 11
	intentDMs       = 1 << 12
	intentContent   = 1 << 15
)

// A frame is what the gateway sent.
type frame struct {
	T  string          `json:"t"`
	S  int64           `json:"s"`
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

// A gate is a gateway client that only does what it is told to.
type gate struct {
	t      *testing.T
	ws     *websocket.Conn
	frames chan frame // closed when the connection ends
	code   int        // it ended with; 0: without a close frame
}

// serve makes the town reachable as discord.test, in a bubble.
func (w *town) serve() *memnet.Network {
	network := memnet.New()
	server := &http.Server{Handler: w.Server, ReadHeaderTimeout: time.Minute}
	listener := network.Listen("discord.test")
	go func() { _ = server.Serve(listener) }()
	w.t.Cleanup(func() {
		w.Close()
		_ = server.Close()
	})
	return network
}

// dial connects to the gateway, without waiting for anything.
func (w *town) dial(network *memnet.Network, addr string) *gate {
	w.t.Helper()
	d := websocket.Dialer{NetDialContext: network.DialContext}
	ws, resp, err := d.DialContext(w.t.Context(), addr, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = resp.Body.Close()
	g := &gate{t: w.t, ws: ws, frames: make(chan frame, 1<<15)}
	go g.read()
	w.t.Cleanup(func() { _ = ws.Close() })
	return g
}

func (g *gate) read() {
	defer close(g.frames)
	for {
		_, data, err := g.ws.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
			g.code = closed.Code
		}
		if err != nil {
			return
		}
		var f frame
		if err := json.Unmarshal(data, &f); err != nil {
			g.t.Errorf("%v in %s", err, data)
		}
		g.frames <- f
	}
}

const mainGateway = "ws://discord.test/?v=10&encoding=json"

// connect dials and takes HELLO.
func (w *town) connect(network *memnet.Network) *gate {
	w.t.Helper()
	g := w.dial(network, mainGateway)
	if f := g.next(); f.Op != 10 {
		w.t.Fatalf("greeted with %+v", f)
	}
	return g
}

// next returns the next frame, which must come.
func (g *gate) next() frame {
	g.t.Helper()
	select {
	case f, ok := <-g.frames:
		if !ok {
			g.t.Fatalf("the connection ended with %d", g.code)
		}
		return f
	case <-time.After(time.Hour):
		g.t.Fatal("nothing comes")
	}
	return frame{}
}

// pending returns the names of the events that have come.
func (g *gate) pending() []string {
	synctest.Wait()
	out := []string{}
	for {
		select {
		case f, ok := <-g.frames:
			if !ok {
				return out
			}
			out = append(out, f.T)
		default:
			return out
		}
	}
}

// ended returns the code with which the connection ends, after which it must.
func (g *gate) ended() int {
	g.t.Helper()
	for range g.frames {
	}
	return g.code
}

func (g *gate) send(v any) {
	g.t.Helper()
	if err := g.ws.WriteJSON(v); err != nil {
		g.t.Fatal(err)
	}
}

type object = map[string]any

// identify begins a session and returns its ID, with READY taken.
func (g *gate) identify(w *town, intents int) string {
	g.t.Helper()
	g.send(identify(w, intents))
	f := g.next()
	if f.T != "READY" {
		g.t.Fatalf("identified, got %+v", f)
	}
	var ready struct {
		ID string `json:"session_id"`
	}
	if err := json.Unmarshal(f.D, &ready); err != nil {
		g.t.Fatal(err)
	}
	return ready.ID
}

func identify(w *town, intents int) object {
	return object{"op": 2, "d": object{"token": w.Token(), "intents": intents, "properties": object{"os": "linux"}}}
}

func resume(w *town, id string, seq int64) object {
	return object{"op": 6, "d": object{"token": w.Token(), "session_id": id, "seq": seq}}
}
