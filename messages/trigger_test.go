package messages

import "testing"

// Questions that differ in nothing that matters are the same, and no others.
func TestSameness(t *testing.T) {
	file := []Attachment{{ID: 1, Name: "a.png"}}
	tests := []struct {
		name string
		a, b Trigger
		want bool
	}{
		{"equal", Trigger{Text: "what is Go?"}, Trigger{Text: "what is Go?"}, true},
		{"case, spacing, end", Trigger{Text: "What  is go ?!"}, Trigger{Text: " what is Go"}, true},
		{"words", Trigger{Text: "what is Go?"}, Trigger{Text: "what was Go?"}, false},
		{"code keeps its case", Trigger{Text: "what is `A`"}, Trigger{Text: "what is `a`"}, false},
		{"lines keep their spacing", Trigger{Text: "fix\n  x"}, Trigger{Text: "fix\nx"}, false},
		{"reply", Trigger{Text: "why", ReplyTo: 1}, Trigger{Text: "why", ReplyTo: 2}, false},
		{"attachment", Trigger{Text: "why", Attachments: file}, Trigger{Text: "why"}, false},
		{"who asks", Trigger{Text: "why", Asker: User{ID: 1}}, Trigger{Text: "Why?", Asker: User{ID: 2}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.a.Sameness() == tt.b.Sameness(); got != tt.want {
				t.Errorf("same = %v, want %v", got, tt.want)
			}
		})
	}
}
