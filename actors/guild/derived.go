package guild

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"troupe/messages"
)

// The kinds of what is derived from what was said in a guild, each by its number, and
// the notes about that.
const (
	prefixLore = "lore/"
	prefixVeto = "veto/"

	noteLore = "lore"      // "1" if it is wanted
	noteNext = "lore/next" // the number of the next piece
)

func (v *veto) key() string { return prefixVeto + strconv.Itoa(v.Number) }

// derived returns all that is remembered, as the journal keeps it.
func (l lore) derived(guild messages.GuildID) []messages.Derived {
	all := make([]messages.Derived, 0, len(l.pieces)+len(l.vetoes))
	add := func(key string, value any, sources []messages.Source) {
		text, err := json.Marshal(value)
		if err != nil { // it is plain data, which can be written
			panic(err)
		}
		all = append(all, messages.Derived{Owner: guild.Owner(), Key: key, Value: string(text), Sources: sources})
	}
	for i := range l.pieces {
		add(l.pieces[i].Key, &l.pieces[i], l.pieces[i].Sources)
	}
	for i := range l.vetoes {
		v := &l.vetoes[i]
		add(v.key(), v, []messages.Source{{Person: v.Person}})
	}
	return all
}

// load takes in what was kept. What was turned off meanwhile is off.
func (l lore) load(m *messages.KeptFound) lore {
	l.on = m.Notes[noteLore] == "1" && !l.ended
	return l.reread(m)
}

// reread returns what is on disk. Numbers that were given are not given again, though
// what has them is not there. What makes no sense, as of a later version, is left
// alone.
func (l lore) reread(m *messages.KeptFound) lore {
	next, err := strconv.Atoi(m.Notes[noteNext])
	if err != nil {
		next = 0
	}
	l = lore{on: l.on, next: max(l.next, next, 1)}
	for i := range m.Derived {
		l.recall(&m.Derived[i])
	}
	l.pieces = newestFirst(l.pieces)
	slices.SortFunc(l.vetoes, func(a, b veto) int { return cmp.Compare(a.Number, b.Number) })
	return l
}

func (l *lore) recall(d *messages.Derived) {
	kind, digits, _ := strings.Cut(d.Key, "/")
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 {
		return
	}
	switch kind + "/" {
	case prefixLore:
		p := messages.Lore{Key: d.Key, Sources: inOrder(d.Sources)}
		if json.Unmarshal([]byte(d.Value), &p) == nil {
			l.next = max(l.next, number+1)
			l.pieces = append(l.pieces, p)
		}
	case prefixVeto:
		v := veto{Number: number}
		if json.Unmarshal([]byte(d.Value), &v) == nil {
			l.vetoes = append(l.vetoes, v)
		}
	}
}
