package geminisim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"troupe/messages"
)

// summed returns the summary of lines "Name: text".
func summed(t *testing.T, before string, said ...string) string {
	t.Helper()
	var b strings.Builder
	for i, l := range said {
		fmt.Fprintf(&b, "[%d] %s\n", i+1, l)
	}
	p := &messages.Prompt{
		System: "You sum up a conversation.", Schema: `{"type":"object"}`,
		Turns: []messages.Turn{{Text: before + "````\n" + b.String() + "````"}},
	}
	var got struct{ Summary string }
	if err := json.Unmarshal([]byte(StandIn(p).Text), &got); err != nil {
		t.Fatal(err)
	}
	return got.Summary
}

// What matters is quoted in its order, and who took part is told.
func TestSummary(t *testing.T) {
	for _, tt := range []struct {
		before string
		said   []string
		want   string
	}{
		{"", nil, "Nothing was said."},
		{"", []string{"Ann: hi"}, "Ann spoke alone. Ann said “hi”."},
		{
			"Before:\nBob talked of tea.\n\n",
			[]string{"Ann: lol", "Ann: When do we meet?", "Bob: on Friday at 8, see https://example.org/x", "Carl: ok", "Bob: haha imagine 9 cats"},
			"Ann, Bob and Carl talked. Ann asked “When do we meet?”. Bob said “on Friday at 8, see”.",
		},
		{"", []string{"Ann: lol", "Bob: haha"}, "Ann and Bob talked. Ann said “lol”. Bob said “haha”."},
		{
			"",
			[]string{"Ann: look <@123>", "Ann: ```go\nx := 1\n```", "Bob: we decided to ship on May 3."},
			"Ann and Bob talked. Bob said “we decided to ship on May 3”.",
		},
	} {
		if got := summed(t, tt.before, tt.said...); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.said, got, tt.want)
		}
	}
}

// Of much the weightiest is kept: a decision outlasts chatter, and the bound holds.
func TestSummaryIsShort(t *testing.T) {
	var said []string
	for i := range 200 {
		said = append(said, fmt.Sprintf("P%c: well that is one more thing that somebody has got to say about nothing", 'a'+i%20))
	}
	said[120] = "Ann: we decided to move the release to Friday at 18:00"
	got := summed(t, "", said...)
	if n := len(strings.Fields(got)); n > maxSummary || !strings.Contains(got, "Ann said “we decided to move") || !strings.Contains(got, "15 more talked.") {
		t.Errorf("%d words: %s", n, got)
	}
	long := summed(t, "", "Ann: "+strings.Repeat("word ", 500), "Bob: "+strings.Repeat("x", 5000))
	if n := len([]rune(long)); n > 700 || !strings.Contains(long, "…") {
		t.Errorf("%d characters", n)
	}
}
