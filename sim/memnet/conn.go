package memnet

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// window is how much one end may be ahead of the other, in bytes.
const window = 256 << 10

// A stream carries bytes one way.
type stream struct {
	mu     sync.Mutex
	change *sync.Cond
	data   []byte
	closed bool  // by the writer: what is there is still read
	err    error // by the reader or a cut: nothing goes any more
	read   deadline
	write  deadline
}

// A deadline is when one end's waits fail; it wakes them by a timer.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func newStream() *stream {
	s := &stream{}
	s.change = sync.NewCond(&s.mu)
	return s
}

func (d *deadline) past() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (s *stream) setDeadline(d *deadline, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.at, d.timer = at, nil
	if wait := time.Until(at); !at.IsZero() && wait > 0 { // what is past needs no timer
		d.timer = time.AfterFunc(wait, s.wake)
	}
	s.change.Broadcast()
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change.Broadcast()
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.read.past():
			return 0, os.ErrDeadlineExceeded
		case s.err != nil:
			return 0, s.err
		case len(s.data) > 0:
			n := copy(p, s.data)
			if s.data = s.data[n:]; len(s.data) == 0 {
				s.data = nil
			}
			s.change.Broadcast()
			return n, nil
		case s.closed:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		s.change.Wait()
	}
}

func (s *stream) Write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.write.past():
			return n, os.ErrDeadlineExceeded
		case s.err != nil:
			return n, s.err
		case s.closed:
			return n, net.ErrClosed
		case len(p) == 0:
			return n, nil
		case len(s.data) < window:
			k := min(len(p), window-len(s.data))
			s.data = append(s.data, p[:k]...)
			n, p = n+k, p[k:]
			s.change.Broadcast()
			continue
		}
		s.change.Wait()
	}
}

// end stops the stream: softly after what is there, or hard with an error.
func (s *stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.closed = true
	} else if s.err == nil {
		s.err = err
	}
	s.change.Broadcast()
}

// stop ends the timers of a stream that is used no more.
func (s *stream) stop() {
	s.setDeadline(&s.read, time.Time{})
	s.setDeadline(&s.write, time.Time{})
}

// A conn is one end of a connection.
type conn struct {
	in, out       *stream
	local, remote address
	once          sync.Once
	gone          func() // when it is closed; nil at the server's end
}

func pipe(client, server address) (c, s *conn) {
	there, back := newStream(), newStream()
	return &conn{in: back, out: there, local: client, remote: server},
		&conn{in: there, out: back, local: server, remote: client}
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.out.Write(p) }

// Close lets the other end read what was written, and fails what it writes.
func (c *conn) Close() error {
	c.once.Do(func() {
		c.out.end(nil)
		c.in.end(net.ErrClosed)
		c.in.setDeadline(&c.in.read, time.Time{})
		c.out.setDeadline(&c.out.write, time.Time{})
		if c.gone != nil {
			c.gone()
		}
	})
	return nil
}

// reset fails both ends at once.
func (c *conn) reset() {
	c.in.end(syscall.ECONNRESET)
	c.out.end(syscall.ECONNRESET)
	c.in.stop()
	c.out.stop()
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.read, t)
	c.out.setDeadline(&c.out.write, t)
	return nil
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.read, t)
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.write, t)
	return nil
}
