package chaos

// A Step is a moment in a question's life at which the lab may kill the bot: just
// before an actor gets a message of this type, or the answer to what it asked
// with a tag of this type.
type Step struct {
	Name    string
	Actor   string // its kind
	Message string // the type, as %T prints it
	Tag     string // of an answer: the type of its tag
}

const answer = "actors.Answered"

// Steps returns the steps at which a bot that was built for the lab can stop, in
// the order in which a question comes past them.
func Steps() []Step {
	return []Step{
		{"gateway/received", "gateway", "gateway.incoming", ""},
		{"gateway/acked", "gateway", "gateway.acked", ""},
		{"channel/missed", "channel", "*messages.CatchUp", ""},
		{"channel/woken", "channel", "*messages.Wake", ""},
		{"channel/heard", "channel", "*messages.MessageReceived", ""},
		{"channel/commanded", "channel", "*messages.CommandUsed", ""},
		{"journal/accept", "journal", "*messages.AcceptTrigger", ""},
		{"journal/written", "journal", "journal.written", ""},
		{"journal/committed", "journal", "journal.committed", ""},
		{"channel/accepted", "channel", answer, "channel.acceptAsked"},
		{"gateway/taken", "gateway", answer, "*gateway.delivery"},
		{"turn/word", "turn", answer, "turn.wordAsked"},
		{"outbox/open", "outbox", "*messages.OpenReply", ""},
		{"outbox/grow", "outbox", "*messages.GrowReply", ""},
		{"turn/joined", "turn", answer, "turn.joinAsked"},
		{"outbox/finish", "outbox", "*messages.FinishReply", ""},
		{"journal/final", "journal", "*messages.KeepFinal", ""},
		{"journal/shared", "journal", "*messages.KeepShared", ""},
		{"outbox/kept", "outbox", answer, "outbox.kept"},
		{"router/job", "router", "*messages.Job", ""},
		{"outbox/sent", "outbox", answer, "outbox.requested"},
		{"journal/part", "journal", "*messages.KeepPart", ""},
		{"turn/delivered", "turn", answer, "turn.deliveryAsked"},
		{"journal/end", "journal", "*messages.EndTrigger", ""},
		{"turn/ended", "turn", answer, "turn.outcomeAsked"},
		{"channel/ended", "channel", "*messages.TurnEnded", ""},
		{"journal/session", "journal", "*messages.KeepSession", ""},
		{"journal/alive", "journal", "*messages.KeepAlive", ""},
	}
}
