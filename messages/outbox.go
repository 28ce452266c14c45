package messages

import "time"

// NonceLife is how long Discord is sure to know a nonce again: it says "a few
// minutes" (Discord documentation, Create Message). A post that may have come
// through must not be repeated later: that could be a second answer. What has
// become of it is found in the channel's history then.
const NonceLife = 2 * time.Minute

// A Reply names an answer that goes out to a channel, and what must be known to
// post it. It is the same value in every message about that answer.
type Reply struct {
	Trigger   MessageID // what is answered: a message, or an interaction's ID
	Revision  int       // of the question; together with Trigger it makes the nonces
	Channel   ChannelID
	Guild     GuildID   // 0 in a direct message
	ReplyTo   MessageID // the message to refer to; 0 for none
	Asker     UserID    // the only one who is notified
	AskerName string
	Share     string // the generation's key: finished replies of one Share may be merged; "" never
	// Parts are the messages that already hold the answer, in order: after a
	// recovery, or when the question was edited. They are edited in place. The
	// parts of a merged answer belong to others too and must not be named here.
	Parts []MessageID
	// Again says that an earlier turn or process may have posted messages of this
	// answer that Parts does not name. It is not merged then: only its own nonces
	// find them.
	Again bool
	// Opened says that the reply was opened before. An outbox that does not know it
	// is a new instance, and what the one before has posted is found out first.
	Opened bool
	// Shared is the message that was about to answer the trigger in this revision
	// together with others, as the journal has it after a recovery; zero for none.
	// Before anything else is posted it is found out whether it was.
	Shared      KeepShared
	Interaction Interaction // zero unless a command is answered
	Started     time.Time   // when the trigger was received; an interaction's 15 minutes count from here
}

// OpenReply tells an outbox that an answer is being made. Typing is shown while
// it is open, if no text has come within 300 ms. A full outbox ignores it;
// [FinishReply] is then refused or served as if it came alone.
type OpenReply struct {
	Reply Reply
}

// GrowReply tells how far the text of an open reply has come. It may be told as
// often as wanted: the outbox shows the latest, as the channel's limits allow.
// It is ignored when the reply is not open.
type GrowReply struct {
	Trigger MessageID
	Text    string // the whole text so far
}

// FinishReply asks an outbox to bring the whole answer to the channel. No
// [OpenReply] needs to have come before; if one has, the earlier Reply holds.
// Asked again with the same Reply it does no harm: nonces, and Parts, make a
// repeat return the messages of the first time.
//
// The answer is [ReplyPosted], once the text stands in the channel and the
// journal has it with its parts, or an error: a [Failure] (cause no_permission,
// gone, unreachable after the outbox's deadline, cancelled) or [Refused] when
// too many replies are open.
type FinishReply struct {
	Reply Reply
	Text  string
	Note  string // a line beneath the text, such as "(cut off)"; "" for none
}

// ReplyPosted answers [FinishReply].
type ReplyPosted struct {
	Parts  []MessageID // that hold the answer, in order
	Merged bool        // one message answers several askers: Parts are not this asker's alone
}

// CancelReply ends a reply, open or not. Whoever asked [FinishReply] for it gets
// a [Failure] with cause cancelled. It may be told or asked; the answer is
// [*ReplyCancelled].
type CancelReply struct {
	Reply  Reply
	Delete bool // its messages too: those posted while it was open and those in Reply.Parts
}

// ReplyCancelled answers [CancelReply]: nothing more will be said, and what was
// to be deleted is deleted, as far as it can be.
type ReplyCancelled struct{}
