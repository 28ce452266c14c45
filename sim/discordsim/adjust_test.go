package discordsim

import (
	"testing"
	"time"

	"troupe/messages"
)

// The calendar moves the time that IDs tell, and they grow even if it goes back.
func TestSetCalendar(t *testing.T) {
	s := New(Config{})
	defer s.Close()
	ann := s.AddUser("Ann")
	c := s.AddChannel(s.AddGuild("Town", ann), "general")
	say := func() messages.MessageID {
		t.Helper()
		id, err := s.Say(Say{Person: ann, Channel: c, Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := say()
	s.SetCalendar(time.Hour)
	later := say()
	if d := later.Time().Sub(first.Time()); d < time.Hour || d > time.Hour+time.Minute {
		t.Errorf("an hour later by the calendar, IDs are %v apart", d)
	}
	s.SetCalendar(0)
	if back := say(); back <= later {
		t.Errorf("after %v comes %v", later, back)
	}
}

// Once nonces are forgotten, the same nonce posts another message.
func TestForgetNonces(t *testing.T) {
	s := New(Config{})
	defer s.Close()
	c := s.AddChannel(s.AddGuild("Town", s.AddUser("Ann")), "general")
	post := func() messages.MessageID {
		t.Helper()
		s.mu.Lock()
		defer s.mu.Unlock()
		m, err := s.world.post(draft{channel: s.world.channels[c], author: s.world.bot, content: "hi", nonce: "n", enforce: true})
		if err != nil {
			t.Fatal(err)
		}
		return m.id
	}
	first := post()
	if again := post(); again != first {
		t.Errorf("the same nonce gave %v and %v", first, again)
	}
	s.ForgetNonces()
	if again := post(); again == first {
		t.Error("a nonce is known that was forgotten")
	}
}
