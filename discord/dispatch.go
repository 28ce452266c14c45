package discord

import (
	"context"
	"errors"
	"time"
)

// dispatch hands an event over, unless nobody listens to it or a resume
// replays what was acknowledged.
func (c *connection) dispatch(ctx context.Context, f frame) error {
	g := c.g
	kind := string(f.kind)
	switch kind {
	case "READY":
		if c.resume || !c.since.IsZero() {
			return errors.New("READY out of turn")
		}
		s, err := sessionOf(f.data)
		if err != nil {
			return err
		}
		if s.ID == "" {
			c.odd("session without an ID, which cannot be resumed", kind, nil)
		}
		g.begin(s)
		c.since = time.Now()
		g.log.Info("gateway session started")
	case "RESUMED":
		c.since = time.Now()
		g.log.Info("gateway session resumed")
	default:
		if !c.resume && c.since.IsZero() {
			return nil // of no session
		}
	}
	event, err := c.decode(kind, f)
	if err != nil {
		g.count("malformed")
		c.odd("event", kind, err)
	} else if event == nil {
		g.count("ignored")
	}
	if event == nil {
		g.ignore(f.seq)
		return nil
	}
	if err := c.awaitCredit(ctx, f.seq); err != nil {
		return err
	}
	// A server that does not count, or begins anew, repeats nothing either.
	if !g.expect(f.seq) && c.resume && f.seq != 0 {
		g.count("replayed")
		return nil
	}
	g.count("event")
	all, many := event.(several)
	if !many {
		g.cfg.Handle(event)
	}
	for _, event := range all {
		g.cfg.Handle(event)
	}
	if ownEvent(kind) {
		g.ignore(f.seq)
		g.report()
	}
	return nil
}

// decode decodes an event. If that fails the frame may have had more keys
// than are known: it is split again with all care.
func (c *connection) decode(kind string, f frame) (any, error) {
	g := c.g
	r := g.receipt(f.seq)
	event, err := g.decode.event(kind, f.data, r)
	if err == nil {
		return event, nil
	}
	again, scanErr := scanFrame(c.buf.Bytes())
	if scanErr != nil {
		return nil, scanErr
	}
	return g.decode.event(kind, again.data, r)
}

// ownEvent reports whether an event is about the session itself, which is
// kept by SessionChanged and needs no acknowledgement.
func ownEvent(kind string) bool { return kind == "READY" || kind == "RESUMED" }

// awaitCredit waits until a new event may be handed over. Nothing is read
// meanwhile, so that Discord and the network hold the rest; the heartbeat
// goes on. When nothing is acknowledged for long it gives up: the resume
// that follows brings the unacknowledged events again.
func (c *connection) awaitCredit(ctx context.Context, seq int64) error {
	g := c.g
	if !g.exhausted(seq) {
		return nil
	}
	g.count("paused")
	c.paused.Store(true)
	defer func() {
		c.acked.Store(true) // what was sent meanwhile is not read yet
		c.paused.Store(false)
	}()
	stalled := time.NewTimer(stallTimeout)
	defer stalled.Stop()
	for g.exhausted(seq) {
		select {
		case <-g.credit:
			stalled.Reset(stallTimeout)
		case <-stalled.C:
			g.count("stalled")
			return errStalled
		case <-c.done:
			return errors.New("ended while waiting for acknowledgements")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// exhausted reports whether the credit does not carry event seq. An event
// that comes again has its share already.
func (g *Gateway) exhausted(seq int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.track.fresh(seq) && g.track.open() >= g.cfg.Credit
}

// expect notes that an event arrived and reports whether to hand it over.
func (g *Gateway) expect(seq int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.track.expect(seq)
}

// ignore acknowledges an event that is not handed over.
func (g *Gateway) ignore(seq int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.track.expect(seq)
	g.track.acknowledge(seq)
}

// receipt returns the receipt of event seq of the present session.
func (g *Gateway) receipt(seq int64) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return receipt(seq, g.session.ID)
}
