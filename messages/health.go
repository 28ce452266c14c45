package messages

// GetHealth asks the node's health how the bot fares. The answer is [*Health].
type GetHealth struct{}

// Health answers [GetHealth].
type Health struct {
	Connected bool // to Discord's gateway
	Content   bool // Discord lets the bot read what does not mention it
	Down      []PartDown
}

// GatewayState tells health how the connection to Discord stands.
type GatewayState struct {
	Shard     int
	Connected bool
	Content   bool // the Message Content intent is granted
}
