package discord

import (
	"fmt"
	"time"
)

const (
	// reportEvery is how often the low-water mark is told, when it moved.
	reportEvery = time.Second
	// beatSpacing is the least time from a heartbeat to one that is asked for. It
	// keeps a connection below the 120 payloads in 60 s after which Discord ends it
	// (documentation, Gateway: Rate Limiting).
	beatSpacing = time.Second
	// leastInterval bounds the work that heartbeats make. A server that wants them
	// more often than Discord does, which is every 41 s, does not count them either.
	leastInterval = 50 * time.Millisecond
)

// beat sends heartbeats until the connection ends. The first one comes after
// a random part of the interval, as Discord asks (documentation, Gateway:
// Sending Heartbeats). A connection on which one heartbeat stays
// unacknowledged is dead.
func (c *connection) beat(interval time.Duration) {
	defer close(c.beating)
	next := time.NewTimer(time.Duration(jitter() * float64(interval)))
	defer next.Stop()
	asked := time.NewTimer(interval)
	asked.Stop()
	defer asked.Stop()
	report := time.NewTicker(reportEvery)
	defer report.Stop()
	var last time.Time
	for {
		var err error
		select {
		case <-c.done:
			return
		case <-report.C:
			c.g.report()
		case <-c.beatNow:
			asked.Reset(max(time.Until(last.Add(beatSpacing)), 0))
		case <-asked.C:
			last, err = time.Now(), c.heartbeat()
		case <-next.C:
			next.Reset(interval)
			last, err = time.Now(), c.pulse()
		}
		if err != nil {
			c.end(err)
			return
		}
	}
}

// pulse sends the heartbeat that is due, if the last one was acknowledged.
// While the reader is paused no acknowledgement can be seen.
func (c *connection) pulse() error {
	if !c.acked.Swap(false) && !c.paused.Load() {
		c.g.count("zombie")
		return errZombie
	}
	return c.heartbeat()
}

// heartbeat tells Discord the low-water mark, not the last event read: should
// Discord forget what a heartbeat covers, a resume still brings the rest.
func (c *connection) heartbeat() error {
	var seq any
	if s := c.g.Session(); s.Seq > 0 {
		seq = s.Seq
	}
	if err := c.send(opHeartbeat, seq); err != nil {
		return fmt.Errorf("sending a heartbeat: %w", err)
	}
	return nil
}
