package bot_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/chaos"
	"troupe/sim/discordsim"
)

// A witness notes what people ask on a stage and what they see of it, and judges
// by the rules of the fault lab, whose Gemini it has answer.
type witness struct {
	*stage
	r       *rand.Rand
	people  []messages.UserID
	directs map[messages.UserID]messages.ChannelID

	mu     sync.Mutex // of the record's events and faults
	record chaos.Record
}

func newWitness(s *stage, seed uint64, people []messages.UserID) *witness {
	w := &witness{
		stage: s, r: rand.New(rand.NewPCG(seed, 0)), people: people, directs: map[messages.UserID]messages.ChannelID{},
		record: chaos.Record{Bot: s.discord.Bot(), Files: map[uint64]string{}},
	}
	for _, p := range people {
		dm, err := s.discord.OpenDM(p)
		if err != nil {
			s.t.Fatal(err)
		}
		w.directs[p] = dm
	}
	s.gemini.SetAnswer(chaos.Reply)
	s.t.Cleanup(s.discord.Watch(w.watch))
	return w
}

// newcomers adds so many people to the guild.
func (s *stage) newcomers(n int) (people []messages.UserID) {
	for i := range n {
		p := s.discord.AddUser(fmt.Sprint("Person", i))
		s.discord.AddMember(s.guild, p)
		people = append(people, p)
	}
	return people
}

func (w *witness) watch(c discordsim.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.record.Events = append(w.record.Events, chaos.Event{At: time.Now(), Change: c})
}

// newTag names one more question, whose answer has at most so many pieces.
func (w *witness) newTag(most int) string {
	return fmt.Sprintf("q%d-%d", len(w.record.Asks)+1, max(w.r.IntN(most+5)-4, 0))
}

// question has somebody ask what has this tag.
func (w *witness) question(who messages.UserID, where messages.ChannelID, tag string, kind chaos.Kind) {
	w.t.Helper()
	id := w.say(discordsim.Say{Person: who, Channel: where, Text: "@Troupe what is " + tag + "?"})
	w.asked(chaos.Ask{Trigger: id, Channel: where, Asker: who, Kind: kind, Tag: tag})
}

// asked notes a question that was just asked.
func (w *witness) asked(q chaos.Ask) {
	q.At = time.Now()
	w.record.Asks = append(w.record.Asks, q)
}

// verdict compares what is in Discord with what was asked.
func (w *witness) verdict() *chaos.Verdict {
	for _, u := range w.discord.Uses() {
		for i := range w.record.Asks {
			if w.record.Asks[i].Trigger == messages.MessageID(u.ID) {
				w.record.Asks[i].Acknowledged = !u.Acknowledged.IsZero()
			}
		}
	}
	for _, m := range w.discord.MessagesOf(w.discord.Bot()) {
		for _, f := range m.Attachments {
			if file, ok := w.discord.File(f.ID); ok {
				w.record.Files[f.ID] = string(file.Data)
			}
		}
	}
	return chaos.Check(&w.record)
}
