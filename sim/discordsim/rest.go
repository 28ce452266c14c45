package discordsim

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/fault"
)

// maxRequest is the largest request that is taken (Discord documentation,
// Reference: Uploading Files).
const maxRequest = 25 << 20

const jsonType = "application/json"

// A call is one request to the REST API.
type call struct {
	s       *Server
	w       *world // guarded by s.mu, which is held while the handler runs
	r       *http.Request
	route   *route
	payload []byte   // JSON
	files   []upload // of a multipart form
}

// An answer is what a call ends in.
type answer struct {
	status int // 0: none, the connection is cut
	scope  string
	header http.Header // beside the content type
	mime   string
	body   []byte // nil: none
}

// Results of a handler that are not just JSON with status 200.
type (
	created struct{ value any } // status 201
	content struct {            // a file
		mime string
		data []byte
	}
)

// serve answers a call, unless a fault befalls it.
func (s *Server) serve(rt *route, w http.ResponseWriter, r *http.Request) {
	q := Request{
		At: s.cfg.Now(), Class: rt.class, Method: r.Method, Path: r.URL.Path,
		Fault: s.cfg.Plan.Take(rt.class),
	}
	c := &call{s: s, w: &s.world, r: r, route: rt}
	unread := c.read() // before anything is waited for: the server sees only then that a client leaves
	act := func() answer {
		if unread != nil {
			return failure(unread)
		}
		a := c.act()
		q.Acted = a.status < 300
		return a
	}
	a := s.befall(r, rt, q.Fault, act)
	if a == nil {
		got := act()
		a = &got
	}
	q.Took = s.cfg.Now().Sub(q.At)
	if r.Context().Err() == nil { // else nobody hears the answer
		q.Status, q.Scope = a.status, a.scope
	}
	s.record.add(q)
	s.write(w, *a)
}

// act does what the call asks for, as far as it may and the limits let it.
func (c *call) act() answer {
	if v := c.r.PathValue("version"); v != "" && v != "v9" && v != "v10" {
		return failure(errVersion)
	}
	if !c.route.open && c.r.Header.Get("Authorization") != "Bot "+c.s.cfg.Token {
		return failure(errUnauthorized)
	}
	v := c.s.limits.take(c.s.cfg.Now(), c.route, c.r.PathValue(c.route.major))
	var a answer
	if v.scope != "" {
		a = tooMany(v.scope, v.after)
	} else {
		a = c.handle()
	}
	if a.header == nil {
		a.header = http.Header{}
	}
	if v.scope != "" || !c.s.cfg.HideHeaders {
		v.header(a.header)
	}
	return a
}

// handle runs the handler. What it returns is encoded while the world stands
// still.
func (c *call) handle() answer {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	v, err := c.route.do(c)
	if err != nil {
		return failure(err)
	}
	switch v := v.(type) {
	case nil:
		return answer{status: http.StatusNoContent}
	case created:
		return answer{status: http.StatusCreated, mime: jsonType, body: marshal(v.value)}
	case content:
		return answer{status: http.StatusOK, mime: v.mime, body: v.data}
	}
	return answer{status: http.StatusOK, mime: jsonType, body: marshal(v)}
}

func failure(err *Error) answer {
	return answer{status: err.Status, mime: jsonType, body: marshal(err.wire())}
}

// write sends the answer, or cuts the connection.
func (s *Server) write(w http.ResponseWriter, a answer) {
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	maps.Copy(h, a.header)
	if a.mime != "" {
		h["Content-Type"] = []string{a.mime}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	if a.status == http.StatusNoContent {
		delete(h, "Content-Length")
	}
	w.WriteHeader(a.status)
	if len(a.body) > 0 {
		if _, err := w.Write(a.body); err != nil {
			s.cfg.Log.Debug("the client left before its answer", "err", err)
		}
	}
}

// read takes in the body.
func (c *call) read() *Error {
	if c.r.ContentLength > maxRequest {
		return errTooLarge
	}
	var body []byte
	var err error
	if n := c.r.ContentLength; n >= 0 {
		body = make([]byte, n)
		_, err = io.ReadFull(c.r.Body, body)
	} else {
		body, err = io.ReadAll(io.LimitReader(c.r.Body, maxRequest+1))
	}
	switch {
	case err != nil:
		return errBadJSON
	case len(body) > maxRequest:
		return errTooLarge
	case strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/"):
		return c.readForm(body)
	}
	c.payload = body
	return nil
}

// decode reads the JSON of the call into v. No JSON leaves v as it is.
func (c *call) decode(v any) *Error {
	if len(c.payload) == 0 {
		return nil
	}
	err := json.Unmarshal(c.payload, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return badForm(wrong.Field, "BASE_TYPE_BAD_TYPE", "Value is not of the right type.")
	case err != nil:
		return errBadJSON
	}
	return nil
}

// pathID returns the ID in the path, 0 if it is none.
func pathID[ID ~uint64](c *call, name string) ID {
	id, err := messages.ParseID[ID](c.r.PathValue(name))
	if err != nil {
		return 0
	}
	return id
}

// queryID returns an ID of the query, and whether there is one. 0 is one, before
// all others.
func queryID[ID ~uint64](c *call, name string) (ID, bool) {
	s := c.r.URL.Query().Get(name)
	id, err := messages.ParseID[ID](s)
	return id, s != "" && err == nil
}

// limit returns the query's limit, which must be from 1 to most.
func (c *call) limit(otherwise, most int) (int, *Error) {
	s := c.r.URL.Query().Get("limit")
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, badForm("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and "+strconv.Itoa(most)+".")
	}
	return n, nil
}

// befall holds a call back for the latency of its fault. It returns the answer
// that the fault gives in place of the call's own, or nil. act is what the call
// would have done; nil for nothing. rt is nil for the gateway.
func (s *Server) befall(r *http.Request, rt *route, f fault.Fault, act func() answer) *answer {
	if !s.hold(r, f.Latency) {
		return &answer{}
	}
	if !f.Fails() {
		return nil
	}
	if f.Act && act != nil {
		act()
	}
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		return &answer{}
	case f.Drop:
		return &answer{}
	}
	a := faulty(f)
	if a.scope != "" && a.scope != "global" && rt != nil && rt.limit.Requests >= 0 {
		after := or(f.RetryAfter, time.Second)
		verdict{limit: rt.limit.Requests, reset: s.cfg.Now().Add(after), after: after, bucket: rt.hash}.header(a.header)
	}
	return &a
}

// hold waits. It returns early when the client leaves, whose request takes
// effect all the same, and false when the server is closed.
func (s *Server) hold(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-s.done:
		return false
	}
	return true
}

// faulty is the answer that a fault gives: Discord's own, or a proxy's page.
func faulty(f fault.Fault) answer {
	if f.HTML {
		a := answer{status: f.Status, mime: "text/html; charset=UTF-8", header: http.Header{}}
		a.body = []byte("<!DOCTYPE html>\n<html><head><title>" + strconv.Itoa(f.Status) + "</title></head><body>cloudflare</body></html>\n")
		if f.RetryAfter > 0 {
			a.header["Retry-After"] = []string{strconv.FormatInt(ceil(f.RetryAfter, time.Second), 10)}
		}
		return a
	}
	if f.Status == http.StatusTooManyRequests {
		return tooMany(or(f.Scope, "user"), or(f.RetryAfter, time.Second))
	}
	return failure(&Error{Status: f.Status, Text: strconv.Itoa(f.Status) + ": " + http.StatusText(f.Status)})
}
