package messages

import "time"

// Deliver carries a message to one entity of a region: the actor of a channel,
// user or guild, which is started if need be.
type Deliver struct {
	To      uint64 // the ID of the channel, user or guild
	Message any
}

// ActorCrashed tells a supervisor that an actor panicked. It starts anew by
// itself.
type ActorCrashed struct {
	Kind    string
	Actor   string // its PID's ID
	Message string // the type of the message it was dealing with
	Cause   string // the value of the panic
	Stack   string
	Trigger MessageID     // that the message was about; 0 if unknown
	Again   bool          // it is the same message's second time: it is put into quarantine
	Pause   time.Duration // before the next instance, if there is to be one
}

// ActorGaveUp tells a supervisor that an actor failed too often and refuses
// everything until it is revived.
type ActorGaveUp struct {
	Kind       string
	Actor      string
	Cause      string
	Background bool // nobody waits for it
}

// PartDown tells health that a part of the bot does not work for now.
type PartDown struct {
	Part       string // the actor's kind, or its PID's ID where there is just one
	Cause      string
	Background bool // nobody waits for it: the bot answers as well without
}

// PartUp tells health that a part of the bot works again.
type PartUp struct{ Part string }

// GetParts asks a supervisor how its children fare. The answer is [Parts].
type GetParts struct{}

// Parts tells how the children of a supervisor fare.
type Parts struct {
	Restarts int // since the start of the process
	Down     []PartDown
}
