package messages

import "time"

// A Level is how much the bot goes without, of what it has on a good day.
type Level int

// The levels. Each goes without what those before it do.
const (
	LevelNormal   Level = iota
	LevelReduced        // prompts are half as long, the spare model answers if there is one, nothing is fetched ahead
	LevelFallback       // an answer of some time ago is given again, where there is one
	LevelQueued         // questions wait for the model, and are told their place
)

// String returns the level as operators read it.
func (l Level) String() string {
	switch l {
	case LevelNormal:
		return "normal"
	case LevelReduced:
		return "reduced"
	case LevelFallback:
		return "fallback"
	case LevelQueued:
		return "queued"
	}
	return "unknown"
}

// StrainLife is how long a [Strain] holds. It is what keeps a level from changing
// to and fro.
const StrainLife = 30 * time.Second

// StrainPause is how long who is under strain waits before it says so again, as
// long as nothing has become worse.
const StrainPause = StrainLife / 3

// Strain tells health that somebody would have the level be so. It holds for
// [StrainLife]: who is under strain still says so again, and who has crashed, or is
// well, does not. There is no answer.
type Strain struct {
	Of    string // who: an actor, as in [PartDown]
	Level Level
	Why   string // for people
}

// GetHealth asks the node's health how the bot fares. The answer is [*Health].
type GetHealth struct{}

// Health answers [GetHealth].
type Health struct {
	Connected bool // to Discord's gateway
	Content   bool // Discord lets the bot read what does not mention it
	Down      []PartDown
	Level     Level
	Why       string // the level is not normal; "" if it is
}

// GatewayState tells health how the connection to Discord stands.
type GatewayState struct {
	Shard     int
	Connected bool
	Content   bool // the Message Content intent is granted
}
