package cache

import (
	"maps"
	"slices"
	"time"

	"troupe/messages"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// An entry is an answer that may be given again.
type entry struct {
	text  string
	made  time.Time
	ripe  time.Time // until then it is the coalescer's to share
	shown []place   // what asked for it and what holds it: never more than maxShown
	given int       // times it was given again since it was made

	renew  func() *messages.Job // makes it anew; nil if that cannot be, or has failed
	weight int                  // bytes that renew holds
}

// A place is where a message stands.
type place struct {
	channel messages.ChannelID
	message messages.MessageID
}

const (
	// maxShown bounds the messages that an answer is dropped with. One that was
	// given so often that not all can be remembered is dropped, and made anew.
	maxShown = 200

	// What an entry and a place take beside the text and the key: an estimate of
	// structs and maps.
	entryBytes = 512
	placeBytes = 96
)

// limits are the bounds of a state.
type limits struct {
	ttl     time.Duration
	stale   time.Duration // after which an answer leaves
	young   time.Duration
	entries int
	bytes   int
}

// A state is a cache without the world. Of the caches that are there it is built
// on the one that has no clock, no goroutine and no lock of its own: who was not
// asked for longest leaves first, and age is for the state to judge.
type state struct {
	limits limits
	kept   *simplelru.LRU[string, *entry]
	holder map[messages.MessageID]string // the key of the entry in which a message is shown
	bytes  int                           // of all entries

	hits, misses int
	bypassed     map[string]int // by reason
}

func newState(l limits) *state {
	s := &state{limits: l, holder: map[messages.MessageID]string{}, bypassed: map[string]int{}}
	kept, err := simplelru.NewLRU(l.entries, s.dropped)
	if err != nil {
		panic(err) // the bound is not positive, which is a bug
	}
	s.kept = kept
	return s
}

// dropped keeps the books of an entry that leaves, for whatever reason.
func (s *state) dropped(key string, e *entry) {
	s.bytes -= weigh(key, e)
	for _, p := range e.shown {
		delete(s.holder, p.message)
	}
}

func weigh(key string, e *entry) int {
	return entryBytes + len(key) + len(e.text) + e.weight + placeBytes*len(e.shown)
}

// get returns the answer of a key, if there is one that may be given again, or is
// stale where that will do.
func (s *state) get(key string, stale bool, now time.Time) (answer messages.CachedAnswer, hit bool) {
	if e, ok := s.kept.Get(key); ok {
		if age := now.Sub(e.made); !now.Before(e.ripe) && (age < s.limits.ttl || stale && age < s.limits.stale) {
			s.hits++
			e.given++
			return messages.CachedAnswer{Text: e.text, Made: e.made}, true
		}
	}
	s.misses++
	return messages.CachedAnswer{}, false
}

// keep takes an answer in. The same answer once more is one that more messages
// hold; another replaces one that is older.
func (s *state) keep(m *messages.KeepAnswer, now time.Time) {
	if m.Text == "" || now.Sub(m.Made) >= s.limits.stale {
		return
	}
	e, known := s.kept.Peek(m.Key)
	switch {
	case known && e.text == m.Text:
		if !m.Reused && now.Sub(e.made) >= s.limits.ttl {
			s.bytes += m.Weight - e.weight
			s.make(e, m)
		}
		s.show(m.Key, e, m)
		return
	case m.Reused, known && e.made.After(m.Made):
		return
	}
	s.kept.Remove(m.Key)
	e = &entry{text: m.Text}
	s.make(e, m)
	s.bytes += weigh(m.Key, e)
	s.kept.Add(m.Key, e)
	s.show(m.Key, e, m)
}

// make has an entry be as old as the answer that came, and made anew as that is.
func (s *state) make(e *entry, m *messages.KeepAnswer) {
	e.made, e.ripe, e.given = m.Made, m.Made.Add(s.limits.young), 0
	e.renew, e.weight = m.Renew, m.Weight
}

// show notes in which messages an entry is, and makes room for that.
func (s *state) show(key string, e *entry, m *messages.KeepAnswer) {
	for _, id := range m.Messages {
		holder, held := s.holder[id]
		if held && holder == key {
			continue
		}
		if held { // the question was another before it was edited
			s.kept.Remove(holder)
		}
		s.holder[id] = key
		e.shown = append(e.shown, place{m.Channel, id})
		s.bytes += placeBytes
	}
	if len(e.shown) > maxShown {
		s.kept.Remove(key)
	}
	s.makeRoom()
}

// makeRoom drops who was not asked for longest, until the rest fits.
func (s *state) makeRoom() {
	for s.bytes > s.limits.bytes {
		s.kept.RemoveOldest()
	}
}

// forget drops what messages that are gone have asked for or held.
func (s *state) forget(m *messages.ForgetAnswers) {
	for _, id := range m.Messages {
		if key, held := s.holder[id]; held {
			s.kept.Remove(key)
		}
	}
	if m.Messages == nil {
		s.drop(func(e *entry) bool {
			return slices.ContainsFunc(e.shown, func(p place) bool { return m.Channel == 0 || p.channel == m.Channel })
		})
	}
}

// sweep drops what is too old to be given again in any case.
func (s *state) sweep(now time.Time) {
	s.drop(func(e *entry) bool { return now.Sub(e.made) >= s.limits.stale })
}

func (s *state) drop(which func(*entry) bool) {
	for _, key := range s.kept.Keys() {
		if e, ok := s.kept.Peek(key); ok && which(e) {
			s.kept.Remove(key)
		}
	}
}

// bypass counts a question that was not asked.
func (s *state) bypass(why string) { s.bypassed[why]++ }

func (s *state) report() *messages.CacheState {
	return &messages.CacheState{
		Entries: s.kept.Len(), Bytes: s.bytes, Hits: s.hits, Misses: s.misses, Bypassed: maps.Clone(s.bypassed),
	}
}
