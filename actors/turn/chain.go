package turn

import (
	"context"
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	// maxHops is how far a chain of replies is followed.
	maxHops = 4
	// chainPage is how many messages are read to find it: those of one request
	// (Discord documentation, Get Channel Messages).
	chainPage = 100
	// chainPause is how long the window has before Discord is asked beside it. One
	// that is at hand comes sooner; one that is read itself would make this wait
	// for that.
	chainPause = 20 * time.Millisecond
)

// chainDue ends the pause.
type chainDue struct{}

// errBroken is why a chain is not taken from somewhere: it leads further back.
var errBroken = errors.New("the chain leads beyond what is known")

// askChain has it found out what the question replies to: from the window, or from
// Discord if that does not know.
func (a *turn) askChain(c *actor.Context) {
	s, now := &a.state, time.Now()
	if s.trigger.ReplyTo == 0 {
		return
	}
	s.context.Await(ofChain, now)
	s.chain.Await(ofWindow, now)
	if a.cfg.History != nil {
		s.chain.Await(ofDiscord, now)
		actors.After(c, chainPause, chainDue{})
	}
}

// readChain asks Discord, once, unless the window had it.
func (a *turn) readChain(c *actor.Context) {
	s := &a.state
	if s.reading || s.chain.Done() {
		return
	}
	s.reading = true
	t, history := s.trigger, a.cfg.History
	job := &messages.Job{
		Kind: "reply_chain", Guild: t.Guild, Fair: t.Channel.String(), Key: "history/" + t.Channel.String(),
		Wait: chainWait, Timeout: chainWait,
		Run: func(ctx context.Context, _ func(any)) any {
			return messages.Result(history.History(ctx, t.Channel, t.ReplyTo+1, chainPage))
		},
	}
	key := "chain/" + t.Channel.String() + "/" + t.ReplyTo.String()
	s.chain.Ask(c, a.cfg.Reader, &messages.Join{Key: key, Job: job}, chainWait, ofDiscord)
}

// chained takes messages among which the chain may be. The first who has all of it
// decides; without that, the longest piece does.
func (s *state) chained(from source, lines []messages.Line, err error, now time.Time) {
	if s.chain.Done() {
		return
	}
	chain, whole := chainOf(lines, s.trigger.ReplyTo)
	if len(chain) > len(s.frame.chain) {
		s.frame.chain = chain
	}
	switch {
	case whole:
		s.chain.Answer(from, now)
	case err != nil:
		s.chain.LeaveOut(from, err, now)
	default:
		s.chain.LeaveOut(from, errBroken, now)
	}
	switch {
	case !s.chain.Done():
	case len(s.frame.chain) > 0:
		s.context.Answer(ofChain, now)
	default:
		s.context.LeaveOut(ofChain, err, now)
	}
}

// chainOf returns the message that a question replies to, what that replied to,
// and so on, the oldest first. It is whole if nothing more is to be found.
func chainOf(lines []messages.Line, to messages.MessageID) (chain []messages.Line, whole bool) {
	byID := make(map[messages.MessageID]*messages.Line, len(lines))
	for i := range lines {
		byID[lines[i].ID] = &lines[i]
	}
	for to != 0 && len(chain) < maxHops {
		l := byID[to]
		if l == nil || l.ReplyTo >= l.ID { // what replies to later ones is no chain
			return chain, false
		}
		chain = append([]messages.Line{*l}, chain...)
		to = l.ReplyTo
	}
	return chain, true
}

// linesOf reads the messages that Discord was asked for.
func linesOf(m actors.Answered, self messages.UserID) (lines []messages.Line) {
	joined, _ := m.Message.(*messages.Joined)
	if joined == nil {
		return nil
	}
	found, _ := joined.Result.([]messages.Message)
	for i := range found {
		f := &found[i]
		lines = append(lines, messages.Line{
			ID: f.ID, Author: f.Author.ID, Name: f.Author.Name, Text: f.Content, ReplyTo: f.ReplyTo, Own: f.Author.ID == self,
		})
	}
	return lines
}
