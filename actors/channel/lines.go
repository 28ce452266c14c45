package channel

import (
	"context"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	linesWait = 20 * time.Second // for Discord, where the window does not have a stretch any more
	linesTime = 10 * time.Second
	maxLines  = 100 // of a stretch: what Discord tells at once
)

// linesRead tags the ask for what the window does not have.
type linesRead struct {
	stretch *messages.GetLines
	asker   *actor.PID
	at      time.Time // what has changed since may be told or not
}

// linesAsked answers what was said in a stretch: from the window, or as Discord tells.
func (a *channel) linesAsked(c *actor.Context, m *messages.GetLines) {
	lines := a.state.window.lines
	switch {
	case len(lines) > 0 && lines[0].ID <= m.From:
		a.answerLines(c, linesRead{m, c.Sender(), time.Now()}, lines)
	case a.cfg.History == nil:
		c.Respond(&messages.Failure{Cause: messages.CauseGone, Retry: messages.RetryNever, Detail: "there is no history"})
	default:
		id, from, history := a.cfg.ID, m.From-1, a.cfg.History
		actors.Ask(c, a.cfg.Pool, &messages.Job{
			Kind: "history", Guild: a.place.guild, Fair: id.String(), Key: "history/" + id.String(),
			Priority: messages.PriorityBackground, Wait: linesWait, Timeout: linesTime,
			Run: func(ctx context.Context, _ func(any)) any {
				return messages.Result(history.HistoryAfter(ctx, id, from, maxLines))
			},
		}, linesWait+2*linesTime, linesRead{m, c.Sender(), time.Now()})
	}
}

// linesFound answers with what Discord has told.
func (a *channel) linesFound(c *actor.Context, of linesRead, m actors.Answered) {
	done, _ := m.Message.(*messages.JobDone)
	if done == nil {
		a.reply(c, of.asker, &messages.Refused{Reason: messages.RefusedDeadline})
		return
	}
	found, ok := done.Result.([]messages.Message)
	if !ok {
		a.reply(c, of.asker, done.Result)
		return
	}
	var lines []messages.Line
	for i := range found {
		if found[i].Spoken && !a.state.isGone(found[i].ID) {
			lines = append(lines, a.line(&found[i]))
		}
	}
	a.answerLines(c, of, lines)
}

func (a *channel) answerLines(c *actor.Context, of linesRead, lines []messages.Line) {
	answer := &messages.Lines{At: of.at}
	for _, l := range lines {
		if l.ID >= of.stretch.From && l.ID <= of.stretch.To && l.Text != "" {
			answer.Lines = append(answer.Lines, l)
		}
	}
	a.reply(c, of.asker, answer)
}
