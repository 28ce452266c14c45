package messages

import (
	"testing"
	"time"
)

func TestParseID(t *testing.T) {
	tests := []struct {
		in   string
		want ChannelID
		ok   bool
	}{
		{"", 0, true},
		{"175928847299117063", 175928847299117063, true},
		{"18446744073709551615", 1<<64 - 1, true},
		{"18446744073709551616", 0, false},
		{"-1", 0, false},
		{"abc", 0, false},
	}
	for _, tt := range tests {
		got, err := ParseID[ChannelID](tt.in)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseID(%q) = %v, %v", tt.in, got, err)
		}
		if err == nil && tt.in != "" && got.String() != tt.in {
			t.Errorf("ParseID(%q).String() = %q", tt.in, got)
		}
	}
}

// The example is the one in Discord's documentation.
func TestTime(t *testing.T) {
	id := MessageID(175928847299117063)
	want := time.Date(2016, 4, 30, 11, 18, 25, 796e6, time.UTC)
	if got := id.Time(); !got.Equal(want) {
		t.Errorf("Time = %v, want %v", got.UTC(), want)
	}
	if got := MessageIDAt(want); got > id || got.Time() != id.Time() {
		t.Errorf("MessageIDAt = %v", got)
	}
	if MessageIDAt(time.Time{}) != 0 {
		t.Error("a time before Discord's calendar has an ID")
	}
}
