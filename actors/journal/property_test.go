package journal

import (
	"errors"
	"testing"
	"time"

	"troupe/messages"
)

// most is the bound of the queue in a model.
const most = 20

// A model keeps, beside a state, what the store has and who was answered what.
type model struct {
	t       *testing.T
	s       *state
	group   []write         // that the store has at the moment
	bad     map[uint64]bool // all writes, and whether the store takes them
	has     []uint64        // what the store took
	answers map[uint64]any
}

// Whatever the store does: each write is answered once, with its own result
// exactly if the store has it, and the store has them in order.
func FuzzWrites(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 9, 2, 1, 1, 1, 1})
	f.Add([]byte{0, 9, 0, 9, 0, 0, 1, 2, 1, 2, 3, 4, 1, 1})
	f.Add([]byte{0, 0, 0, 0, 2, 3, 4, 5, 0, 1, 1})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 7, 0, 0, 2, 1, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		m := &model{t: t, s: newState(limits{Batch: busy + 2, Queue: most}), bad: map[uint64]bool{}, answers: map[uint64]any{}}
		m.serve(m.s.start())
		for _, b := range script {
			m.step(b)
			if m.s.held() > most {
				t.Fatalf("%d writes are held", m.s.held())
			}
		}
		for m.s.phase != idle || m.s.held() > 0 {
			switch {
			case m.s.phase != idle:
				m.returns(result{})
			case m.s.lingers == 0:
				t.Fatal("nothing goes on with what is in the queue")
			default:
				m.serve(m.s.lingered())
			}
		}
		m.check()
	})
}

func (m *model) step(b byte) {
	switch {
	case b&7 == 0:
		id := m.s.nextID()
		m.bad[id] = b > 200
		m.serve(m.s.write(id, id))
	case b&7 == 5:
		m.serve(m.s.slow())
	case b&7 == 6:
		m.serve(m.s.again())
	case b&7 == 7 && m.s.lingers > 0:
		m.serve(m.s.lingered())
	case m.s.phase == idle:
	case b&7 == 2:
		m.returns(result{err: errors.New("disk full")})
	case b&7 == 3:
		m.returns(result{err: errors.New("stuck"), late: true})
	default:
		m.returns(result{took: time.Millisecond})
	}
}

func (m *model) serve(todo []action) {
	for _, a := range todo {
		switch a.verb {
		case commit:
			m.group = a.writes
		case probe:
			m.group = nil
		case answer:
			if m.answers[a.id] != nil {
				m.t.Fatalf("write %d is answered twice", a.id)
			}
			m.answers[a.id] = a.message
		case announce, linger, blame, down, up, pause, read:
		}
	}
}

// returns lets the store return. It takes no group with a bad write.
func (m *model) returns(r result) {
	for _, w := range m.group {
		if m.bad[w.id] && r.err == nil {
			r = result{err: errors.New("bad write")}
		}
	}
	if r.err == nil {
		for _, w := range m.group {
			m.has = append(m.has, w.id)
			r.answers = append(r.answers, w.id)
		}
	}
	m.serve(m.s.committed(r))
}

func (m *model) check() {
	done := map[uint64]bool{}
	for i, id := range m.has {
		done[id] = true
		if i > 0 && id <= m.has[i-1] {
			m.t.Fatalf("written out of order: %v", m.has)
		}
	}
	for id := range m.bad {
		switch got := m.answers[id].(type) {
		case uint64:
			if got != id || !done[id] {
				m.t.Fatalf("write %d is answered %d; the store has it: %v", id, got, done[id])
			}
		case *messages.Failure, *messages.Refused:
			if done[id] {
				m.t.Fatalf("write %d is done and answered %v", id, got)
			}
		default:
			m.t.Fatalf("write %d is answered %v", id, got)
		}
	}
	if m.s.store == failing && !m.s.paused {
		m.t.Fatal("nothing tries a store that is down")
	}
}
