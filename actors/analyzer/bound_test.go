package analyzer

import (
	"slices"
	"strings"
	"testing"

	"troupe/messages"
)

// What minds come to at most is let through, and what only a bug comes to is not.
func TestBounded(t *testing.T) {
	wide := func(characters int) string { return strings.Repeat("ß", characters) } // two bytes each
	fact := messages.Fact{About: wide(maxAbout), Text: wide(maxFact)}
	said := messages.SaidNote{Language: "de", Topics: slices.Repeat([]string{wide(maxTopic)}, maxTopics)}
	moment := messages.Lore{Kind: messages.LoreMoment, Text: wide(maxLore), Sources: make([]messages.Source, maxFrom+maxOf)}
	tests := []struct {
		name    string
		learned *messages.Learned
		fits    bool
	}{
		{"nothing", nil, true},
		{"all facts", &messages.Learned{Facts: slices.Repeat([]messages.Fact{fact}, maxFacts)}, true},
		{"a batch of notes", &messages.Learned{Said: slices.Repeat([]messages.SaidNote{said}, behaviour().Batch)}, true},
		{"all lore", &messages.Learned{Lore: slices.Repeat([]messages.Lore{moment}, maxFinds)}, true},
		{"a summary", &messages.Learned{Chunk: &messages.Chunk{Text: wide(maxSummary), Sources: make([]messages.Source, 200)}}, true},
		{"many facts", &messages.Learned{Facts: make([]messages.Fact, 1000)}, false},
		{"a huge fact", &messages.Learned{Facts: []messages.Fact{{Text: wide(1 << 16)}}}, false},
		{"many notes", &messages.Learned{Said: make([]messages.SaidNote, 1000)}, false},
		{"many topics", &messages.Learned{Said: []messages.SaidNote{{Topics: make([]string, 10_000)}}}, false},
		{"many sources", &messages.Learned{Lore: []messages.Lore{{Sources: make([]messages.Source, 10_000)}}}, false},
		{"a huge summary", &messages.Learned{Chunk: &messages.Chunk{Text: wide(1 << 16)}}, false},
		{"a summary of all there is", &messages.Learned{Chunk: &messages.Chunk{Sources: make([]messages.Source, 10_000)}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if fits := recover() == nil; fits != tt.fits {
					t.Errorf("it fits: %v", fits)
				}
			}()
			if got := bounded(tt.learned); got != tt.learned {
				t.Error("it is something else")
			}
		})
	}
}
