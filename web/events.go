package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	pulse      = 15 * time.Second // between signs of life on a silent stream
	writeLimit = 10 * time.Second // for one batch to reach the browser
	streams    = 64               // browsers that follow at the same time
)

// event is a change as the page gets it.
type event struct {
	Kind    ChangeKind `json:"kind"`
	Message *shown     `json:"message,omitempty"`
}

// changeReset tells the page that it has missed changes and must load anew.
const changeReset ChangeKind = "reset"

// events streams changes as server-sent events. A browser that reconnects goes
// on after the last one it has seen.
func (p *playground) events(w http.ResponseWriter, r *http.Request) {
	select {
	case p.streams <- struct{}{}:
		defer func() { <-p.streams }()
	default:
		reply(w, http.StatusServiceUnavailable, "too many pages are open; close some of them")
		return
	}
	mark := r.Header.Get("Last-Event-ID")
	if mark == "" {
		mark = r.URL.Query().Get("after")
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")

	out := http.NewResponseController(w)
	alive := time.NewTicker(pulse)
	defer alive.Stop()
	start := []byte("retry: 500\n\n") // ms until the browser tries again
	for {
		changes, last, more, ok := p.feed.since(mark)
		if !ok {
			changes = []Change{{Kind: changeReset}}
		}
		mark = last
		batch, err := p.batch(r.Context(), start, changes, last)
		start = nil
		if err != nil {
			if r.Context().Err() == nil {
				p.log.Error("simulated world failed", "err", err)
			}
			return // the browser comes again
		}
		// Without a deadline, a browser that does not read would hold this for ever.
		_ = out.SetWriteDeadline(time.Now().Add(writeLimit))
		if _, err := w.Write(batch); err != nil {
			return // the browser has gone
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-more:
		case <-alive.C:
		case <-r.Context().Done():
			return
		}
	}
}

// batch appends changes to b in the form of server-sent events. The mark
// comes after them all: a batch that is cut is told again as a whole.
func (p *playground) batch(ctx context.Context, b []byte, changes []Change, mark string) ([]byte, error) {
	if len(changes) == 0 {
		return append(b, ": still here\n\n"...), nil
	}
	o, err := p.world.Overview(ctx)
	if err != nil {
		return nil, fmt.Errorf("overview: %w", err)
	}
	out, n := bytes.NewBuffer(b), newNames(o)
	for i, ch := range latest(changes) {
		e := event{Kind: ch.Kind}
		if ch.Message.Channel != "" {
			m := p.show(ch.Message, n)
			e.Message = &m
		}
		data, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode change %d: %w", i, err)
		}
		fmt.Fprintf(out, "data: %s\n\n", data)
	}
	fmt.Fprintf(out, "id: %s\n\n", mark)
	return out.Bytes(), nil
}

// latest leaves out the states of a message that a later change replaces, so
// that a slow browser does not have to see an answer grow letter by letter.
func latest(changes []Change) []Change {
	final := make(map[string]int)
	for i, ch := range changes {
		if ch.Kind == ChangeMessage {
			final[ch.Message.ID] = i
		}
	}
	out := make([]Change, 0, len(changes))
	for i, ch := range changes {
		if ch.Kind != ChangeMessage || final[ch.Message.ID] == i {
			out = append(out, ch)
		}
	}
	return out
}
