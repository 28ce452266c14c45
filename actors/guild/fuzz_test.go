package guild

import (
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Whatever is found on disk is taken or left alone, and what was taken is taken again
// from what is written of it.
func FuzzReread(f *testing.F) {
	f.Add("lore/1", `{"kind":"gag","text":"the cat","channel":"10","told":"2026-03-01T12:00:00Z"}`, "veto/1", `{"h":"AAAA","person":42}`)
	f.Add("lore/9999999999", `{}`, "veto/1", `{"person":-1}`)
	f.Fuzz(func(t *testing.T, key, value, other, second string) {
		l := lore{}.reread(&messages.KeptFound{Derived: []messages.Derived{{Key: key, Value: value}, {Key: other, Value: second}}})
		for _, p := range l.pieces {
			if y := p.Told.Year(); y < 0 || y > 9999 {
				t.Skip("no JSON has this time")
			}
		}
		again := l.reread(&messages.KeptFound{Derived: l.derived(id)})
		if d := cmp.Diff(l, again, cmp.AllowUnexported(lore{}, veto{}), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		l.learn(l.pieces, open)
	})
}
