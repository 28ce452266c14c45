package supervision

import (
	"log/slog"

	"github.com/anthdm/hollywood/actor"
)

// pid is the address of an actor of the tree, started or not.
func (t *Tree) pid(kind, id string) *actor.PID {
	return actor.NewPID(t.engine.Address(), kind+"/"+id)
}

func (t *Tree) log(kind string) *slog.Logger { return t.world.Log.With("actor", kind) }

// policy is how all kinds are treated that do not say otherwise.
func (t *Tree) policy(kind string) Policy {
	p := DefaultPolicy(kind, t.pid("supervisor", "node"), t.log(kind))
	if kind == "analyzer" {
		p = BackgroundPolicy(kind, t.pid("supervisor", "node"), t.log(kind))
	}
	p.Before = t.before(kind)
	if kind == "supervisor" { // nobody watches it but itself
		p.Supervisor = nil
	}
	return p
}

// before returns what is called with each message before an actor of the kind
// gets it.
func (t *Tree) before(kind string) func(any) {
	count, also := t.metrics.before(kind), t.world.Before
	if also == nil {
		return count
	}
	return func(m any) {
		count(m)
		also(kind, m)
	}
}

// one starts an actor of which there is one under that name.
func (t *Tree) one(kind, id string, p actor.Producer) {
	t.started = append(t.started, t.engine.Spawn(Host(p, t.policy(kind)), kind,
		actor.WithID(id), actor.WithInboxSize(64), actor.WithMaxRestarts(-1)))
}

// region starts the actor through which the entities of a kind are reached.
// Their windows take the given bytes at most; 0 is no bound.
func (t *Tree) region(kind string, budget int64, make func(id uint64) actor.Producer) {
	policy := t.policy("region")
	policy.Forwards = true
	p := Region(RegionConfig{
		Kind: kind, Make: make, Policy: t.policy(kind), Idle: t.cfg.Memory.Idle, Budget: budget, Hold: 1000,
		Weight: t.metrics.weighed(kind), Log: t.log("region/" + kind),
	})
	t.started = append(t.started, t.engine.Spawn(Host(p, policy), "region",
		actor.WithID(kind), actor.WithInboxSize(1024), actor.WithMaxRestarts(-1)))
}
