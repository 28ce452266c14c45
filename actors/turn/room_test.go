package turn

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The latest have room first; what matters comes in from further back; what is
// left over is for the latest again.
func TestPick(t *testing.T) {
	tests := []struct {
		name    string
		costs   []int
		matters map[int]int
		room    int
		want    []int
	}{
		{"all fit", []int{5, 5, 5}, nil, 15, []int{0, 1, 2}},
		{"none fits", []int{5, 5}, nil, 4, nil},
		{"no room", []int{5}, map[int]int{0: 1}, -3, nil},
		{"the latest", []int{5, 5, 5, 5}, nil, 12, []int{2, 3}},
		{"what matters", []int{1, 1, 1, 1, 1, 1}, map[int]int{0: 1, 2: 3}, 4, []int{2, 3, 4, 5}},
		{"what matters most", []int{1, 1, 1, 1, 1, 1}, map[int]int{0: 4, 1: 3, 2: 1}, 4, []int{0, 3, 4, 5}},
		{"the later of equals", []int{1, 1, 1, 1, 1, 1}, map[int]int{0: 2, 1: 2}, 4, []int{1, 3, 4, 5}},
		{"too large to matter", []int{1, 9, 1, 1, 1, 1}, map[int]int{1: 9}, 4, []int{2, 3, 4, 5}},
		{"the room that is left", []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, map[int]int{0: 1}, 8, []int{0, 2, 3, 4, 5, 6, 7, 8}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := make([]saying, len(tt.costs))
			for i := range all {
				all[i] = saying{cost: tt.costs[i], matters: tt.matters[i]}
			}
			if d := cmp.Diff(tt.want, pick(all, tt.room)); d != "" {
				t.Error(d)
			}
		})
	}
}

// Whatever there is to choose from, what is chosen has room, is in order, and the
// last of all is there if it fits in the share of the latest.
func FuzzPick(f *testing.F) {
	f.Add([]byte{3, 200, 5, 7}, 20)
	f.Fuzz(func(t *testing.T, costs []byte, room int) {
		room %= 2000
		all := make([]saying, len(costs))
		for i, c := range costs {
			all[i] = saying{cost: 1 + int(c)/4, matters: int(c) % 4}
		}
		sum, last, sawLast := 0, -1, false
		for _, i := range pick(all, room) {
			if i <= last {
				t.Fatal("out of order")
			}
			sum, last = sum+all[i].cost, i
			sawLast = i == len(all)-1
		}
		if sum > max(room, 0) {
			t.Errorf("%d tokens in a room of %d", sum, room)
		}
		if n := len(all); n > 0 && all[n-1].cost <= share(room, lateShare)-1 && !sawLast {
			t.Error("the latest is left out")
		}
	})
}

// A text that is cut keeps to its room, is a beginning of the whole and says that
// it goes on.
func FuzzCut(f *testing.F) {
	f.Add("one two three four five", 3)
	f.Add(strings.Repeat("é ❤ ", 500), 100)
	f.Fuzz(func(t *testing.T, text string, most int) {
		most %= 500
		got := cut(text, most, words)
		if words(got) > max(most, 0) {
			t.Errorf("%q has no room in %d", got, most)
		}
		begin, marked := strings.CutSuffix(got, cutMark)
		if got != "" && got != text && (!marked || !strings.HasPrefix(text, begin)) || utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// An older line matters to a question with which it shares words or a subject.
func TestMatters(t *testing.T) {
	tests := []struct {
		question, line string
		want           bool
	}{
		{"what about the tomatoes?", "I planted Tomatoes.", true},
		{"what about the tomatoes?", "what about the beans?", false},
		{"why is there an error?", "it crashed again", true},
		{"can you fix this bug?", "```go\nx := 1\n```", true},
		{"how are you?", "```go\nx := 1\n```", false},
		{"when is the meeting?", "tomorrow at noon", true},
		{"", "anything", false},
	}
	for _, tt := range tests {
		if got := topicOf(tt.question).matters(tt.line) > 0; got != tt.want {
			t.Errorf("%q matters to %q: %v", tt.line, tt.question, got)
		}
	}
}
