package coalescer

import (
	"container/list"
	"time"

	"troupe/messages"
)

// resultBytes is what a result weighs at least: an estimate of its fixed parts.
const resultBytes = 1 << 10

// A kept result may still be joined.
type kept struct {
	key     string
	result  any
	waiters int // that it was told when it came
	until   time.Time
	bytes   int
}

// A shelf is where results linger, all for the same time and within a budget:
// the oldest leave first.
type shelf struct {
	linger time.Duration
	budget int // bytes
	bytes  int
	byKey  map[string]*list.Element // of *kept
	byAge  *list.List               // the oldest first
}

func newShelf(linger time.Duration, budget int) shelf {
	return shelf{linger: linger, budget: budget, byKey: map[string]*list.Element{}, byAge: list.New()}
}

// put keeps a result, unless it is larger than the whole shelf. No result of
// the key is there: a job of it runs only when none lingers.
func (s *shelf) put(key string, result any, waiters int, now time.Time) {
	s.clear(now)
	bytes := weigh(result)
	if s.linger <= 0 || bytes > s.budget {
		return
	}
	for s.bytes+bytes > s.budget {
		s.drop(s.byAge.Front())
	}
	s.byKey[key] = s.byAge.PushBack(&kept{key, result, waiters, now.Add(s.linger), bytes})
	s.bytes += bytes
}

func (s *shelf) get(key string, now time.Time) *kept {
	s.clear(now)
	if e := s.byKey[key]; e != nil {
		return e.Value.(*kept)
	}
	return nil
}

// clear drops what has lingered long enough.
func (s *shelf) clear(now time.Time) {
	for e := s.byAge.Front(); e != nil && !now.Before(e.Value.(*kept).until); e = s.byAge.Front() {
		s.drop(e)
	}
}

func (s *shelf) drop(e *list.Element) {
	k := s.byAge.Remove(e).(*kept)
	delete(s.byKey, k.key)
	s.bytes -= k.bytes
}

// next returns when something leaves, or the zero time.
func (s *shelf) next() time.Time {
	if e := s.byAge.Front(); e != nil {
		return e.Value.(*kept).until
	}
	return time.Time{}
}

func (s *shelf) size() int { return s.byAge.Len() }

// weigh estimates the bytes of a result: of all results, only a generation's
// have no bound of their own.
func weigh(result any) int {
	n := resultBytes
	if g, ok := result.(*messages.Generation); ok {
		n += len(g.Text) + len(g.Note)
		for _, f := range g.Files {
			n += len(f.Data)
		}
	}
	return n
}
