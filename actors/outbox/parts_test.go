package outbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// paragraphs returns a text of n paragraphs of 1500 characters: one to a part.
func paragraphs(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint(i)+strings.Repeat("x", 1498)+".")
	}
	return strings.Join(all, "\n\n")
}

// stored returns the parts of a trigger, as the journal would tell them.
func (w *world) stored(trigger messages.MessageID) (parts []messages.MessageID) {
	for _, what := range w.kept {
		if m, ok := what.(*messages.KeepPart); ok && m.Trigger == trigger {
			for len(parts) <= m.Part {
				parts = append(parts, 0)
			}
			parts[m.Part] = m.Message
		}
	}
	return parts
}

// A long answer is in as many messages as it needs, in order. The first notifies
// the asker and waits for nothing; the others wait for the journal to have the
// text.
func TestParts(t *testing.T) {
	w := newWorld(t)
	w.refuse = refuseWrites
	w.at(0, func() { w.finish(1, reply1(1), paragraphs(3)) })
	w.at(300*ms, func() { w.refuse = nil })
	w.run(time.Minute)
	w.want(
		`62.5ms post "0xxxxxxxxxxxxxxxxxxx... (1500)" to 1`,
		`572.5ms post "1xxxxxxxxxxxxxxxxxxx... (1500)" to 1 silently`,
		`697.5ms post "2xxxxxxxxxxxxxxxxxxx... (1500)" to 1 silently`,
		"765ms answer 1: posted as [1000 1001 1002]",
	)
	if diff := cmp.Diff([]messages.MessageID{1000, 1001, 1002}, w.stored(1)); diff != "" {
		t.Error(diff)
	}
}

// An answer grows over several messages; what is full does not change any more.
func TestPartsGrow(t *testing.T) {
	w := newWorld(t)
	text := paragraphs(2) + "\n\n" + words(200)
	w.at(0, func() { w.open(reply1(1)) })
	for n := 100; n < len(text); n += 100 {
		w.at(time.Duration(n)*3*ms, func() { w.grow(1, text[:n]) })
	}
	w.at(time.Duration(len(text))*3*ms, func() { w.finish(1, reply1(1), text) })
	w.run(time.Minute)
	posts, edits := w.times("post"), w.times("edit")
	if len(posts) != 3 || len(edits) < 9 || posts[2] > 12*time.Second {
		t.Errorf("posts at %v, edits at %v", posts, edits)
	}
	if got := strings.Join(w.visible(), "\n\n"); got != text {
		t.Error(cmp.Diff(text, got))
	}
	if w.posts.passed+w.edits.passed > 0 {
		t.Error("a limit was passed")
	}
}

// What is too long for five messages is a file, with its beginning beside it.
func TestFile(t *testing.T) {
	text := "intro\n\n" + paragraphs(7)
	w := newWorld(t)
	w.at(0, func() { w.take(w.s.finish(1, reply1(1), text, "-# cut", w.now)) })
	w.run(time.Minute)
	if len(w.said) != 1 || w.said[0].file != text+"\n-# cut" || !strings.HasPrefix(w.said[0].text, "intro\n\n") {
		t.Errorf("%q", w.visible())
	}
}

// An answer that became a file as it grew is one message in the end.
func TestFileGrown(t *testing.T) {
	text := "intro\n\n" + paragraphs(7)
	w := newWorld(t)
	w.at(0, func() { w.open(reply1(1)) })
	for n := 500; n < len(text); n += 500 {
		w.at(time.Duration(n)*3*ms, func() { w.grow(1, text[:n]) })
	}
	w.at(time.Duration(len(text))*3*ms, func() { w.finish(1, reply1(1), text) })
	w.run(5 * time.Minute)
	if got := w.visible(); len(got) != 1 || w.said[0].file != text || len(w.said) != maxParts {
		t.Errorf("%d messages, %d in the end", len(w.said), len(got))
	}
	if diff := cmp.Diff([]messages.MessageID{1000, 0, 0, 0, 0}, w.stored(1)); diff != "" {
		t.Error(diff)
	}
}

// The parts that there are hold the new answer; those that are not needed any
// more are deleted and forgotten, those that were lost are posted.
func TestPartsGiven(t *testing.T) {
	tests := []struct {
		name   string
		given  []messages.MessageID
		text   string
		stored []messages.MessageID
		parts  int
	}{
		{"fewer", []messages.MessageID{1000, 1001, 1002}, "short", []messages.MessageID{0, 0, 0}, 1},
		{"as many", []messages.MessageID{1000, 1001}, paragraphs(2), nil, 2},
		{"more", []messages.MessageID{1000}, paragraphs(2), []messages.MessageID{0, 1003}, 2},
		{"one was lost", []messages.MessageID{1000, 0, 1002}, paragraphs(3), []messages.MessageID{0, 1003}, 3},
		{"the first was lost", []messages.MessageID{0, 1001}, paragraphs(2), []messages.MessageID{1003}, 2},
		{"forgotten ones", []messages.MessageID{1000, 0, 0}, "short", nil, 1},
	}
	for _, tt := range tests {
		w := newWorld(t)
		for range 3 {
			w.add(said{text: "old"})
		}
		r := reply1(1)
		r.Parts = tt.given
		w.at(0, func() { w.finish(1, r, tt.text) })
		w.run(time.Minute)
		posted, _ := w.answers[1].(*messages.ReplyPosted)
		if posted == nil || len(posted.Parts) != tt.parts {
			t.Errorf("%s: %v", tt.name, outcome(w.answers[1]))
			continue
		}
		var texts []string
		for _, id := range posted.Parts {
			texts = append(texts, w.find(id).text)
		}
		if got := strings.Join(texts, "\n\n"); got != tt.text {
			t.Errorf("%s: %q", tt.name, got)
		}
		if diff := cmp.Diff(tt.stored, w.stored(1)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// A note is on a line of its own, outside of a code block that was cut.
func TestWithNote(t *testing.T) {
	tests := []struct{ text, note, want string }{
		{"a", "", "a"},
		{" a\n", "-# n", "a\n-# n"},
		{"", "-# n", "-# n"},
		{"```go\nx", "-# n", "```go\nx\n```\n-# n"},
		{"```go\nx\n```\ny", "-# n", "```go\nx\n```\ny\n-# n"},
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := withNote(tt.text, tt.note); got != tt.want {
			t.Errorf("%q and %q: %q", tt.text, tt.note, got)
		}
	}
}

// Who is answered together is named first, and what begins a line in Markdown
// still does.
func TestAddress(t *testing.T) {
	people := []messages.UserID{1, 22}
	for text, want := range map[string]string{
		"hi":       "<@1> <@22> ",
		"- a\n- b": "<@1> <@22>\n",
		"# a":      "<@1> <@22>\n",
		"> a":      "<@1> <@22>\n",
		"1. a":     "<@1> <@22>\n",
		"```\na":   "<@1> <@22>\n",
		"`a`":      "<@1> <@22> ",
		"**a**":    "<@1> <@22> ",
		"-# a":     "<@1> <@22>\n",
		"| a |":    "<@1> <@22>\n",
	} {
		if got := address(people, text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// An answer to a command fills in for what Discord shows as thinking; the rest of
// it follows in replies to that.
func TestCommand(t *testing.T) {
	r := reply1(1)
	r.Interaction.ID, r.ReplyTo = 1, 0
	w := newWorld(t)
	w.at(0, func() { w.open(r) })
	w.at(time.Second, func() { w.grow(1, "one") })
	w.at(3*time.Second, func() { w.grow(1, "one two") })
	w.at(4*time.Second, func() { w.finish(1, r, paragraphs(2)) })
	w.run(time.Minute)
	w.want(
		`1.0665s respond "one"`,
		`3.0625s respond "one two"`,
		`4.0675s post "1xxxxxxxxxxxxxxxxxxx... (1500)" to 1000 silently`,
		`4.0675s respond "0xxxxxxxxxxxxxxxxxxx... (1500)"`,
		"4.135s answer 1: posted as [1000 1001]",
	)
	r.Revision, r.Parts = 1, []messages.MessageID{1000, 1001}
	w.at(time.Minute, func() { w.finish(2, r, "new\n\n"+paragraphs(2)) })
	w.run(2 * time.Minute)
	if got := strings.Join(w.visible(), "\n\n"); got != "new\n\n"+paragraphs(2) {
		t.Errorf("%q", got)
	}
}

// Where the bot may not post, the rest of an answer to a command follows in
// further responses, and is edited as those are.
func TestCommandWithoutPermission(t *testing.T) {
	r := reply1(1)
	r.Interaction.ID, r.ReplyTo = 1, 0
	w := newWorld(t)
	w.fault = func(what any) any {
		if _, post := what.(*messages.Post); post {
			return failure(messages.CauseNoPermission, messages.RetryNever)
		}
		return nil
	}
	w.at(0, func() { w.finish(1, r, paragraphs(2)) })
	w.run(time.Minute)
	w.want(
		`62.5ms respond "0xxxxxxxxxxxxxxxxxxx... (1500)"`,
		`187.5ms post "1xxxxxxxxxxxxxxxxxxx... (1500)" to 1000 silently`,
		`312.5ms respond further "1xxxxxxxxxxxxxxxxxxx... (1500)"`,
		"380ms answer 1: posted as [1000 1001]",
	)
	r.Revision, r.Parts = 1, []messages.MessageID{1000, 1001}
	w.at(time.Minute, func() { w.finish(2, r, "new\n\n"+paragraphs(2)) })
	w.run(2 * time.Minute)
	if got := strings.Join(w.visible(), "\n\n"); got != "new\n\n"+paragraphs(2) {
		t.Errorf("%q", got)
	}
}

// When the command's token is about to die, the answer goes to the channel and
// mentions the asker; what was shown before is edited as any message.
func TestCommandTooLate(t *testing.T) {
	r := reply1(1)
	r.Interaction.ID, r.ReplyTo = 1, 0
	w := newWorld(t)
	w.at(14*time.Minute+40*time.Second, func() { w.finish(1, r, "hi") })
	w.run(time.Hour)
	w.want(
		`14m40.0625s post "<@1> hi" to 0 for [1]`,
		"14m40.13s answer 1: posted as [1000]",
	)
	w = newWorld(t)
	w.at(0, func() { w.open(r); w.grow(1, "one") })
	w.at(14*time.Minute+40*time.Second, func() { w.finish(1, r, "one two") })
	w.run(time.Hour)
	w.want(
		`66.5ms respond "one"`,
		`14m40.0675s edit 1000 "one two"`,
		"14m40.13s answer 1: posted as [1000]",
	)
}
