package supervision

import (
	"context"
	"strings"
	"time"

	"github.com/anthdm/hollywood/actor"
)

// A remains is what an instance that panicked has left: its work, which is
// cancelled, and its children, which are told to end.
type remains struct {
	work     <-chan struct{}
	children []child
}

type child struct {
	pid   *actor.PID
	ended context.Context
}

// lookAgain is the pause between two looks at a child of which it is not told
// that it has ended: if it was told to end before, the framework forgets who
// waits for the second telling (Hollywood 1.0.5, process.go).
const lookAgain = 50 * time.Millisecond

// leave cancels the work of the instance at hand and stops its children.
func (h *host) leave(c *actor.Context) {
	h.remains = remains{work: h.Life().End()}
	h.life = nil
	for _, pid := range c.Children() {
		h.remains.children = append(h.remains.children, child{pid, c.Engine().Poison(pid)})
	}
}

// await ends the pause, but not before what the old instance left has ended.
func (h *host) await(c *actor.Context, pause time.Duration) {
	engine, self, round, settle, left := c.Engine(), c.PID(), h.round, h.policy.Settle, h.remains
	go func() {
		settled := left.end(engine, time.Now().Add(settle))
		time.AfterFunc(pause, func() { engine.Send(self, rise{round, settled}) })
	}()
}

// end waits until all has ended, and reports whether it has by the deadline.
func (r *remains) end(e *actor.Engine, deadline time.Time) bool {
	late := time.NewTimer(time.Until(deadline))
	defer late.Stop()
	select {
	case <-r.work:
	case <-late.C:
		return false
	}
	for _, c := range r.children {
		for !c.gone(e, deadline) {
			if !time.Now().Before(deadline) {
				return false
			}
		}
	}
	return true
}

// gone waits a little for a child to end, and reports whether it has.
func (c child) gone(e *actor.Engine, deadline time.Time) bool {
	look := time.NewTimer(min(lookAgain, time.Until(deadline)))
	defer look.Stop()
	select {
	case <-c.ended.Done():
		return true
	case <-look.C:
		kind, id, _ := strings.Cut(c.pid.GetID(), "/")
		return e.Registry.GetPID(kind, id) == nil
	}
}
