package channel

import (
	"testing"
	"time"

	"troupe/messages"
)

// What was concluded holds only while its sources are known to be as they were.
func TestChanges(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 3, 1, 12, 0, s, 0, time.UTC) }
	from := []messages.Source{{Message: 5}, {Message: 6}}
	x := &changes{since: at(0)}
	x.note(6, at(10))
	x.note(7, at(20))
	for _, tt := range []struct {
		name string
		at   time.Time
		want bool
	}{
		{"before the channel woke up", at(0), false},
		{"before a source changed", at(5), false},
		{"just when it did", at(10), false},
		{"after that", at(11), true},
	} {
		if got := x.stand(from, tt.at); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	for i := range maxChanges {
		x.note(messages.MessageID(100+i), at(30+i))
	}
	if x.stand(from, at(15)) || !x.stand(from, at(40+maxChanges)) {
		t.Error("what is not remembered any more counts as known")
	}
}

// Summaries do not overlap, and there are not too many.
func TestChunks(t *testing.T) {
	var c chunks
	for i := range messages.MessageID(maxChunks) {
		if gone := c.add(messages.Chunk{From: 10*i + 1, To: 10*i + 9}); gone != nil {
			t.Fatalf("%v gives way", gone)
		}
	}
	if gone := c.add(messages.Chunk{From: 5, To: 12}); len(gone) != 2 || gone[0].From != 1 || gone[1].From != 11 {
		t.Errorf("%v give way to what is about the same", gone)
	}
	c.add(messages.Chunk{From: 1001, To: 1009})
	if gone := c.add(messages.Chunk{From: 2001, To: 2009}); len(gone) != 1 || gone[0].From != 5 {
		t.Errorf("%v give way as the eldest", gone)
	}
	if len(c) != maxChunks {
		t.Errorf("there are %d", len(c))
	}
	if told := c.before(31); len(told) != 1 || told[0].From != 21 {
		t.Errorf("before: %v", told)
	}
	if c.remove("chunk/21-29"); len(c) != maxChunks-1 {
		t.Error("it is not removed")
	}
	if from, to, ok := stretchOf("chunk/21-29"); from != 21 || to != 29 || !ok {
		t.Errorf("it is about %v to %v, %v", from, to, ok)
	}
	for _, key := range []string{"", "chunk/", "chunk/1", "chunk/1-", "chunk/-1", "fact/1-2"} {
		if _, _, ok := stretchOf(key); ok {
			t.Errorf("%q is taken for a summary's", key)
		}
	}
}
