package user

import (
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Whatever is found on disk is taken or left alone, and what was taken is taken again
// from what is written of it.
func FuzzRecall(f *testing.F) {
	f.Add("fact/1", `{"about":"home","text":"Oslo","told":"2026-03-01T12:00:00Z"}`, "said/4194304", `{"w":3,"t":["fjord"]}`)
	f.Add("fact/9999999999", `{}`, "fact/1", `{"told":"x"}`)
	f.Fuzz(func(t *testing.T, key, value, other, second string) {
		k := recall([]messages.Derived{{Key: key, Value: value}, {Key: other, Value: second}}, 0)
		for _, fact := range k.facts {
			if y := fact.Told.Year(); y < 0 || y > 9999 {
				t.Skip("no JSON has this time")
			}
		}
		again := recall(k.derived(42), k.next)
		if d := cmp.Diff(k, again, cmp.AllowUnexported(known{}), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		messages.ProfileOf(k.note(k.said).said)
	})
}
