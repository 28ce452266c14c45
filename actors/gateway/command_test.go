package gateway

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"
)

// commanded says what the channels were told of commands, in words, sorted.
func (s *station) commanded() (words []string) {
	for _, m := range s.channels.Take() {
		switch m := m.(*messages.Deliver).Message.(type) {
		case *messages.CommandUsed:
			words = append(words, "used")
		case *messages.CommandAcknowledged:
			words = append(words, map[bool]string{false: "acknowledged", true: "gone"}[m.Gone])
		}
	}
	slices.Sort(words)
	return words
}

// A question by a command is answered to Discord when its channel has it, or when
// it cannot be waited for any longer; it is done with when both is so. One that
// Discord has forgotten is done with, and the channel is told. One that the channel
// cannot take is apologized for once Discord waits for that.
func TestQuestion(t *testing.T) {
	gone := &messages.Failure{Cause: messages.CauseGone}
	for _, tt := range []struct {
		name      string
		answers   []any
		ackErr    error
		atOnce    string // what has happened then
		late      string // and after ackLate
		atLast    string
		apologies int
	}{
		{"taken", nil, nil, "[acknowledged used] 1 acks, done [7]", "[] 0 acks, done []", "[] 0 acks, done []", 0},
		{"forgotten", nil, gone, "[gone used] 1 acks, done [7]", "[] 0 acks, done []", "[] 0 acks, done []", 0},
		{
			"taken late",
			slices.Repeat([]any{&messages.Refused{}}, 5),
			nil,
			"[used] 0 acks, done []",
			"[acknowledged used used] 1 acks, done []",
			"[used used] 0 acks, done [7]",
			0,
		},
		{
			"never taken",
			[]any{&actors.Failed{}, &actors.Failed{Quarantine: true}},
			nil,
			"[used] 0 acks, done []",
			"[acknowledged used] 1 acks, done [7]",
			"[] 0 acks, done []",
			1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				s := newStation(e, func(s *station) { s.answers, s.ackErr = tt.answers, tt.ackErr })
				before := 0
				check := func(want string) {
					t.Helper()
					synctest.Wait()
					got := fmt.Sprintf("%v %d acks, done %v", s.commanded(), int(s.acks.Load())-before, s.lines[0].acks())
					before = int(s.acks.Load())
					if got != want {
						t.Errorf("%s, want %s", got, want)
					}
				}
				s.lines[0].hooks.Handle(&messages.CommandUsed{Name: "chat", Channel: 1, Seq: 7})
				check(tt.atOnce)
				time.Sleep(ackLate + time.Millisecond)
				check(tt.late)
				time.Sleep(time.Minute)
				check(tt.atLast)
				apologies := slices.DeleteFunc(s.outbox.Take(), func(m any) bool { _, ok := m.(*messages.Deliver); return !ok })
				if len(apologies) != tt.apologies {
					t.Errorf("%d apologies", len(apologies))
				}
			})
		})
	}
}
