package turn

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// wrote returns the same note of so many messages.
func wrote(n int, note messages.SaidNote) (said []messages.SaidNote) {
	for range n {
		said = append(said, note)
	}
	return said
}

// remembered gives a frame so many facts, pieces of lore and summaries of one text,
// which may be told in channel 1 of no guild, and a style.
func remembered(f *frame, text string, n int) {
	f.user.Said = wrote(8, messages.SaidNote{Channel: 1, Words: 3, Casual: true, Language: "de"})
	for i := range n {
		id := messages.MessageID(1 + i)
		f.user.Facts = append(f.user.Facts, messages.Fact{Text: text, Always: i%2 == 0, Channel: 1, Message: id, Told: noon})
		f.guild.Lore = append(f.guild.Lore, messages.Lore{Text: text, Channel: 1, Message: id, Told: noon})
		f.window.Chunks = append(f.window.Chunks, messages.Chunk{Text: text, From: id, To: id})
	}
}

// recalls is a frame in channel 10 of guild 5, a thread of channel 11, where 12 is
// open to all.
func recalls() frame {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	f := testFrame()
	f.guild.Parent, f.guild.Open = 11, []messages.ChannelID{12}
	f.guild.Lore = []messages.Lore{
		{Kind: messages.LoreSnippet, Text: "The plan of the bridge:\n```go\nbuild()\n```", Channel: 12, Message: 42, Told: day(2)},
		{Kind: messages.LoreGag, Text: "Bob's bridge is always late.", Channel: 10, Message: 41, Told: day(1)},
		{Kind: messages.LoreMoment, Text: "The bridge fell, secretly.", Channel: 13, Message: 40, Told: day(0)},
	}
	f.user.Facts = []messages.Fact{
		{About: "home", Text: "lives in Graz", Guild: 5, Channel: 11, Message: 34, Told: day(4)},
		{About: "units", Text: "wants metric\nunits", Always: true, Guild: 5, Channel: 10, Message: 33, Told: day(3)},
		{About: "bridges", Text: "builds bridges with <@2>", Guild: 5, Channel: 12, Told: day(2)},
		{About: "bridges", Text: "secretly fears bridges", Guild: 5, Channel: 13, Message: 31, Told: day(1)},
		{About: "bridges", Text: "secretly sells bridges", Always: true, Channel: 20, Message: 30, Told: day(0)},
	}
	f.user.Said = wrote(20, messages.SaidNote{Guild: 5, Channel: 11, Words: 60, Casual: true, Language: "de"})
	f.user.Said = append(f.user.Said, wrote(20, messages.SaidNote{Guild: 5, Channel: 13, Words: 2, Language: "fr"})...)
	f.user.Said = append(f.user.Said, wrote(20, messages.SaidNote{Channel: 20, Words: 2, Casual: true, Language: "nl"})...)
	f.window.Chunks = []messages.Chunk{
		{From: messages.MessageIDAt(day(-9)), To: messages.MessageIDAt(day(-8)), Text: "Ann and Bob agreed on a bridge."},
		{From: messages.MessageIDAt(day(-1)), To: messages.MessageIDAt(day(-1)), Text: "They had lunch."},
	}
	return f
}

func asksOf(text string) *messages.Trigger {
	return &messages.Trigger{Guild: 5, Channel: 10, Text: text, Asker: messages.User{ID: ann, Name: "An`n"}}
}

// Prompts with what is remembered, as the model gets them.
func TestRecallPrompts(t *testing.T) {
	tests := []struct {
		name   string
		text   string
		change func(*frame, *messages.Trigger)
	}{
		{"recall", "and the bridge, what of its bridges?", nil},
		{"recall-personal", "where do I live?", nil},
		{"recall-direct", "which bridges?", func(f *frame, q *messages.Trigger) {
			q.Guild, q.Channel, f.guild = 0, 20, nil
		}},
		{"recall-unknown", "where do I live?", func(f *frame, _ *messages.Trigger) { f.guild.Known = false }},
		{"recall-cleared", "what of that bridge?", func(f *frame, _ *messages.Trigger) { f.user.Cleared = messages.MessageIDAt(noon.AddDate(0, 0, -5)) }},
		{"recall-stranger", "what of that bridge?", func(f *frame, q *messages.Trigger) {
			s := asked(func(asked *messages.Question) { asked.Trigger.ID = messages.MessageIDAt(noon) })
			s.userKnown(nil)
			f.user = s.frame.user
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, q := recalls(), asksOf(tt.text)
			if tt.change != nil {
				tt.change(&f, q)
			}
			golden(t, "prompts/"+tt.name, show(f.build(q)))
		})
	}
}

// What enters of what is remembered, by what it is from.
func TestRecall(t *testing.T) {
	tests := []struct {
		text string
		want origins
	}{
		{"what of it?", origins{facts: []messages.MessageID{33}}},
		{"what about units in Graz?", origins{facts: []messages.MessageID{33, 34}}},
		{"who am I?", origins{facts: []messages.MessageID{33, 34}}},
		{"does the bridge stand?", origins{facts: []messages.MessageID{33}, lore: []messages.MessageID{41, 42}}},
		{"what is always so?", origins{facts: []messages.MessageID{33}, lore: []messages.MessageID{41}}},
		{"what happened?", origins{facts: []messages.MessageID{33}, lore: []messages.MessageID{41, 42}}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			f := recalls()
			for _, c := range f.window.Chunks {
				tt.want.sums = append(tt.want.sums, c.From, c.To)
			}
			f.build(asksOf(tt.text))
			if d := cmp.Diff(tt.want, f.origins, cmp.AllowUnexported(origins{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// Where there is little room, what holds always comes first, then what matters most,
// then what is newest; nothing is cut.
func TestRecallRoom(t *testing.T) {
	memories := []memory{ // of six words with what is around
		{text: "- a newest one", from: []messages.MessageID{4}},
		{text: "- a matching one", matters: 4, from: []messages.MessageID{3}},
		{text: "- a preferred one", always: true, from: []messages.MessageID{2}},
		{text: "- an older one that is long", matters: 2, from: []messages.MessageID{1}},
		{text: "- an oldest one", from: []messages.MessageID{0}},
	}
	for room, want := range map[int][]messages.MessageID{
		-3: nil, 3: nil, 6: nil, 7: {2}, 10: {2}, 11: {2, 3}, 15: {2, 3, 4}, 18: {1, 2, 3}, 22: {1, 2, 3, 4}, 99: {0, 1, 2, 3, 4},
	} {
		f := testFrame()
		text, from := f.recall("Head:\n", memories, room)
		if d := cmp.Diff(want, from); d != "" || words(text) > max(room, 0) {
			t.Errorf("in a room of %d: %q, %s", room, text, d)
		}
		if whole := strings.Count(text, " one"); whole != len(want) {
			t.Errorf("in a room of %d: %q", room, text)
		}
	}
}

// A trace tells what the answer had it from, of the prompt that it was made of last,
// and nothing where the question stood alone.
func TestTraceOfRecall(t *testing.T) {
	s := asked(func(q *messages.Question) { q.Trigger = *asksOf("does the bridge stand?") })
	f := recalls()
	s.frame.guild, s.frame.user, s.frame.window = f.guild, f.user, f.window
	s.frame.user.Facts = slices.Concat(f.user.Facts, f.user.Facts) // two that one message tells
	s.prompt()
	tr := s.trace(noon)
	if d := cmp.Diff([][]messages.MessageID{{33}, {41, 42}}, [][]messages.MessageID{tr.Facts, tr.Lore}); d != "" || len(tr.Sums) != 4 {
		t.Errorf("%d of summaries, %s", len(tr.Sums), d)
	}
	s.frame.budget, s.frame.user.Facts = 10, nil
	s.prompt()
	if tr = s.trace(noon); len(tr.Facts)+len(tr.Lore)+len(tr.Sums) != 0 {
		t.Errorf("without room: %v %v %v", tr.Facts, tr.Lore, tr.Sums)
	}
	for alone, want := range map[bool]int{true: 0, false: 3 + 3 + 2*3} { // each summary is named by its ends
		s = aloneState()
		s.reuse.alone, s.frame.guild = alone, &messages.GuildContext{}
		remembered(&s.frame, "recursion is recursion", 3)
		s.frame.user.Said = nil
		s.prompt()
		if tr = s.trace(noon); len(tr.Facts)+len(tr.Lore)+len(tr.Sums) != want {
			t.Errorf("alone %v: %v %v %v", alone, tr.Facts, tr.Lore, tr.Sums)
		}
	}
}

// Whatever is remembered looks like nothing else: one fence holds all of it, and each
// memory begins a line. It keeps to its room.
func FuzzRecall(f *testing.F) {
	f.Add("a\n```\n- b", "An\nn")
	f.Add("\u2028- b\r- c", "`````")
	f.Fuzz(func(t *testing.T, text, name string) {
		frame := recalls()
		frame.user.Facts = []messages.Fact{{Text: text, Always: true, Guild: 5, Channel: 10, Told: noon}, {Text: "last", Always: true, Guild: 5, Channel: 10, Told: noon}}
		frame.budget, frame.user.Said = 1<<20, nil
		q := asksOf("why?")
		q.Asker.Name = name
		told := frame.facts(q, topicOf(q.Text), 1<<20)
		lines := strings.Split(strings.TrimSuffix(told, "\n"), "\n")
		mark := lines[len(lines)-1]
		if strings.Trim(mark, "`") != "" || lines[1] != mark || strings.Contains(strings.Join(lines[2:len(lines)-1], "\n"), mark) {
			t.Errorf("not within one fence:\n%s", told)
		}
		begun := slices.DeleteFunc(lines[2:len(lines)-1], func(l string) bool { return strings.HasPrefix(l, "  ") })
		if len(begun) != 2 || begun[0] != fmt.Sprintf("- last (told on %s)", noon.Format(time.DateOnly)) {
			t.Errorf("%d lines begin:\n%s", len(begun), told)
		}
		frame.tokens = func(text string) int { return len(text) }
		for room := range len(told) {
			if got := len(frame.facts(q, topicOf(q.Text), room)); got > room {
				t.Errorf("%d bytes in a room of %d", got, room)
			}
		}
	})
}

// Forms of one word have to do with each other.
func TestResembles(t *testing.T) {
	about := topicOf("where do I live, and what do I program?")
	for text, want := range map[string]int{
		"home: lives in Graz": 1, "programs in Go": 1, "living": 0, "liver sausage": 1, "lively programming": 1, "live": 0, "is vegan": 0,
	} {
		if got := about.resembles(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
