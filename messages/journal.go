package messages

import "time"

// The journal's commands are durable when they are answered: with [*Kept], or
// with what is said at the command. The error is [*Refused] when the journal
// is full, and [*Failure] when the store fails.

// AcceptTrigger keeps a trigger, and where it was asked if that is a direct
// message ([GetDirects]). The answer is [*Accepted]. The same comes before
// it as progress, when the trigger outlives the death of the process: a loss of
// power in the short time between would leave it to Discord's session, in which
// it is not acknowledged yet, to bring it again.
type AcceptTrigger struct{ Trigger Trigger }

// Accepted answers [AcceptTrigger].
type Accepted struct {
	Trigger Trigger // as it is in the store
	Fresh   bool    // it was not known before
}

// KeepPart keeps which message holds a part of an answer.
type KeepPart struct {
	Trigger MessageID
	Part    int // from 0
	Message MessageID
}

// KeepFinal keeps the whole text of an answer, before it is shown.
type KeepFinal struct {
	Trigger  MessageID
	Revision int
	Text     string
	Patient  bool // nothing waits for it yet: it may share the commit of what comes next
}

// KeepShared keeps whom one message is about to answer, before it is posted.
type KeepShared struct {
	Nonce  string      // of the message
	Covers []MessageID // triggers
}

// GetShared asks the journal for the message that was about to answer a trigger
// along with others. The answer is [*SharedFound].
type GetShared struct{ Trigger MessageID }

// SharedFound answers [GetShared]. It is zero if there is none.
type SharedFound struct{ Shared KeepShared }

// EndTrigger keeps the outcome of a trigger. One that has an outcome keeps it. What was
// answered, and the text that it replied to, are forgotten: they are for who would
// answer it anew.
type EndTrigger struct {
	Trigger MessageID
	State   TriggerState // an outcome
	Cause   Cause        // "" for an answer
}

// CountAttempt counts that an actor failed on a trigger.
type CountAttempt struct{ Trigger MessageID }

// ReviseTrigger keeps a trigger's question as it was edited, with its new
// revision. The trigger is without outcome again.
type ReviseTrigger struct{ Trigger Trigger }

// GetTrigger asks the journal for a trigger. The answer is [*TriggerFound].
type GetTrigger struct{ ID MessageID }

// TriggerFound answers [GetTrigger].
type TriggerFound struct {
	Trigger Trigger
	Found   bool
}

// GetUnfinished asks the journal for the triggers of a channel that have no
// outcome. The answer is [*Unfinished].
type GetUnfinished struct{ Channel ChannelID }

// Unfinished answers [GetUnfinished].
type Unfinished struct{ Triggers []Trigger } // the oldest first

// GetUnfinishedChannels asks the journal where triggers have no outcome. The
// answer is [*UnfinishedChannels].
type GetUnfinishedChannels struct{}

// UnfinishedChannels answers [GetUnfinishedChannels].
type UnfinishedChannels struct{ Channels []ChannelID }

// KeepSession keeps the gateway's session of a shard.
type KeepSession struct {
	Shard   int
	Session Session
}

// GetSession asks the journal for the gateway's session of a shard. The answer
// is [*SessionFound].
type GetSession struct{ Shard int }

// SessionFound answers [GetSession].
type SessionFound struct {
	Session Session
	Alive   time.Time     // as in [KeepAlive]; zero if never
	Skew    time.Duration // as in [KeepAlive]
	Found   bool
}

// KeepAlive keeps until when a shard has dealt with all that it was told of.
type KeepAlive struct {
	Shard int
	At    time.Time     // by Discord's clock, which stamps the IDs of messages
	Skew  time.Duration // how far Discord's clock is ahead of ours, as last seen
}

// GetDirects asks the journal for the direct messages in which the bot was asked
// something. The answer is [*Directs].
type GetDirects struct{ Limit int }

// Directs answers [GetDirects].
type Directs struct{ Channels []ChannelID } // the one used last first

// Quarantine keeps a message that crashed an actor twice, for the operator.
type Quarantine struct {
	Actor   string
	Message string // its type
	Stack   string
	Trigger MessageID // 0 if it was about none
	Piece   Piece     // of work that it was; it leaves the backlog. Zero if it was none
}

// AttemptMade keeps a request that was sent to a model, for its quota. What is
// kept of the same ID gives way: it may be told again.
type AttemptMade struct {
	ID     uint64 // of the reservation
	Model  string
	At     time.Time // of the reservation
	Input  int       // tokens, as estimated or billed
	Output int       // tokens
	Cost   float64   // dollars
	// Open says that nothing was heard of the request: the process died while it
	// was about to be sent, or under way. It counts as it was reserved.
	Open bool
}

// GetAttempts asks the journal for the requests to all models since a time. The
// answer is [*Attempts]. One that is open since before the process began may have
// been sent: it died before it could tell.
type GetAttempts struct{ Since time.Time }

// Attempts answers [GetAttempts].
type Attempts struct{ Attempts []AttemptMade } // the oldest first

// Prune forgets what is about messages before this one, so much of it as holds
// up nobody. The answer is [*Pruned].
type Prune struct {
	Before MessageID
	Traces MessageID // and traces of answers to messages before this one, if that is later
}

// Pruned answers [Prune].
type Pruned struct{ More bool } // there is more to forget: prune again
