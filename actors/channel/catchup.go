package channel

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	// holdWait is how long what the channel hears of waits at most for what was
	// missed to be taken up first.
	holdWait = 30 * time.Second
	// missedWait is how long a channel tries to read what was missed, or what is
	// left of an answer.
	missedWait = 10 * time.Minute
	readWait   = time.Minute     // of one try, in the pool's queue
	readTime   = 5 * time.Second // of one run
	readPause  = time.Second     // before the next try; doubles up to
	readRest   = 30 * time.Second
	feedPause  = time.Second // before more is taken up, when the queue is full, and before the journal is asked again
	// maxRead is how many messages are read, and maxMissed how many questions
	// among them taken up: the latest ones.
	maxRead   = 1000
	maxMissed = 100
)

// missed is what a channel catches up with, if it does.
type missed struct {
	askers  []*actor.PID // who wait until it is taken up
	next    []held       // what was missed after that
	after   messages.MessageID
	begun   time.Time // zero if there is nothing to catch up with
	tries   int
	reading bool
	holds   bool               // what is heard of meanwhile waits
	goOn    func()             // takes back that it waits no longer than it may
	todo    []messages.Message // questions, oldest first
	under   messages.MessageID // the question in the queue that the journal is to accept; 0 for none
}

func (m *missed) open() bool { return !m.begun.IsZero() }

// passes reports whether an event does not wait for what was missed.
func passes(event any) bool {
	switch event.(type) {
	case *messages.CatchUp, *messages.MessagesDeleted, *messages.Wake, *messages.Warm:
		return true
	}
	return false
}

// catchUp has what was missed read, where the bot may read it and answers.
func (a *channel) catchUp(c *actor.Context, m *messages.CatchUp, asker *actor.PID) {
	if a.cfg.History == nil || a.place.sealed || !a.cfg.Rules.servesPlace(a.place) {
		a.reply(c, asker, &messages.Taken{})
		return
	}
	if a.missed.open() {
		a.missed.next = append(a.missed.next, held{m, asker})
		a.hold(c)
		return
	}
	a.beginMissed(c, m.After, []*actor.PID{asker})
}

func (a *channel) beginMissed(c *actor.Context, after messages.MessageID, askers []*actor.PID) {
	a.missed = missed{
		askers: askers, after: after, begun: time.Now(), goOn: func() {},
	}
	a.hold(c)
	a.readMissed(c)
}

// hold lets what the channel hears of wait, from now on for as long as it may.
func (a *channel) hold(c *actor.Context) {
	a.missed.goOn()
	a.missed.holds, a.missed.goOn = true, actors.After(c, holdWait, goOn{})
}

// readMissed reads what was missed, behind what people wait for now. A page that was
// read is not read again when a limit is met at the next.
func (a *channel) readMissed(c *actor.Context) {
	a.missed.reading = true
	id, after, history := a.cfg.ID, a.missed.after, a.cfg.History
	var all []messages.Message
	actors.Ask(c, a.cfg.Pool, &messages.Job{
		Kind: "catch_up", Guild: a.place.guild, Fair: id.String(), Key: "history/" + id.String(),
		Priority: messages.PriorityRetry, Wait: readWait, Timeout: readTime,
		Run: func(ctx context.Context, _ func(any)) any {
			more, err := history.HistoryAfter(ctx, id, after, maxRead-len(all))
			if len(more) > 0 {
				all, after = append(all, more...), more[len(more)-1].ID
			}
			return messages.Result(all, err)
		},
	}, readWait+2*readTime, missedAsked{})
}

func (a *channel) missedRead(c *actor.Context, m actors.Answered) {
	a.missed.reading = false
	err := m.Err
	if done, ok := m.Message.(*messages.JobDone); ok {
		switch result := done.Result.(type) {
		case []messages.Message:
			a.sift(result)
			a.feedMissed(c)
			return
		case error:
			err = result
		}
	}
	failure, told := errors.AsType[*messages.Failure](err)
	if told && failure.Retry == messages.RetryNever || time.Since(a.missed.begun) > missedWait {
		a.cfg.Log.Warn("what was missed cannot be read", "channel_id", a.cfg.ID, "err", err)
		a.feedMissed(c)
		return
	}
	pause := actors.Doubled(readPause, a.missed.tries, readRest)
	if refused, ok := errors.AsType[*messages.Refused](err); ok {
		pause = max(pause, min(refused.RetryAfter, readRest))
	}
	a.missed.tries++
	actors.After(c, pause, readMissed{})
}

// sift finds the questions in what was missed. One that the bot has answered and
// yet does not know was answered by another instance of it.
func (a *channel) sift(lines []messages.Message) {
	answered := map[messages.MessageID]bool{}
	for i := range lines {
		if lines[i].Author.ID == a.cfg.Self.ID {
			answered[lines[i].ReplyTo] = true
		}
	}
	var todo []messages.Message
	for i := range lines {
		m := &lines[i]
		m.Guild = a.place.guild
		if a.state.isGone(m.ID) {
			continue
		}
		_, _, asks := a.cfg.Rules.classify(m, a.place)
		a.place.note(m)
		if m.Spoken {
			a.state.window.add(a.line(m))
		}
		if asks && !answered[m.ID] && a.state.find(m.ID) == nil {
			todo = append(todo, *m)
		}
	}
	if over := len(todo) - maxMissed; over > 0 {
		a.cfg.Log.Warn("more was missed than is answered", "channel_id", a.cfg.ID, "passed_over", over)
		todo = todo[over:]
	}
	a.missed.todo = todo
	level := slog.LevelDebug
	if len(todo) > 0 {
		level = slog.LevelInfo
	}
	a.cfg.Log.Log(context.Background(), level, "caught up", "channel_id", a.cfg.ID, "read", len(lines), "questions", len(todo))
}

// feedMissed takes up the questions that were missed, as many as may wait: each when
// the one before it is accepted, and what is heard of meanwhile after them all. So the
// journal has none that was asked after one that it has not.
func (a *channel) feedMissed(c *actor.Context) {
	for a.missed.under == 0 && len(a.missed.todo) > 0 {
		if len(a.state.queue) >= a.cfg.Queue {
			actors.After(c, feedPause, feedMissed{})
			return
		}
		m := a.missed.todo[0]
		a.missed.todo = a.missed.todo[1:]
		a.heard(c, &m, nil)
		if t := a.state.find(m.ID); t != nil && !t.durable {
			t.missed, a.missed.under = true, m.ID
		}
	}
	if a.missed.under != 0 {
		return
	}
	if len(a.missed.next) == 0 {
		a.goOn(c)
	}
	a.missedDone(c)
}

// goOn lets what the channel has heard of meanwhile wait no longer.
func (a *channel) goOn(c *actor.Context) {
	if a.missed.holds {
		a.missed.holds = false
		a.missed.goOn()
		a.release(c)
	}
}

// missedKept goes on when the journal has accepted a question that was missed. One
// that it has not keeps its place, so that nothing comes before it, and is told to
// the journal again.
func (a *channel) missedKept(c *actor.Context, id messages.MessageID, err error) {
	switch {
	case a.missed.under != id:
	case err != nil:
		actors.After(c, feedPause, acceptAgain{id})
	default:
		a.missed.under = 0
		a.feedMissed(c)
	}
}

func (a *channel) acceptAgain(c *actor.Context, id messages.MessageID) {
	t := a.state.find(id)
	switch {
	case t == nil: // it was deleted meanwhile
		a.missedKept(c, id, nil)
	case a.takers[id] == nil:
		a.accept(c, t.trigger, nil)
	}
}

// missedDone tells who waits that all is taken up, and goes on with what was
// missed since.
func (a *channel) missedDone(c *actor.Context) {
	if !a.missed.open() || a.missed.reading || len(a.missed.todo) > 0 || a.missed.under != 0 {
		return
	}
	for _, asker := range a.missed.askers {
		a.reply(c, asker, &messages.Taken{})
	}
	next := a.missed.next
	a.missed.goOn()
	a.missed = missed{}
	if len(next) == 0 {
		return
	}
	after, askers := next[0].event.(*messages.CatchUp).After, []*actor.PID{}
	for _, e := range next {
		after, askers = min(after, e.event.(*messages.CatchUp).After), append(askers, e.sender)
	}
	a.beginMissed(c, after, askers)
}
