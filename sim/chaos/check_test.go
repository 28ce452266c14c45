package chaos

import (
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

const (
	bot  messages.UserID    = 1
	ann  messages.UserID    = 2
	bob  messages.UserID    = 3
	here messages.ChannelID = 10
	hall messages.ChannelID = 11
)

// start is when what these tests tell begins.
var start = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// A story is a record in the making. Each thing happens a second after the one
// before.
type story struct {
	Record
	now time.Time
}

func newStory() *story {
	return &story{Record: Record{Bot: bot, Files: map[uint64]string{}}, now: start}
}

func (s *story) tick() time.Time {
	s.now = s.now.Add(time.Second)
	return s.now
}

// ask has somebody ask a question in here, and returns it for changes.
func (s *story) ask(id messages.MessageID, who messages.UserID, tag string) *Ask {
	s.Asks = append(s.Asks, Ask{Trigger: id, Channel: here, Asker: who, Kind: Mention, Tag: tag, At: s.tick()})
	return &s.Asks[len(s.Asks)-1]
}

func (s *story) happens(kind discordsim.ChangeKind, m discordsim.Message) {
	m.Author = bot
	s.Events = append(s.Events, Event{At: s.tick(), Change: discordsim.Change{Kind: kind, Message: m}})
}

// posts has the bot reply to a question in here.
func (s *story) posts(id, to messages.MessageID, text string) {
	s.happens(discordsim.MessageCreated, message(id, to, text))
}

func message(id, to messages.MessageID, text string) discordsim.Message {
	return discordsim.Message{ID: id, Channel: here, Content: text, Reply: &discordsim.Quote{ID: to}}
}

func (s *story) given(fault string) {
	s.Given = append(s.Given, Given{Fault: fault, From: s.now, To: s.now.Add(time.Second), Hits: []time.Time{s.now}})
}

// commanded has ann use a command, ten deaths of the bot, and an apology in the
// channel that names her, after a time by Discord's clock.
func (s *story) commanded(tag string, later time.Duration) {
	id := messages.MessageIDAt(start)
	a := s.ask(id, ann, tag)
	a.Kind, a.Acknowledged = Command, true
	s.happens(discordsim.MessageCreated, discordsim.Message{ID: id + 1, Channel: here, Interaction: messages.InteractionID(id), Thinking: true})
	for range maxDeaths {
		s.tick()
		s.given(killed)
	}
	s.happens(discordsim.MessageCreated, discordsim.Message{
		ID: messages.MessageIDAt(start.Add(later)), Channel: here, Content: "<@2> Something went wrong on my side, and I could not answer.",
	})
}

// halves cuts an answer in two.
func halves(tag string) (first, second string) {
	text := Answer(tag)
	at := strings.LastIndex(text[:len(text)/2], " ")
	return text[:at], text[at+1:]
}

// Each kind of breach is found, and nothing is where there is none.
func TestCheck(t *testing.T) {
	first, second := halves("q1-1")
	tests := []struct {
		name string
		tell func(*story)
		want []Wrong
	}{
		{"answered", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, Answer("q1-1"))
		}, nil},
		{"answered as it grows, in two messages", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, first[:40])
			s.happens(discordsim.MessageEdited, message(101, 100, first))
			s.posts(102, 100, second)
		}, nil},
		{"waited and was answered", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, inLine+" as soon as it is back.")
			s.happens(discordsim.MessageEdited, message(101, 100, Answer("q1-1")))
		}, nil},
		{"a command that is too old to be answered is told of in the channel", func(s *story) {
			s.commanded("q1-1", 20*time.Minute)
		}, nil},
		{"so it is though an earlier one of the same person is dead", func(s *story) {
			s.given(newSession)
			s.ask(messages.MessageIDAt(start.Add(-time.Second)), ann, "q1-2").Kind = Command
			s.commanded("q1-1", 20*time.Minute)
		}, nil},
		{"a command that is not is answered as such", func(s *story) {
			s.commanded("q1-1", time.Minute)
		}, []Wrong{Orphan, Lost}},
		{"waits for ever", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, inLine+" as soon as it is back.")
		}, []Wrong{Lost}},
		{"answered, and waits for ever", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, inLine+" as soon as it is back.")
			s.posts(102, 100, Answer("q1-1"))
		}, []Wrong{Orphan}},
		{"answered in a file", func(s *story) {
			s.ask(100, ann, "q1-1")
			m := message(101, 100, first+" and more in the file")
			m.Attachments = []messages.Attachment{{ID: 7}}
			s.Files[7] = Answer("q1-1")
			s.happens(discordsim.MessageCreated, m)
		}, nil},
		{"answered as edited", func(s *story) {
			s.ask(100, ann, "q1-1").Edits = []string{"q1-1e"}
			s.posts(101, 100, Answer("q1-1e"))
		}, nil},
		{"answered together", func(s *story) {
			s.ask(100, ann, "q1-0")
			s.ask(101, bob, "q1-0")
			s.posts(102, 100, "<@2> <@3> "+Answer("q1-0"))
		}, nil},
		{"one of two is left out", func(s *story) {
			s.ask(100, ann, "q1-0")
			s.ask(101, bob, "q1-0")
			s.posts(102, 100, "<@2> "+Answer("q1-0"))
		}, []Wrong{Lost}},
		{"answered together and alone", func(s *story) {
			s.ask(100, ann, "q1-0")
			s.ask(101, bob, "q1-0")
			s.posts(102, 100, "<@2> <@3> "+Answer("q1-0"))
			s.posts(103, 101, Answer("q1-0"))
		}, []Wrong{Doubled}},
		{"lost", func(s *story) { s.ask(100, ann, "q1-1") }, []Wrong{Lost}},
		{"answer deleted", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, Answer("q1-1"))
			s.happens(discordsim.MessageDeleted, message(101, 100, ""))
		}, []Wrong{Lost}},
		{"doubled", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, Answer("q1-1"))
			s.posts(102, 100, Answer("q1-1"))
		}, []Wrong{Doubled}},
		{"answered and refused", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.given("gemini-empty")
			s.posts(101, 100, Answer("q1-1"))
			s.posts(102, 100, "Gemini had nothing to say to that.")
		}, []Wrong{Doubled}},
		{"out of order", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.ask(101, ann, "q2-1")
			s.posts(102, 101, Answer("q2-1"))
			s.posts(103, 100, Answer("q1-1"))
		}, []Wrong{OutOfOrder}},
		{"begun before the one before was whole", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.ask(101, ann, "q2-1")
			s.posts(102, 100, first)
			s.posts(103, 101, Answer("q2-1"))
			s.happens(discordsim.MessageEdited, message(102, 100, Answer("q1-1")))
		}, []Wrong{OutOfOrder}},
		{"two people need no order", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.ask(101, bob, "q2-1")
			s.posts(102, 101, Answer("q2-1"))
			s.posts(103, 100, Answer("q1-1"))
		}, nil},
		{"wrong channel", func(s *story) {
			s.ask(100, ann, "q1-1").Channel = hall
			s.posts(101, 100, Answer("q1-1"))
		}, []Wrong{WrongChannel}},
		{"cut off", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, first)
		}, []Wrong{CutOff}},
		{"a middle is missing", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, first)
			s.posts(102, 100, second[20:])
		}, []Wrong{CutOff}},
		{"made for somebody else before", func(s *story) {
			s.ask(100, ann, "q1-0")
			s.posts(101, 100, Answer("q1-0")+"\n-# From an answer of <t:1772366669:R>.")
		}, nil},
		{"said to be cut off, and it was", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.given("gemini-cut")
			s.posts(101, 100, first+"\n-# (cut off)")
		}, nil},
		{"said to be cut off for no reason", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, first+"\n-# (cut off)")
		}, []Wrong{CutOff}},
		{"surplus part", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, Answer("q1-1"))
			s.posts(102, 100, second)
		}, []Wrong{Orphan}},
		{"about nothing", func(s *story) { s.posts(101, 99, "Gemini had nothing to say to that.") }, []Wrong{Orphan}},
		{"refused", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.given("gemini-empty")
			s.posts(101, 100, "Gemini had nothing to say to that. Asking it in other words may help.")
		}, nil},
		{"refused for no reason", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.given("gemini-hang")
			s.posts(101, 100, "Gemini had nothing to say to that. Asking it in other words may help.")
		}, []Wrong{Unexplained}},
		{"apologized to", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, "Something went wrong on my side, and I could not answer.")
		}, []Wrong{Unexplained}},
		{"no refusal at all", func(s *story) {
			s.ask(100, ann, "q1-1")
			s.posts(101, 100, "Hello?")
		}, []Wrong{Unexplained}},
		{"cancelled", func(s *story) { s.ask(100, ann, "q1-1").Deleted = start.Add(time.Minute) }, nil},
		{"not cancelled", func(s *story) {
			s.ask(100, ann, "q1-1").Deleted = start.Add(time.Second)
			s.tick()
			s.tick()
			s.posts(101, 100, Answer("q1-1"))
		}, []Wrong{NotCancelled}},
		{"part of a cancelled answer", func(s *story) {
			s.ask(100, ann, "q1-1").Deleted = start.Add(time.Second)
			s.posts(101, 100, first)
		}, []Wrong{CutOff}},
		{"command without acknowledgement in a drop", func(s *story) {
			s.ask(100, ann, "q1-1").Kind = Command
			s.given("gateway-drop")
		}, nil},
		{"command without acknowledgement", func(s *story) { s.ask(100, ann, "q1-1").Kind = Command }, []Wrong{Lost}},
		{"command that is thought about for ever", func(s *story) {
			a := s.ask(100, ann, "q1-1")
			a.Kind, a.Acknowledged = Command, true
			s.given("gateway-drop")
			s.happens(discordsim.MessageCreated, discordsim.Message{ID: 101, Channel: here, Interaction: 100, Thinking: true})
		}, []Wrong{Lost}},
		{"command that is thought about after a kill", func(s *story) {
			a := s.ask(100, ann, "q1-1")
			a.Kind, a.Acknowledged = Command, true
			s.happens(discordsim.MessageCreated, discordsim.Message{ID: 101, Channel: here, Interaction: 100, Thinking: true})
			s.given("kill")
		}, []Wrong{Lost}},
		{"command that was killed with its session", func(s *story) {
			a := s.ask(100, ann, "q1-1")
			a.Kind, a.Acknowledged = Command, true
			s.given("kill")
			s.given("new session")
			s.happens(discordsim.MessageCreated, discordsim.Message{ID: 101, Channel: here, Interaction: 100, Thinking: true})
		}, []Wrong{Lost}},
		{"command that could not be kept, killed with its session", func(s *story) {
			a := s.ask(100, ann, "q1-1")
			a.Kind, a.Acknowledged = Command, true
			s.tick()
			s.happens(discordsim.MessageCreated, discordsim.Message{ID: 101, Channel: here, Interaction: 100, Thinking: true})
			s.given("new session")
		}, nil},
		{"command", func(s *story) {
			a := s.ask(100, ann, "q1-1")
			a.Kind, a.Acknowledged = Command, true
			m := discordsim.Message{ID: 101, Channel: here, Interaction: 100, Thinking: true}
			s.happens(discordsim.MessageCreated, m)
			m.Thinking, m.Content = false, Answer("q1-1")
			s.happens(discordsim.MessageEdited, m)
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory()
			tt.tell(s)
			var got []Wrong
			v := Check(&s.Record)
			for _, b := range v.Breaches {
				got = append(got, b.Wrong)
				if told := s.Tell(b); !strings.Contains(told, string(b.Wrong)) {
					t.Errorf("told as %s", told)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("found %v, want %v: %+v", got, tt.want, v)
			}
		})
	}
}
