package web

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
)

// feedKept is how many changes are kept for browsers that reconnect. Whoever
// has missed more loads everything again.
const feedKept = 1024

// feed numbers changes and keeps the latest of them.
type feed struct {
	epoch string // tells the numbers of this process from those of an earlier one

	mu   sync.Mutex
	next uint64 // number of the change to come
	kept []Change
	more chan struct{} // closed when there is another change
}

func newFeed() *feed {
	return &feed{epoch: rand.Text()[:8], next: 1, more: make(chan struct{})}
}

// add appends a change. It never blocks.
func (f *feed) add(ch Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) == feedKept {
		f.kept = append(f.kept[:0:0], f.kept[feedKept/2:]...)
	}
	f.kept = append(f.kept, ch)
	f.next++
	close(f.more)
	f.more = make(chan struct{})
}

// last returns the mark of the latest change.
func (f *feed) last() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mark(f.next - 1)
}

// since returns the changes after a mark, the mark of the latest and a channel
// that is closed when there are more. It is not ok if some of them are gone.
func (f *feed) since(mark string) (changes []Change, last string, more <-chan struct{}, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	last = f.mark(f.next - 1)
	epoch, number, _ := strings.Cut(mark, ".")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || epoch != f.epoch || n >= f.next {
		return nil, last, f.more, false
	}
	missed := f.next - 1 - n
	if missed > uint64(len(f.kept)) {
		return nil, last, f.more, false
	}
	return append([]Change(nil), f.kept[uint64(len(f.kept))-missed:]...), last, f.more, true
}

func (f *feed) mark(n uint64) string {
	return f.epoch + "." + strconv.FormatUint(n, 10)
}
