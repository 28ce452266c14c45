package messages

import "time"

// A Trace is how an answer came about: what happened when, and what it was made
// of. It holds no text that anybody wrote. It is never changed once sent.
type Trace struct {
	Trigger  MessageID `json:",omitzero"`
	Channel  ChannelID
	Guild    GuildID `json:",omitzero"` // 0 in a direct message
	Asker    UserID
	Revision int          `json:",omitzero"` // of the question
	Attempts int          `json:",omitzero"` // that failed before, each a turn that crashed
	Deaths   int          `json:",omitzero"` // of the process, before
	Level    Level        `json:",omitzero"` // what the bot went without
	State    TriggerState // the outcome
	Cause    Cause        `json:",omitzero"` // "" for an answer
	Heard    time.Time    // when the question was, and the steps begin
	Steps    []TraceStep  `json:",omitzero"` // in the order in which they began
	Parts    []MessageID  `json:",omitzero"` // that hold the answer
	Merged   bool         `json:",omitzero"` // they answer others too

	Facts []MessageID `json:",omitzero"` // where the answer has it from that is remembered of the asker
	Lore  []MessageID `json:",omitzero"` // the same of the guild
	Sums  []MessageID `json:",omitzero"` // the first and the last message of each summary it was told of

	Model   string `json:",omitzero"` // the version that answered; "" if none did
	Usage   Usage  `json:",omitzero"`
	Share   string `json:",omitzero"` // what the answers of one generation have in common; "" for none
	Led     bool   `json:",omitzero"` // the generation was this question's own, and others may have joined it
	Waiters int    `json:",omitzero"` // whom the generation answered when it ended, this one included
}

// A TraceStep is one step of a [Trace], or a source of what the answer is made of.
type TraceStep struct {
	What  string        // a word: neither spaces nor semicolons
	After time.Duration // since the question was heard, to the microsecond
	Took  time.Duration // 0 for what takes no time
	End   string        // "" if it came to something; else [StepLate] and so on
}

// How a step may have ended, other than well.
const (
	StepLate      = "late"      // and was left out
	StepFailed    = "failed"    // or was refused
	StepLeftOut   = "left_out"  // nobody could tell
	StepUnneeded  = "unneeded"  // it was decided without
	StepUnsettled = "unsettled" // it was not over when the answer was
)

// The steps of a [Trace], besides the sources of an answer.
const (
	StepBegun      = "begun"       // a turn took the question up
	StepWord       = "word"        // the question is kept, and may be answered
	StepAsked      = "asked"       // for a generation, or to join one
	StepFirstToken = "first_token" // the answer begins
	StepLastToken  = "last_token"  // the generation has ended
	StepFirstPost  = "first_post"  // by Discord's clock
	StepFinished   = "finished"    // all of it stands in the channel
)

// TraceLife is how long a trace is kept.
const TraceLife = 24 * time.Hour

// KeepTrace keeps how an answer came about. It replaces what was kept of the same
// trigger. Nobody need wait for it.
type KeepTrace struct{ Trace Trace }

// GetTrace asks the journal how an answer came about. The answer is [*TraceFound].
type GetTrace struct{ Message MessageID } // of the answer, or its trigger

// TraceFound answers [GetTrace].
type TraceFound struct {
	Traces []Trace     // none if there is none; several if one message answers several
	Shared []MessageID // other triggers that the same generations answered
}
