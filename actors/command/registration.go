package command

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"
)

// The journal's note of the commands that Discord has been given.
const (
	noteOwner = "command"
	noteHash  = "registered"
)

// The pauses before the commands are registered again; the first doubles.
const (
	firstRetry = 5 * time.Second
	lastRetry  = 10 * time.Minute
)

// A registration is how far Discord has been given the commands. They are
// registered when they are others than those that were registered last.
type registration struct {
	commands []messages.Command
	app      messages.ApplicationID // that they are for; 0 before the first session
	done     bool                   // Discord has them
	busy     bool                   // it is being seen to
	tries    int                    // that failed
}

// begin takes that a session has started. It reports whether to see what is
// registered.
func (r *registration) begin(app messages.ApplicationID) bool {
	if r.busy || r.done && r.app == app {
		return false
	}
	r.app, r.done, r.busy, r.tries = app, false, true, 0
	return true
}

// needed takes the note of what is registered. It reports whether that is not
// what should be.
func (r *registration) needed(kept string) bool {
	if kept != r.hash() {
		return true
	}
	r.end()
	return false
}

// end takes that Discord has the commands.
func (r *registration) end() { r.done, r.busy = true, false }

// failed returns the pause before all is tried again. It reports false if that
// is of no use before somebody has changed something: then the next session is
// waited for.
func (r *registration) failed(err error) (pause time.Duration, again bool) {
	pause = actors.Doubled(firstRetry, r.tries, lastRetry)
	r.tries++
	f, ok := errors.AsType[*messages.Failure](err)
	if ok && f.Retry == messages.RetryNever {
		r.busy = false
		return 0, false
	}
	if ok {
		pause = max(pause, f.After)
	}
	return pause, true
}

// hash is equal for equal commands of one application.
func (r *registration) hash() string {
	form, err := json.Marshal(struct {
		App      messages.ApplicationID
		Commands []messages.Command
	}{r.app, r.commands})
	if err != nil {
		panic(err) // texts and numbers can always be written
	}
	sum := sha256.Sum256(form)
	return hex.EncodeToString(sum[:16])
}
