package discordsim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"troupe/sim/discordsim"
	"troupe/sim/memnet"
)

// seqs returns the sequence numbers of the events that have come, by name.
func (g *gate) seqs() (out []int64) {
	synctest.Wait()
	for {
		select {
		case f, ok := <-g.frames:
			if !ok {
				return out
			}
			if f.Op == 0 {
				out = append(out, f.S)
			}
		default:
			return out
		}
	}
}

// refused fails unless the session cannot be resumed any more.
func (w *town) refused(network *memnet.Network, id string) {
	w.t.Helper()
	g := w.connect(network)
	g.send(resume(w, id, 1))
	if f := g.next(); f.Op != 9 || string(f.D) != "false" {
		w.t.Fatalf("resumed: %+v", f)
	}
	g.identify(w, 0) // on the same connection, as clients do
}

// A connection that is lost is taken up where it was left, on another one, with
// the events of the meantime and only those.
func TestResume(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		network := w.serve()
		g := w.connect(network)
		g.send(identify(w, intentMessages))
		var ready struct {
			ID  string `json:"session_id"`
			URL string `json:"resume_gateway_url"`
		}
		if err := json.Unmarshal(g.next().D, &ready); err != nil {
			t.Fatal(err)
		}
		w.say(w.ann, "one")
		w.say(w.ann, "two")
		if d := cmp.Diff([]int64{2, 3}, g.seqs()); d != "" {
			t.Fatal(d)
		}
		network.Cut()
		synctest.Wait()
		w.say(w.ann, "three")
		time.Sleep(3 * time.Minute)

		g = w.dial(network, ready.URL+"/?v=10&encoding=json")
		g.next()
		g.send(resume(w, ready.ID, 2))
		if d := cmp.Diff([]string{"MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED"}, g.pending()); d != "" {
			t.Error(d)
		}
		w.say(w.ann, "four")
		if d := cmp.Diff([]int64{6}, g.seqs()); d != "" {
			t.Error(d)
		}
		got := w.Sessions()
		if len(got) != 1 || got[0].ID != ready.ID || !got[0].OnResume || got[0].Resumed != 1 || got[0].Seq != 6 || got[0].Written != 6 {
			t.Errorf("%+v", got)
		}
	})
}

// A session is taken from the connection that has it: the former one ends, and
// what happens goes to the new one.
func TestResumeTakesOver(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		network := w.serve()
		old := w.connect(network)
		id := old.identify(w, intentMessages)
		g := w.connect(network)
		g.send(resume(w, id, 1))
		g.next()
		if got := old.ended(); got != 0 {
			t.Errorf("the former connection closed with %d", got)
		}
		w.say(w.ann, "hi")
		if f := g.next(); f.T != "MESSAGE_CREATE" || f.S != 3 {
			t.Errorf("got %+v", f)
		}
	})
}

// A session is gone when the client left in peace, after the window, when it is
// asked for what has not happened, and when what it missed is too much.
func TestNotResumable(t *testing.T) {
	inTown(t, discordsim.Config{Replayable: 80, IdentifyEvery: -1}, func(t *testing.T, w *town) {
		network := w.serve()

		g := w.connect(network)
		id := g.identify(w, 0)
		g.close(1000)
		w.refused(network, id)

		g = w.connect(network)
		id = g.identify(w, 0)
		g.close(4000)
		time.Sleep(3*time.Minute + time.Second)
		w.refused(network, id)

		g = w.connect(network)
		id = g.identify(w, 0)
		g.close(4000)
		g = w.connect(network)
		g.send(resume(w, id, 2))
		if got := g.ended(); got != 4007 {
			t.Errorf("closed with %d, want 4007", got)
		}
		w.refused(network, id)

		g = w.connect(network)
		id = g.identify(w, intentMessages)
		g.close(4000)
		for range 100 {
			w.say(w.ann, "hi")
		}
		w.refused(network, id)
		w.refused(network, "unknown")
	})
}

// close leaves with a code and waits until the server has seen it.
func (g *gate) close(code int) {
	g.t.Helper()
	frame := []byte{byte(code >> 8), byte(code)}
	if err := g.ws.WriteControl(8, frame, time.Now().Add(time.Second)); err != nil {
		g.t.Fatal(err)
	}
	g.ended()
}

// Discord may ask to reconnect, tell that a session is over, cut or close.
func TestGatewayHooks(t *testing.T) {
	inTown(t, discordsim.Config{IdentifyEvery: -1}, func(t *testing.T, w *town) {
		network := w.serve()
		g := w.connect(network)
		id := g.identify(w, intentMessages)
		w.Reconnect()
		if f := g.next(); f.Op != 7 {
			t.Errorf("got %+v", f)
		}
		w.Invalidate(true)
		if f := g.next(); f.Op != 9 || string(f.D) != "true" {
			t.Errorf("got %+v", f)
		}
		w.SendRaw([]byte(`{"op":42}`))
		if f := g.next(); f.Op != 42 {
			t.Errorf("got %+v", f)
		}
		w.Drop()
		if got := g.ended(); got != 0 {
			t.Errorf("closed with %d", got)
		}
		g = w.connect(network)
		g.send(resume(w, id, 1))
		g.next()
		w.CloseAll(4000)
		if got := g.ended(); got != 4000 {
			t.Errorf("closed with %d", got)
		}
		g = w.connect(network)
		g.send(resume(w, id, 2))
		g.next()
		w.CloseAll(4009)
		g.ended()
		w.refused(network, id)

		g = w.connect(network)
		id = g.identify(w, intentMessages)
		w.Invalidate(false)
		if f := g.next(); f.Op != 9 || string(f.D) != "false" {
			t.Errorf("got %+v", f)
		}
		w.say(w.ann, "unheard")
		second := g.identify(w, intentMessages)
		if second == id {
			t.Error("the former session is back")
		}
		w.say(w.ann, "heard")
		if d := cmp.Diff([]int64{2}, g.seqs()); d != "" {
			t.Error(d)
		}
		w.Replay(2)
		if d := cmp.Diff([]int64{1, 2}, g.seqs()); d != "" {
			t.Error(d)
		}
	})
}

// Who does not read loses its session once what it missed is forgotten, and
// nobody waits for it.
func TestSlowReader(t *testing.T) {
	inTown(t, discordsim.Config{Replayable: 10, Heartbeat: time.Hour}, func(t *testing.T, w *town) {
		network := w.serve()
		d := websocket.Dialer{NetDialContext: network.DialContext}
		ws, resp, err := d.DialContext(t.Context(), mainGateway, nil)
		check(t, err)
		check(t, resp.Body.Close())
		check(t, ws.WriteJSON(identify(w, intentMessages)))
		synctest.Wait()
		began := time.Now()
		for range 200 {
			w.say(w.ann, strings.Repeat("x", 2000)) // more than the network holds
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("speaking took %v", took)
		}
		time.Sleep(time.Minute)
		if got := w.Sessions(); len(got) != 0 {
			t.Errorf("%+v", got)
		}
		check(t, ws.Close())
	})
}
