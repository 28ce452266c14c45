package turn

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

const me messages.UserID = 99

// room is a channel in which something stands. Its reads fail as told.
type room struct {
	lines  []messages.Message
	fails  []error
	exists error // of Exists; nil for an answer
	reads  int
	erased bool // what answers the question was deleted
}

func (r *room) History(_ context.Context, _ messages.ChannelID, before messages.MessageID, limit int) ([]messages.Message, error) {
	r.reads++
	var found []messages.Message
	for _, m := range slices.Backward(r.lines) {
		if m.ID < before && len(found) < limit {
			found = append(found, m)
		}
	}
	return found, nil
}

func (r *room) HistoryAfter(_ context.Context, _ messages.ChannelID, after messages.MessageID, _ int) ([]messages.Message, error) {
	r.reads++
	if len(r.fails) > 0 {
		err := r.fails[0]
		r.fails = r.fails[1:]
		return nil, err
	}
	if r.erased {
		return nil, nil
	}
	i := slices.IndexFunc(r.lines, func(m messages.Message) bool { return m.ID > after })
	return r.lines[max(i, 0):], nil
}

func (r *room) Exists(_ context.Context, _ messages.ChannelID, id messages.MessageID) (bool, error) {
	return slices.ContainsFunc(r.lines, func(m messages.Message) bool { return m.ID == id }), r.exists
}

// by makes a message of the room.
func by(who messages.UserID, id, replyTo messages.MessageID, text string) messages.Message {
	return messages.Message{ID: id, Author: messages.User{ID: who}, ReplyTo: replyTo, Content: text}
}

// enter gives a turn a room to look at.
func (k *cast) enter(r *room) {
	pool := k.e.Fake(func(c *actor.Context) {
		if j, ok := c.Message().(*messages.Job); ok {
			result := j.Run(context.Background(), nil)
			for {
				if _, limited := result.(*messages.Limited); !limited {
					break
				}
				result = j.Run(context.Background(), nil)
			}
			c.Respond(&messages.JobDone{Result: result})
		}
	})
	k.cfg.History, k.cfg.Pool, k.cfg.Self.ID = r, pool.PID, me
	k.erase = func() { r.erased = true }
}

// What an earlier try has left in the channel is found, and used; a question
// that is gone needs no answer; what cannot be found out is left alone once
// nonces are forgotten.
func TestLook(t *testing.T) {
	question := by(ann, 7, 0, "why?")
	const other messages.MessageID = 5
	long := 5 * time.Minute
	down := &messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff}
	never := &messages.Failure{Cause: messages.CauseNoPermission, Retry: messages.RetryNever}
	tests := []struct {
		name  string
		room  room
		age   time.Duration
		parts []messages.MessageID // that are edited
		state messages.TriggerState
		ended []messages.MessageID
	}{
		{
			"nothing",
			room{lines: []messages.Message{question}},
			long,
			nil, messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
		{
			"two parts",
			room{lines: []messages.Message{
				question, by(me, 8, 7, "be"), by(me, 9, other, "so"), by(ann, 10, 7, "x"), by(me, 11, 7, "cause"),
			}},
			long,
			[]messages.MessageID{8, 11},
			messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
		{
			"after failures",
			room{lines: []messages.Message{question, by(me, 8, 7, "be")}, fails: []error{down, &messages.Limited{}, down, errors.New("odd")}},
			long,
			[]messages.MessageID{8},
			messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
		{
			"the question is gone",
			room{lines: []messages.Message{by(me, 8, 7, "be")}},
			0,
			[]messages.MessageID{8},
			messages.TriggerCancelled, nil,
		},
		{
			"the question is gone, and nothing is left but in the outbox",
			room{},
			0,
			nil,
			messages.TriggerCancelled, nil,
		},
		{
			"whether it is gone is not told",
			room{lines: []messages.Message{by(me, 8, 7, "be")}, exists: never},
			long,
			[]messages.MessageID{8},
			messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
		{
			"not to be read, lately",
			room{fails: []error{never}},
			time.Minute,
			nil, messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
		{
			"not to be read, long ago",
			room{fails: []error{never}},
			long,
			nil, messages.TriggerUndeliverable, nil,
		},
		{
			"never to be read",
			room{fails: slices.Repeat([]error{down}, 1000)},
			0,
			nil, messages.TriggerUndeliverable, nil,
		},
		{
			"answered with others",
			room{lines: []messages.Message{
				by(bob, other, 0, "why"), question, by(me, 8, other, "<@2> <@1> because"), by(me, 9, other, "of it"),
			}},
			long,
			nil, messages.TriggerAnswered,
			[]messages.MessageID{8, 9},
		},
		{
			"others were answered",
			room{lines: []messages.Message{by(bob, other, 0, "why"), question, by(me, 8, other, "<@2> because")}},
			long,
			nil, messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
		{
			"answered with others just now",
			room{lines: []messages.Message{
				by(bob, other, 0, "why"), question, by(me, 8, other, "<@2> <@1> because"),
			}},
			time.Minute,
			nil, messages.TriggerAnswered,
			[]messages.MessageID{70},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				k := newCast(e)
				k.covers, k.accepted = []messages.MessageID{other, 7}, time.Now().Add(-tt.age)
				k.enter(&tt.room)
				k.start(func(q *messages.Question) { q.Again, q.Trigger.Accepted = true, k.accepted })
				time.Sleep(lookFor)
				ended := k.outcome(t)
				if ended.State != tt.state {
					t.Errorf("ended as %q, want %q", ended.State, tt.state)
				}
				if d := cmp.Diff(tt.ended, ended.Parts); d != "" {
					t.Errorf("the answer's parts (-want +got):\n%s", d)
				}
				if gone := tt.state == messages.TriggerCancelled; tt.room.erased != gone {
					t.Errorf("the outbox has erased it: %v", tt.room.erased)
				}
				if d := cmp.Diff(tt.parts, k.edited()); d != "" {
					t.Errorf("parts told to the outbox (-want +got):\n%s", d)
				}
			})
		})
	}
}

// What a command was answered with is found by its first response.
func TestLookForCommand(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.kind, k.parts = messages.TriggerCommand, []messages.MessageID{8}
		k.enter(&room{lines: []messages.Message{by(me, 8, 0, "be"), by(ann, 9, 8, "?"), by(me, 10, 8, "cause")}})
		k.start(func(q *messages.Question) { q.Again, q.Trigger.Kind, q.Trigger.Parts = true, k.kind, k.parts })
		if ended := k.outcome(t); ended.State != messages.TriggerAnswered {
			t.Errorf("ended as %q", ended.State)
		}
		if d := cmp.Diff([]messages.MessageID{8, 10}, k.edited()); d != "" {
			t.Error(d)
		}
	})
}

// A part of which the store did not hear is found among those that it knows.
func TestLookForFirstPart(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.parts = []messages.MessageID{0, 9}
		k.enter(&room{lines: []messages.Message{by(ann, 7, 0, "why?"), by(me, 8, 7, "be"), by(me, 9, 7, "cause")}})
		k.start(func(q *messages.Question) { q.Again, q.Trigger.Parts = true, k.parts })
		k.outcome(t)
		if d := cmp.Diff([]messages.MessageID{8, 9}, k.edited()); d != "" {
			t.Error(d)
		}
	})
}

// edited returns the parts that the outbox was told of last, when it was to
// finish or erase the answer.
func (k *cast) edited() (parts []messages.MessageID) {
	for _, m := range k.outbox.Take() {
		switch m := m.(*messages.Deliver).Message.(type) {
		case *messages.FinishReply:
			parts = m.Reply.Parts
		case *messages.CancelReply:
			parts = m.Reply.Parts
		}
	}
	return parts
}

// An answer that does not get through is looked for in the channel, and brought
// there again if it is not found: for a while.
func TestNotThrough(t *testing.T) {
	lost := &messages.Failure{Cause: messages.CauseUnreachable}
	for name, tt := range map[string]struct {
		posted []any
		state  messages.TriggerState
	}{
		"in the end": {[]any{lost, lost}, messages.TriggerAnswered},
		"never":      {slices.Repeat([]any{lost}, 1000), messages.TriggerUndeliverable},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				k := newCast(e)
				r := &room{lines: []messages.Message{by(ann, 7, 0, "why?"), by(me, 8, 7, "be")}}
				k.enter(r)
				k.posted = tt.posted
				k.start(nil)
				time.Sleep(lookFor)
				if ended := k.outcome(t); ended.State != tt.state {
					t.Errorf("ended as %q", ended.State)
				}
				if got := k.edited(); len(got) != 1 && tt.state == messages.TriggerAnswered || r.reads < 2 {
					t.Errorf("parts told to the outbox: %v, after %d reads", got, r.reads)
				}
			})
		})
	}
}
