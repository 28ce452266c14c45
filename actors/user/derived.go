package user

import (
	"encoding/json"
	"strconv"
	"strings"

	"troupe/messages"
)

// The kinds of what is derived from what a person said: facts by their number, and
// how messages were written by the message's ID.
const (
	prefixFact = "fact/"
	prefixSaid = "said/"
)

func keyOf(n *messages.SaidNote) string { return prefixSaid + n.Message.String() }

// derived returns all that is known, as the journal keeps it.
func (k known) derived(person messages.UserID) []messages.Derived {
	all := make([]messages.Derived, 0, len(k.facts)+len(k.said))
	add := func(key string, value any, source messages.MessageID) {
		text, err := json.Marshal(value)
		if err != nil { // it is plain data, which can be written
			panic(err)
		}
		all = append(all, messages.Derived{
			Owner: person.Owner(), Key: key, Value: string(text), Sources: []messages.Source{{Message: source, Person: person}},
		})
	}
	for i := range k.facts {
		add(k.facts[i].Key, &k.facts[i], k.facts[i].Message)
	}
	for i := range k.said {
		add(keyOf(&k.said[i]), &k.said[i], k.said[i].Message)
	}
	return all
}

// recall returns what was kept. What makes no sense, as of a later version, is left
// alone.
func recall(all []messages.Derived, next int) known {
	k := known{next: max(next, 1)}
	for i := range all {
		k.recall(&all[i])
	}
	k.facts = newestFirst(k.facts)
	k.said = latest(k.said)
	return k
}

func (k *known) recall(d *messages.Derived) {
	if digits, ok := strings.CutPrefix(d.Key, prefixFact); ok {
		f := messages.Fact{Key: d.Key}
		number, err := strconv.Atoi(digits)
		if err != nil || number < 1 || json.Unmarshal([]byte(d.Value), &f) != nil {
			return
		}
		k.next = max(k.next, number+1)
		k.facts = append(k.facts, f)
	}
	if id, ok := strings.CutPrefix(d.Key, prefixSaid); ok {
		message, err := messages.ParseID[messages.MessageID](id)
		n := messages.SaidNote{Message: message}
		if err != nil || message == 0 || json.Unmarshal([]byte(d.Value), &n) != nil {
			return
		}
		k.said = append(k.said, n)
	}
}
