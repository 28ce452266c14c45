package discord

import (
	"fmt"
	"time"
)

// reportEvery is how often the low-water mark is told, when it moved.
const reportEvery = time.Second

// beat sends heartbeats until the connection ends. The first one comes after
// a random part of the interval, as Discord asks (documentation, Gateway:
// Sending Heartbeats). A connection on which one heartbeat stays
// unacknowledged is dead.
func (c *connection) beat(interval time.Duration) {
	defer close(c.beating)
	next := time.NewTimer(time.Duration(jitter() * float64(interval)))
	defer next.Stop()
	report := time.NewTicker(reportEvery)
	defer report.Stop()
	for {
		var err error
		select {
		case <-c.done:
			return
		case <-report.C:
			c.g.report()
		case <-c.beatNow:
			err = c.heartbeat()
		case <-next.C:
			next.Reset(interval)
			err = c.pulse()
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
