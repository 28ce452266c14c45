package scenario

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A recorder writes down what is to be seen, when it happens.
type recorder struct {
	mu    sync.Mutex
	raw   []sight
	since time.Time // of the latest
}

// A sight is one thing that was seen. Several changes of one message at the same
// instant are one sight: nobody saw what was in between.
type sight struct {
	at      time.Time
	kind    discordsim.ChangeKind
	message discordsim.Message // as it was last
	born    bool               // it was not there before
	note    string             // instead of all else
}

// change takes a change of the simulated Discord.
func (r *recorder) change(c discordsim.Change) {
	if c.Kind == discordsim.WorldChanged {
		return
	}
	r.add(sight{at: time.Now(), kind: c.Kind, message: c.Message, born: c.Kind == discordsim.MessageCreated})
}

// note writes down what no message shows.
func (r *recorder) note(text string) { r.add(sight{at: time.Now(), note: text}) }

func (r *recorder) add(one sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raw, r.since = append(r.raw, one), one.at
}

// latest returns when something was seen last.
func (r *recorder) latest() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.since
}

// take returns what was seen since the last time, in an order that does not
// depend on which of the bot's goroutines came first: at one instant people come
// before the bot, and the bot's messages in the order of what they answer. exact
// is how long an instant is; 0 for any time.
func (r *recorder) take(begun time.Time, exact time.Duration) []sight {
	r.mu.Lock()
	raw := r.raw
	r.raw = nil
	r.mu.Unlock()
	seen := gather(raw)
	slices.SortStableFunc(seen, func(a, b sight) int {
		if c := cmp.Compare(a.instant(begun, exact), b.instant(begun, exact)); c != 0 {
			return c
		}
		if c := cmp.Compare(a.rank(), b.rank()); c != 0 || a.rank() != ofBot {
			return c
		}
		return cmp.Or(
			cmp.Compare(a.message.Channel, b.message.Channel),
			cmp.Compare(a.answers(), b.answers()),
			cmp.Compare(a.message.ID, b.message.ID),
		)
	})
	return seen
}

// instant numbers the instants since the action was begun.
func (one *sight) instant(begun time.Time, exact time.Duration) time.Duration {
	if exact == 0 {
		return 0
	}
	return one.at.Sub(begun) / exact
}

// gather makes one sight of what happened to one message at one instant.
func gather(raw []sight) []sight {
	type key struct {
		at time.Time
		id messages.MessageID
	}
	var seen []sight
	index := map[key]int{}
	for _, one := range raw {
		k := key{one.at, one.message.ID}
		i, again := index[k]
		if !again || one.message.ID == 0 {
			index[k] = len(seen)
			seen = append(seen, one)
			continue
		}
		seen[i].kind, seen[i].message = one.kind, one.message
	}
	return slices.DeleteFunc(seen, func(one sight) bool {
		return one.born && one.kind == discordsim.MessageDeleted || one.kind == discordsim.TypingStarted && one.overtaken(seen)
	})
}

// overtaken reports whether who types has posted at the same instant, which
// nobody can have seen typing.
func (one *sight) overtaken(seen []sight) bool {
	return slices.ContainsFunc(seen, func(other sight) bool {
		return other.born && other.at.Equal(one.at) && other.message.Channel == one.message.Channel &&
			other.message.Author == one.message.Author
	})
}

// The ranks of what is seen at the same instant.
const (
	ofPeople = iota
	ofBot
	ofNobody
)

func (one *sight) rank() int {
	switch {
	case one.note != "":
		return ofNobody
	case one.message.Bot:
		return ofBot
	}
	return ofPeople
}

// answers returns the ID of what a message of the bot answers.
func (one *sight) answers() uint64 {
	if one.message.Reply != nil {
		return uint64(one.message.Reply.ID)
	}
	return uint64(one.message.Interaction)
}
