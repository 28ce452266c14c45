package channel

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"

	gocmp "github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// then is when the questions of these tests are asked: their IDs are small.
var then = messages.MessageID(0).Time()

func newTestState(side, bound int) *state {
	return &state{window: window{max: 10}, side: side, bound: bound}
}

func question(id messages.MessageID, asker messages.UserID, text string) messages.Trigger {
	return messages.Trigger{ID: id, Asker: messages.User{ID: asker}, Text: text}
}

func ids(list []*asked) (out []messages.MessageID) {
	for _, a := range list {
		out = append(out, a.trigger.ID)
	}
	return out
}

// run asks for what is due and says it in words.
func (s *state) run() string {
	start, speak := s.due(noon)
	return fmt.Sprint("start ", ids(start), " speak ", ids(speak))
}

func (s *state) acceptAll() {
	for _, a := range s.queue {
		s.accept(&messages.Accepted{Trigger: a.trigger, Fresh: true})
	}
}

func wantDue(t *testing.T, s *state, want string) {
	t.Helper()
	if got := s.run(); got != want {
		t.Fatalf("due: %s, want %s", got, want)
	}
}

// People are answered side by side, one person's questions one after the other.
func TestDueInOrder(t *testing.T) {
	s := newTestState(2, 10)
	s.ask(question(1, ann, "a"), then)
	s.ask(question(2, ann, "b"), then)
	s.ask(question(3, bob, "c"), then)
	s.ask(question(4, 3, "d"), then)
	wantDue(t, s, "start [1 3] speak []")
	s.acceptAll()
	wantDue(t, s, "start [] speak [1 3]")
	s.end(3, noon)
	wantDue(t, s, "start [4] speak [4]")
	s.end(1, noon)
	wantDue(t, s, "start [2] speak [2]")
}

// Who repeats what is being answered starts at once, whoever it is and however
// many are answered, but speaks only after what the same person asked before.
func TestDueRepeats(t *testing.T) {
	s := newTestState(1, 10)
	s.ask(question(1, ann, "Why?"), then)
	s.ask(question(2, ann, "why"), then)
	s.ask(question(3, bob, "why?"), then)
	s.ask(question(4, 3, "how?"), then)
	s.acceptAll()
	wantDue(t, s, "start [1 2 3] speak [1 3]")
	s.end(1, noon)
	wantDue(t, s, "start [] speak [2]")
	s.end(2, noon)
	s.end(3, noon)
	wantDue(t, s, "start [4] speak [4]")
}

// What comes when the queue is full is refused at once; beyond that it is not
// taken at all.
func TestFullQueue(t *testing.T) {
	s := newTestState(1, 2)
	for id := range messages.MessageID(4) {
		if !s.ask(question(id+1, messages.UserID(id+1), fmt.Sprint(id)), then) {
			t.Fatalf("question %d was not taken", id+1)
		}
	}
	if s.ask(question(5, 5, "e"), then) {
		t.Error("more is taken than twice the bound")
	}
	s.acceptAll()
	wantDue(t, s, "start [1 3 4] speak [1 3 4]")
	for _, id := range []messages.MessageID{3, 4} {
		if s.find(id).refuse != messages.CauseBusy {
			t.Errorf("question %d is not refused", id)
		}
	}
}

// A refusal does not wait for others, but does for what its asker has asked before,
// and what they ask later waits for it.
func TestDueRefusals(t *testing.T) {
	s := newTestState(1, 2)
	s.ask(question(1, ann, "a"), then)
	s.ask(question(2, bob, "b"), then)
	s.ask(question(3, ann, "c"), then)
	s.ask(question(4, 3, "d"), then)
	s.acceptAll()
	wantDue(t, s, "start [1 4] speak [1 4]")
	s.end(4, noon)
	s.end(2, noon)
	s.ask(question(5, ann, "a"), then)
	s.end(1, noon)
	s.acceptAll()
	wantDue(t, s, "start [3] speak [3]")
	s.end(3, noon)
	wantDue(t, s, "start [5] speak [5]")
}

// A trigger that is there already is not asked again, and what comes late takes
// its place by age, but never before one that runs.
func TestAskOrder(t *testing.T) {
	s := newTestState(1, 10)
	s.ask(question(5, ann, "a"), then)
	s.acceptAll()
	s.run()
	s.ask(question(9, ann, "b"), then)
	s.ask(question(3, ann, "c"), then)
	if s.ask(question(9, ann, "b"), then) {
		t.Error("asked twice")
	}
	if d := gocmp.Diff([]messages.MessageID{5, 3, 9}, ids(s.queue)); d != "" {
		t.Error(d)
	}
}

// What a former instance has left is known as such, and refused when it has been
// tried often enough.
func TestTakeUp(t *testing.T) {
	s := newTestState(5, 10)
	for i, tr := range []messages.Trigger{{Attempts: 2, Deaths: 9}, {Attempts: 3}, {Deaths: 10}} {
		tr.ID, tr.Asker.ID = messages.MessageID(i+1), messages.UserID(i+1)
		s.ask(tr, then)
		s.takeUp(tr)
		a := s.find(tr.ID)
		if !a.again || !a.accepted || (a.refuse != "") != (i > 0) {
			t.Errorf("trigger %d: %+v", i+1, a)
		}
	}
}

// What was asked a while ago is not begun before the store has said that it is
// not answered yet.
func TestDueLate(t *testing.T) {
	s := newTestState(5, 10)
	s.ask(question(1, ann, "a"), then.Add(freshFor+time.Second))
	s.ask(question(2, bob, "b"), then)
	wantDue(t, s, "start [2] speak []")
	s.acceptAll()
	wantDue(t, s, "start [1] speak [1 2]")
}

// The window of a question leaves out copies of it, and the answers to those,
// for those share the answer; all else that was said is another context.
func TestSaid(t *testing.T) {
	s := newTestState(5, 10)
	for _, l := range []messages.Line{
		{ID: 1, Author: 7, Text: "hello"},
		{ID: 2, Author: ann, Text: "why?"},
		{ID: 3, Author: bob, Text: "Why"},
		{ID: 4, Author: self, Text: "because", ReplyTo: 2, Own: true},
		{ID: 6, Author: 8, Text: "later"},
	} {
		s.window.add(l)
	}
	s.ask(question(2, ann, "why?"), then)
	s.ask(question(3, bob, "Why"), then)
	s.ask(question(5, 9, "WHY?"), then)
	s.ask(question(7, 10, "why?"), then)
	s.end(2, noon)
	w := s.said(s.find(5), noon)
	if len(w.Lines) != 1 || w.Anchor != 1 {
		t.Errorf("window of a copy: %+v", w)
	}
	if w := s.said(s.find(7), noon); w.Anchor != 6 {
		t.Errorf("something new was said, but the anchor is %v", w.Anchor)
	}
	if w := s.said(s.find(5), noon.Add(joinFor+time.Second)); w.Anchor != 4 {
		t.Errorf("long after the answer the anchor is %v", w.Anchor)
	}
}

// An answer of several parts is one line, however its messages were heard of.
func TestAnsweredIsOneLine(t *testing.T) {
	s := newTestState(1, 10)
	s.window.add(messages.Line{ID: 11, Text: "part"})
	s.answered(&messages.TurnEnded{Trigger: 10, Answer: "part one and two", Parts: []messages.MessageID{11, 12}}, messages.User{ID: self})
	s.ask(question(20, ann, "next"), then)
	w := s.said(s.find(20), noon)
	if len(w.Lines) != 1 || w.Lines[0].Text != "part one and two" {
		t.Errorf("window: %+v", w.Lines)
	}
}

// Whatever is added, changed and removed, the window holds the newest lines in
// order, and knows what they weigh.
func TestWindow(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		w := window{max: 8}
		held := map[messages.MessageID]messages.Line{}
		for range 100 {
			id := messages.MessageID(1 + r.IntN(40))
			text := strings.Repeat("x", r.IntN(50))
			switch r.IntN(5) {
			case 0:
				w.remove(id)
				delete(held, id)
			case 1:
				w.set(id, text)
				if l, ok := held[id]; ok {
					l.Text = text
					held[id] = l
				}
			default:
				if l := (messages.Line{ID: id, Text: text}); w.add(l) {
					held[id] = l
				}
				for len(held) > w.max {
					delete(held, slices.Min(keys(held)))
				}
			}
			check(t, &w, held)
		}
	}
}

func keys(held map[messages.MessageID]messages.Line) (out []messages.MessageID) {
	for id := range held {
		out = append(out, id)
	}
	return out
}

func check(t *testing.T, w *window, held map[messages.MessageID]messages.Line) {
	t.Helper()
	bytes := 0
	for _, l := range w.lines {
		bytes += weight(l)
		if held[l.ID] != l {
			t.Fatalf("line %v is %+v, want %+v", l.ID, l, held[l.ID])
		}
	}
	sorted := slices.IsSortedFunc(w.lines, func(a, b messages.Line) int { return cmp.Compare(a.ID, b.ID) })
	if len(w.lines) != len(held) || bytes != w.bytes || !sorted {
		t.Fatalf("%d lines of %d bytes (sorted: %v), want %d of %d", len(w.lines), w.bytes, sorted, len(held), bytes)
	}
}

// However many ask the same in a channel whose window is full, all see the same.
func TestCopiesPushNothingOut(t *testing.T) {
	s := newTestState(8, 200)
	id := messages.MessageID(1)
	for range 30 {
		s.window.add(messages.Line{ID: id, Text: fmt.Sprint("remark ", id)})
		id++
	}
	var first *messages.Window
	for i := range 100 {
		s.window.add(messages.Line{ID: id, Text: "why?"})
		s.ask(messages.Trigger{ID: id, Text: "why?", Asker: messages.User{ID: messages.UserID(i)}}, then)
		got := s.said(s.find(id), then)
		if first == nil {
			first = got
		}
		if d := gocmp.Diff(first, got); d != "" {
			t.Fatalf("copy %d sees something else (-first +got):\n%s", i, d)
		}
		id++
		s.window.add(messages.Line{ID: id, Text: "because", Own: true, ReplyTo: id - 1})
		id++
	}
	if len(first.Lines) != s.window.max-1 { // the question itself took one
		t.Errorf("they see %d lines", len(first.Lines))
	}
}
