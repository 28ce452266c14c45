package bot_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A visit is a message that a kind of actor gets.
type visit struct{ kind, message string }

// saboteur makes a kind of actor panic at the first few messages of a type, and
// notes all that it sees.
type saboteur struct {
	at    visit
	times int

	mu   sync.Mutex
	seen map[visit]int
}

func (s *saboteur) before(kind string, m any) {
	v := visit{kind, reflect.TypeOf(m).String()}
	s.mu.Lock()
	s.seen[v]++
	n := s.seen[v]
	s.mu.Unlock()
	if v == s.at && n <= s.times {
		panic("sabotage")
	}
}

// visits returns all that was seen, in order.
func (s *saboteur) visits() (all []visit) {
	for v := range s.seen {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b visit) int { return strings.Compare(a.kind+a.message, b.kind+b.message) })
	return all
}

// ordinary plays a day in a channel: questions in all forms, commands, edits,
// deletions, changes of the guild, silence.
func ordinary(s *stage) (asked []messages.MessageID) {
	mention := func(who messages.UserID, text string) messages.MessageID {
		return s.say(discordsim.Say{Person: who, Channel: s.general, Text: "@Troupe " + text})
	}
	s.say(discordsim.Say{Person: s.bob, Channel: s.general, Text: "good morning"})
	asked = append(asked,
		mention(s.ann, "what is seven times six?"),
		mention(s.bob, "what is seven times six?"),
		mention(s.ann, "and what did I say?"))
	asked = append(asked, s.say(discordsim.Say{
		Person: s.bob, Channel: s.general, Text: "@Troupe read this", Files: []discordsim.File{{Name: "a.txt", Data: []byte("hello")}},
	}))
	dm, err := s.discord.OpenDM(s.ann)
	if err != nil {
		s.t.Fatal(err)
	}
	asked = append(asked, s.say(discordsim.Say{Person: s.ann, Channel: dm, Text: "hello"}))
	time.Sleep(time.Minute)
	asked = append(asked, mention(s.bob, "what is seven times six?")) // from the cache
	s.use(s.ann, "chat", map[string]string{"message": "list 3 fruits"})
	s.use(s.bob, "status", nil)
	s.use(s.ann, "persona", map[string]string{"name": "pirate"})
	s.use(s.bob, "persona", map[string]string{"mine": "plain"})
	s.use(s.bob, "clear", nil)
	s.use(s.bob, "help", nil)
	time.Sleep(time.Minute)

	role := s.discord.AddRole(s.guild, "Mods", 0, true)
	s.discord.AddMember(s.guild, s.bob, role)
	s.discord.RemoveRole(s.guild, role)
	s.discord.RemoveChannel(s.discord.AddChannel(s.guild, "doomed"))
	s.discord.AddThread(s.general, "aside")
	note := s.say(discordsim.Say{Person: s.bob, Channel: s.general, Text: "the emd"})
	if err := s.discord.Edit(s.bob, s.general, note, "the end"); err != nil {
		s.t.Fatal(err)
	}
	gone := mention(s.bob, "write a story of 3000 characters")
	time.Sleep(300 * time.Millisecond)
	if err := s.discord.Delete(s.bob, s.general, gone); err != nil {
		s.t.Fatal(err)
	}
	s.discord.Reconnect()
	time.Sleep(time.Minute)
	asked = append(asked, mention(s.ann, "write a story of 3000 characters"))
	time.Sleep(2 * time.Hour) // all fall asleep
	asked = append(asked, mention(s.bob, "is anybody there?"))
	time.Sleep(5 * time.Minute)
	return asked
}

// wantAnswers checks that every question has one answer, whole, and every
// command has one too.
func wantAnswers(t *testing.T, s *stage, asked []messages.MessageID, apologies int) {
	t.Helper()
	all := s.discord.MessagesOf(s.discord.Bot())
	first := map[messages.MessageID]int{}
	for _, m := range all {
		if m.Reply != nil {
			first[m.Reply.ID]++
		}
		if m.Thinking {
			t.Errorf("/%s of %v is still thinking", m.Command, m.Person)
		}
		if strings.Contains(m.Content, "went wrong") {
			apologies--
		}
	}
	for i, id := range asked {
		if first[id] == 0 {
			t.Errorf("question %d has no answer", i+1)
		}
	}
	if apologies < 0 {
		t.Errorf("%d people were told that something went wrong, and need not have been", -apologies)
	}
	for _, u := range s.discord.Uses() {
		if u.Acknowledged.IsZero() || u.Thinking || len(u.Answers) == 0 {
			t.Errorf("/%s: acknowledged %v, thinking %v, %d answers", u.Name, u.Acknowledged, u.Thinking, len(u.Answers))
		}
	}
}

// A panic in any actor at any message that it gets is survived, and leaves
// nobody waiting. Once: everybody is answered all the same. Twice: whoever is
// not answered is told.
func TestAnyPanic(t *testing.T) {
	var visits []visit
	onStage(t, discordsim.Config{}, func(s *stage) {
		clean := &saboteur{seen: map[visit]int{}}
		stop := s.run(clean.before)
		wantAnswers(t, s, ordinary(s), 0)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		visits = clean.visits()
	})
	if len(visits) < 60 {
		t.Errorf("only %d kinds of message were seen: %v", len(visits), visits)
	}
	for _, v := range visits {
		for _, times := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%s/%d", v.kind, strings.TrimLeft(v.message, "*"), times), func(t *testing.T) {
				t.Parallel()
				onStage(t, discordsim.Config{}, func(s *stage) {
					bad := &saboteur{at: v, times: times, seen: map[visit]int{}}
					stop := s.run(bad.before)
					asked := ordinary(s)
					wantAnswers(t, s, asked, times-1)
					if err := stop(); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}
