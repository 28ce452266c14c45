package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// A going is what happens to a message that something was derived from.
type going struct {
	edit  bool          // it is edited, not deleted
	early string        // how the system text begins of what Gemini is being asked about it then; "" for nothing
	kill  time.Duration // after which the process is killed; 0 for never
}

// soon is when all is on disk that comes of an event.
const soon = 100 * time.Millisecond

// What was derived from a message goes with it: facts, lore, summaries and what is
// still to be done, on disk, for the person and for Gemini. What it says instead is
// derived anew, and what else was said in a stretch is summed up again, unless the
// process dies between the two.
func TestSourceGone(t *testing.T) {
	kills := []time.Duration{0, 1, soon}
	if raced {
		kills = kills[2:] // the one in which most happens
	}
	for _, edit := range []bool{false, true} {
		for _, early := range []string{"", "You keep notes about a person", "You sum up", "You keep what a community"} {
			for _, kill := range kills {
				g := going{edit, early, kill}
				t.Run(fmt.Sprintf("edit=%v,early=%q,kill=%v", edit, early, kill), func(t *testing.T) {
					onStage(t, discordsim.Config{}, g.play)
				})
			}
		}
	}
}

func (g going) play(s *stage) {
	d := studied(s)
	gone, stays, instead := d.word(), d.word(), d.word()
	if g.early != "" {
		d.gemini.SetLatency(geminisim.Latency{First: 20 * time.Second, Last: 30 * time.Second})
	}
	id := d.say(discordsim.Say{Person: d.ann, Channel: d.general, Text: "@Troupe I have " + gone})
	d.say(discordsim.Say{Person: d.bob, Channel: d.general, Text: "@Troupe we have " + stays})
	d.talk(d.general, 30)
	if g.early != "" {
		d.during(g.early, gone)
	} else {
		time.Sleep(30 * time.Minute)
		wantWords(d.t, "before", d.derived(), []string{gone, stays}, nil)
		wantWords(d.t, "/memory view, before", d.told(d.ann, d.general, "memory view", nil), []string{gone}, nil)
		wantWords(d.t, "/lore view, before", d.told(d.ann, d.general, "lore view", nil), []string{gone, stays}, nil)
		wantWords(d.t, "a prompt, before", d.asked(d.ann, d.general, "@Troupe what do you remember of me and "+stays+"?"), []string{gone, stays}, nil)
	}
	left := g.leave(d, id, instead)
	time.Sleep(g.kill)
	if synctest.Wait(); g.kill > 0 {
		d.kill()
		d.start()
	}
	wantWords(d.t, "at once", d.rows("derived"), nil, []string{gone})
	time.Sleep(time.Hour)
	d.gemini.SetLatency(geminisim.Latency{})

	wantWords(d.t, "on disk", d.derived(), nil, []string{gone})
	wantWords(d.t, "/memory view", d.told(d.ann, d.general, "memory view", nil), left, []string{gone})
	wantWords(d.t, "/lore view", d.told(d.ann, d.general, "lore view", nil), nil, []string{gone})
	wantWords(d.t, "a prompt", d.asked(d.ann, d.general, "@Troupe what do you remember of me and all?"), left, []string{gone})
	if g.early == "You sum up" || g.kill == 0 || g.kill >= soon {
		wantWords(d.t, "the summary", d.summary(), append(left, stays), []string{gone})
	}
	d.process.stop(d.t)
}

// leave deletes a message or has it say something else, and returns the words that are
// to be derived then.
func (g going) leave(d *study, id messages.MessageID, instead string) (words []string) {
	d.t.Helper()
	err := error(nil)
	if g.edit {
		err, words = d.discord.Edit(d.ann, d.general, id, "@Troupe I have "+instead), []string{instead}
	} else {
		err, words = d.discord.Delete(d.ann, d.general, id), []string{}
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return words
}

// summary returns the first summary that is on disk.
func (d *study) summary() string {
	d.t.Helper()
	for row := range strings.SplitSeq(d.derived(), "\n") {
		if strings.Contains(row, "chunk/") {
			return row
		}
	}
	d.t.Error("there is no summary")
	return ""
}

// during waits until Gemini is being asked something about a word.
func (d *study) during(system, word string) {
	d.t.Helper()
	for range 3600 {
		for _, c := range d.gemini.Calls() {
			if c.Prompt != nil && c.Ended.IsZero() && strings.HasPrefix(c.Prompt.System, system) && strings.Contains(textsOf([]geminisim.Call{c}), word) {
				return
			}
		}
		time.Sleep(time.Second)
	}
	d.t.Fatal("Gemini is not asked")
}
