package bot_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// files returns in which of the store's files a text is.
func (l *leaver) files(text string) (found []string) {
	l.t.Helper()
	synctest.Wait()
	err := filepath.WalkDir(l.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if n := bytes.Count(content, []byte(text)); n > 0 {
			found = append(found, fmt.Sprintf("%s, %d times", filepath.Base(path), n))
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return found
}

// metrics returns all that is exported of the bot's numbers.
func (l *leaver) metrics() string {
	l.t.Helper()
	families, err := l.registry.Gather()
	if err != nil {
		l.t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		b.WriteString(f.String())
	}
	return b.String()
}

// wantForgotten looks for what somebody said in all that the bot keeps.
func (l *leaver) wantForgotten(when string, who messages.UserID) {
	l.t.Helper()
	log, metrics := l.log.String(), l.metrics()
	for _, w := range l.words[who] {
		if found := l.files(w); len(found) > 0 {
			l.t.Errorf("%s: what was said %s is in %v", when, l.named[w], found)
			l.whereIs(w)
		}
		for name, text := range map[string]string{"the log": log, "the metrics": metrics} {
			if strings.Contains(text, w) {
				l.t.Errorf("%s: what was said %s is in %s", when, l.named[w], name)
			}
		}
	}
}

var allTables = []string{"triggers", "parts", "shared", "notes", "traces", "trace_parts", "pieces", "derived", "sources", "quarantine"}

// whereIs tells in which rows a word is.
func (l *leaver) whereIs(word string) {
	l.t.Helper()
	for row := range strings.SplitSeq(l.rows(allTables...), "\n") {
		if strings.Contains(row, word) {
			l.t.Logf("in %s", row)
		}
	}
}

// Who wants to be forgotten is: nothing that they said is in the store, the log and
// the numbers, given again or derived anew, whatever was under way. Others lose
// nothing of theirs, and who is private is never analysed at all.
func TestPrivacyDelete(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		t, l := s.t, leaving(s)
		l.live()
		l.wantPlanted()
		before, err := l.kept.Person(t.Context(), l.bob)
		if err != nil {
			t.Fatal(err)
		}

		l.gemini.SetAnswer(slowly(quoting))
		l.say(discordsim.Say{Person: l.ann, Channel: l.general, Text: "@Troupe I won again, " + l.says(l.ann, "while it is summed up")})
		l.talk(l.general, 30)
		l.during("You sum up", l.words[l.ann][len(l.words[l.ann])-1])
		l.gemini.SetAnswer(quoting)
		l.say(discordsim.Say{Person: l.ann, Channel: l.general, Text: "@Troupe I see " + l.says(l.ann, "as what is still to be analysed")})
		time.Sleep(10 * time.Second)
		answer := l.told(l.ann, l.general, "privacy delete", map[string]string{"confirm": "delete"})
		t.Log(answer)
		l.wantForgotten("when it is done", l.ann)
		l.wantNobody()
		l.wantSame(before)
		wantWords(t, "/privacy export", l.told(l.ann, l.general, "privacy export", nil), nil, l.words[l.ann])

		calls := len(l.gemini.Calls())
		l.talk(l.general, 30)
		time.Sleep(time.Hour)
		l.wantForgotten("an hour later", l.ann)
		wantWords(t, "what analyzers are shown later", textsOf(analysed(l.gemini.Calls()[calls:])), nil, l.words[l.ann])
		wantWords(t, "what is summed up anew", l.rows("derived"), []string{"chunk/"}, nil)
		wantWords(t, "/lore view", l.told(l.bob, l.general, "lore view", nil), nil, append(l.words[l.ann], l.about[0]))
		l.wantPrivate()

		l.process.stop(t)
		l.wantForgotten("after the end", l.ann)
	})
}

// What somebody asked who wants to be forgotten is not answered to others from before.
func TestPrivacyDeleteAnswers(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		d := studied(s)
		cat, dan := s.discord.AddUser("Cat"), s.discord.AddUser("Dan") // of whom nothing is known
		s.discord.AddMember(s.guild, cat)
		s.discord.AddMember(s.guild, dan)
		asks := func(word string) string { return "@Troupe what is " + word + "?" }
		one, other := d.word(), d.word()
		for _, w := range []string{one, other} {
			d.asked(dan, d.general, asks(w))
		}
		d.talk(d.general, 3)
		wantWords(s.t, "what Gemini is asked before", d.asked(cat, d.general, asks(other)), nil, []string{other})
		d.told(dan, d.general, "privacy delete", map[string]string{"confirm": "delete"})
		wantWords(s.t, "what Gemini is asked after it", d.asked(cat, d.general, asks(one)), []string{one}, nil)
		d.process.stop(s.t)
	})
}

// wantPlanted checks that there is something to forget.
func (l *leaver) wantPlanted() {
	l.t.Helper()
	for _, w := range l.words[l.ann] {
		if len(l.files(w)) == 0 && l.named[w] != "in a file" {
			l.t.Errorf("what is said %s is nowhere", l.named[w])
		}
	}
	wantWords(l.t, "derived", l.rows("derived"), l.about[:1], nil)
	wantWords(l.t, "the log and the metrics", l.log.String()+l.metrics(), []string{"level=DEBUG", "troupe_"}, nil)
	wantWords(l.t, "in quarantine", l.rows("quarantine"), []string{l.bad}, nil)
	wantWords(l.t, "derived", l.rows("derived"), []string{"chunk/", "lore/", "fact/", "said/"}, nil)
}

// wantNobody checks that no row but those of their choices names Ann.
func (l *leaver) wantNobody() {
	l.t.Helper()
	for row := range strings.SplitSeq(l.rows(allTables...), "\n") {
		owner := "notes " + l.ann.Owner()
		chosen := strings.HasPrefix(row, owner+" consent/") || strings.HasPrefix(row, owner+" after ")
		owns := strings.HasPrefix(row, "notes "+l.guild.Owner()+" told ") // the guild
		row = strings.ReplaceAll(row, `"ReplyUser":`+l.ann.String(), "")  // that Bob replied to her
		if strings.Contains(row, l.ann.String()) && !chosen && !owns {
			l.t.Errorf("she is named in %.300s", row)
		}
	}
}

// wantSame checks that what Bob said, and what is known of him, is as it was.
func (l *leaver) wantSame(before messages.PersonFound) {
	l.t.Helper()
	after, err := l.kept.Person(l.t.Context(), l.bob)
	if err != nil {
		l.t.Fatal(err)
	}
	own := func(p messages.PersonFound) map[string]string {
		all := maps.Clone(p.Notes)
		for _, d := range p.Derived {
			if d.Owner == l.bob.Owner() {
				all[d.Key] = d.Value
			}
		}
		for _, q := range p.Triggers {
			all[q.ID.String()] = q.Text + q.Final
		}
		return all
	}
	was, is := own(before), own(after)
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if is[key] != was[key] {
			l.t.Errorf("of Bob's %s is %q, was %q", key, is[key], was[key])
		}
	}
}

// wantPrivate checks that nothing that Cat said was analysed, ever: the store has her
// questions alone.
func (l *leaver) wantPrivate() {
	l.t.Helper()
	wantWords(l.t, "what analyzers are shown", textsOf(analysed(l.gemini.Calls())), l.words[l.bob][:1], l.words[l.cat])
	wantWords(l.t, "what comes of it", l.rows(allTables[1:]...), nil, l.words[l.cat])
}

// analysed returns the calls of analyzers.
func analysed(calls []geminisim.Call) []geminisim.Call {
	return slices.DeleteFunc(slices.Clone(calls), func(c geminisim.Call) bool { return c.Prompt != nil && c.Prompt.Schema == "" })
}
