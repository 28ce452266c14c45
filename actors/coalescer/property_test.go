package coalescer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// A model keeps, beside a state, what each waiter must have been told.
type model struct {
	t       *testing.T
	s       *state
	now     time.Time
	waiters map[uint64]*told
	running map[uint64]*run // by flight
	ended   map[string]time.Time
	runs    int
}

// told is what a waiter was told.
type told struct {
	key     string
	seen    []string
	answers int
	gone    bool
}

// run is one run of a job, as the router has it.
type run struct {
	key  string
	name string
	text string // so far; begins with the name, once there is any
}

// check plays a script: each byte is a step. Its rules hold after any of them:
// one answer for each waiter, one job at most for a key, no word of another key,
// and for the late ones a prefix and then the rest.
func check(t *testing.T, script []byte) {
	if len(script) > 400 {
		return
	}
	m := &model{
		t: t, s: newState(limits{Linger: 2 * time.Second, Keys: 3, Waiters: 4, Memory: 4 * resultBytes}), now: start,
		waiters: map[uint64]*told{}, running: map[uint64]*run{}, ended: map[string]time.Time{},
	}
	for _, b := range script {
		m.step(int(b&7), int(b>>3))
		m.now = m.now.Add(time.Duration(b) * time.Millisecond)
	}
	for id := range m.running {
		m.end(id, ending{result: m.running[id].key + "!"})
	}
	for id, w := range m.waiters {
		if w.answers != 1 && !w.gone {
			t.Errorf("waiter %d of %s got %d answers", id, w.key, w.answers)
		}
	}
	if m.s.tick(m.now.Add(time.Minute)); len(m.s.waiting)+len(m.s.flights)+len(m.s.byID)+m.s.shelf.bytes > 0 {
		t.Error("something is left")
	}
}

func (m *model) step(what, n int) {
	switch what {
	case 0, 1, 2:
		m.join(string(rune('a' + n%4)))
	case 3:
		if id, r := m.pick(n); r != nil {
			if r.text += "."; r.text == "." {
				r.text = r.name
			}
			m.apply(m.s.progress(id, r.text))
		}
	case 4:
		if id, r := m.pick(n); r != nil {
			m.end(id, ending{result: r.key + "!"})
		}
	case 5:
		if id, _ := m.pick(n); id != 0 {
			m.end(id, ending{err: &messages.Refused{Reason: "restarted"}, crashed: n%2 == 0})
		}
	case 6:
		m.leave(n)
	case 7:
		m.s.tick(m.now)
	}
}

func (m *model) join(key string) {
	id, how, todo := m.s.join(key, &messages.Job{Kind: key}, m.now)
	m.waiters[id] = &told{key: key}
	late, busy := m.ended[key]
	if how == joinLingered && (!busy || m.now.Sub(late) >= 2*time.Second) {
		m.t.Errorf("joined a result of %s that ended %v ago", key, m.now.Sub(late))
	}
	m.apply(todo)
	for _, r := range m.running {
		if r.key == key && how == joinShared && r.text != "" && m.waiters[id].last() != r.text {
			m.t.Errorf("who joined late was told %q of %q", m.waiters[id].last(), r.text)
		}
	}
}

func (m *model) end(id uint64, e ending) {
	r := m.running[id]
	delete(m.running, id)
	if e.err == nil {
		m.ended[r.key] = m.now
	}
	m.apply(m.s.ended(id, e, m.now))
}

func (m *model) leave(n int) {
	id := uint64(n + 1)
	if w := m.waiters[id]; w != nil && w.answers == 0 {
		w.gone = true
		m.apply(m.s.withdraw(id))
	}
}

// pick returns some job that runs.
func (m *model) pick(n int) (uint64, *run) {
	for id := range uint64(400) {
		if r := m.running[id]; r != nil {
			if n--; n < 0 || len(m.running) == 1 {
				return id, r
			}
		}
	}
	return 0, nil
}

func (m *model) apply(todo []action) {
	for _, a := range todo {
		switch a.verb {
		case ask:
			m.began(a.flight)
		case cancel:
			delete(m.running, a.flight.id)
		case tell, answer:
			m.told(a)
		}
	}
}

func (m *model) began(f *flight) {
	key := f.job.Kind
	for _, r := range m.running {
		if r.key == key {
			m.t.Errorf("two jobs of %s run", key)
		}
	}
	m.runs++
	m.running[f.id] = &run{key: key, name: fmt.Sprint(key, m.runs, " ")}
}

func (m *model) told(a action) {
	w := m.waiters[a.waiter]
	if w.answers > 0 || w.gone {
		m.t.Errorf("waiter %d is told something after its end", a.waiter)
	}
	switch r := a.message.(type) {
	case string:
		if !strings.HasPrefix(r, w.key) {
			m.t.Errorf("who waits for %s is told %s", w.key, r)
		}
		if d := len(r) - len(w.last()); len(w.seen) > 0 && d != 1 && strings.HasPrefix(r, w.last()) {
			m.t.Errorf("told %q after %q", r, w.last())
		}
		w.seen = append(w.seen, r)
		return
	case *messages.Joined:
		if r.Result != w.key+"!" {
			m.t.Errorf("who waits for %s got %v", w.key, r.Result)
		}
	}
	w.answers++
}

func (w *told) last() string {
	if len(w.seen) == 0 {
		return ""
	}
	return w.seen[len(w.seen)-1]
}

func FuzzState(f *testing.F) {
	f.Add([]byte{0, 1, 3, 0, 3, 4, 0})
	f.Add([]byte{0, 8, 16, 24, 5, 13, 6, 14, 22, 30, 4, 12})
	f.Add([]byte{0, 3, 5, 0, 3, 3, 8, 5, 6, 4, 0, 0, 255, 0, 7})
	f.Fuzz(check)
}
