package outbox

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"

	gocmp "github.com/google/go-cmp/cmp"
)

// start is some time: cores know no clock.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	room   = messages.ChannelID(7)
	travel = 125 * time.Millisecond // of a request and its answer
	fsync  = 5 * time.Millisecond   // of the journal
)

// A window is a budget as Discord keeps it. A limit of 0 is none.
type window struct {
	limit  int
	length time.Duration
	used   int
	reset  time.Time
	passed int // how often more was asked for
}

func fivePerFive() *window { return &window{limit: 5, length: 5 * time.Second} }

// take counts a request. It reports how long to wait if there is no room.
func (w *window) take(now time.Time) (wait time.Duration, ok bool) {
	if w.limit == 0 {
		return 0, true
	}
	if !now.Before(w.reset) {
		w.used, w.reset = 0, now.Add(w.length)
	}
	if w.used == w.limit {
		w.passed++
		return w.reset.Sub(now), false
	}
	w.used++
	return 0, true
}

func (w *window) budget(now time.Time) messages.Budget {
	if w.limit == 0 {
		return messages.Budget{}
	}
	return messages.Budget{Known: true, Limit: w.limit, Left: w.limit - w.used, Reset: w.reset.Sub(now)}
}

// A said is a message of the channel.
type said struct {
	id       messages.MessageID
	text     string
	replyTo  messages.MessageID
	notify   bool
	mentions []messages.UserID
	file     string
	deleted  bool
	hook     bool
}

// A wall is Discord as far as one channel and its interactions go.
type wall struct {
	posts, edits *window
	said         []*said
	nonces       map[string]*said
	first        map[messages.InteractionID]*said // what fills in for thinking
	mute         bool                             // tells nothing of what stands in a message
}

func newWall() *wall {
	return &wall{
		posts: fivePerFive(), edits: fivePerFive(),
		nonces: map[string]*said{}, first: map[messages.InteractionID]*said{},
	}
}

func (p *wall) add(m said) *said {
	m.id = messages.MessageID(1000 + len(p.said))
	p.said = append(p.said, &m)
	return &m
}

func (p *wall) find(id messages.MessageID) *said {
	for _, m := range p.said {
		if m.id == id && !m.deleted {
			return m
		}
	}
	return nil
}

// do carries out a request. The result is a messages.Sent or an error.
func (p *wall) do(what any, now time.Time) any {
	switch m := what.(type) {
	case *messages.Post:
		return p.post(m, now)
	case *messages.Edit:
		if wait, ok := p.edits.take(now); !ok {
			return &messages.Limited{Wait: wait, What: "bucket"}
		}
		return p.change(p.find(m.Message), m.Content, m.Files, p.edits.budget(now))
	case *messages.Response:
		return p.respond(m)
	case removal:
		if m := p.find(m.message); m != nil {
			m.deleted = true
			return messages.Sent{}
		}
		return &messages.Failure{Cause: messages.CauseGone, Status: 404}
	}
	return messages.Sent{}
}

func (p *wall) post(m *messages.Post, now time.Time) any {
	if wait, ok := p.posts.take(now); !ok {
		return &messages.Limited{Wait: wait, What: "bucket"}
	}
	if len(m.Nonce) > 25 || units(m.Content) > 2000 || m.Content == "" {
		return &messages.Failure{Cause: messages.CauseInternal, Status: 400}
	}
	stands := p.nonces[m.Nonce]
	if stands == nil {
		stands = p.add(said{
			text: strings.TrimSpace(m.Content), replyTo: m.ReplyTo, notify: m.Notify, mentions: m.Mentions, file: fileOf(m.Files),
		})
		p.nonces[m.Nonce] = stands
	}
	return p.told(stands, p.posts.budget(now))
}

func (p *wall) change(m *said, text string, files []messages.File, b messages.Budget) any {
	if m == nil {
		return &messages.Failure{Cause: messages.CauseGone, Status: 404}
	}
	m.text = strings.TrimSpace(text)
	m.file = cmp.Or(fileOf(files), m.file)
	return p.told(m, b)
}

func (p *wall) respond(m *messages.Response) any {
	switch stands := p.first[m.Interaction.ID]; {
	case m.Further:
		return p.told(p.add(said{text: m.Content, file: fileOf(m.Files), hook: true}), messages.Budget{})
	case m.Message != 0:
		return p.change(p.find(m.Message), m.Content, m.Files, messages.Budget{})
	case stands == nil:
		stands = p.add(said{text: m.Content, file: fileOf(m.Files), hook: true})
		p.first[m.Interaction.ID] = stands
		return p.told(stands, messages.Budget{})
	default:
		return p.change(stands, m.Content, m.Files, messages.Budget{})
	}
}

func (p *wall) told(m *said, b messages.Budget) messages.Sent {
	sent := messages.Sent{Message: m.id, Content: m.text, Budget: b}
	if p.mute {
		sent.Content = ""
	}
	return sent
}

func fileOf(files []messages.File) string {
	if len(files) == 0 {
		return ""
	}
	return string(files[0].Data)
}

// visible returns what is to be read in the channel.
func (p *wall) visible() (texts []string) {
	for _, m := range p.said {
		if !m.deleted {
			texts = append(texts, m.text)
		}
	}
	return texts
}

// A world is a state with a channel and a journal beside it, and a clock.
type world struct {
	*wall
	t       *testing.T
	s       *state
	now     time.Time
	events  []event
	serial  int
	log     []string             // requests as they arrive, and answers
	kept    []any                // by the journal, in order
	answers map[uint64]any       // by asker
	way     func() time.Duration // of a request or its answer
	disk    func() time.Duration // of a write
	fault   func(what any) any
	refuse  func(what any) error // by the pool or the journal
}

type event struct {
	at     time.Time
	serial int
	do     func()
}

func newWorld(t *testing.T) *world {
	return &world{
		t: t, wall: newWall(), s: newState(room, DefaultDeadline, start), now: start, answers: map[uint64]any{},
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
