package discord

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"troupe/messages"
)

// cdnHosts serve the files of messages (Discord documentation, Reference: Signed
// Attachment CDN URLs).
var cdnHosts = []string{"cdn.discordapp.com", "media.discordapp.net"}

// fetchTimeout bounds one fetch when the caller is willing to wait longer.
const fetchTimeout = time.Minute

// A CDN fetches files of messages. It is safe for concurrent use.
type CDN struct {
	base   *url.URL // in place of Discord's own; nil for that
	client *http.Client
}

// NewCDN returns a client for Discord's CDN. A base, of scheme and host alone,
// takes the place of Discord's own; transport nil stands for one of our own.
func NewCDN(base string, transport http.RoundTripper) (*CDN, error) {
	c := &CDN{client: newHTTPClient(transport)}
	if base == "" {
		return c, nil
	}
	if _, err := checkBase(base, "https://"+cdnHosts[0]); err != nil {
		return nil, err
	}
	u, err := url.Parse(base)
	if err != nil || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("discord: the CDN's base URL must have no path")
	}
	c.base = u
	return c, nil
}

// Fetch reads a file of at most maxBytes. Files that lie elsewhere than on
// Discord's CDN are not asked for. The errors are [*messages.Failure]: too_long
// for a file that is too large, gone for one whose URL has expired.
func (c *CDN) Fetch(ctx context.Context, address string, maxBytes int) ([]byte, error) {
	u, err := c.locate(address)
	if err != nil {
		return nil, err
	}
	short, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(short, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errElsewhere()
	}
	req.Header.Set("User-Agent", userAgent)
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, unanswered(ctx, reply{err: withoutURL(err)})
	}
	defer func() { _ = resp.Body.Close() }() // it was read or is of no use
	if resp.StatusCode != http.StatusOK {
		return nil, unfetched(resp, time.Now())
	}
	if resp.ContentLength > int64(maxBytes) {
		return nil, tooLarge(maxBytes)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, int64(maxBytes)+1))
	switch {
	case len(b) > maxBytes:
		return nil, tooLarge(maxBytes)
	case err != nil:
		return nil, unanswered(ctx, reply{status: resp.StatusCode, err: err})
	}
	return b, nil
}

// locate returns where a file is to be fetched from.
func (c *CDN) locate(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.User != nil:
		return nil, errElsewhere()
	case u.Scheme == "https" && slices.Contains(cdnHosts, u.Host):
	case c.base != nil && u.Scheme == c.base.Scheme && u.Host == c.base.Host:
	default:
		return nil, errElsewhere()
	}
	if c.base != nil {
		u.Scheme, u.Host = c.base.Scheme, c.base.Host
	}
	return u, nil
}

// unfetched returns what it means that there is no file. The CDN does not say
// whether a URL has expired, is wrong, or its file was deleted.
func unfetched(resp *http.Response, now time.Time) *messages.Failure {
	f := &messages.Failure{Status: resp.StatusCode, Detail: "the file was not given out"}
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		f.Cause = messages.CauseGone
	case http.StatusTooManyRequests:
		f.Cause, f.Retry = messages.CauseOverloaded, messages.RetryBackoff
	default:
		f.Cause, f.Retry = causeOf(resp.StatusCode, 0)
	}
	if f.Retry == messages.RetryBackoff {
		f.After, _ = retryAfter(resp.Header, now)
	}
	return f
}

func errElsewhere() *messages.Failure {
	return &messages.Failure{Cause: messages.CauseInternal, Detail: "the file does not lie on Discord's CDN; it is not fetched"}
}

func tooLarge(maxBytes int) *messages.Failure {
	return &messages.Failure{Cause: messages.CauseTooLong, Detail: fmt.Sprintf("the file is larger than %d bytes", maxBytes)}
}
