package messages

import (
	"strings"
	"time"
)

// A TriggerKind says by what a message asks the bot something.
type TriggerKind string

// What asks the bot.
const (
	TriggerMention TriggerKind = "mention" // @bot, or the role that is the bot's own
	TriggerReply   TriggerKind = "reply"   // to a message of the bot
	TriggerDirect  TriggerKind = "direct"  // a direct message
	TriggerThread  TriggerKind = "thread"  // in a thread that the bot is in
	TriggerAlways  TriggerKind = "always"  // in a channel where the bot answers everything
	TriggerPrefix  TriggerKind = "prefix"  // begins with a prefix or trigger word
	TriggerCommand TriggerKind = "command" // /chat
)

// A TriggerState is how far a trigger has come. It only moves forward.
type TriggerState string

// The life of a trigger: accepted, answering, then one of the outcomes.
const (
	TriggerAccepted      TriggerState = "accepted"
	TriggerAnswering     TriggerState = "answering"
	TriggerAnswered      TriggerState = "answered"
	TriggerRefused       TriggerState = "refused"       // told why, visibly
	TriggerCancelled     TriggerState = "cancelled"     // the question was deleted
	TriggerUndeliverable TriggerState = "undeliverable" // channel gone or no permission
)

// Ended reports whether s is an outcome.
func (s TriggerState) Ended() bool {
	switch s {
	case TriggerAnswered, TriggerRefused, TriggerCancelled, TriggerUndeliverable:
		return true
	case TriggerAccepted, TriggerAnswering:
	}
	return false
}

// A Trigger is a message or command that asks the bot something. It ends in
// exactly one outcome.
type Trigger struct {
	ID          MessageID   // of the message, or of the interaction
	Kind        TriggerKind `json:",omitzero"`
	Channel     ChannelID
	Guild       GuildID `json:",omitzero"` // 0 in a direct message
	Asker       User
	Roles       []RoleID     `json:",omitzero"` // of the asker in the guild, as far as told
	Text        string       `json:",omitzero"` // the question, without the mention or prefix
	ReplyTo     MessageID    `json:",omitzero"`
	ReplyText   string       `json:",omitzero"` // what it replies to, as far as known
	ReplyUser   UserID       `json:",omitzero"`
	Attachments []Attachment `json:",omitzero"`
	Interaction Interaction  `json:",omitzero"` // zero unless Kind is command
	Locale      string       `json:",omitzero"`
	Revision    int          `json:",omitzero"` // grows when the asker edits the question, never on a retry
	State       TriggerState `json:",omitzero"`
	Parts       []MessageID  `json:",omitzero"` // the messages that hold the answer, in order
	Final       string       `json:",omitzero"` // the whole answer, kept before the last edit; "" until then, and once there is an outcome
	Attempts    int          `json:",omitzero"` // how often an actor failed on it
	Deaths      int          `json:",omitzero"` // how often the process died on it
	Accepted    time.Time
}

// Sameness returns what two questions have in common that ask the same: the
// text, what it replies to and what is attached. Case, spacing and the
// punctuation at the end make no other question, unless there is code in it or
// it has several lines, where they may matter.
func (t *Trigger) Sameness() string {
	same := strings.TrimSpace(t.Text)
	if !strings.ContainsAny(same, "`\n") {
		same = strings.ToLower(strings.Join(strings.Fields(same), " "))
		same = strings.TrimRight(same, "?!. ")
	}
	same += "\x00" + t.ReplyTo.String()
	for _, file := range t.Attachments {
		same += "\x00" + MessageID(file.ID).String()
	}
	return same
}
