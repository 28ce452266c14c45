package supervision

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A village is what the entities of a test leave behind.
type village struct {
	mu     sync.Mutex
	alive  map[uint64]int
	starts map[uint64]int
	heard  map[uint64][]int
	weight int
}

// awake returns how many instances of an entity there are.
func (v *village) awake(id uint64) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.alive[id]
}

type villager struct {
	id     uint64
	v      *village
	weight int
}

func (a *villager) Receive(c *actor.Context) {
	a.v.mu.Lock()
	defer a.v.mu.Unlock()
	switch m := c.Message().(type) {
	case actor.Started:
		a.v.alive[a.id]++
		a.v.starts[a.id]++
		if a.v.alive[a.id] > 1 {
			panic("two at once")
		}
	case actor.Stopped:
		a.v.alive[a.id]--
	case int:
		a.v.heard[a.id] = append(a.v.heard[a.id], m)
		a.weight += 100
	case time.Duration:
		actors.After(c, m, "awake")
	}
}

func (a *villager) Weight() int { return a.weight }

func startRegion(e actortest.Engine, budget int) (*actor.PID, *village) {
	v := &village{alive: map[uint64]int{}, starts: map[uint64]int{}, heard: map[uint64][]int{}}
	cfg := RegionConfig{
		Kind:   "villager",
		Make:   func(id uint64) actor.Producer { return func() actor.Receiver { return &villager{id: id, v: v} } },
		Policy: DefaultPolicy("", nil, actortest.Log()),
		Idle:   time.Minute,
		Budget: int64(budget),
		Hold:   100,
		Weight: func(_ int, bytes int64) { v.weight = int(bytes) },
		Log:    actortest.Log(),
	}
	policy := DefaultPolicy("region", nil, actortest.Log())
	policy.Forwards = true
	return e.Start(Host(Region(cfg), policy)), v
}

// The idle sleep, wake with the next message, and lose none.
func TestRegionSleeps(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		region, v := startRegion(e, 0)
		for i := range 10 {
			e.Tell(region, &messages.Deliver{To: 1, Message: i})
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			if v.awake(1) != 0 {
				t.Fatal("it does not sleep")
			}
		}
		if len(v.heard[1]) != 10 || v.starts[1] != 10 {
			t.Errorf("heard %v in %d lives", v.heard[1], v.starts[1])
		}
	})
}

// What an entity has under way keeps it awake.
func TestRegionLetsWork(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		region, v := startRegion(e, 0)
		e.Tell(region, &messages.Deliver{To: 1, Message: time.Hour})
		time.Sleep(50 * time.Minute)
		synctest.Wait()
		if v.awake(1) != 1 {
			t.Error("put to sleep with a timer under way")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if v.awake(1) != 0 {
			t.Error("still awake")
		}
	})
}

// Under a budget that carries few, mail to many entities reaches each of them
// in order, there are never two of one, and the budget holds.
func TestRegionBudget(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		const budget = 1000
		region, v := startRegion(e, budget)
		const n, entities = 2000, 50
		for i := range n {
			e.Send(region, &messages.Deliver{To: uint64(i * 7 % entities), Message: i})
			if i%100 == 0 {
				synctest.Wait()
				if v.weight > budget {
					t.Fatalf("%d bytes in memory", v.weight)
				}
			}
		}
		synctest.Wait()
		heard, starts := 0, 0
		for id, got := range v.heard {
			heard += len(got)
			starts += v.starts[id]
			for i := 1; i < len(got); i++ {
				if got[i] <= got[i-1] {
					t.Fatalf("entity %d heard %v", id, got)
				}
			}
		}
		if heard != n {
			t.Errorf("%d of %d messages arrived", heard, n)
		}
		if starts == entities {
			t.Error("nobody was put to sleep: the test shows nothing")
		}
	})
}

// A region that crashes comes back with fresh entities.
func TestRegionCrash(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		_, v := startRegion(e, 0)
		policy := DefaultPolicy("region", nil, actortest.Log())
		policy.Before = func(m any) {
			if d, ok := m.(*messages.Deliver); ok && d.To == 13 {
				panic("bad luck")
			}
		}
		region := e.Start(Host(Region(RegionConfig{
			Kind: "v", Policy: policy, Idle: time.Minute, Hold: 10, Log: actortest.Log(),
			Make: func(id uint64) actor.Producer {
				return func() actor.Receiver { return &villager{id: id, v: v} }
			},
		}), policy))
		e.Tell(region, &messages.Deliver{To: 1, Message: 1})
		e.Tell(region, &messages.Deliver{To: 13, Message: 1})
		e.Tell(region, &messages.Deliver{To: 1, Message: 2})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := fmt.Sprint(v.heard[1], v.starts[1], v.alive[1]); got != "[1 2] 2 1" {
			t.Errorf("heard, starts, alive: %s", got)
		}
	})
}
