package messages

// A Derived is something that was concluded from what people said.
type Derived struct {
	Owner   string
	Key     string   // its kind, a slash, and what tells it apart: "fact/3"
	Value   string   // JSON
	Sources []Source // what it goes with, when they are gone
}

// A Source is something that was said by somebody, or somebody it is about.
type Source struct {
	Message MessageID // 0 if it is just about the person
	Person  UserID    // 0 if nobody in particular
}

// A DerivedKey names a [Derived].
type DerivedKey struct{ Owner, Key string }

// KeepPieces adds to the backlogs, durably. A piece of the same analyzer and owner that
// ends with the same message gives way. The answer is [*Kept].
type KeepPieces struct{ Pieces []Piece }

// GetPieces asks the journal for the eldest work of an analyzer: the pieces of one
// owner. The answer is [*Pieces].
type GetPieces struct {
	Analyzer Analyzer
	Limit    int
}

// Pieces answers [GetPieces].
type Pieces struct {
	Pieces  []Piece // the eldest first, all of one owner; none if there is nothing to do
	Backlog int     // of the analyzer, these included
}

// SettlePieces ends work, durably: its pieces leave the backlog, and what they came to
// is kept. If one of them is not in the backlog as it was taken from there, since it
// was done already or its source is gone or edited, nothing happens at all. The answer
// is [*Settled].
type SettlePieces struct {
	Pieces []Piece
	Keep   []Derived // each replaces what is there under its key, with its sources
	Drop   []DerivedKey
}

// Settled answers [SettlePieces].
type Settled struct{ Done bool } // else nothing has happened

// KeepDerived changes what is derived, durably, since somebody wants it so. The answer
// is [*Kept].
type KeepDerived struct {
	Keep []Derived
	Drop []DerivedKey
}

// ForgetSources drops what was derived from messages, durably, since they are gone or
// edited, and the work about any one of them. The answer is [*SourcesForgotten].
type ForgetSources struct{ Messages []MessageID }

// DropPieces drops the work of an analyzer about what a person said, durably, since they
// do not want it done any more. The answer is [*Kept].
type DropPieces struct {
	Analyzer Analyzer
	Person   UserID
	Private  bool // what is being concluded from what several people said is concluded anew: they may be one of them
}

// ForgetChannels drops what was derived for channels, durably, since they are gone, and
// the work about what was said there. The answer is [*Kept].
type ForgetChannels struct{ Channels []ChannelID }

// SourcesForgotten answers [ForgetSources].
type SourcesForgotten struct{ Dropped []DerivedKey }

// GetKept asks the journal for all that is kept of an owner. The answer is
// [*KeptFound].
type GetKept struct{ Owner string }

// KeptFound answers [GetKept]. It is never changed once sent.
type KeptFound struct {
	Notes   map[string]string // nil if there are none
	Derived []Derived         // by key
}

// GetPerson asks the journal for all that is kept about a person. The answer is
// [*PersonFound].
type GetPerson struct{ User UserID }

// PersonFound answers [GetPerson].
type PersonFound struct {
	Notes    map[string]string
	Derived  []Derived // of theirs, then what else is from them or about them
	Triggers []Trigger // what they asked, the oldest first
	Traces   int       // of answers to them
	Pieces   int       // of work about what they said
}

// ErasePerson forgets what is kept about a person, durably, so much of it as holds up
// nobody: notes, what was derived from what they said and what is about them, work,
// traces, and the texts of questions that have their outcome; that a question was
// asked stays known, so that it is not answered again. What is being concluded from
// what several people said is concluded anew: its pieces settle nothing any more. The
// answer is [*Erased].
type ErasePerson struct {
	User UserID
	Keep []string // keys of notes that stay
}

// Erased answers [ErasePerson].
type Erased struct {
	Dropped  []DerivedKey
	Triggers []Trigger // that were blanked: ID, channel, guild and parts are told
	More     bool      // there is more to forget, or to overwrite of what was: erase again
	Blocked  bool      // that could not go on, since another program reads the files: pause before
	Open     int       // questions that have no outcome yet, and so stay
}

// SourcesGone tells an actor that sources of what it keeps are gone or edited, and
// with them what was derived, on disk. There is no answer.
type SourcesGone struct {
	Messages []MessageID // nil if it is for another reason that something was dropped
	Dropped  []DerivedKey
}
