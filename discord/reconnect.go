package discord

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"
)

// Close codes of the gateway (Discord documentation, Opcodes and Status
// Codes: Gateway Close Event Codes).
const (
	closeAuthenticationFailed = 4004
	closeInvalidSeq           = 4007
	closeSessionTimedOut      = 4009
	closeInvalidShard         = 4010
	closeShardingRequired     = 4011
	closeInvalidVersion       = 4012
	closeInvalidIntents       = 4013
	closeDisallowedIntents    = 4014

	// closeResumable is what we close with: anything but 1000 and 1001 keeps
	// the session alive for a resume.
	closeResumable = 4000
)

// Why a connection ended, when it was not a close frame.
var (
	errReconnect = errors.New("a new connection was asked for")
	errInvalid   = errors.New("the session is not valid any more")
	errZombie    = errors.New("a heartbeat was not acknowledged")
	errStalled   = errors.New("no event was acknowledged in time")
)

// A FatalError ends [Gateway.Run]: connecting again would not help.
type FatalError struct {
	Code int    // the close code that Discord gave
	Text string // what is wrong and what to do about it
}

func (e *FatalError) Error() string {
	return fmt.Sprintf("gateway closed for good (%d): %s", e.Code, e.Text)
}

// fatal returns the FatalError for a close code, or nil when a new connection
// may help.
func fatal(code int) *FatalError {
	var text string
	switch code {
	case closeAuthenticationFailed:
		text = "Discord does not know this bot token; copy a valid one from the Developer Portal, page Bot"
	case closeInvalidShard:
		text = "this shard is not among the shards of the bot; correct the shard number and count"
	case closeShardingRequired:
		text = "the bot is in too many guilds for one shard; raise the number of shards"
	case closeInvalidVersion:
		text = "Discord has ended this version of its gateway; update the bot"
	case closeInvalidIntents:
		text = "the intents are not valid; correct the configuration"
	case closeDisallowedIntents:
		text = "an intent is not allowed for this bot; allow it in the Developer Portal, page Bot, Privileged Gateway Intents"
	default:
		return nil
	}
	return &FatalError{Code: code, Text: text}
}

// closeCode returns the code of the close frame that err tells of, or 0.
func closeCode(err error) int {
	if ce, ok := errors.AsType[*websocket.CloseError](err); ok {
		return ce.Code
	}
	return 0
}

// endsSession reports whether a session that ended with err cannot be resumed.
func endsSession(err error) bool {
	if errors.Is(err, errInvalid) {
		return true
	}
	switch closeCode(err) {
	case closeInvalidSeq, closeSessionTimedOut, websocket.CloseNormalClosure, websocket.CloseGoingAway:
		return true
	}
	return false
}

// Bounds of the pause between two connections.
const (
	healthyAfter  = 30 * time.Second // a connection that lived this long clears the backoff
	firstPause    = time.Second
	longestResume = time.Minute
	// longestIdentify keeps a shard that is thrown out again and again below
	// the 1000 sessions a day after which Discord resets the token.
	longestIdentify = 3 * time.Minute
)

// A backoff spaces out connections that fail one after the other.
type backoff struct {
	failures int // in a row
}

// next returns how long to wait before the next connection. lived is how long
// the last one had a session; identify tells that a new session is needed.
// roll, in [0,1), is the jitter.
func (b *backoff) next(err error, lived time.Duration, identify bool, roll float64) time.Duration {
	if lived >= healthyAfter {
		b.failures = 0
	}
	longest := longestResume
	if identify {
		longest = longestIdentify
	}
	pause := min(firstPause<<min(b.failures, 16), longest)
	if b.failures == 0 && lived > 0 {
		pause = firstPause / 4 // one break of a good session: come back at once
	}
	b.failures++
	wait := pause/2 + time.Duration(roll*float64(pause/2))
	if errors.Is(err, errInvalid) {
		// Discord documentation, Gateway: Resuming. 1 to 5 seconds.
		wait = max(wait, time.Second+time.Duration(roll*float64(4*time.Second)))
	}
	return wait
}

// jitter returns a random number in [0,1).
func jitter() float64 { return rand.Float64() }
