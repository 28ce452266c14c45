package messages

import "time"

// An Analyzer is a background mind, by its name: it concludes something from what
// people say.
type Analyzer string

// The analyzers.
const (
	AnalyzerBehaviour Analyzer = "behaviour" // when and how somebody talks to the bot
	AnalyzerMemory    Analyzer = "memory"    // what somebody has told of themselves
	AnalyzerSummary   Analyzer = "summary"   // what was said in a channel before its window
	AnalyzerLore      Analyzer = "lore"      // what a guild may want to remember
)

// Owner returns how what is kept of the person is filed.
func (id UserID) Owner() string { return "user/" + id.String() }

// Owner returns how what is kept of the guild is filed.
func (id GuildID) Owner() string { return "guild/" + id.String() }

// Owner returns how what is kept of the channel is filed.
func (id ChannelID) Owner() string { return "channel/" + id.String() }

// A Piece is work for an analyzer: something that was said.
type Piece struct {
	ID       int64 // in the backlog, where it grows; 0 until it is there
	Analyzer Analyzer
	Owner    string    // to whom what it comes to belongs: see [UserID.Owner]
	Guild    GuildID   // 0 in a direct message
	Channel  ChannelID // where it was said
	From, To MessageID // the first and the last of what was said; one and the same for what one person said
	Person   UserID    // who said it; 0 if it is about a stretch of the channel
	Text     string    // what they said, at most [MaxPieceText] bytes; "" for a stretch, which is read when its turn comes
}

// MaxPieceText bounds the text of a [Piece], in bytes: twice the 2000 characters of a
// message would be an odd one (Discord documentation, Create Message: 2000 characters).
const MaxPieceText = 4000

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

// DeletePerson tells a user's actor to forget all that is kept about the person, here
// and with whoever holds something that was derived from what they said. What they let
// the bot do stays as they chose it, and nothing they said up to Before is analysed
// any more. The journal erases in as many steps as it takes, so that this may take
// longer than other messages. It is durable when it is answered, with
// [*PersonDeleted].
type DeletePerson struct {
	User   UserID
	Before MessageID // the command with which they wanted it
}

// PersonDeleted answers [DeletePerson].
type PersonDeleted struct {
	Questions int // whose texts are forgotten
	Derived   int // that was dropped, theirs and what was about them
	Open      int // questions that have no outcome yet, and so stay
}

// Said tells who spoke what they said to the bot. There is no answer.
type Said struct {
	Guild   GuildID // 0 in a direct message
	Channel ChannelID
	Message MessageID
	Person  UserID
	Text    string
}

// Work tells an analyzer that there is something for it. There is no answer: when an
// analyzer has as much as it may, it takes no more.
type Work struct{ Piece Piece }

// A Consent is what a person lets the bot do with what they say. The zero value is
// that of who has said nothing about it.
type Consent struct {
	Memory  bool // what they tell of themselves is remembered
	Profile bool // when and how they write is learned
	Private bool // nothing they say is analysed at all, whatever others have turned on
	// After bounds what may be analysed: nothing they said before, which they wanted
	// deleted. 0 for no bound.
	After MessageID
}

// Allows reports whether what a person said may be analysed for others, such as in a
// summary.
func (c *Consent) Allows(message MessageID) bool { return !c.Private && message > c.After }

// GetConsent asks a user's actor for the person's consent. The answer is [*Consent].
type GetConsent struct{ User UserID }

// A Choice about what is analysed, by its name in a [SetConsent].
const (
	ConsentMemory  = "memory"
	ConsentProfile = "profile"
	ConsentPrivate = "private"
)

// SetConsent tells a user's actor what the person lets the bot do. What was learned by
// a consent that ends is forgotten. It is durable when it is answered, with [*Kept].
type SetConsent struct {
	User UserID
	What string // [ConsentMemory] and so on
	Yes  bool
}

// A Fact is something that a person told of themselves, or wants remembered.
type Fact struct {
	Key     string    `json:"-"`          // "fact/3"
	About   string    `json:"about"`      // what it says something about, in a few words: of two about the same the newer holds
	Text    string    `json:"text"`       // one sentence
	Always  bool      `json:"always"`     // it matters whatever is asked: a preference
	Guild   GuildID   `json:"guild"`      // where it was said; 0 for a direct message
	Channel ChannelID `json:"channel"`    // the same
	Message MessageID `json:"message"`    // its source; 0 if it was told by command
	Told    time.Time `json:"told"`       // when
	Vector  []byte    `json:"v,omitzero"` // its embedding; nil if there is none
}

// GetFacts asks a user's actor for what is remembered of the person. The answer is
// [*Facts].
type GetFacts struct{ User UserID }

// Facts answers [GetFacts]. It is never changed once sent.
type Facts struct {
	Consent Consent
	Facts   []Fact // the newest first
	Profile Profile
}

// ForgetFacts tells a user's actor to forget a fact, or all. It is durable when it is
// answered, with [*FactsForgotten].
type ForgetFacts struct {
	User UserID
	Key  string // "" for all
}

// FactsForgotten answers [ForgetFacts].
type FactsForgotten struct{ Forgotten int }

// EditFact tells a user's actor that a fact is otherwise. From then on it has no
// source but the person. It is durable when it is answered, with [*Kept], or as an
// error a [*Refused] with [RefusedUnknown] if there is no such fact.
type EditFact struct {
	User UserID
	Key  string
	Text string
}

// A Profile is how somebody talks to the bot, as far as it is known. The zero value
// tells nothing.
type Profile struct {
	Messages int           // that it is made of: the latest
	Language string        // that they mostly write, as an ISO 639-1 code; "" if none stands out
	Words    int           // in a message of theirs, the median
	Brief    bool          // they write few words
	Lengthy  bool          // they write many
	Casual   bool          // they write as one speaks: no capitals, emojis
	Topics   []string      // words that come back, the most frequent first
	Hours    []int         // of the day, in UTC, in which they mostly write
	Rhythm   time.Duration // the median time between two messages of one conversation; 0 if unknown
}

// Learned is what an analyzer concluded, for the actor to whom it belongs to take in:
// it merges it with what it knows, and settles the pieces. The answer is
// [*LearnedTaken].
type Learned struct {
	Pieces []Piece
	At     time.Time  // when the lines were read that it is about; see [Lines]
	Facts  []Fact     // of a person, from the memory
	Said   []SaidNote // by a person, from the behaviour
	Lore   []Lore     // of a guild
	Chunk  *Chunk     // of a channel, from the summary
}

// LearnedTaken answers [Learned].
type LearnedTaken struct{ Done bool } // else the pieces are not what they were: take them anew

// A SaidNote is how one message was written, not what it said.
type SaidNote struct {
	Message  MessageID `json:"-"`
	Language string    `json:"l,omitzero"`
	Words    int       `json:"w,omitzero"`
	Casual   bool      `json:"c,omitzero"`
	Topics   []string  `json:"t,omitzero"` // at most 4 words
	Guild    GuildID   `json:"g,omitzero"`
	Channel  ChannelID `json:"p,omitzero"`
}

// The kinds of lore.
const (
	LoreMoment  = "moment"  // something that happened
	LoreGag     = "gag"     // a running joke
	LoreFact    = "fact"    // something that is so
	LoreSnippet = "snippet" // code worth keeping
)

// A Lore is something that a guild may want to remember.
type Lore struct {
	Key     string    `json:"-"` // "lore/3"
	Kind    string    `json:"kind"`
	Text    string    `json:"text"`
	Channel ChannelID `json:"channel"` // where it was said, and who may read that may be told
	Message MessageID `json:"message"` // the first that it is from
	Sources []Source  `json:"-"`       // all of them, and whom it is about
	Told    time.Time `json:"told"`
	Vector  []byte    `json:"v,omitzero"` // its embedding; nil if there is none
}

// SetLore tells a guild's actor whether its lore is kept. Turned off, what there is is
// forgotten. It is durable when it is answered, with [*Kept].
type SetLore struct {
	Guild GuildID
	On    bool
}

// GetLore asks a guild's actor for its lore. The answer is [*LoreFound].
type GetLore struct {
	Guild   GuildID
	Channel ChannelID // where it is to be shown: what not everybody there may see is left out
	Person  UserID    // who asks: what is from them or about them is shown in any case
}

// LoreFound answers [GetLore]. It is never changed once sent.
type LoreFound struct {
	On   bool
	Lore []Lore // the newest first
}

// ForgetLore tells a guild's actor to forget a piece of its lore, since who may manage
// the guild wants so, or somebody whom it is from or about: then the like of it is
// never kept again. It is durable when it is answered, with [*Kept], or as an error a
// [*Refused] with [RefusedUnknown] if there is no such piece, or it is not theirs to
// forget.
type ForgetLore struct {
	Guild   GuildID
	Channel ChannelID // where it was shown
	Key     string
	Person  UserID
	Manages bool // the guild
}

// A Chunk is the summary of a stretch of a channel. It is shown in that channel only.
type Chunk struct {
	From    MessageID `json:"from"`
	To      MessageID `json:"to"`
	Text    string    `json:"text"`
	Sources []Source  `json:"-"`
}

// GetLines asks a channel what was said in a stretch of it. The answer is [*Lines], or
// an error if that is not known.
type GetLines struct{ From, To MessageID }

// Lines answers [GetLines].
type Lines struct {
	Lines []Line    // the oldest first
	At    time.Time // when they were like that
}

// SourcesGone tells an actor that sources of what it keeps are gone or edited, and
// with them what was derived, on disk. There is no answer.
type SourcesGone struct {
	Messages []MessageID // nil if it is for another reason that something was dropped
	Dropped  []DerivedKey
}

// GetAnalyzer asks an analyzer how it fares. The answer is [*AnalyzerState].
type GetAnalyzer struct{}

// AnalyzerState answers [GetAnalyzer].
type AnalyzerState struct {
	Analyzer    Analyzer
	Backlog     int    // pieces
	Done        int    // pieces, since the start
	Quarantined int    // pieces, since the start
	Waiting     string // what it waits for; "" for nothing
}

// Embeddings are vectors for texts, in their order: the closer two are, the more alike
// is what the texts say.
type Embeddings struct {
	Vectors [][]float32
	Usage   Usage
}
