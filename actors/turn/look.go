package turn

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A History tells what stands in a channel. Discord's edge does. Its errors are
// [*messages.Limited] and [*messages.Failure].
type History interface {
	// History returns messages before one, the newest first.
	History(ctx context.Context, channel messages.ChannelID, before messages.MessageID, limit int) ([]messages.Message, error)
	// HistoryAfter returns messages after one, the oldest first.
	HistoryAfter(ctx context.Context, channel messages.ChannelID, after messages.MessageID, limit int) ([]messages.Message, error)
	Exists(ctx context.Context, channel messages.ChannelID, message messages.MessageID) (bool, error)
}

const (
	// mostLooked is how many messages after a question may hold answers to it.
	mostLooked = 500
	lookTime   = 15 * time.Second // for one request
	lookWait   = 20 * time.Second // in the pool's queue
	lookPause  = time.Second      // before what failed is tried again; doubles up to
	lookRest   = 30 * time.Second
	// lookFor is how long it is tried to find out what is in the channel, and to
	// bring an answer there that does not get through.
	lookFor = 15 * time.Minute
)

// A find is what an earlier try has left in the channel.
type find struct {
	gone   bool                 // the question was deleted
	parts  []messages.MessageID // of an answer of its own, in order
	shared []messages.MessageID // of one that answers others too
	text   string               // of that
}

type (
	lookAsked  struct{}
	lookAgain  struct{}
	eraseAsked struct{}
)

// lookUp asks what an earlier try has left in the channel, by the question that
// its messages refer to: Discord may have forgotten their nonces.
func (a *turn) lookUp(c *actor.Context) {
	s := &a.state
	if s.begun.IsZero() {
		s.begun = time.Now()
	}
	if a.cfg.History == nil || s.refersTo() == 0 {
		s.unsure = false
		a.open(c)
		return
	}
	job := look(a.cfg.History, a.cfg.Self.ID, s.trigger, s.refersTo(), s.shared)
	actors.Ask(c, a.cfg.Pool, job, lookWait+2*lookTime, lookAsked{})
}

// refersTo returns the message that those of the answer reply to: the question, or
// the first response to a command; 0 if there is none yet.
func (s *state) refersTo() messages.MessageID {
	switch {
	case s.trigger.Kind != messages.TriggerCommand:
		return s.trigger.ID
	case len(s.trigger.Parts) > 0:
		return s.trigger.Parts[0]
	}
	return 0
}

// look makes the job whose result is a *find or an error.
func look(h History, self messages.UserID, t messages.Trigger, to messages.MessageID, shared messages.KeepShared) *messages.Job {
	command := t.Kind == messages.TriggerCommand
	after := to - 1
	for _, id := range shared.Covers {
		after = min(after, id-1)
	}
	return &messages.Job{
		Kind: "look_up", Guild: t.Guild, Fair: t.Channel.String(), Key: "history/" + t.Channel.String(),
		Priority: messages.PriorityRetry, Wait: lookWait, Timeout: lookTime,
		Run: func(ctx context.Context, _ func(any)) any {
			lines, err := h.HistoryAfter(ctx, t.Channel, after, mostLooked)
			f := sift(lines, self, t.Asker.ID, to, shared.Covers)
			if command { // it is the first part, and no question that could be gone
				f.parts = append([]messages.MessageID{to}, f.parts...)
			} else if err == nil && !slices.ContainsFunc(lines, func(m messages.Message) bool { return m.ID == t.ID }) {
				var there bool
				there, err = h.Exists(ctx, t.Channel, t.ID)
				f.gone = !there && err == nil
				if failure, ok := errors.AsType[*messages.Failure](err); ok && failure.Retry == messages.RetryNever {
					err = nil // who cannot tell does not say that it is gone
				}
			}
			return messages.Result(f, err)
		},
	}
}

// sift finds the bot's own messages that reply to one, and those that answer the
// asker together with others.
func sift(lines []messages.Message, self, asker messages.UserID, to messages.MessageID, covers []messages.MessageID) *find {
	f := &find{}
	together := messages.MessageID(0) // what a message refers to that answers several people
	for i := range lines {
		m := &lines[i]
		switch {
		case m.Author.ID != self || m.ReplyTo == 0:
		case m.ReplyTo == together:
			f.shared = append(f.shared, m.ID)
		case slices.Contains(covers, m.ReplyTo) && names(m.Content, asker):
			together, f.text = m.ReplyTo, m.Content
			f.shared = append(f.shared, m.ID)
		case m.ReplyTo == to:
			f.parts = append(f.parts, m.ID)
		}
	}
	return f
}

// names reports whether a text begins with mentions, that of the person among
// them.
func names(text string, person messages.UserID) bool {
	for word := range strings.FieldsSeq(text) {
		if !strings.HasPrefix(word, "<@") {
			return false
		}
		if word == "<@"+person.String()+">" {
			return true
		}
	}
	return false
}

// looked goes on when it is known what is in the channel, or cannot be known.
func (a *turn) looked(c *actor.Context, m actors.Answered) {
	var result any = m.Err
	if done, ok := m.Message.(*messages.JobDone); ok {
		result = done.Result
	}
	if pause, more := a.state.found(result, time.Now()); more {
		actors.After(c, pause, lookAgain{})
		return
	}
	if a.state.outcome == messages.TriggerCancelled {
		a.erase(c)
		return
	}
	if a.state.outcome == messages.TriggerUndeliverable {
		a.cfg.Log.Warn("not answered, since it cannot be found out whether it is", "trigger_id", a.state.trigger.ID, "cause", a.state.cause)
	}
	a.open(c)
}

// erase has what is left of an answer deleted whose question is gone, until there
// is nothing. The outbox is asked in any case: an earlier turn may have left a
// reply open there.
func (a *turn) erase(c *actor.Context) {
	if a.state.erased && len(a.state.left) == 0 || time.Since(a.state.begun) > lookFor {
		a.end(c)
		return
	}
	actors.Ask(c, a.cfg.Outbox, to(a.state.trigger.Channel, &messages.CancelReply{
		Reply: a.state.reply(), Delete: true,
	}), deliveryWait, eraseAsked{})
}

// found takes what an earlier try has left in the channel. It reports whether to
// look again, and after what pause. Where that cannot be found out, the nonces do
// as long as Discord knows them. After that a second answer would be worse than
// none.
func (s *state) found(result any, now time.Time) (pause time.Duration, more bool) {
	age := now.Sub(s.trigger.Accepted)
	if f, ok := result.(*find); ok {
		s.unsure = false
		s.left = f.parts
		switch {
		case f.gone:
			s.outcome, s.cause, s.sent = messages.TriggerCancelled, messages.CauseCancelled, true
		case len(f.shared) > 0 && age > messages.NonceLife:
			s.outcome, s.text, s.parts = messages.TriggerAnswered, f.text, f.shared
		}
		return 0, false
	}
	err, _ := result.(error)
	failure, told := errors.AsType[*messages.Failure](err)
	if never := told && failure.Retry == messages.RetryNever; !never && now.Sub(s.begun) < lookFor {
		pause = actors.Doubled(lookPause, s.looks, lookRest)
		s.looks++
		return pause, true
	}
	s.unsure = false
	if s.outcome == messages.TriggerCancelled {
		s.left = nil // it stays
	} else if age > messages.NonceLife {
		s.outcome, s.cause = messages.TriggerUndeliverable, messages.CauseUnreachable
		if told {
			s.cause = failure.Cause
		}
	}
	return 0, false
}

// known returns the messages that are known to hold the answer: those that the
// store knows, or those in the channel if there are more.
func (s *state) known() []messages.MessageID {
	kept := 0
	for _, id := range s.trigger.Parts {
		if id != 0 { // else it was posted, perhaps, and the store did not hear of it
			kept++
		}
	}
	if len(s.left) > kept {
		return s.left
	}
	return s.trigger.Parts
}
