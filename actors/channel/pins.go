package channel

import (
	"context"
	"errors"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A Pinboard reads what is pinned in a channel, what was pinned last first.
// Discord's edge is one. Its errors are [*messages.Limited] and
// [*messages.Failure].
type Pinboard interface {
	Pins(ctx context.Context, channel messages.ChannelID) ([]messages.Message, error)
}

const (
	pinsWait  = time.Second
	pinsLife  = 10 * time.Minute // what is unpinned is not told: after that it is read again
	pinsPause = time.Minute      // before what could not be read is tried again
	maxPins   = 16 << 10         // bytes that are kept, of those pinned last
)

// pins is what is pinned in the channel, as far as it was read.
type pins struct {
	lines []messages.Line
	known bool
	due   time.Time // to be read again, with known
	bytes int
}

// stale reports whether to read again: at once if nothing is known, else beside
// the answer.
func (p *pins) stale(now time.Time) bool { return !p.known || now.After(p.due) }

// read takes what Discord told.
func (p *pins) read(lines []messages.Line, now time.Time) {
	p.lines, p.bytes = nil, 0
	for _, l := range lines {
		if p.bytes+weight(l) > maxPins {
			break
		}
		p.bytes += weight(l)
		p.lines = append(p.lines, l)
	}
	p.known, p.due = true, now.Add(pinsLife)
}

// unread takes note that they could not be read, and whether they ever may be.
// What was known stays.
func (p *pins) unread(forbidden bool, now time.Time) {
	p.known, p.due = true, now.Add(pinsPause)
	if forbidden {
		p.lines, p.bytes, p.due = nil, 0, now.Add(pinsLife)
	}
}

// changed takes note that something was pinned, perhaps.
func (p *pins) changed() { p.known = false }

// set changes the text of a message, if it is pinned; "" takes it off.
func (p *pins) set(id messages.MessageID, text string) {
	i := slices.IndexFunc(p.lines, func(l messages.Line) bool { return l.ID == id })
	if i < 0 {
		return
	}
	p.lines = slices.Clone(p.lines) // somebody reads them
	if text == "" {
		p.bytes -= weight(p.lines[i])
		p.lines = slices.Delete(p.lines, i, i+1)
		return
	}
	p.bytes += len(text) - len(p.lines[i].Text)
	p.lines[i].Text = text
}

// pinsAsked tells what is pinned: at once if that is known. What is old is read
// again for those who ask next.
func (a *channel) pinsAsked(c *actor.Context, asker *actor.PID) {
	if a.cfg.Pins == nil {
		a.reply(c, asker, &messages.Pins{})
		return
	}
	if a.pins.known {
		a.reply(c, asker, &messages.Pins{Lines: a.pins.lines})
	} else {
		a.pinReaders = append(a.pinReaders, asker)
	}
	if a.pins.stale(time.Now()) && !a.pinning {
		a.readPins(c)
	}
}

func (a *channel) readPins(c *actor.Context) {
	a.pinning = true
	id, board := a.cfg.ID, a.cfg.Pins
	job := &messages.Job{
		Kind: "pins", Guild: a.place.guild, Fair: id.String(), Key: "pins/" + id.String(), Wait: pinsWait, Timeout: pinsWait,
		Run: func(ctx context.Context, _ func(any)) any { return messages.Result(board.Pins(ctx, id)) },
	}
	actors.Ask(c, a.cfg.Reader, &messages.Join{Key: "pins/" + id.String(), Job: job}, pinsWait, pinsRead{})
}

// pinsRead takes what is pinned, or that it cannot be known.
func (a *channel) pinsRead(c *actor.Context, m actors.Answered) {
	a.pinning = false
	joined, _ := m.Message.(*messages.Joined)
	var found []messages.Message
	read := false
	if joined != nil {
		found, read = joined.Result.([]messages.Message)
	}
	if read {
		var lines []messages.Line
		for i := range found {
			if found[i].Content != "" {
				lines = append(lines, a.line(&found[i]))
			}
		}
		a.pins.read(lines, time.Now())
	} else {
		f, told := errors.AsType[*messages.Failure](m.Err)
		a.pins.unread(told && f.Retry == messages.RetryNever, time.Now())
	}
	for _, asker := range a.pinReaders {
		a.reply(c, asker, &messages.Pins{Lines: a.pins.lines})
	}
	a.pinReaders = nil
}
