package actors_test

import (
	"testing"

	"troupe/actors"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// What is the same stays untouched; another value or other sources are kept, and what
// is no more is dropped.
func TestDifference(t *testing.T) {
	of := func(key, value string, sources ...messages.Source) messages.Derived {
		return messages.Derived{Owner: "user/1", Key: key, Value: value, Sources: sources}
	}
	one, two := messages.Source{Message: 1}, messages.Source{Message: 2}
	from := []messages.Derived{of("same", "1", one), of("other", "1", one), of("source", "1", one), of("gone", "1"), of("also", "1")}
	to := []messages.Derived{of("source", "1", two), of("same", "1", one), of("other", "2", one), of("new", "1")}
	keep, drop := actors.Difference(from, to)
	want := []messages.Derived{of("new", "1"), of("other", "2", one), of("source", "1", two)}
	if d := cmp.Diff(want, keep); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]messages.DerivedKey{{Owner: "user/1", Key: "also"}, {Owner: "user/1", Key: "gone"}}, drop); d != "" {
		t.Error(d)
	}
}
