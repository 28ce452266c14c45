package actors

import (
	"time"

	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A Calm is the question whether times are so quiet that what nobody waits for takes
// nothing from anybody: nothing is to be gone without, the model's quota is hardly
// used, and the pool has room. Who does not tell says no.
type Calm struct {
	reserve *messages.Reserve
	group   Group
}

// CalmOf is whom a [Calm] asks.
type CalmOf struct {
	Health *actor.PID
	Quota  *actor.PID // nil for what asks no model
	Pool   *actor.PID // the router of such requests
}

// calmWait is how long one of them is waited for.
const calmWait = time.Second

// calmAsked tags the question to one of them.
type calmAsked int

// AskCalm asks whether there is room for a request, with the quota that it takes. The answers arrive at the actor of
// c: see [Calm.Take].
func AskCalm(c *actor.Context, of CalmOf, reserve *messages.Reserve) *Calm {
	calm := &Calm{reserve: reserve, group: AllSettled()}
	calm.group.Ask(c, of.Health, &messages.GetHealth{}, calmWait, calmAsked(0))
	if of.Quota != nil {
		calm.group.Ask(c, of.Quota, &messages.GetQuota{}, calmWait, calmAsked(1))
	}
	calm.group.Ask(c, of.Pool, &messages.GetPool{}, calmWait, calmAsked(2))
	return calm
}

// OfCalm reports whether an answer belongs to a [Calm].
func OfCalm(m Answered) bool {
	_, ok := m.Tag.(calmAsked)
	return ok
}

// Take takes one of the answers. Once all have settled it is known whether times are
// quiet.
func (q *Calm) Take(m Answered, now time.Time) (settled, quiet bool) {
	q.group.Vote(m.Tag, q.agrees(m.Message), now)
	return q.group.Done(), q.group.Done() && q.group.Agreed()
}

func (q *Calm) agrees(answer any) bool {
	switch m := answer.(type) {
	case *messages.Health:
		return m.Level == messages.LevelNormal
	case *messages.QuotaState:
		return m.Plenty(q.reserve)
	case *messages.PoolState:
		return m.Roomy()
	}
	return false
}
