package messages

import "time"

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
