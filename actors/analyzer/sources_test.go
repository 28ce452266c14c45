package analyzer

import (
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// What the bot said goes with what it answers, and with who asked that.
func TestSources(t *testing.T) {
	b := &Batch{Pieces: []messages.Piece{{Channel: 3, From: 1, To: 4}}, Lines: []messages.Line{
		{ID: 1, Author: 7, Name: "Ann", Text: "I won"},
		{ID: 2, Author: 99, Text: "You won!", ReplyTo: 1, Own: true},
		{ID: 3, Author: 99, Text: "well", Own: true},
		{ID: 4, Author: 8, Name: "Bob", Text: "hm"},
	}}
	lore, err := concludeLore(b, `[{"kind":"moment","text":"a","messages":[2],"about":[]},{"kind":"moment","text":"b","messages":[4,3],"about":["Ann"]}]`)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]messages.Source{
		{{Message: 2, Person: 7}, {Message: 1, Person: 7}},
		{{Message: 4, Person: 8}, {Message: 3}, {Person: 7}},
	}
	for i, l := range lore.Lore {
		if d := cmp.Diff(want[i], l.Sources); d != "" {
			t.Errorf("lore %d (-want +got):\n%s", i, d)
		}
	}
	summary, err := concludeSummary(b, `{"summary":"a"}`)
	if err != nil {
		t.Fatal(err)
	}
	all := []messages.Source{{Message: 1, Person: 7}, {Message: 2, Person: 7}, {Message: 3}, {Message: 4, Person: 8}}
	if d := cmp.Diff(all, summary.Chunk.Sources); d != "" {
		t.Errorf("summary (-want +got):\n%s", d)
	}
}
