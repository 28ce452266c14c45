package web

import (
	"strconv"
	"testing"
)

func numbered(n int) Change {
	return Change{Kind: ChangeMessage, Message: Message{ID: strconv.Itoa(n)}}
}

// Whoever comes back gets what was missed, in order and once.
func TestFeedGoesOn(t *testing.T) {
	f := newFeed()
	f.add(numbered(1))
	mark := f.last()
	f.add(numbered(2))
	f.add(numbered(3))
	changes, last, _, ok := f.since(mark)
	if !ok || len(changes) != 2 || changes[0].Message.ID != "2" || changes[1].Message.ID != "3" {
		t.Fatalf("after %s: %v, ok %v", mark, changes, ok)
	}
	if changes, again, _, ok := f.since(last); !ok || len(changes) != 0 || again != last {
		t.Errorf("after the last: %v, %s, ok %v", changes, again, ok)
	}
}

// A mark that the feed cannot go on from is told so: of another process, too
// old, from the future, or no mark at all.
func TestFeedResets(t *testing.T) {
	f := newFeed()
	old := f.last()
	for n := range 2 * feedKept {
		f.add(numbered(n))
	}
	for _, mark := range []string{"", "x", newFeed().last(), old, f.epoch + ".99999999", f.epoch + ".-1", f.epoch} {
		if changes, last, more, ok := f.since(mark); ok || len(changes) != 0 || last != f.last() || more == nil {
			t.Errorf("since(%q) = %d changes, %s, ok %v", mark, len(changes), last, ok)
		}
	}
}

// The feed keeps no more than it may, and at least half of that.
func TestFeedIsBounded(t *testing.T) {
	f := newFeed()
	marks := []string{f.last()}
	for n := range 3*feedKept + 7 {
		f.add(numbered(n))
		marks = append(marks, f.last())
		if len(f.kept) > feedKept {
			t.Fatalf("keeps %d", len(f.kept))
		}
		if n >= feedKept {
			if _, _, _, ok := f.since(marks[len(marks)-feedKept/2]); !ok {
				t.Fatalf("after %d changes, the latest %d are not kept", n, feedKept/2)
			}
		}
	}
}

// Whoever waits is woken by the next change.
func TestFeedWakes(t *testing.T) {
	f := newFeed()
	_, _, more, _ := f.since(f.last())
	select {
	case <-more:
		t.Fatal("woken by nothing")
	default:
	}
	f.add(numbered(1))
	select {
	case <-more:
	default:
		t.Fatal("not woken")
	}
}
