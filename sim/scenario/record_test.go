package scenario

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// at returns a sight at so many milliseconds: of message id, by the bot in answer
// to another message, or by a person if that is 0.
func at(ms int, kind discordsim.ChangeKind, id, answers messages.MessageID, text string) sight {
	m := discordsim.Message{ID: id, Channel: 1, Author: 2, Content: text}
	if answers != 0 {
		m.Bot, m.Author, m.Reply = true, 9, &discordsim.Quote{ID: answers}
	}
	if kind == discordsim.TypingStarted {
		m.ID, m.Bot, m.Author, m.Reply = 0, true, 9, nil
	}
	return sight{at: time.UnixMilli(int64(ms)), kind: kind, message: m, born: kind == discordsim.MessageCreated}
}

// told returns what is told of sights, a word or two each.
func told(raw []sight, exact time.Duration) []string {
	r := &recorder{raw: raw}
	var out []string
	for _, one := range r.take(time.UnixMilli(0), exact) {
		text := one.message.Content
		switch {
		case one.kind == discordsim.TypingStarted:
			text = "typing"
		case one.kind == discordsim.MessageDeleted:
			text += " deleted"
		case !one.born:
			text += " edited"
		}
		out = append(out, text)
	}
	return out
}

// In what order the bot's goroutines come at one instant makes no difference, and
// what is there for no time is not seen.
func TestOrder(t *testing.T) {
	const created, edited, deleted, typing = discordsim.MessageCreated, discordsim.MessageEdited, discordsim.MessageDeleted, discordsim.TypingStarted
	asked := []sight{at(0, created, 1, 0, "one?"), at(0, created, 2, 0, "two?")}
	tests := []struct {
		name  string
		exact time.Duration
		bot   [][]sight // each in its order, all in any
		want  []string
	}{
		{"posts", time.Millisecond, [][]sight{{at(0, created, 5, 1, "1")}, {at(0, created, 4, 2, "2")}}, []string{"one?", "two?", "1", "2"}},
		{"grown at once", time.Millisecond, [][]sight{{at(0, created, 5, 1, "1"), at(0, edited, 5, 1, "1!")}, {at(0, created, 4, 2, "2")}}, []string{"one?", "two?", "1!", "2"}},
		{"gone at once", time.Millisecond, [][]sight{{at(0, created, 5, 1, "1"), at(0, deleted, 5, 1, "1")}, {at(0, created, 4, 2, "2")}}, []string{"one?", "two?", "2"}},
		{"typing overtaken", time.Millisecond, [][]sight{{at(0, typing, 0, 1, "")}, {at(0, created, 4, 2, "2")}}, []string{"one?", "two?", "2"}},
		{"one after the other", time.Millisecond, [][]sight{{at(2, created, 5, 1, "1"), at(3, edited, 5, 1, "1!")}, {at(1, created, 4, 2, "2")}}, []string{"one?", "two?", "2", "1", "1! edited"}},
		{"to the second", time.Second, [][]sight{{at(2, created, 5, 1, "1")}, {at(1, created, 4, 2, "2")}}, []string{"one?", "two?", "1", "2"}},
		{"at any time", 0, [][]sight{{at(9000, created, 5, 1, "1")}, {at(1, created, 4, 2, "2"), at(2, edited, 4, 2, "2!")}}, []string{"one?", "two?", "1", "2", "2! edited"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 50 {
				raw := append([]sight{}, asked...)
				left := append([][]sight{}, tt.bot...)
				for len(left) > 0 {
					i := rand.IntN(len(left))
					raw = append(raw, left[i][0])
					if left[i] = left[i][1:]; len(left[i]) == 0 {
						left = append(left[:i:i], left[i+1:]...)
					}
				}
				if diff := cmp.Diff(tt.want, told(raw, tt.exact)); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

// Of a long text the beginning and the end are shown, and how much is missing.
func TestElide(t *testing.T) {
	line := ""
	for range 300 {
		line += "x"
	}
	if got, want := elide(line), line[:60]+" … 180 characters … "+line[:60]; got != want {
		t.Errorf("got %q", got)
	}
	if got, want := elide("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13"), "1\n2\n3\n… 7 lines …\n11\n12\n13"; got != want {
		t.Errorf("got %q", got)
	}
	if got := elide("1\n2\n3"); got != "1\n2\n3" {
		t.Errorf("got %q", got)
	}
}
