package messages

import "time"

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
