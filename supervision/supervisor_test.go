package supervision

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

const (
	testRetry  = 10 * time.Second // as in the tree
	testSteady = time.Minute
)

// A patient is an actor that panics when it starts, so many times.
type patient struct {
	mu     sync.Mutex
	ill    int
	starts []time.Time // of its instances
}

func (p *patient) before(m any) {
	if _, starts := m.(actor.Started); !starts {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts = append(p.starts, time.Now())
	if p.ill > 0 {
		p.ill--
		panic("ill")
	}
}

// fall makes the next instances ill, and returns how many there were before.
func (p *patient) fall(ill int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ill = ill
	return len(p.starts)
}

// recovers waits until an instance has started well, so many after others, and returns
// when.
func (p *patient) recovers(after int) time.Time {
	for {
		p.mu.Lock()
		if p.ill == 0 && len(p.starts) > after {
			defer p.mu.Unlock()
			return p.starts[len(p.starts)-1]
		}
		p.mu.Unlock()
		time.Sleep(time.Second)
	}
}

// pauses returns how long it was until each instance but the first started, to the
// second that a backoff's jitter leaves.
func (p *patient) pauses() (all []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.starts[1:] {
		all = append(all, p.starts[i+1].Sub(p.starts[i]))
	}
	return all
}

// A ward is a supervisor with one patient, and who hears of it.
type ward struct {
	patient
	engine     actortest.Engine
	supervisor *actor.PID
	pid        *actor.PID // the patient
	health     *actortest.Probe
	crashed    int // as it is counted for metrics
}

func newWard(e actortest.Engine, ill int, make func(kind string, supervisor *actor.PID) Policy) *ward {
	w := &ward{engine: e, health: e.Probe(), patient: patient{ill: ill}}
	own := foreground("supervisor", nil)
	own.Before = func(m any) {
		if _, ok := m.(*note); ok {
			panic("the supervisor is ill")
		}
	}
	w.supervisor = e.Start(Host(Supervisor(SupervisorConfig{
		Health: w.health.PID, Retry: testRetry, Steady: testSteady, Log: actortest.Log(),
		Crashed: func(string) { w.crashed++ },
	}), own))
	policy := make("test", w.supervisor)
	policy.Before = w.before
	w.pid = e.Start(hosted(&book{}, policy))
	return w
}

func background(kind string, supervisor *actor.PID) Policy {
	return BackgroundPolicy(kind, supervisor, actortest.Log())
}

func foreground(kind string, supervisor *actor.PID) Policy {
	return DefaultPolicy(kind, supervisor, actortest.Log())
}

// parts returns what the supervisor tells.
func (w *ward) parts(t *testing.T) *messages.Parts {
	t.Helper()
	m, err := w.engine.Ask(w.supervisor, &messages.GetParts{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*messages.Parts)
}

// within fails the test unless pauses are as they are to be, but for a quarter of
// jitter.
func within(t *testing.T, got, want []time.Duration) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && got[i] >= want[i] && got[i] <= want[i]+want[i]/4
	}
	if !ok {
		t.Errorf("pauses of %v, want %v and up to a quarter more", got, want)
	}
}

// doubling returns n pauses, of which each is twice the one before, up to a bound.
func doubling(first, most time.Duration, n int) (all []time.Duration) {
	for i := range n {
		all = append(all, min(first*time.Duration(math.Exp2(float64(i))), most))
	}
	return all
}

// Pauses double from the policy's least to its most.
func TestBackoff(t *testing.T) {
	tests := []struct {
		name   string
		policy Policy
		want   []time.Duration
	}{
		{"who is waited for", foreground("test", nil), doubling(10*time.Millisecond, 5*time.Second, 12)},
		{"in the background", background("test", nil), doubling(time.Second, time.Minute, 10)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []time.Duration
			for n := range tt.want {
				got = append(got, tt.policy.backoff(n+1))
			}
			within(t, got, tt.want)
		})
	}
}

// Too many failures in a window, and an actor gives up; spread out they do not count.
func TestWindow(t *testing.T) {
	tests := []struct {
		name   string
		policy Policy
		apart  time.Duration
		gaveUp int // the failure at which it gives up, of 50; 0 for none
	}{
		{"who is waited for, at once", foreground("test", nil), 0, 11},
		{"just within the window", foreground("test", nil), 5900 * time.Millisecond, 11},
		{"spread out", foreground("test", nil), 6 * time.Second, 0},
		{"in the background, at once", background("test", nil), 0, 9},
		{"in the background, just within the window", background("test", nil), 74 * time.Second, 9},
		{"in the background, spread out", background("test", nil), 75 * time.Second, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, now, gaveUp := host{policy: tt.policy}, time.Now(), 0
			for n := 1; n <= 50 && gaveUp == 0; n++ {
				if _, more := h.fail(now); !more {
					gaveUp = n
				}
				now = now.Add(tt.apart)
			}
			if gaveUp != tt.gaveUp {
				t.Errorf("it gives up at failure %d, want %d", gaveUp, tt.gaveUp)
			}
		})
	}
}

// A part that fails again and again is down from when it first gives up until one of
// its instances has lasted, and is revived after pauses that double.
func TestSupervisorRevives(t *testing.T) {
	tests := []struct {
		name       string
		make       func(kind string, supervisor *actor.PID) Policy
		background bool
	}{
		{"who is waited for", foreground, false},
		{"in the background", background, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				const rounds = 7
				policy := tt.make("test", nil)
				crashes := rounds * (policy.MaxFailures + 1)
				w := newWard(e, crashes, tt.make)
				round := doubling(policy.MinBackoff, policy.MaxBackoff, policy.MaxFailures)
				var want []time.Duration
				for _, pause := range doubling(testRetry, 16*testRetry, rounds) {
					want = append(append(want, round...), pause)
				}
				w.recovers(crashes)
				within(t, w.pauses(), want)
				down := messages.PartDown{Part: w.pid.GetID(), Cause: "ill", Background: tt.background}
				if d := cmp.Diff(&messages.Parts{Restarts: crashes, Down: []messages.PartDown{down}}, w.parts(t)); d != "" {
					t.Errorf("the supervisor tells (-want +got):\n%s", d)
				}
				if w.crashed != crashes {
					t.Errorf("%d crashes are counted, of %d", w.crashed, crashes)
				}
				if d := cmp.Diff([]any{&down}, w.health.Take()); d != "" {
					t.Errorf("health hears (-want +got):\n%s", d)
				}
				time.Sleep(testSteady)
				synctest.Wait()
				if d := cmp.Diff([]any{&messages.PartUp{Part: w.pid.GetID()}}, w.health.Take()); d != "" {
					t.Errorf("health hears of one that lasts (-want +got):\n%s", d)
				}
				if got := w.parts(t).Down; len(got) > 0 {
					t.Errorf("down in the end: %v", got)
				}
				time.Sleep(24 * time.Hour)
				if got := w.health.Take(); len(got) > 0 {
					t.Errorf("health hears later: %v", got)
				}
			})
		})
	}
}

// A part that was revived and crashes is up no sooner than an instance has lasted for
// a minute, however long the pauses between them are.
func TestSupervisorWaitsForOneThatLasts(t *testing.T) {
	for well := range 9 { // the instance after the revival that is
		actortest.Run(t, func(t *testing.T, e actortest.Engine) {
			ill := background("test", nil).MaxFailures + 1 + well
			w := newWard(e, ill, background)
			rose := w.recovers(ill)
			for range 120 {
				if time.Sleep(time.Second); len(w.parts(t).Down) == 0 {
					break
				}
			}
			if lasted := time.Since(rose); lasted < testSteady || lasted > testSteady+3*time.Second {
				t.Errorf("instance %d lasts, and is taken for up after %v", well+1, lasted)
			}
			if got := len(w.health.Take()); got != 2 {
				t.Errorf("health hears %d times of it", got)
			}
		})
	}
}

// A part that gives up anew, long after it was up again, waits as long as at first.
func TestSupervisorForgets(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		most := foreground("test", nil).MaxFailures
		w := newWard(e, 2*(most+1), foreground)
		w.recovers(2 * (most + 1))
		time.Sleep(time.Hour)
		before := w.fall(most)
		e.Tell(w.pid, &note{do: ouch})
		w.recovers(before + most)
		within(t, w.pauses()[len(w.pauses())-1:], []time.Duration{testRetry})
	})
}

// A supervisor that crashes revives all the same who has given up, and knows how often
// the parts have crashed.
func TestSupervisorCrashes(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		ill := foreground("test", nil).MaxFailures + 1
		w := newWard(e, ill, foreground)
		for len(w.parts(t).Down) == 0 {
			time.Sleep(time.Second)
		}
		e.Tell(w.supervisor, &note{})
		time.Sleep(time.Second)
		if got := w.parts(t); len(got.Down) != 1 || got.Restarts != ill {
			t.Errorf("after its crash it knows of %+v", got)
		}
		w.recovers(ill)
		time.Sleep(testSteady + time.Second)
		if got := w.parts(t).Down; len(got) > 0 {
			t.Errorf("down in the end: %v", got)
		}
	})
}
