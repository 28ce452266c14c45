package actors_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

var (
	noon    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	errSome = errors.New("no")
)

// A group agrees when all have answered, and said yes.
func TestVote(t *testing.T) {
	for ends, want := range map[string]bool{"yy": true, "yn": false, "nn": false, "yl": false, "y": false, "": false} {
		g := actors.AllSettled()
		g.Await(0, noon)
		g.Await(1, noon)
		for i, how := range ends {
			if how == 'l' {
				g.LeaveOut(i, errSome, noon)
			} else {
				g.Vote(i, how == 'y', noon)
			}
		}
		if g.Agreed() != want || g.Done() != (len(ends) == 2) {
			t.Errorf("%q: agreed %v, done %v", ends, g.Agreed(), g.Done())
		}
	}
}

// When each kind of group is complete, by how its parts end: a is answered, f
// fails, l is late.
func TestGroups(t *testing.T) {
	kinds := map[string]func() actors.Group{"all": actors.All, "all settled": actors.AllSettled, "first of": actors.FirstOf}
	tests := []struct {
		kind, ends string
		parts      int
		after      int // ends after which it is complete; -1 if never
	}{
		{"all", "", 0, 0},
		{"all", "aa", 2, 2},
		{"all", "aa", 3, -1},
		{"all", "afa", 3, 2},
		{"all", "la", 2, 2},
		{"all", "ll", 2, 2},
		{"all settled", "", 0, 0},
		{"all settled", "fla", 3, 3},
		{"all settled", "ffa", 4, -1},
		{"first of", "", 0, 0},
		{"first of", "a", 3, 1},
		{"first of", "flaa", 4, 3},
		{"first of", "fl", 2, 2},
		{"first of", "fl", 3, -1},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.ends, func(t *testing.T) {
			g := kinds[tt.kind]()
			for i := range tt.parts {
				g.Await(i, noon)
			}
			complete := -1
			for i := range len(tt.ends) + 1 {
				if g.Done() && complete < 0 {
					complete = i
				}
				if i < len(tt.ends) {
					end(&g, i, tt.ends[i], noon.Add(time.Second))
				}
			}
			if complete != tt.after {
				t.Errorf("complete after %d ends, want %d", complete, tt.after)
			}
		})
	}
}

func end(g *actors.Group, tag any, how byte, now time.Time) {
	m := actors.Answered{Tag: tag}
	switch how {
	case 'f':
		m.Err = errSome
	case 'l':
		m.Err = actors.ErrTimeout
	}
	g.Settle(m, now)
}

// However parts end, in whatever order and how often it is told: the first end of
// each counts, and in a group that is complete nothing is open.
func TestGroupsInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []func() actors.Group{actors.All, actors.AllSettled, actors.FirstOf}
	for range 2000 {
		g, n := kinds[r.IntN(3)](), r.IntN(6)
		for i := range n {
			g.Await(i, noon)
		}
		first := map[any]actors.Part{}
		for range 3 * n {
			tag, now := any(r.IntN(n+1)), noon.Add(time.Duration(r.IntN(1000)))
			end(&g, tag, "afl"[r.IntN(3)], now)
			for _, p := range g.Parts() {
				if p.End == actors.EndNone {
					if g.Done() {
						t.Fatalf("complete, and %v is open", p.Tag)
					}
					continue
				}
				was, known := first[p.Tag]
				if !known {
					first[p.Tag] = p
				} else if was.End != p.End || was.Took != p.Took {
					t.Fatalf("part %v ended %+v, then %+v", p.Tag, was, p)
				}
			}
		}
	}
}

// Asks that a complete group needs no more are withdrawn, and nothing of them
// arrives; each of the others has its own deadline.
func TestGroupWithdraws(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		at := func(d time.Duration, m any) *actortest.Probe {
			return e.Fake(func(c *actor.Context) {
				if _, asked := c.Message().(string); asked {
					engine, asker := c.Engine(), c.Sender()
					time.AfterFunc(d, func() { engine.Send(asker, m) })
				}
			})
		}
		quick, slow, bad := at(time.Second, "yes"), at(time.Minute, "late"), at(2*time.Second, errSome)
		all, settled, first := actors.All(), actors.AllSettled(), actors.FirstOf()
		began, done := time.Now(), map[string]time.Duration{}
		e.Start(func() actor.Receiver {
			return receiver(func(c *actor.Context) {
				switch m := c.Message().(type) {
				case actor.Started:
					for name, g := range map[string]*actors.Group{"all": &all, "settled": &settled, "first": &first} {
						g.Await(name+" slow", began) // asked below
						g.Ask(c, bad.PID, "?", time.Hour, name+" bad")
						g.Ask(c, quick.PID, "?", time.Hour, name+" quick")
						g.Ask(c, slow.PID, "?", 30*time.Second, name+" slow")
					}
				case actors.Answered:
					for name, g := range map[string]*actors.Group{"all": &all, "settled": &settled, "first": &first} {
						was := g.Done()
						g.Settle(m, time.Now())
						if !was && g.Done() {
							done[name] = time.Since(began)
						}
					}
				}
			})
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		want := map[string]time.Duration{"all": 2 * time.Second, "settled": 30 * time.Second, "first": time.Second}
		if d := cmp.Diff(want, done); d != "" {
			t.Error(d)
		}
		ends := map[any]actors.End{}
		for _, g := range []*actors.Group{&all, &settled, &first} {
			for _, p := range g.Parts() {
				ends[p.Tag] = p.End
			}
		}
		if d := cmp.Diff(map[any]actors.End{
			"all bad": actors.EndFailed, "all quick": actors.EndAnswered, "all slow": actors.EndWithdrawn,
			"settled bad": actors.EndFailed, "settled quick": actors.EndAnswered, "settled slow": actors.EndLeftOut,
			"first bad": actors.EndWithdrawn, "first quick": actors.EndAnswered, "first slow": actors.EndWithdrawn,
		}, ends); d != "" {
			t.Error(d)
		}
		for _, p := range settled.Parts() {
			if late := p.Tag == "settled slow"; p.Late() != late {
				t.Errorf("%v is late: %v", p.Tag, p.Late())
			}
		}
		withdrawn := 0
		for _, m := range slow.Take() {
			if _, ok := m.(*actors.Withdrawn); ok {
				withdrawn++
			}
		}
		if withdrawn != 3 { // one of them since it was late
			t.Errorf("%d were withdrawn", withdrawn)
		}
	})
}

// receiver is an actor made of a function.
type receiver func(*actor.Context)

func (r receiver) Receive(c *actor.Context) { r(c) }
