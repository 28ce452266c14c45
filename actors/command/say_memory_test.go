package command

import (
	"testing"

	"troupe/messages"
)

// What is known of how somebody writes is a whole sentence, however little it is.
func TestSayProfile(t *testing.T) {
	for _, tt := range []struct {
		profile messages.Profile
		want    string
	}{
		{messages.Profile{}, "I do not know that yet."},
		{messages.Profile{Messages: 1}, "From 1 message: too few to tell anything by."},
		{messages.Profile{Messages: 9, Words: 4, Brief: true}, "From 9 messages: 4 words in a message, briefly."},
	} {
		if got := sayProfile(&tt.profile); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
