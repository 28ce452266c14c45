package chaos

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
)

// forgone is how long a question counts as open at most: one that is lost for
// good does not keep the others from being asked.
const forgone = 40 * time.Second

// A recorder keeps what happens in a lab.
type recorder struct {
	bot messages.UserID

	mu     sync.Mutex
	asks   []Ask
	index  map[messages.MessageID]int // of asks
	events []Event
	given  []*Given
	active map[*Given]fault.Class
	latest map[messages.ChannelID]messages.MessageID // the bot's last message in each channel

	open []int                       // asks without an outcome that was seen
	done map[doneKey]bool            // outcomes seen
	uses map[messages.MessageID]bool // commands, and whether they were acknowledged in time
}

// A doneKey names a question by its ID, or one of several equal ones by who asks.
type doneKey struct {
	trigger messages.MessageID
	tag     string
	asker   messages.UserID
}

func newRecorder(bot messages.UserID) *recorder {
	return &recorder{
		bot: bot, index: map[messages.MessageID]int{}, active: map[*Given]fault.Class{},
		latest: map[messages.ChannelID]messages.MessageID{}, done: map[doneKey]bool{}, uses: map[messages.MessageID]bool{},
	}
}

// watch takes in a change of the simulated Discord.
func (r *recorder) watch(c discordsim.Change) {
	m := &c.Message
	if c.Kind == discordsim.TypingStarted || m.Author != r.bot || m.Notice {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, Event{At: time.Now(), Change: c})
	if c.Kind == discordsim.MessageDeleted || m.Thinking {
		return
	}
	r.latest[m.Channel] = m.ID
	found := answered.FindStringSubmatch(m.Content)
	if found != nil && !strings.Contains(m.Content, ".end") && len(m.Attachments) == 0 {
		return
	}
	switch {
	case m.Interaction != 0:
		r.done[doneKey{trigger: messages.MessageID(m.Interaction)}] = true
	case m.Reply != nil:
		r.done[doneKey{trigger: m.Reply.ID}] = true
	}
	for _, person := range addressed(m.Content) {
		if found != nil {
			r.done[doneKey{tag: family(found[1]), asker: person}] = true
		}
	}
}

// ask notes a question.
func (r *recorder) ask(a Ask) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.index[a.Trigger] = len(r.asks)
	r.open = append(r.open, len(r.asks))
	r.asks = append(r.asks, a)
}

// change changes what is known of a question.
func (r *recorder) change(id messages.MessageID, f func(*Ask)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.asks[r.index[id]])
}

// waiting returns how many questions have no outcome yet, as far as a glance
// tells, those left out that wait for longer than most.
func (r *recorder) waiting(most time.Duration) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.open = slices.DeleteFunc(r.open, func(i int) bool { return r.closed(&r.asks[i], now) })
	for _, i := range r.open {
		if now.Sub(r.asks[i].At) < most {
			n++
		}
	}
	return n
}

func (r *recorder) closed(a *Ask, now time.Time) bool {
	acknowledged := r.uses[a.Trigger]
	return !a.Deleted.IsZero() || r.done[doneKey{trigger: a.Trigger}] || r.done[doneKey{tag: a.Tag, asker: a.Asker}] ||
		a.Kind == Command && !acknowledged && now.Sub(a.At) > 6*time.Second
}

// used takes in which commands were acknowledged.
func (r *recorder) used(uses []discordsim.Used) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range uses {
		r.uses[messages.MessageID(u.ID)] = !u.Acknowledged.IsZero()
	}
}

// lastIn returns the bot's last message in a channel, 0 for none.
func (r *recorder) lastIn(c messages.ChannelID) messages.MessageID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.latest[c]
}

// quiet returns for how long the bot has said nothing.
func (r *recorder) quiet() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) == 0 {
		return 0
	}
	return time.Since(r.events[len(r.events)-1].At)
}

// give notes that a fault is given from now on. class is what calls it befalls;
// "" for none.
func (r *recorder) give(name, what string, class fault.Class) *Given {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := &Given{Fault: name, What: what, From: time.Now()}
	r.given = append(r.given, g)
	if class != "" {
		r.active[g] = class
	}
	return g
}

// over notes that a fault has ended.
func (r *recorder) over(g *Given) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g.To = time.Now()
	delete(r.active, g)
}

// met notes that a call was befallen.
func (r *recorder) met(c fault.Class) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	for g, class := range r.active {
		if class.Covers(c) {
			g.Hits = append(g.Hits, now)
		}
	}
}

// asking returns how many questions were asked so far.
func (r *recorder) asking() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.asks)
}

// record returns all so far. file opens an attachment.
func (r *recorder) record(file func(uint64) (discordsim.File, bool)) *Record {
	r.mu.Lock()
	out := &Record{Bot: r.bot, Asks: slices.Clone(r.asks), Events: slices.Clone(r.events), Files: map[uint64]string{}}
	for i := range out.Asks {
		out.Asks[i].Acknowledged = r.uses[out.Asks[i].Trigger]
		out.Asks[i].Edits = slices.Clone(out.Asks[i].Edits)
	}
	for _, g := range r.given {
		given := *g
		given.Hits = slices.Clone(g.Hits)
		if given.To.IsZero() {
			given.To = time.Now()
		}
		out.Given = append(out.Given, given)
	}
	r.mu.Unlock() // file asks the server, which may be waiting for us
	ids := map[uint64]bool{}
	for _, e := range out.Events {
		for _, a := range e.Message.Attachments {
			ids[a.ID] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if f, ok := file(id); ok {
			out.Files[id] = string(f.Data)
		}
	}
	slices.SortStableFunc(out.Asks, func(a, b Ask) int { return cmp.Compare(a.Trigger, b.Trigger) })
	return out
}
