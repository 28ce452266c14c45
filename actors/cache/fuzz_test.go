package cache

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// Whatever happens, in whatever order: the books are right, an answer comes only
// under the key that it was kept under and within its time, and none of which a
// message is gone since it was last told of comes at all.
func FuzzState(f *testing.F) {
	f.Add([]byte("kkkggfgkrkgfcgstg"))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252, 253, 254, 255})
	f.Fuzz(func(t *testing.T, script []byte) {
		s := newState(limits{ttl: time.Minute, stale: 2 * time.Minute, young: time.Second, entries: 4, bytes: 6000})
		now := noon
		alive := map[messages.MessageID]bool{}            // messages that are not gone
		holds := map[string]map[messages.MessageID]bool{} // by text: in what it was shown
		for i := 0; i+1 < len(script); i += 2 {
			n := int(script[i+1])
			key, id := fmt.Sprint("key", n%7), messages.MessageID(n%23+1)
			switch script[i] % 7 {
			case 0, 1:
				text := fmt.Sprintf("%s %d %s", key, i, strings.Repeat("x", n*10))
				if script[i]%7 == 1 {
					if e, ok := s.kept.Peek(key); ok {
						text = e.text
					}
				}
				alive[id] = true
				if holds[text] == nil {
					holds[text] = map[messages.MessageID]bool{}
				}
				holds[text][id] = true
				s.keep(renewing(&messages.KeepAnswer{Key: key, Text: text, Made: now, Channel: 1, Messages: []messages.MessageID{id}}, n), now)
			case 2:
				alive[id] = false
				s.forget(gone(id))
			case 3:
				now = now.Add(time.Duration(n) * 100 * time.Millisecond)
			case 4:
				s.sweep(now)
			case 5:
				got, hit := s.get(key, false, now)
				if !hit {
					break
				}
				if !strings.HasPrefix(got.Text, key+" ") {
					t.Fatalf("%q under %q", got.Text, key)
				}
				if age := now.Sub(got.Made); age < time.Second && !strings.Contains(got.Text, "anew") || age >= time.Minute {
					t.Fatalf("given at the age of %v", age)
				}
				for id := range holds[got.Text] {
					if !alive[id] {
						t.Fatalf("%.20q is given, and %v is gone", got.Text, id)
					}
				}
			case 6:
				due, e := s.due(now)
				if e == nil {
					break
				}
				text := fmt.Sprintf("%s anew %d %s", due, i, strings.Repeat("x", n*10))
				holds[text] = maps.Clone(holds[e.text])
				if n%5 == 0 {
					s.forget(gone(id))
					alive[id] = false
				}
				s.renewed(due, e, text, now.Add(time.Duration(n)*time.Millisecond))
			}
			check(t, s)
		}
	})
}
