package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// step starts the turns that are due and gives the word to those that may
// speak. The first trigger since the channel woke up waits for its history.
func (a *channel) step(c *actor.Context) {
	if a.waking > 0 || len(a.state.queue) == 0 || !a.fill(c) {
		return
	}
	start, speak := a.state.due()
	for _, t := range start {
		a.start(c, a.state.question(t, time.Now()))
	}
	for _, t := range speak {
		if r := a.turns[t.trigger.ID]; r != nil {
			a.giveWord(c, r, t)
		}
	}
}

// fill reads the channel's history once. It reports whether that is done.
func (a *channel) fill(c *actor.Context) bool {
	if a.filled || a.cfg.History == nil {
		return true
	}
	a.filled = true
	a.waking++
	id, limit, history := a.cfg.ID, a.cfg.Window, a.cfg.History
	before := a.state.queue[0].trigger.ID
	actors.Ask(c, a.cfg.Reader, &messages.Job{
		Kind: "history", Guild: a.place.guild, Fair: id.String(), Key: "history/" + id.String(),
		Wait: historyWait, Timeout: historyWait,
		Run: func(ctx context.Context, _ func(any)) any {
			lines, err := history.History(ctx, id, before, limit)
			if err == nil {
				return lines
			}
			if limited, ok := errors.AsType[*messages.Limited](err); ok {
				return limited
			}
			return err
		},
	}, historyWait, historyAsked{})
	return false
}

func (a *channel) history(c *actor.Context, m actors.Answered) {
	done, _ := m.Message.(*messages.JobDone)
	var lines []messages.Message
	if done != nil {
		lines, _ = done.Result.([]messages.Message)
	}
	if lines == nil {
		a.cfg.Log.Info("answering without the channel's history", "channel_id", a.cfg.ID, "err", m.Err)
	}
	for i := range lines {
		if m := &lines[i]; m.Spoken {
			a.state.window.add(messages.Line{
				ID: m.ID, Author: m.Author.ID, Name: m.Author.Name, Text: m.Content,
				ReplyTo: m.ReplyTo, Own: m.Author.ID == a.cfg.Self.ID,
			})
		}
	}
	a.wokenBy(c)
}

// start begins a turn.
func (a *channel) start(c *actor.Context, q *messages.Question) {
	r := a.turns[q.Trigger.ID]
	if r == nil {
		r = &running{}
		a.turns[q.Trigger.ID] = r
	}
	r.tries++
	r.refusing = q.Refuse != ""
	id := fmt.Sprintf("%v.%d.%d", q.Trigger.ID, q.Trigger.Revision, r.tries)
	r.pid = c.SpawnChild(a.cfg.Turn(q, c.PID()), "turn", actor.WithID(id),
		func(o *actor.Opts) { o.Kind = "turn" }, actor.WithInboxSize(4), actor.WithMaxRestarts(-1))
}

// wordAsked answers a turn that wants to speak: at once, or when it may.
func (a *channel) wordAsked(c *actor.Context, id messages.MessageID) {
	r, t := a.turns[id], a.state.find(id)
	if r == nil || t == nil {
		c.Respond(&messages.Failure{Cause: messages.CauseCancelled})
		return
	}
	r.word = c.Sender()
	if t.word {
		a.giveWord(c, r, t)
	}
}

func (a *channel) giveWord(c *actor.Context, r *running, t *asked) {
	if r.word != nil {
		c.Engine().Send(r.word, &messages.Word{Trigger: t.trigger})
		r.word = nil
	}
}

func (a *channel) turnEnded(c *actor.Context, m *messages.TurnEnded) {
	a.state.answered(m, a.cfg.Self)
	a.drop(c, m.Trigger)
	a.step(c)
}

// stop ends a turn, if there is one.
func (a *channel) stop(c *actor.Context, id messages.MessageID) {
	if r := a.turns[id]; r != nil {
		c.Engine().Poison(r.pid)
		delete(a.turns, id)
	}
}

// turnGaveUp has a person told that there will be no answer, since the turn
// that was to make it crashed too often; or gives up if even that crashed.
func (a *channel) turnGaveUp(c *actor.Context, m *messages.ActorGaveUp) {
	a.forward(c, m)
	for id, r := range a.turns {
		if r.pid.GetID() != m.Actor {
			continue
		}
		c.Engine().Poison(r.pid)
		if t := a.state.find(id); t != nil && !r.refusing {
			q := a.state.question(t, time.Now())
			q.Refuse = messages.CauseInternal
			a.start(c, q)
			return
		}
		a.drop(c, id)
		actors.Ask(c, a.cfg.Journal, &messages.EndTrigger{
			Trigger: id, State: messages.TriggerRefused, Cause: messages.CauseInternal,
		}, journalWait, endAsked{id})
		a.step(c)
		return
	}
}
