package discord

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// requestTimeout bounds one request, uploads included, when the caller is
	// willing to wait longer.
	requestTimeout = 20 * time.Second
	// maxBody bounds an answer, in bytes. A hundred messages with all that they
	// may hold stay below.
	maxBody = 16 << 20
	// maxErrorBody bounds what is read of an error.
	maxErrorBody = 64 << 10
)

var errBodyTooLarge = errors.New("the answer is too large")

// newTransport returns a transport of our own: a burst of requests keeps its
// connections instead of dialling anew, and a dead one is noticed.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 10 * time.Second
	t.IdleConnTimeout = 90 * time.Second
	t.MaxIdleConnsPerHost = 64 // of HTTP/1
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second}
	return t
}

// newHTTPClient returns a client that follows no redirect: the token must not
// go to another host.
func newHTTPClient(t http.RoundTripper) *http.Client {
	if t == nil {
		t = newTransport()
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A reply is what came back for a request.
type reply struct {
	status int // 0 if nothing did
	header http.Header
	body   []byte
	err    error // why nothing did, or why the body broke off
}

// exchange makes one request and reads the whole answer.
func exchange(client *http.Client, req *http.Request) reply {
	ctx, cancel := context.WithTimeout(req.Context(), requestTimeout)
	defer cancel()
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return reply{err: withoutURL(err)}
	}
	defer func() { _ = resp.Body.Close() }() // it was read or is of no use
	r := reply{status: resp.StatusCode, header: resp.Header}
	bound := maxBody
	if !r.ok() {
		bound = maxErrorBody
	}
	r.body, r.err = io.ReadAll(io.LimitReader(resp.Body, int64(bound)+1))
	if len(r.body) > bound {
		r.body, r.err = nil, errBodyTooLarge
	}
	return r
}

// withoutURL takes the URL out of an error of net/http: it may hold the token of
// an interaction.
func withoutURL(err error) error {
	if sending, ok := errors.AsType[*url.Error](err); ok {
		return sending.Err
	}
	return err
}

// ok reports whether Discord did what it was asked for.
func (r reply) ok() bool { return r.status >= 200 && r.status < 300 }
