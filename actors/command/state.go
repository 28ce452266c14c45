package command

import (
	"errors"
	"time"

	"troupe/messages"
)

const (
	// tokenLife is how long a command can be answered (Discord documentation,
	// Interactions: Responding).
	tokenLife = 15 * time.Minute
	// maxOpen bounds the commands under way, and maxOpenEach those of one person.
	maxOpen     = 100
	maxOpenEach = 5
	// comeBack is when to try again what found too many under way, in seconds:
	// few commands take longer.
	comeBack = 5
	// maxTries bounds how often an answer is sent to Discord, and firstPause is
	// the time before the second try; it doubles.
	maxTries   = 5
	firstPause = time.Second
	// longGone is how old no command can be that Discord tells of: an ID that says
	// so tells no time.
	longGone = 24 * time.Hour
)

// A state is what is known of the commands under way. Its methods say what is to
// be done.
type state struct {
	facts facts
	open  map[messages.InteractionID]*open
}

// An open is a command under way.
type open struct {
	used    *messages.CommandUsed
	plan    plan
	got     answers
	waiting int    // questions without answer
	text    string // to be said; "" until it is known
	files   []messages.File
	tries   int       // to say it
	until   time.Time // when nobody can see an answer any more
}

// A next says how to go on with a command.
type next int

const (
	ignore next = iota // there is nothing to do
	expire             // nobody can see an answer any more
	reject             // say that too many are under way
	ask                // ask what the plan says
	speak              // say the text
	again              // say it again after a pause
	lose               // give it up
)

// begin takes a command that was used.
func (s *state) begin(u *messages.CommandUsed, now time.Time) (next, *open) {
	id := u.Interaction.ID
	until := expiry(id, now)
	switch {
	case !now.Before(until):
		return expire, nil
	case s.open[id] != nil:
		return ignore, nil
	case len(s.open) >= maxOpen || s.openOf(u.User.ID) >= maxOpenEach:
		return reject, nil
	}
	o := &open{until: until, used: u, plan: s.facts.planned(u), got: answers{}}
	o.waiting = len(o.plan.asks)
	s.open[id] = o
	if o.waiting > 0 {
		return ask, o
	}
	o.conclude(now)
	return speak, o
}

// expiry returns until when a command can be answered.
func expiry(id messages.InteractionID, now time.Time) time.Time {
	made := id.Time()
	if now.Sub(made) >= longGone {
		made = now
	}
	return made.Add(tokenLife)
}

func (s *state) openOf(user messages.UserID) int {
	n := 0
	for _, o := range s.open {
		if o.used.User.ID == user {
			n++
		}
	}
	return n
}

// answered takes what became of a question.
func (s *state) answered(id messages.InteractionID, from address, a answer, now time.Time) next {
	o := s.open[id]
	if o == nil || o.waiting == 0 {
		return ignore
	}
	o.got[from] = a
	if o.waiting--; o.waiting > 0 {
		return ignore
	}
	o.conclude(now)
	return speak
}

// conclude finds what is to be said, once all have answered or are late.
func (o *open) conclude(now time.Time) {
	o.text = bounded(o.plan.say(o.got, now))
	if o.plan.files != nil {
		o.files = o.plan.files(o.got, now)
	}
}

// said takes what became of the answer to a command: nil if it stands. It
// returns the pause before it is said again.
func (s *state) said(id messages.InteractionID, err error, now time.Time) (next, time.Duration) {
	o := s.open[id]
	switch {
	case o == nil:
		return ignore, 0
	case err == nil:
		delete(s.open, id)
		return ignore, 0
	}
	pause := firstPause << o.tries
	o.tries++
	if f, ok := errors.AsType[*messages.Failure](err); ok {
		pause = max(pause, f.After)
		if f.Retry == messages.RetryNever {
			o.tries = maxTries
		}
	}
	if r, ok := errors.AsType[*messages.Refused](err); ok {
		pause = max(pause, r.RetryAfter)
	}
	if o.tries >= maxTries || !now.Add(pause).Before(o.until) {
		delete(s.open, id)
		return lose, 0
	}
	return again, pause
}

// response returns what Discord is to show for a command.
func (o *open) response() *messages.Response {
	return &messages.Response{Interaction: o.used.Interaction, Content: o.text, Files: o.files}
}
