package user

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// said returns n messages, two minutes apart, the first at noon, made by f.
func said(n int, f func(i int, n *messages.SaidNote)) []messages.SaidNote {
	all := make([]messages.SaidNote, n)
	for i := range all {
		all[i].Message = messages.MessageIDAt(noon.Add(time.Duration(i) * 2 * time.Minute))
		f(i, &all[i])
	}
	return all
}

func TestProfile(t *testing.T) {
	tests := []struct {
		name string
		said []messages.SaidNote
		want messages.Profile
	}{
		{"nothing", nil, messages.Profile{}},
		{"too few", said(leastSaid-1, func(_ int, n *messages.SaidNote) { n.Casual, n.Language = true, "en" }), messages.Profile{Messages: 7}},
		{
			"enough", said(8, func(_ int, n *messages.SaidNote) { n.Words, n.Casual, n.Language = 6, true, "en" }),
			messages.Profile{Messages: 8, Words: 6, Brief: true, Casual: true, Language: "en", Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"no language stands out", said(10, func(i int, n *messages.SaidNote) {
				n.Words, n.Casual, n.Language = 7, i < 6, []string{"de", "en"}[i/6]
			}),
			messages.Profile{Messages: 10, Words: 7, Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"of those that are known", said(10, func(i int, n *messages.SaidNote) {
				if n.Words = 40; i < 2 {
					n.Language = "de"
				}
			}),
			messages.Profile{Messages: 10, Words: 40, Lengthy: true, Language: "de", Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"topics", said(12, func(i int, n *messages.SaidNote) {
				n.Words, n.Topics = 10, []string{"Go", "go", "rust"}[:1+i%3]
				if i < 2 {
					n.Topics = append(n.Topics, "perl")
				}
			}),
			messages.Profile{Messages: 12, Words: 10, Topics: []string{"go", "rust"}, Hours: []int{12}, Rhythm: 2 * time.Minute},
		},
		{
			"hours", said(20, func(i int, n *messages.SaidNote) {
				n.Words = 10
				hour := 12 + i/10
				if i < 2 {
					hour = 3
				}
				n.Message = messages.MessageIDAt(time.Date(2026, 3, i+1, hour, 0, 0, 0, time.FixedZone("", 3600)))
			}),
			messages.Profile{Messages: 20, Words: 10, Hours: []int{11, 12}},
		},
		{
			"a rhythm in each channel", said(9, func(i int, n *messages.SaidNote) {
				n.Words, n.Channel = 10, messages.ChannelID(i%3)
			}),
			messages.Profile{Messages: 9, Words: 10, Hours: []int{12}, Rhythm: 6 * time.Minute},
		},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, profileOf(tt.said, 0)); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// What is said in one channel is no topic in another.
func TestTopicsOfChannel(t *testing.T) {
	all := said(10, func(i int, n *messages.SaidNote) {
		n.Channel, n.Topics = messages.ChannelID(i%2+1), []string{[]string{"cake", "divorce"}[i%2]}
	})
	for channel, want := range map[messages.ChannelID][]string{0: {"cake", "divorce"}, 1: {"cake"}, 2: {"divorce"}, 3: nil} {
		if d := cmp.Diff(want, profileOf(all, channel).Topics); d != "" {
			t.Errorf("channel %d: %s", channel, d)
		}
	}
}

// The latest messages count, whatever the order in which they come.
func TestNote(t *testing.T) {
	all := said(80, func(i int, n *messages.SaidNote) { n.Words = i })
	want := all[len(all)-maxSaid:]
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 0))
		told := slices.Clone(all)
		r.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		k := known{}
		for chunk := range slices.Chunk(told, 1+r.IntN(20)) {
			k = k.note(chunk)
		}
		if d := cmp.Diff(want, k.note(told).said); d != "" {
			t.Fatal(d)
		}
	}
}
