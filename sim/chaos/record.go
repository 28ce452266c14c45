package chaos

import (
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A Record is what a lab knows in the end: what was asked, what the simulated
// Discord has seen, and which faults were really given.
type Record struct {
	Bot    messages.UserID
	Asks   []Ask             // in the order of their IDs
	Events []Event           // in the order in which they happened
	Files  map[uint64]string // what the attachments hold, by ID
	Given  []Given           // in the order in which they began
}

// A Kind says by what a person asks.
type Kind string

// The kinds of [Ask].
const (
	Mention Kind = "mention"
	Direct  Kind = "direct"
	Thread  Kind = "thread"
	Command Kind = "command"
)

// An Ask is one question, a trigger for the bot.
type Ask struct {
	Trigger messages.MessageID // the message, or the interaction's ID
	Channel messages.ChannelID
	Asker   messages.UserID
	Kind    Kind
	Tag     string   // see [Answer]; equal questions have one tag
	Edits   []string // tags of later wordings
	At      time.Time
	Deleted time.Time // zero: never
	// Acknowledged is whether Discord was told in time that a command is being
	// answered. If it was not, Discord has told the person that the bot is not there.
	Acknowledged bool
}

// An Event is a change that the simulated Discord has seen.
type Event struct {
	At time.Time
	discordsim.Change
}

// A Given is a fault that was given.
type Given struct {
	Fault string // its name, as in [Faults], or "kill", "stop"
	What  string // the step, class of calls or the like
	From  time.Time
	To    time.Time   // when it was over: for a kill, when the bot was connected again
	Hits  []time.Time // the calls that it befell, if it befalls calls
}

// newSession is the "fault" that the bot begins a session anew: what it has not
// heard of the former one is not told again.
const newSession = "new session"

// The faults that are of the bot's process.
const (
	killed = "kill"
	halted = "stop"
	outage = "outage"
)

// during reports whether the fault had an effect between two times.
func (g *Given) during(from, to time.Time) bool {
	if !calls(g.Fault) {
		return !g.From.After(to) && !g.To.Before(from)
	}
	for _, at := range g.Hits {
		if !at.Before(from) && !at.After(to) {
			return true
		}
	}
	return false
}
