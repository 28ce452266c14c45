package supervision

import (
	"context"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// How long the parts have to end once they are told to.
const (
	endWait   = 2 * time.Second
	drainTick = 50 * time.Millisecond
)

// Stop takes nothing more, waits until what was accepted is answered or ctx
// ends, and then stops all actors. What is left unanswered is in the store.
func (t *Tree) Stop(ctx context.Context) {
	gateways := len(t.started) - t.world.Shards
	t.end(t.started[gateways:])
	done := make(chan struct{})
	drain := t.engine.Spawn(func() actor.Receiver {
		return &drain{journal: t.pid("journal", "node"), done: done}
	}, "drain", actor.WithID("node"))
	select {
	case <-done:
	case <-ctx.Done():
		t.log("drain").Warn("stopping with questions unanswered: they are taken up at the next start")
	}
	t.end([]*actor.PID{drain})
	t.end(t.started[:gateways])
}

// end stops actors, the last first, and waits for each, though not for ever.
func (t *Tree) end(pids []*actor.PID) {
	for _, pid := range slices.Backward(pids) {
		ctx, cancel := context.WithTimeout(context.Background(), endWait)
		<-t.engine.PoisonCtx(ctx, pid).Done()
		if ctx.Err() != nil {
			t.log("drain").Warn("an actor does not end in time", "pid", pid.GetID())
		}
		cancel()
	}
}

// A drain finds out when nothing is left unanswered.
type drain struct {
	journal *actor.PID
	done    chan struct{}
}

// look makes the drain ask again.
type look struct{}

func (d *drain) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started, look:
		actors.Ask(c, d.journal, &messages.GetUnfinishedChannels{}, endWait, nil)
	case actors.Answered:
		if u, ok := m.Message.(*messages.UnfinishedChannels); ok && len(u.Channels) == 0 {
			close(d.done)
			return
		}
		actors.After(c, drainTick, look{})
	}
}
