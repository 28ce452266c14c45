package router

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// start is some time: cores know no clock.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a state with its tasks named, and a clock.
type world struct {
	t     *testing.T
	s     *state
	now   time.Time
	names map[uint64]string
	ids   map[string]uint64
	log   []string // what the state said is to be done, since the last take
}

func newWorld(t *testing.T, slots int, change func(*Config)) *world {
	cfg := Config{Concurrency: Concurrency{Start: slots, Pinned: true}}
	if change != nil {
		change(&cfg)
	}
	return &world{
		t: t, s: newState(cfg.withDefaults().limits()), now: start,
		names: map[uint64]string{}, ids: map[string]uint64{},
	}
}

func (w *world) submit(name string, j messages.Job) {
	// The name must be known before the actions are noted.
	w.names[w.s.serial+1], w.ids[name] = name, w.s.serial+1
	_, todo := w.s.submit(&j, w.now)
	w.note(todo)
}

func (w *world) finish(name string, result any) {
	w.note(w.s.finished(w.ids[name], result, time.Second, w.now))
}

func (w *world) wait(d time.Duration) {
	end := w.now.Add(d)
	for {
		next := w.s.next()
		if next.IsZero() || next.After(end) {
			break
		}
		w.now = next
		w.note(w.s.tick(w.now))
	}
	w.now = end
}

func (w *world) note(todo []action) {
	for _, a := range todo {
		name := w.names[a.task.id]
		switch a.verb {
		case run:
			w.log = append(w.log, "run "+name)
		case admit:
			w.log = append(w.log, "admit "+name)
		case stop:
			w.log = append(w.log, "stop "+name)
		case release:
			w.log = append(w.log, "release "+name)
		case answer:
			switch r := a.result.(type) {
			case *messages.JobDone:
				w.log = append(w.log, "done "+name)
			case *messages.Refused:
				w.log = append(w.log, fmt.Sprintf("refuse %s %s %v", name, r.Reason, r.RetryAfter))
			default:
				w.log = append(w.log, fmt.Sprintf("answer %s %v", name, r))
			}
		case forget:
		}
	}
	w.check()
}

func (w *world) want(log ...string) {
	w.t.Helper()
	if diff := cmp.Diff(log, w.log); diff != "" {
		w.t.Fatalf("(-want +got):\n%s", diff)
	}
	w.log = nil
}

// check compares what the state counts with what it holds.
func (w *world) check() {
	w.t.Helper()
	phases := map[phase]int{}
	held := map[party]int{}
	for _, t := range w.s.tasks {
		phases[t.phase]++
		if t.phase == queued || t.phase == parked {
			held[t.party]++
			if t.at < 0 {
				w.t.Fatalf("task %d waits without a deadline", t.id)
			}
		}
		if t.phase == ended {
			w.t.Fatalf("task %d has ended and is still kept", t.id)
		}
	}
	got := []int{w.s.queued, w.s.parked, w.s.slots}
	want := []int{phases[queued], phases[parked], phases[running] + phases[admitting]}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Fatalf("queued, parked, slots (-held +counted):\n%s", diff)
	}
	for p, counts := range w.s.parties {
		if sum := counts[0] + counts[1] + counts[2]; sum != held[p] || sum == 0 {
			w.t.Fatalf("party %v holds %d, counted %d", p, held[p], sum)
		}
	}
	if w.s.queued+w.s.parked > w.s.cfg.Capacity+w.s.cfg.Concurrency.Max {
		w.t.Fatalf("%d wait", w.s.queued+w.s.parked)
	}
	if len(w.s.deadlines.rows) != w.s.queued+w.s.parked {
		w.t.Fatal("the deadlines are not those of the tasks that wait")
	}
}

func guild(n int) messages.Job { return messages.Job{Guild: messages.GuildID(n)} }

func ranked(n int, p messages.Priority) messages.Job {
	return messages.Job{Guild: messages.GuildID(n), Priority: p}
}

// Guilds take turns: who asks once does not wait for who asks often.
func TestTurns(t *testing.T) {
	w := newWorld(t, 1, nil)
	for _, name := range []string{"a1", "a2", "a3", "a4"} {
		w.submit(name, guild(1))
	}
	w.submit("b1", guild(2))
	w.submit("dm", messages.Job{Fair: "dm/7"})
	w.submit("b2", guild(2))
	w.want("run a1")
	for _, step := range []string{"a1 a2", "a2 b1", "b1 dm", "dm a3", "a3 b2", "b2 a4"} {
		var ended, begins string
		_, _ = fmt.Sscan(step, &ended, &begins)
		w.finish(ended, "ok")
		w.want("done "+ended, "run "+begins)
	}
}

// A higher priority goes first; a lower one that had no turn for long gets one.
func TestPriority(t *testing.T) {
	w := newWorld(t, 1, func(c *Config) { c.Ageing = 10 * time.Second })
	w.submit("first", ranked(1, messages.PriorityInteractive))
	w.submit("background", ranked(1, messages.PriorityBackground))
	w.submit("retry", ranked(2, messages.PriorityRetry))
	w.submit("people1", ranked(3, messages.PriorityInteractive))
	w.submit("people2", ranked(3, messages.PriorityInteractive))
	w.submit("people3", ranked(3, messages.PriorityInteractive))
	w.want("run first")
	w.finish("first", nil)
	w.want("done first", "run people1")
	w.wait(10 * time.Second)
	w.finish("people1", nil)
	w.want("done people1", "run retry")
	w.finish("retry", nil)
	w.want("done retry", "run background")
	w.finish("background", nil)
	w.want("done background", "run people2")
}

// When all places are taken, who holds most gives one up, the lowest priority
// first; who holds most itself is refused.
func TestFull(t *testing.T) {
	w := newWorld(t, 1, func(c *Config) { c.Capacity = 4 })
	w.submit("a0", guild(1))
	for _, name := range []string{"a1", "a2", "a3"} {
		w.submit(name, guild(1))
	}
	w.submit("late", ranked(1, messages.PriorityBackground))
	w.want("run a0")
	w.submit("a4", guild(1))
	w.want("refuse late full 0s")
	w.submit("b1", guild(2))
	w.want("refuse a4 full 0s")
	w.submit("b2", guild(2))
	w.want("refuse a3 full 0s")
	w.submit("a5", guild(1))
	w.want("refuse a5 full 0s")
	w.submit("b3", ranked(3, messages.PriorityBackground))
	w.want("refuse b3 full 0s")
}

func TestDeadline(t *testing.T) {
	w := newWorld(t, 1, func(c *Config) { c.Wait = 8 * time.Second })
	w.submit("a", guild(1))
	w.submit("b", messages.Job{Guild: 1, Wait: 5 * time.Second})
	w.submit("c", messages.Job{Guild: 1, Wait: time.Hour})
	w.wait(5 * time.Second)
	w.want("run a", "refuse b deadline 0s")
	w.wait(3 * time.Second)
	w.want("refuse c deadline 0s")
}

// Jobs of a key that met its limit are parked and give their slots away. When
// it has passed one probes; each that gets through lets two go.
func TestParking(t *testing.T) {
	w := newWorld(t, 4, nil)
	job := messages.Job{Guild: 1, Key: "channel/1"}
	limited := &messages.Limited{Wait: 5 * time.Second, What: "bucket"}
	for _, name := range []string{"1", "2", "3"} {
		w.submit(name, job)
	}
	w.want("run 1", "run 2", "run 3")
	w.finish("3", limited)
	w.finish("2", limited)
	w.submit("4", job)
	w.submit("other", messages.Job{Guild: 1, Key: "channel/2"})
	w.finish("1", "ok")
	w.want("run other", "done 1")
	w.wait(5 * time.Second)
	w.want("run 2")
	w.submit("5", job)
	w.finish("2", "ok")
	w.want("done 2", "run 3", "run 4")
	w.finish("4", limited)
	w.finish("3", limited)
	w.wait(5 * time.Second)
	w.want("run 3")
	w.finish("3", "ok")
	w.want("done 3", "run 4", "run 5")
	w.finish("4", "ok")
	w.finish("5", "ok")
	w.want("done 4", "done 5")
	if len(w.s.lots) != 0 {
		t.Errorf("%d lots are left", len(w.s.lots))
	}
}

// A job that cannot wait as long as the limit takes hears so at once.
func TestParkingRefused(t *testing.T) {
	w := newWorld(t, 4, nil)
	job := messages.Job{Guild: 1, Key: "k", Wait: 5 * time.Second}
	w.submit("1", job)
	w.finish("1", &messages.Limited{Wait: 9 * time.Second})
	w.submit("2", job)
	w.want("run 1", "refuse 1 limit 9s", "refuse 2 limit 9s")
	w.wait(9 * time.Second)
	w.submit("3", job)
	w.want("run 3")
}

// A probe that ends without a try passes the turn on.
func TestProbeWithdrawn(t *testing.T) {
	w := newWorld(t, 1, nil)
	job := messages.Job{Guild: 1, Key: "k"}
	w.submit("1", job)
	w.finish("1", &messages.Limited{Wait: time.Second})
	w.submit("2", job)
	w.submit("busy", guild(2))
	w.wait(time.Second)
	w.want("run 1", "run busy")
	w.note(w.s.withdraw(w.ids["1"], w.now))
	w.finish("busy", nil)
	w.want("done busy", "run 2")
}

// The limit that holds for all holds up all, in their order.
func TestGlobalLimit(t *testing.T) {
	w := newWorld(t, 2, nil)
	for i, name := range []string{"1", "2", "3"} {
		w.submit(name, messages.Job{Guild: messages.GuildID(i), Key: name})
	}
	w.want("run 1", "run 2")
	global := &messages.Limited{Wait: time.Second, What: "global"}
	w.finish("2", global)
	w.finish("1", global)
	w.want()
	w.wait(time.Second)
	w.want("run 1", "run 2")
}

// A run that failed and may succeed later gives its slot away and holds up no
// other of its key. It is tried again when its own wait is over.
func TestTryAgain(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.submit("1", messages.Job{Guild: 1, Key: "k", Wait: 5 * time.Second})
	w.submit("2", messages.Job{Guild: 1, Key: "k"})
	again := &messages.TryAgain{Failure: &messages.Failure{Cause: messages.CauseOverloaded}, Wait: 2 * time.Second}
	w.finish("1", again)
	w.want("run 1", "run 2")
	w.finish("2", "ok")
	w.want("done 2")
	w.wait(2 * time.Second)
	w.want("run 1")
	w.finish("1", &messages.TryAgain{Failure: again.Failure, Wait: 4 * time.Second})
	w.want("done 1")
	if got := w.s.report(w.now); got.Failed != 1 || len(w.s.lots) != 0 {
		t.Errorf("%d failed, %d lots left", got.Failed, len(w.s.lots))
	}
}

func TestWithdraw(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.submit("running", guild(1))
	w.submit("queued", guild(1))
	w.submit("next", guild(1))
	w.want("run running")
	w.note(w.s.withdraw(w.ids["queued"], w.now))
	w.note(w.s.withdraw(w.ids["running"], w.now))
	w.note(w.s.withdraw(w.ids["running"], w.now))
	w.want("stop running")
	w.finish("running", "too late")
	w.want("run next")
	if got := w.s.report(w.now).Withdrawn; got != 2 {
		t.Errorf("withdrawn = %d", got)
	}
}

// The quota is asked at a job's turn. What it cannot admit now keeps its turn
// and holds up those of the same model; others go on.
func TestQuota(t *testing.T) {
	w := newWorld(t, 3, nil)
	w.s.cfg.Quota = true
	of := func(model string) messages.Job {
		return messages.Job{Guild: 1, Reserve: &messages.Reserve{Model: model}}
	}
	w.submit("a1", of("a"))
	w.submit("a2", of("a"))
	w.submit("b1", of("b"))
	w.submit("free", guild(1))
	w.want("admit a1", "admit b1", "run free")
	w.note(w.s.unreserved(w.ids["a1"], &messages.Limited{Wait: 2 * time.Second}, w.now))
	w.note(w.s.reserved(w.ids["b1"], w.now))
	w.want("run b1")
	w.wait(2 * time.Second)
	w.want("admit a1")
	w.note(w.s.reserved(w.ids["a1"], w.now))
	w.want("run a1")
	w.finish("free", nil)
	w.want("done free", "admit a2")
	w.note(w.s.unreserved(w.ids["a2"], &messages.Failure{Cause: messages.CauseDayQuota}, w.now))
	w.want("answer a2 day_quota")
	w.submit("a3", of("a"))
	w.want("admit a3")
	w.note(w.s.withdraw(w.ids["a3"], w.now))
	w.note(w.s.reserved(w.ids["a3"], w.now))
	w.want("release a3")
	w.submit("a4", messages.Job{Reserve: &messages.Reserve{Model: "a"}, Wait: time.Second})
	w.note(w.s.unreserved(w.ids["a4"], &messages.Limited{Wait: time.Minute}, w.now))
	w.submit("a5", messages.Job{Reserve: &messages.Reserve{Model: "a"}, Wait: time.Second})
	w.want("admit a4", "refuse a4 quota 1m0s", "refuse a5 quota 1m0s")
}

func TestBreakerRefuses(t *testing.T) {
	w := newWorld(t, 1, func(c *Config) { c.Breaker = Breaker{Calls: 2, Pause: 4 * time.Second} })
	job := messages.Job{Guild: 1, Breaker: "model"}
	down := &messages.Failure{Cause: messages.CauseOverloaded, Status: 503}
	w.submit("1", job)
	w.submit("2", job)
	w.submit("3", job)
	w.finish("1", down)
	w.want("run 1", "done 1", "run 2")
	w.finish("2", down)
	w.want("done 2", "refuse 3 breaker 4s")
	w.submit("4", job)
	w.submit("other", messages.Job{Breaker: "other"})
	w.want("refuse 4 breaker 4s", "run other")
	w.finish("other", nil)
	w.wait(4 * time.Second)
	w.submit("probe", job)
	w.submit("5", job)
	w.want("done other", "run probe", "refuse 5 breaker 4s")
	w.finish("probe", "ok")
	w.submit("6", job)
	w.want("done probe", "run 6")
}

func TestShut(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.submit("a", guild(1))
	w.note(w.s.shut())
	w.want("run a", "refuse a restarted 0s")
}

// Whatever happens, the slots are bounded, the tasks of a key with a limit start
// in order, and each task is answered exactly once or withdrawn.
func TestAnyHistory(t *testing.T) {
	for seed := range uint64(60) {
		h := &history{
			rand:     rand.New(rand.NewPCG(seed, 1)),
			answered: map[uint64]int{}, live: map[uint64]bool{}, admitting: map[uint64]bool{},
			withdrawn: map[uint64]bool{},
		}
		h.world = newWorld(t, 1+h.rand.IntN(4), func(c *Config) {
			c.Capacity, c.Wait = 12, 20*time.Second
			c.Concurrency.Pinned = seed%2 == 0
			c.Breaker = Breaker{Calls: 5, Pause: time.Second}
		})
		h.s.cfg.Quota = true
		for range 400 {
			h.step()
		}
		for range 1000 { // let all of it end
			if len(h.s.tasks) == 0 {
				break
			}
			h.finishAny("ok")
			h.admitAny(nil)
			h.wait(time.Second)
			h.obey()
		}
		h.wait(time.Minute) // lots without tasks go when they open
		if len(h.s.tasks) != 0 || len(h.s.lots) != 0 || len(h.s.parties) != 0 {
			t.Fatalf("seed %d: %d tasks, %d lots, %d parties are left", seed, len(h.s.tasks), len(h.s.lots), len(h.s.parties))
		}
		for id := uint64(1); id <= h.s.serial; id++ {
			if n := h.answered[id]; n > 1 || n == 0 && !h.withdrawn[id] {
				t.Fatalf("seed %d: task %d was answered %d times", seed, id, n)
			}
		}
	}
}

// A history is a random one.
type history struct {
	*world
	rand            *rand.Rand
	answered        map[uint64]int
	live, admitting map[uint64]bool // running; waiting for the quota
	withdrawn       map[uint64]bool
}

func (h *history) step() {
	switch h.rand.IntN(8) {
	case 0, 1, 2:
		j := messages.Job{
			Guild:    messages.GuildID(h.rand.IntN(3)),
			Priority: messages.Priority(h.rand.IntN(3)),
			Wait:     time.Duration(1+h.rand.IntN(15)) * time.Second,
			Key:      []string{"", "k1", "k2"}[h.rand.IntN(3)],
			Breaker:  []string{"", "b"}[h.rand.IntN(2)],
		}
		if h.rand.IntN(2) == 0 {
			j.Reserve = &messages.Reserve{Model: "m"}
		}
		_, todo := h.s.submit(&j, h.now)
		h.obeyed(todo)
	case 3:
		if h.s.serial > 0 {
			id := 1 + h.rand.Uint64N(h.s.serial)
			if h.s.tasks[id] != nil {
				h.withdrawn[id] = true
			}
			h.obeyed(h.s.withdraw(id, h.now))
		}
	case 4:
		h.wait(time.Duration(h.rand.IntN(3000)) * time.Millisecond)
		h.obey()
	case 5, 6:
		results := []any{
			"ok", "ok",
			&messages.Limited{Wait: time.Duration(h.rand.IntN(5000)) * time.Millisecond, What: "bucket"},
			&messages.Limited{Wait: time.Duration(h.rand.IntN(500)) * time.Millisecond, What: "global"},
			&messages.Failure{Status: 503}, &messages.Failure{Status: 429},
			&messages.TryAgain{Failure: &messages.Failure{Status: 503}, Wait: time.Duration(h.rand.IntN(5000)) * time.Millisecond},
		}
		h.finishAny(results[h.rand.IntN(len(results))])
	case 7:
		errs := []error{nil, nil, &messages.Limited{Wait: time.Second}, &messages.Failure{Cause: messages.CauseDayQuota}}
		h.admitAny(errs[h.rand.IntN(len(errs))])
	}
}

func (h *history) finishAny(result any) {
	for id := range h.live {
		delete(h.live, id)
		h.obeyed(h.s.finished(id, result, time.Second, h.now))
		return
	}
}

func (h *history) admitAny(err error) {
	for id := range h.admitting {
		delete(h.admitting, id)
		if err == nil {
			h.obeyed(h.s.reserved(id, h.now))
		} else {
			h.obeyed(h.s.unreserved(id, err, h.now))
		}
		return
	}
}

// obey finds what runs and what waits for the quota.
func (h *history) obey() {
	for id, t := range h.s.tasks {
		h.live[id] = t.phase == running
		h.admitting[id] = t.phase == admitting
		if !h.live[id] {
			delete(h.live, id)
		}
		if !h.admitting[id] {
			delete(h.admitting, id)
		}
	}
}

func (h *history) obeyed(todo []action) {
	h.note(todo)
	h.obey()
}

func (h *history) note(todo []action) {
	for _, a := range todo {
		if a.verb == answer {
			h.answered[a.task.id]++
		}
	}
	h.check()
}

func (h *history) wait(d time.Duration) {
	end := h.now.Add(d)
	for spins := 0; ; spins++ {
		next := h.s.next()
		if next.IsZero() || next.After(end) {
			break
		}
		if spins > 1000 {
			h.t.Fatal("the timer runs in circles")
		}
		h.now = next
		h.note(h.s.tick(h.now))
	}
	h.now = end
}
