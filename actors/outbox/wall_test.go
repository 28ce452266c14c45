package outbox

import (
	"cmp"
	"strings"
	"time"

	"troupe/messages"
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
