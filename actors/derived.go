package actors

import (
	"cmp"
	"maps"
	"slices"

	"troupe/messages"
)

// Difference returns what is to be kept and dropped to get from what is derived to
// what is to be, each in the order of the keys.
func Difference(from, to []messages.Derived) (keep []messages.Derived, drop []messages.DerivedKey) {
	gone := make(map[messages.DerivedKey]*messages.Derived, len(from))
	for i := range from {
		gone[messages.DerivedKey{Owner: from[i].Owner, Key: from[i].Key}] = &from[i]
	}
	for _, d := range to {
		key := messages.DerivedKey{Owner: d.Owner, Key: d.Key}
		before := gone[key]
		if delete(gone, key); before == nil || before.Value != d.Value || !slices.Equal(before.Sources, d.Sources) {
			keep = append(keep, d)
		}
	}
	slices.SortFunc(keep, func(a, b messages.Derived) int { return cmp.Compare(a.Key, b.Key) })
	return keep, slices.SortedFunc(maps.Keys(gone), func(a, b messages.DerivedKey) int { return cmp.Compare(a.Key, b.Key) })
}
