package messages

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// said returns n messages, two minutes apart, the first at noon, made by f.
func said(n int, f func(i int, n *SaidNote)) []SaidNote {
	all := make([]SaidNote, n)
	for i := range all {
		all[i].Message = MessageIDAt(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(i) * 2 * time.Minute))
		f(i, &all[i])
	}
	return all
}

// How somebody writes is told of enough messages, and only what stands out.
func TestProfile(t *testing.T) {
	tests := []struct {
		name string
		said []SaidNote
		want Profile
	}{
		{"nothing", nil, Profile{}},
		{"too few", said(leastSaid-1, func(_ int, n *SaidNote) { n.Casual, n.Language = true, "en" }), Profile{Messages: 7}},
		{
			"enough", said(8, func(_ int, n *SaidNote) { n.Words, n.Casual, n.Language = 6, true, "en" }),
			Profile{Messages: 8, Words: 6, Brief: true, Casual: true, Language: "en", Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"no language stands out", said(10, func(i int, n *SaidNote) {
				n.Words, n.Casual, n.Language = 7, i < 6, []string{"de", "en"}[i/6]
			}),
			Profile{Messages: 10, Words: 7, Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"of those that are known", said(10, func(i int, n *SaidNote) {
				if n.Words = 40; i < 2 {
					n.Language = "de"
				}
			}),
			Profile{Messages: 10, Words: 40, Lengthy: true, Language: "de", Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"topics", said(12, func(i int, n *SaidNote) {
				n.Words, n.Topics = 10, []string{"Go", "go", "rust"}[:1+i%3]
				if i < 2 {
					n.Topics = append(n.Topics, "perl")
				}
			}),
			Profile{Messages: 12, Words: 10, Topics: []string{"go", "rust"}, Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"hours", said(20, func(i int, n *SaidNote) {
				n.Words = 10
				hour := 12 + i/10
				if i < 2 {
					hour = 3
				}
				n.Message = MessageIDAt(time.Date(2026, 3, i+1, hour, 0, 0, 0, time.FixedZone("", 3600)))
			}),
			Profile{Messages: 20, Words: 10, Hours: []int{11, 12}},
		},
		{
			"a rhythm in each channel", said(9, func(i int, n *SaidNote) {
				n.Words, n.Channel = 10, ChannelID(i%3)
			}),
			Profile{Messages: 9, Words: 10, Hours: []int{12}, Rhythm: 6 * time.Minute},
		},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, ProfileOf(tt.said)); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}
