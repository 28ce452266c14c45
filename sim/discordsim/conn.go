package discordsim

import (
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// send queues a frame. A client that does not read loses its connection.
func (c *conn) send(frame string) {
	select {
	case c.out <- []byte(frame):
	case <-c.done:
	default:
		go c.cut()
	}
}

// close says why and ends the connection once the client has answered.
func (c *conn) close(code int, text string) {
	if c.closing.Swap(true) {
		return
	}
	deadline := time.Now().Add(closeWait)
	if c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), deadline) != nil ||
		c.ws.SetReadDeadline(deadline) != nil {
		c.cut()
	}
}

// cut ends the connection without a word. Its reader notices.
func (c *conn) cut() {
	c.closing.Store(true)
	if err := c.ws.Close(); err != nil {
		c.s.cfg.Log.Debug("gateway connection was closed already", "err", err)
	}
}

// end runs when the reader is done.
func (c *conn) end() {
	if c.watchdog != nil {
		c.watchdog.Stop()
	}
	c.cut()
	close(c.done)
	if ses := c.session.Load(); ses != nil {
		ses.detach(c, c.s.cfg.Now())
	}
}

// invalid tells that there is no session, or that it is to be resumed.
func (c *conn) invalid(resumable bool) {
	c.send(`{"t":null,"s":null,"op":9,"d":` + strconv.FormatBool(resumable) + `}`)
}

// signal tells the writer that the session may have something to write. The
// nil connection has no writer.
func (c *conn) signal() {
	if c == nil {
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// write sends frames and the session's events until the connection ends.
func (c *conn) write() {
	later := time.NewTimer(0)
	defer later.Stop()
	var buf []byte
	for {
		ok := true
		select {
		case <-c.done:
			return
		case <-c.s.done:
			c.cut()
			return
		case frame := <-c.out:
			ok = c.put(frame)
		case <-c.wake:
			buf, ok = c.flush(buf, later)
		case <-later.C:
			buf, ok = c.flush(buf, later)
		}
		if !ok {
			return
		}
	}
}

// flush writes the session's events that are due, and sets the timer to the
// next one that is not. It tells whether the connection goes on.
func (c *conn) flush(buf []byte, later *time.Timer) ([]byte, bool) {
	ses := c.session.Load()
	for ses != nil {
		t := ses.next(c, buf[:0])
		switch {
		case t.lost:
			c.s.forgetSession(c)
			c.close(closeUnknown, "Too slow.")
			return buf, false
		case t.cut:
			c.cut()
			return buf, false
		case t.wait > 0:
			later.Reset(t.wait)
			return buf, true
		case len(t.frame) == 0:
			return buf, true
		}
		if buf = t.frame; !c.put(buf) {
			return buf, false
		}
	}
	return buf, true
}

// put writes one frame and tells whether it went out.
func (c *conn) put(frame []byte) bool {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWait)); err == nil {
		if err = c.ws.WriteMessage(websocket.TextMessage, frame); err == nil {
			return true
		}
	}
	if !c.closing.Load() {
		c.cut()
	}
	return false
}
