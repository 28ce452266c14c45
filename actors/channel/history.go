package channel

import (
	"context"
	"fmt"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// fill reads what was said in the channel before its actor woke up: once, when
// the first question comes, and beside what else its turn needs; or when one is
// expected.
func (a *channel) fill(c *actor.Context, before messages.MessageID) {
	if a.filling || a.filled {
		return
	}
	if a.cfg.History == nil || a.state.window.full() {
		a.filled = true
		return
	}
	a.filling = true
	id, limit, history := a.cfg.ID, a.cfg.Window, a.cfg.History
	job := &messages.Job{
		Kind: "history", Guild: a.place.guild, Fair: id.String(), Key: "history/" + id.String(),
		Wait: historyWait, Timeout: historyWait,
		Run: func(ctx context.Context, _ func(any)) any {
			return messages.Result(history.History(ctx, id, before, limit))
		},
	}
	key := fmt.Sprintf("history/%v/%v/%d", id, before, limit)
	actors.Ask(c, a.cfg.Reader, &messages.Join{Key: key, Job: job}, historyWait, historyAsked{})
}

// history takes what Discord has of the time before. Without it the channel
// goes on with what it has heard itself.
func (a *channel) history(c *actor.Context, m actors.Answered) {
	joined, _ := m.Message.(*messages.Joined)
	var lines []messages.Message
	read := false
	if joined != nil {
		lines, read = joined.Result.([]messages.Message)
	}
	if !read && len(a.state.queue) > 0 {
		a.cfg.Log.Info("answering without the channel's history", "channel_id", a.cfg.ID, "err", m.Err)
	}
	for i := range lines {
		if lines[i].Spoken && !a.state.isGone(lines[i].ID) { // deleted while it was read
			a.state.window.add(a.line(&lines[i]))
		}
	}
	a.filling, a.filled = false, read || len(a.state.queue) > 0 // else it is read again for who asks
	a.answerReaders(c)
}

// answerReaders answers those who wait for the window, if it is there.
func (a *channel) answerReaders(c *actor.Context) {
	readers := a.readers
	a.readers = nil
	for _, r := range readers {
		a.windowAsked(c, r)
	}
}

// line returns a message as the channel remembers it.
func (a *channel) line(m *messages.Message) messages.Line {
	return messages.Line{
		ID: m.ID, Author: m.Author.ID, Name: m.Author.Name, Text: m.Content,
		ReplyTo: m.ReplyTo, Own: m.Author.ID == a.cfg.Self.ID,
	}
}

// windowAsked answers a turn that wants to know what was said before: at once,
// or when the history is there.
func (a *channel) windowAsked(c *actor.Context, r reader) {
	t := a.state.find(r.trigger)
	switch {
	case t == nil:
		a.reply(c, r.sender, &messages.Failure{Cause: messages.CauseCancelled})
	case a.filling || a.learned.loading:
		a.readers = append(a.readers, r)
	default:
		w := a.state.said(t, time.Now())
		var first messages.MessageID
		if len(w.Lines) > 0 {
			first = w.Lines[0].ID
		}
		w.Chunks = a.learned.chunks.before(first)
		a.reply(c, r.sender, w)
	}
}
