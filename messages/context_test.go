package messages

import "testing"

// What was said somewhere is told where all who read may read there, too.
func TestAudience(t *testing.T) {
	town := Audience{Guild: 1, Channel: 10, Open: []ChannelID{11, 13}}
	thread := Audience{Guild: 1, Channel: 20, Parent: 12, Open: []ChannelID{11, 13}}
	direct := Audience{Channel: 30}
	tests := []struct {
		name    string
		here    Audience
		guild   GuildID
		channel ChannelID
		want    bool
	}{
		{"the same channel", town, 1, 10, true},
		{"an open channel", town, 1, 13, true},
		{"a channel that is not open", town, 1, 12, false},
		{"an open channel of another guild", town, 2, 11, false},
		{"the same channel, as if of another guild", town, 2, 10, false},
		{"a direct message", town, 0, 30, false},
		{"that of a thread", thread, 1, 12, true},
		{"from a thread", Audience{Guild: 1, Channel: 12, Open: []ChannelID{11, 12}}, 1, 20, false},
		{"the same direct message", direct, 0, 30, true},
		{"another direct message", direct, 0, 31, false},
		{"an open channel, in a direct message", direct, 1, 11, false},
		{"what is not known", Audience{Guild: 1, Channel: 10}, 1, 11, false},
		{"nowhere", Audience{}, 0, 0, false},
	}
	for _, tt := range tests {
		if got := tt.here.MayHear(tt.guild, tt.channel); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
