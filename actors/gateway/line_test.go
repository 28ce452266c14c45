package gateway

import (
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// heard returns which messages and commands the channels were told of.
func (s *station) heard() (ids []messages.MessageID) {
	for _, m := range s.channels.Take() {
		if d, ok := m.(*messages.Deliver); ok {
			if _, id := saidBy(d.Message); id != 0 {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func says(id messages.MessageID, channel messages.ChannelID, who messages.UserID) *messages.MessageReceived {
	return &messages.MessageReceived{Seq: int64(id), Message: messages.Message{
		ID: id, Channel: channel, Guild: 2, Author: messages.User{ID: who}, Mentions: []messages.UserID{99},
	}}
}

// What was not taken is not overtaken by what the same person says later in the
// same channel; others are not held up.
func TestNobodyOvertakesThemselves(t *testing.T) {
	refused := &messages.Refused{Reason: messages.RefusedFull}
	for name, tt := range map[string]struct {
		answers []any
		want    []messages.MessageID
	}{
		"taken":     {nil, []messages.MessageID{1, 2, 3, 4, 5}},
		"refused":   {[]any{refused}, []messages.MessageID{1, 3, 4, 1, 2, 5}},
		"twice":     {[]any{refused, &messages.Taken{}, &messages.Taken{}, refused}, []messages.MessageID{1, 3, 4, 1, 1, 2, 5}},
		"set aside": {[]any{&actors.Failed{Quarantine: true}}, []messages.MessageID{1, 2, 3, 4, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				s := newStation(e, nil)
				s.answers = tt.answers
				s.tell(says(1, 1, 3))
				s.tell(says(2, 1, 3))
				s.tell(says(3, 1, 4)) // somebody else
				s.tell(says(4, 2, 3)) // elsewhere
				s.tell(says(5, 1, 3))
				time.Sleep(time.Minute)
				if d := cmp.Diff(tt.want, s.heard()); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

// Who asks by a command and then by a message is answered in that order, however
// long Discord takes to let the command be answered; if it does not, the message
// goes on.
func TestCommandIsNotOvertaken(t *testing.T) {
	for name, tt := range map[string]struct {
		fails int
		err   error
		want  []messages.MessageID
	}{
		"at once":   {0, nil, []messages.MessageID{1, 2}},
		"later":     {5, nil, []messages.MessageID{1, 2}},
		"forgotten": {5, &messages.Failure{Cause: messages.CauseGone}, []messages.MessageID{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				s := newStation(e, func(s *station) { s.ackFails, s.ackErr = tt.fails, tt.err })
				s.tell(&messages.CommandUsed{
					Name: "chat", Channel: 1, User: messages.User{ID: 3}, Interaction: messages.Interaction{ID: 1}, Seq: 1,
				})
				s.tell(says(2, 1, 3))
				time.Sleep(time.Minute)
				if d := cmp.Diff(tt.want, s.heard()); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

// What a resumed session repeats while the first is to come again, and what was
// said before and is heard of later, reaches the channel too.
func TestRepeatedInLine(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newStation(e, nil)
		s.answers = []any{&actors.Failed{}}
		again := says(2, 1, 3)
		again.Seq = 12
		var acked []int64
		for _, m := range []*messages.MessageReceived{says(2, 1, 3), again, says(1, 1, 3)} {
			acked = append(acked, s.tell(m)...)
		}
		time.Sleep(time.Minute)
		if d := cmp.Diff([]messages.MessageID{2, 1, 2, 2}, s.heard()); d != "" {
			t.Error(d)
		}
		wantAcks(t, append(acked, s.lines[0].acks()...), 1, 2, 12)
	})
}

// Whatever is told first, a line is in the order of what was said, and ends.
func TestLines(t *testing.T) {
	l := lines{}
	a, b, c := &delivery{event: says(1, 1, 3)}, &delivery{event: says(2, 1, 3)}, &delivery{event: says(3, 1, 3)}
	if l.join(a, false) || !l.join(b, true) || !l.join(a, true) || !l.join(c, false) || !l.join(c, true) {
		t.Fatal("who is in line is not told")
	}
	if !l.first(a) || l.first(b) || l.first(c) {
		t.Error("who is first is not told")
	}
	if l.leave(b) != a || l.leave(a) != c || l.leave(a) != nil || l.leave(c) != nil || len(l) != 0 {
		t.Error("who is next is not told")
	}
	other := &delivery{event: &messages.MessagesDeleted{}}
	if l.join(other, true) || !l.first(other) || l.leave(other) != nil {
		t.Error("what nobody said is in line")
	}
}
