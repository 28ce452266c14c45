package gemini

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The most that is read of a body; genai itself would read without end.
const (
	maxBody      = 64 << 20
	maxErrorBody = 64 << 10
)

var errTooLarge = errors.New("the body is too large")

// An exchange is what genai does not tell of one request. It is written by the
// goroutine that makes the request and read when that is over.
type exchange struct {
	stream     bool // the answer is a stream of chunks
	sent       bool // something of the request may have reached the server
	status     int  // 0 if there was no response
	retryAfter time.Duration
	refusal    *refusal      // what the body of an error says
	html       bool          // the body is a web page: it is not Gemini that answered
	readErr    error         // that ended the body early
	copied     *bytes.Buffer // the body of an answer is copied to it; nil for not at all
}

type exchangeKey struct{}

// withExchange has the transport fill x. The context is the only way through
// genai that stays with one request.
func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// A transport bounds bodies and keeps what genai drops.
type transport struct {
	next http.RoundTripper
	own  *http.Transport // nil when next was given to us
}

func newTransport(next http.RoundTripper) *transport {
	if next != nil {
		return &transport{next: next}
	}
	own := http.DefaultTransport.(*http.Transport).Clone()
	own.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	own.TLSHandshakeTimeout = 10 * time.Second
	own.IdleConnTimeout = 90 * time.Second
	own.MaxIdleConnsPerHost = 64 // of HTTP/1; the default of 2 dials anew under load
	own.DisableCompression = true
	own.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second}
	return &transport{next: own, own: own}
}

func (t *transport) closeIdle() {
	if t.own != nil {
		t.own.CloseIdleConnections()
	}
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if x == nil {
		return t.next.RoundTrip(req)
	}
	live := req.Context().Err() == nil // else nothing is dialled
	resp, err := t.next.RoundTrip(req)
	x.sent = x.sent || live && !unconnected(err)
	if err != nil {
		return resp, err
	}
	x.status = resp.StatusCode
	x.html = strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		resp.Body = &body{ReadCloser: resp.Body, left: maxBody, x: x}
		if x.stream {
			resp.Body = newChunks(resp.Body)
		}
		if x.copied != nil {
			resp.Body = copying{io.TeeReader(resp.Body, x.copied), resp.Body}
		}
		return resp, nil
	}
	x.retryAfter = parseRetryAfter(resp.Header.Get("Retry-After"), time.Now())
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	_ = resp.Body.Close()
	x.readErr = err
	x.refusal = parseRefusal(text)
	resp.Body = io.NopCloser(bytes.NewReader(nil)) // genai would put it into its error
	resp.ContentLength = 0
	return resp, nil
}

// unconnected reports whether an error is that there was no connection.
func unconnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// A body stops at a bound and remembers why it ended early.
type body struct {
	io.ReadCloser
	left int64
	x    *exchange
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.x.readErr = errTooLarge
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		b.x.readErr = err
	}
	return n, err
}

// A copying body is read through a reader that copies it.
type copying struct {
	io.Reader
	io.Closer
}

// parseRetryAfter reads the header: seconds or a date (RFC 9110, 10.2.3).
// 0 means that it tells nothing of use.
func parseRetryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		if seconds > 0 && seconds < 7*24*3600 {
			return time.Duration(seconds * float64(time.Second))
		}
		return 0
	}
	if at, err := http.ParseTime(s); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
