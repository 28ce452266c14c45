package analyzer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A task is a batch on its way from the backlog to what it comes to.
type task struct {
	pieces   []messages.Piece
	batch    Batch
	read     time.Time // when its lines were
	consents actors.Group
	private  map[messages.UserID]messages.Consent // of who wrote its lines, as far as told
	untold   error                                // why somebody has not told; nil if all have
	prompt   *messages.Prompt
	reserve  *messages.Reserve // the quota that the prompt takes
	calm     *actors.Calm
	learned  *messages.Learned
}

// The steps of a task, as the tags of asks.
type (
	fetching     struct{}
	readingLines struct{}
	readingFacts struct{}
	consentOf    struct{ user messages.UserID }
	prompting    struct{}
	generating   struct{}
	concluding   struct{}
	embedding    struct{}
	teaching     struct{}
	ending       struct{ outcome string }
	quarantining struct{ piece messages.Piece }
)

const (
	thinkTime  = 10 * time.Second // of a thought
	thinkQueue = time.Minute      // for its turn in the pool
	thinkGrace = 5 * time.Second  // for the pool to say that it was in vain
	maxStuck   = 3                // thoughts that do not come to an end, beside which no more are thought
	maxAuthors = 64               // of one stretch who are asked whether they allow it: what others said is left out
)

// fetched begins with a batch, if there is one.
func (a *analyzer) fetched(c *actor.Context, m actors.Answered) {
	found, ok := m.Message.(*messages.Pieces)
	if !ok {
		a.putOff(c, "the store", m.Err)
		return
	}
	pieces := a.state.fetched(found, &a.cfg.Mind, a.past, time.Now())
	a.metrics.stand(a.state.backlog)
	if len(pieces) == 0 {
		a.task = nil
		a.state.pauses = 0
		a.lookAt(c, a.state.due(&a.cfg.Mind, time.Now()))
		return
	}
	t := a.task
	t.pieces, t.batch = pieces, Batch{Pieces: pieces, Self: a.cfg.Self}
	switch a.cfg.Mind.Reads {
	case ReadsNothing:
		a.think(c)
	case ReadsFacts:
		actors.Ask(c, a.cfg.Users, deliver(pieces[0].Person, &messages.GetFacts{User: pieces[0].Person}), ownerWait, readingFacts{})
	case ReadsLines:
		first := pieces[0]
		actors.Ask(c, a.cfg.Channels, deliver(first.Channel, &messages.GetLines{From: first.From, To: first.To}), ownerWait, readingLines{})
	}
}

func deliver[ID ~uint64](id ID, m any) *messages.Deliver {
	return &messages.Deliver{To: uint64(id), Message: m}
}

func (a *analyzer) factsRead(c *actor.Context, m actors.Answered) {
	found, ok := m.Message.(*messages.Facts)
	switch {
	case !ok:
		a.fails(c, "what is known of the person", m.Err)
	case !found.Consent.Memory || found.Consent.Private:
		a.end(c, outcomeSkipped)
	default:
		first := a.task.pieces[0]
		a.task.batch.Facts = slices.DeleteFunc(slices.Clone(found.Facts), func(f messages.Fact) bool {
			return f.Guild != first.Guild || f.Channel != first.Channel
		})
		a.think(c)
	}
}

// linesRead asks those who wrote the lines whether they may be analysed.
func (a *analyzer) linesRead(c *actor.Context, m actors.Answered) {
	found, ok := m.Message.(*messages.Lines)
	if !ok {
		a.fails(c, "what was said", m.Err)
		return
	}
	t := a.task
	t.batch.Lines, t.read = found.Lines, found.At
	t.consents, t.private = actors.AllSettled(), map[messages.UserID]messages.Consent{}
	var asked []messages.UserID
	for _, l := range found.Lines {
		if l.Own || slices.Contains(asked, l.Author) || len(asked) == maxAuthors {
			continue
		}
		asked = append(asked, l.Author)
		t.consents.Ask(c, a.cfg.Users, deliver(l.Author, &messages.GetConsent{User: l.Author}), ownerWait, consentOf{l.Author})
	}
	if len(asked) == 0 {
		a.end(c, outcomeSkipped)
	}
}

func (a *analyzer) consented(c *actor.Context, of consentOf, m actors.Answered) {
	t := a.task
	if consent, ok := m.Message.(*messages.Consent); ok {
		t.private[of.user] = *consent
	} else {
		t.untold = cmp.Or(m.Err, errUntold)
	}
	t.consents.Settle(m, time.Now())
	if !t.consents.Done() {
		return
	}
	if t.untold != nil {
		a.fails(c, "what somebody consents to", t.untold)
		return
	}
	t.batch.Lines = allowed(t.batch.Lines, t.private)
	if !slices.ContainsFunc(t.batch.Lines, func(l messages.Line) bool { return !l.Own }) {
		a.end(c, outcomeSkipped)
		return
	}
	a.think(c)
}

var errUntold = errors.New("the answer is none to what somebody consents to")

// allowed returns the lines of those who let them be analysed, and the bot's replies
// to these. Who has not told does not; nor who is not known, since they said it before
// the stretch, or asked by a command.
func allowed(lines []messages.Line, consents map[messages.UserID]messages.Consent) (kept []messages.Line) {
	there := map[messages.MessageID]bool{}
	for _, l := range lines {
		consent, told := consents[l.Author]
		if l.Own && there[l.ReplyTo] || !l.Own && told && consent.Allows(l.ID) {
			kept, there[l.ID] = append(kept, l), true
		}
	}
	return kept
}

// think has the mind say what the model is to be asked, or conclude at once.
func (a *analyzer) think(c *actor.Context) {
	batch, mind := a.task.batch, a.cfg.Mind
	if mind.Ask == nil {
		a.conclude(c, "")
		return
	}
	a.ponder(c, func() any {
		p := mind.Ask(&batch)
		if p == nil {
			return nil
		}
		return p
	}, prompting{})
}

// conclude has the mind say what the batch comes to.
func (a *analyzer) conclude(c *actor.Context, answer string) {
	batch, mind := a.task.batch, a.cfg.Mind
	a.ponder(c, func() any {
		learned, err := mind.Conclude(&batch, answer)
		if err != nil {
			return err
		}
		return bounded(learned)
	}, concluding{})
}

// think returns what a thought comes to, or how it panicked.
func (p *past) think(thought func() any) (result any) {
	p.thinking.Add(1)
	defer p.thinking.Add(-1)
	defer func() {
		if v := recover(); v != nil {
			result = &actors.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	return thought()
}

// ponder runs a thought in the pool. How it panicked is its result. Where too many
// have not come to an end there is no sense in another one.
func (a *analyzer) ponder(c *actor.Context, thought func() any, tag any) {
	past := a.past
	if past.thinking.Load() >= maxStuck {
		past.at = nil // it is not this batch's fault
		panic(fmt.Sprintf("%d thoughts do not come to an end", maxStuck))
	}
	actors.Ask(c, a.cfg.Context, &messages.Job{
		Kind: "analysis", Fair: "analyzer/" + string(a.cfg.Mind.Name), Priority: messages.PriorityBackground,
		Wait: thinkQueue, Timeout: thinkTime,
		Run: func(ctx context.Context, _ func(any)) any {
			ended := make(chan any, 1)
			go func() { ended <- past.think(thought) }()
			select {
			case result := <-ended:
				return result
			case <-ctx.Done(): // it may go on for ever, but has no place in the pool any more, nor keeps that from ending
				return &messages.Failure{Cause: messages.CauseInternal, Detail: "a thought does not come to an end"}
			}
		},
	}, thinkQueue+thinkTime+thinkGrace, tag)
}

// thought returns what a thought came to. If it crashed, or does not come to an end,
// so does the analyzer. It reports false if it was not thought, and put off.
func (a *analyzer) thought(c *actor.Context, m actors.Answered) (result any, ok bool) {
	done, ran := m.Message.(*messages.JobDone)
	if !ran {
		a.putOff(c, "the pool", m.Err)
		return nil, false
	}
	switch r := done.Result.(type) {
	case *actors.Panic:
		a.past.stack = string(r.Stack)
		panic(r)
	case *messages.Failure:
		panic(r.Detail)
	}
	return done.Result, true
}

// putOff puts the task off, since something that it needs fails.
func (a *analyzer) putOff(c *actor.Context, what string, err error) {
	a.cfg.Log.Debug("background work is put off", "for", what, "err", err)
	a.metrics.putOff()
	a.pause(c, what)
}

// fails puts the task off, or gives it up if it is the fault of the work itself: who
// was asked crashed, or has nothing to answer.
func (a *analyzer) fails(c *actor.Context, what string, err error) {
	_, crashed := errors.AsType[*actors.Failed](err)
	f, failed := errors.AsType[*messages.Failure](err)
	if (crashed || failed && f.Retry == messages.RetryNever) && a.past.tried(a.task.pieces) {
		a.end(c, outcomeDiscarded)
		return
	}
	a.putOff(c, what, err)
}
