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
