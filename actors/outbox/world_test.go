package outbox

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"troupe/messages"

	gocmp "github.com/google/go-cmp/cmp"
)

// A world is a state with a channel and a journal beside it, and a clock.
type world struct {
	*wall
	t                  *testing.T
	s                  *state
	now                time.Time
	events             []event
	serial             int
	log                []string             // requests as they arrive, and answers
	kept               []any                // by the journal, in order
	answers            map[uint64]any       // by asker
	cancels, cancelled []uint64             // who asked for that, and to whom it was answered
	way                func() time.Duration // of a request or its answer
	disk               func() time.Duration // of a write
	fault              func(what any) any
	refuse             func(what any) error // by the pool or the journal
}

type event struct {
	at     time.Time
	serial int
	do     func()
}

func newWorld(t *testing.T) *world {
	return &world{
		t: t, wall: newWall(), s: newState(room, messages.NonceLife), now: start, answers: map[uint64]any{},
		way:  func() time.Duration { return travel / 2 },
		disk: func() time.Duration { return fsync },
	}
}

// at lets f happen so long after the start.
func (w *world) at(after time.Duration, f func()) {
	w.serial++
	w.events = append(w.events, event{start.Add(after), w.serial, f})
}

func (w *world) in(d time.Duration, f func()) { w.at(w.now.Add(d).Sub(start), f) }

// run lets time pass until so long after the start.
func (w *world) run(until time.Duration) {
	w.t.Helper()
	end := start.Add(until)
	for steps := 0; ; steps++ {
		if steps > 1_000_000 {
			w.t.Fatal("time stands still")
		}
		i := w.next()
		wake := w.s.wake
		switch {
		case i >= 0 && !w.events[i].at.After(end) && (wake.IsZero() || !wake.Before(w.events[i].at)):
			e := w.events[i]
			w.events = slices.Delete(w.events, i, i+1)
			w.now = e.at
			e.do()
		case !wake.IsZero() && !wake.After(end):
			if wake.After(w.now) {
				w.now = wake
			}
			w.take(w.s.tick(w.now))
		default:
			w.now = end
			return
		}
	}
}

func (w *world) next() int {
	first := -1
	for i, e := range w.events {
		if first < 0 || e.at.Before(w.events[first].at) || e.at.Equal(w.events[first].at) && e.serial < w.events[first].serial {
			first = i
		}
	}
	return first
}

// take carries out what the state wants done.
func (w *world) take(todo []any) {
	asked := w.s
	for _, do := range slices.Clone(todo) {
		switch do := do.(type) {
		case request:
			w.request(do)
		case write:
			w.in(w.disk(), func() { w.write(asked, do) })
		case answer:
			if _, ok := do.result.(*messages.ReplyCancelled); ok {
				w.cancelled = append(w.cancelled, do.asker)
				continue
			}
			w.note("answer %d: %s", do.asker, outcome(do.result))
			if _, twice := w.answers[do.asker]; twice {
				w.t.Fatalf("asker %d is answered twice", do.asker)
			}
			w.answers[do.asker] = do.result
		}
	}
}

// tell tells the instance that asked, if it is still there.
func (w *world) tell(asked *state, f func() []any) {
	if w.s == asked {
		w.take(f())
	}
}

func (w *world) request(r request) {
	asked := w.s
	if w.refuse != nil {
		if err := w.refuse(r.what); err != nil {
			w.in(0, func() { w.tell(asked, func() []any { return asked.failed(r.id, err, w.now) }) })
			return
		}
	}
	w.in(w.way(), func() { w.arrive(asked, r) })
}

// arrive lets a request reach Discord. One that meets a limit comes again when
// that has passed, as the pool has it; one of an instance that is gone does not
// come.
func (w *world) arrive(asked *state, r request) {
	if w.s != asked {
		return
	}
	w.note("%s", describe(r.what))
	var result any
	if w.fault != nil {
		result = w.fault(r.what)
	}
	if result == nil {
		result = w.do(r.what, w.now)
	}
	back := w.way()
	w.in(back, func() {
		switch result := result.(type) {
		case messages.Sent:
			w.tell(asked, func() []any { return asked.sent(r.id, result, w.now) })
		case *messages.Limited:
			w.tell(asked, func() []any { return asked.limited(r.id, result.Wait, w.now) })
			w.in(max(result.Wait-back, 0), func() { w.arrive(asked, r) })
		case error:
			w.tell(asked, func() []any { return asked.failed(r.id, result, w.now) })
		}
	})
}

func (w *world) write(asked *state, m write) {
	if w.refuse != nil {
		if err := w.refuse(m.what); err != nil {
			w.tell(asked, func() []any { return asked.unwritten(m.id, 0, w.now) })
			return
		}
	}
	w.kept = append(w.kept, m.what)
	w.tell(asked, func() []any { return asked.written(m.id, w.now) })
}

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf("%v ", w.now.Sub(start).Round(100*time.Microsecond))+fmt.Sprintf(format, args...))
}

// want compares what has been asked of Discord, and answered, since the last
// time.
func (w *world) want(log ...string) {
	w.t.Helper()
	if diff := gocmp.Diff(log, w.log); diff != "" {
		w.t.Fatalf("(-want +got):\n%s", diff)
	}
	w.log = nil
}

func (w *world) open(r messages.Reply) { w.take(w.s.open(r, w.now)) }

func (w *world) grow(id messages.MessageID, text string) { w.take(w.s.grow(id, text, w.now)) }

func (w *world) finish(asker uint64, r messages.Reply, text string) {
	w.take(w.s.finish(asker, r, text, "", w.now))
}

func (w *world) cancel(r messages.Reply, erase bool) {
	asker := uint64(1_000_000 + len(w.cancels))
	w.cancels = append(w.cancels, asker)
	w.take(w.s.cancel(asker, r, erase, w.now))
}

// reply returns the reply to a trigger of a person of that number.
func reply1(id int) messages.Reply {
	return messages.Reply{
		Trigger: messages.MessageID(id), ReplyTo: messages.MessageID(id), Channel: room, Guild: 1,
		Asker: messages.UserID(id), Started: start,
	}
}

func shared(id int) messages.Reply {
	r := reply1(id)
	r.Share = "same"
	return r
}

func brief(text string) string {
	if len(text) > 60 {
		return fmt.Sprintf("%s... (%d)", text[:20], len(text))
	}
	return text
}

func describe(what any) string {
	switch m := what.(type) {
	case *messages.Post:
		s := fmt.Sprintf("post %q to %d", brief(m.Content), m.ReplyTo)
		if !m.Notify {
			s += " silently"
		}
		if len(m.Mentions) > 0 {
			s += fmt.Sprintf(" for %d", m.Mentions)
		}
		if len(m.Files) > 0 {
			s += " with " + m.Files[0].Name
		}
		return s
	case *messages.Edit:
		return fmt.Sprintf("edit %d %q", m.Message, brief(m.Content))
	case *messages.Response:
		switch {
		case m.Further:
			return fmt.Sprintf("respond further %q", brief(m.Content))
		case m.Message != 0:
			return fmt.Sprintf("respond in %d %q", m.Message, brief(m.Content))
		}
		return fmt.Sprintf("respond %q", brief(m.Content))
	case removal:
		return fmt.Sprintf("delete %d", m.message)
	}
	return "typing"
}

func outcome(result any) string {
	switch r := result.(type) {
	case *messages.ReplyPosted:
		if r.Merged {
			return fmt.Sprintf("merged in %d", r.Parts)
		}
		return fmt.Sprintf("posted as %d", r.Parts)
	case *messages.Failure:
		return string(r.Cause)
	}
	return fmt.Sprint(result)
}
