package channel

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// take deals with an event of Discord. Its sender is told when it is done with.
func (a *channel) take(c *actor.Context, e held) {
	switch m := e.event.(type) {
	case *messages.MessageReceived:
		a.heard(c, &m.Message, e.sender)
	case *messages.CommandUsed:
		a.commanded(c, m, e.sender)
	case *messages.CommandAcknowledged:
		a.acknowledged(c, m)
	case *messages.MessageEdited:
		a.edited(c, &m.Message, e.sender)
	case *messages.MessagesDeleted:
		a.deleted(c, m.Messages, e.sender)
	case *messages.CatchUp:
		a.catchUp(c, m, e.sender)
	case *messages.Wake:
		a.reply(c, e.sender, &messages.Taken{})
	case *messages.Warm:
		a.warm(c)
	}
}

// warm reads what prompts need of the channel, as if somebody asked now.
func (a *channel) warm(c *actor.Context) {
	if a.place.sealed {
		return
	}
	a.fill(c, messages.MessageIDAt(time.Now().Add(time.Minute))) // Discord's clock may be ahead
	if a.cfg.Pins != nil && a.pins.stale(time.Now()) && !a.pinning {
		a.readPins(c)
	}
}

// edited takes in what somebody says otherwise now, and what was derived from it goes.
// What the bot writes grows while it does, and is nobody's.
func (a *channel) edited(c *actor.Context, m *messages.Message, sender *actor.PID) {
	a.state.window.set(m.ID, m.Content)
	a.pins.set(m.ID, m.Content)
	d := &deletion{sender: sender, open: 1}
	if m.Author.ID != a.cfg.Self.ID {
		a.forgetSources(c, d, []messages.MessageID{m.ID})
		if _, text, ok := a.cfg.Rules.classify(m, a.place); ok {
			a.tell(c, &messages.Trigger{ID: m.ID, Channel: m.Channel, Guild: m.Guild, Asker: m.Author, Text: text})
		}
	}
	a.dealtWith(c, d)
}

// heard takes in what somebody said. What is deleted meanwhile asks nothing.
func (a *channel) heard(c *actor.Context, m *messages.Message, sender *actor.PID) {
	if a.state.isGone(m.ID) {
		a.reply(c, sender, &messages.Taken{})
		return
	}
	kind, text, ok := a.cfg.Rules.classify(m, a.place)
	a.place.note(m)
	if m.Spoken {
		if a.state.window.add(a.line(m)) && sender != nil && m.Author.ID != a.cfg.Self.ID {
			a.overheard(c, m.ID)
		}
	} else { // a notice: something was pinned, perhaps
		a.pins.changed()
	}
	if !ok {
		a.reply(c, sender, &messages.Taken{})
		return
	}
	a.ask(c, messages.Trigger{
		ID: m.ID, Kind: kind, Channel: m.Channel, Guild: m.Guild, Asker: m.Author, Roles: m.AuthorRoles, Text: text,
		ReplyTo: m.ReplyTo, ReplyText: m.ReplyToContent, ReplyUser: m.ReplyToAuthor,
		Attachments: m.Attachments, State: messages.TriggerAccepted, Accepted: time.Now(),
	}, sender)
}

// commanded takes up /chat: a trigger that is no message.
func (a *channel) commanded(c *actor.Context, m *messages.CommandUsed, sender *actor.PID) {
	t := messages.Trigger{
		ID: messages.MessageID(m.Interaction.ID), Kind: messages.TriggerCommand, Channel: m.Channel, Guild: m.Guild,
		Asker: m.User, Roles: m.UserRoles, Text: m.Options["message"], Attachments: m.Attachments, Interaction: m.Interaction,
		Locale: m.Locale, State: messages.TriggerAccepted, Accepted: time.Now(),
	}
	a.state.window.add(messages.Line{ID: t.ID, Author: t.Asker.ID, Name: t.Asker.Name, Text: t.Text})
	a.ask(c, t, sender)
}

// acknowledged lets a command be answered that Discord waits for. One that it does
// not know any more has its outcome, unless a former instance had it already: that
// may have acknowledged it.
func (a *channel) acknowledged(c *actor.Context, m *messages.CommandAcknowledged) {
	t := a.state.find(m.Trigger)
	if t == nil {
		return
	}
	if m.Gone && !t.again {
		a.drop(c, m.Trigger)
		actors.Ask(c, a.cfg.Journal, &messages.EndTrigger{
			Trigger: m.Trigger, State: messages.TriggerUndeliverable, Cause: messages.CauseGone,
		}, journalWait, endAsked{m.Trigger})
	}
	a.state.acknowledged(m.Trigger)
	a.step(c)
}

// ask queues a trigger and has it accepted. One that is known already, here or
// to the store, is not answered again, but its sender is told all the same.
func (a *channel) ask(c *actor.Context, t messages.Trigger, sender *actor.PID) {
	// What Discord tells of itself is news, whatever its ID; what is found may be
	// older than all that the store remembers.
	found := sender == nil
	if found && a.cfg.Horizon > 0 && time.Since(t.ID.Time()) > a.cfg.Horizon {
		a.reply(c, sender, &messages.Taken{})
		return
	}
	known := a.state.find(t.ID)
	switch {
	case known != nil && known.durable:
		a.reply(c, sender, &messages.Taken{})
		return
	case a.takers[t.ID] != nil:
		a.takers[t.ID] = append(a.takers[t.ID], sender)
		return
	case known == nil && !a.state.ask(t, time.Now()):
		a.reply(c, sender, &messages.Refused{Reason: messages.RefusedFull, RetryAfter: time.Second})
		return
	}
	if t.Kind == messages.TriggerCommand {
		actors.After(c, ackLimit, mayBeHeard{})
	}
	if a.cfg.Expects != nil && !found {
		c.Send(a.cfg.Expects, &messages.Asked{Guild: t.Guild, Channel: t.Channel, Asker: t.Asker.ID})
	}
	a.accept(c, t, sender)
	a.step(c)
}

// accept has the journal accept a trigger.
func (a *channel) accept(c *actor.Context, t messages.Trigger, sender *actor.PID) {
	a.takers[t.ID] = []*actor.PID{sender}
	actors.Ask(c, a.cfg.Journal, &messages.AcceptTrigger{Trigger: t}, journalWait, acceptAsked{t.ID})
}

// written goes on with a trigger that outlives the process, though it is not on
// the disk yet: its answer may be shown.
func (a *channel) written(c *actor.Context, m actors.Progress) {
	stored, ok := m.Message.(*messages.Accepted)
	switch {
	case !ok:
		return
	case stored.Trigger.State.Ended():
		a.drop(c, stored.Trigger.ID)
	default:
		a.state.accept(stored)
	}
	a.step(c)
}

// accepted tells those who brought a trigger that it is durable, or was before.
// What cannot be made durable comes again; if its answer is being shown, that
// goes on.
func (a *channel) accepted(c *actor.Context, id messages.MessageID, m actors.Answered) {
	var told any = &messages.Taken{}
	t := a.state.find(id)
	switch stored, ok := m.Message.(*messages.Accepted); {
	case !ok:
		level := slog.LevelDebug
		if !a.state.wary { // what is not accepted comes again, and this is logged once
			level = slog.LevelError
		}
		a.state.wary = true
		a.cfg.Log.Log(context.Background(), level, "trigger not accepted", "channel_id", a.cfg.ID, "trigger_id", id, "err", m.Err)
		told = &messages.Refused{Reason: messages.RefusedRestarted, RetryAfter: time.Second}
		if t != nil && !t.word && !t.missed {
			a.drop(c, id)
		}
	case stored.Trigger.State.Ended():
		a.drop(c, id)
	case t != nil:
		if !t.accepted {
			a.state.accept(stored)
		}
		t.durable, a.state.wary = true, false
		if stored.Fresh {
			a.tell(c, &t.trigger)
		}
	}
	a.step(c) // first: somebody waits for the answer
	for _, taker := range a.takers[id] {
		a.reply(c, taker, told)
	}
	delete(a.takers, id)
	a.missedKept(c, id, m.Err)
}

// drop ends a trigger that needs no answer of ours.
func (a *channel) drop(c *actor.Context, id messages.MessageID) {
	a.stop(c, id)
	a.state.end(id, time.Now())
}

func (a *channel) reply(c *actor.Context, to *actor.PID, m any) {
	if to != nil {
		c.Engine().Send(to, m)
	}
}

func (a *channel) forward(c *actor.Context, m any) {
	if a.cfg.Parent != nil {
		c.Send(a.cfg.Parent, m)
	}
}
