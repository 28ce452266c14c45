package messages

import "time"

// StandBy asks the waitlist to hold a question that the model cannot answer now.
// It is told its [*Place] as progress, whenever that changes, and [*Proceed] when
// it may be tried again; or it is refused, since as many wait as may. One that is
// tried and fails stands by again, at the place that it had.
type StandBy struct {
	Trigger MessageID
	Guild   GuildID
	Channel ChannelID     // its line in a direct message, where Guild is 0
	After   time.Duration // before which another try is of no use; 0 if unknown
	Untried bool          // it was not tried, since others wait already
}

// GetOutage asks the waitlist whether questions wait. The answer is [*Outage].
type GetOutage struct{}

// Outage answers [GetOutage].
type Outage struct {
	Waiting int // questions that wait or are tried: who comes now is to stand by too
}

// Place is where a question stands in the line of its guild.
type Place struct {
	Ahead int // questions before it, those that are being tried included
}

// Proceed answers [StandBy]: the model may be asked.
type Proceed struct{}

// Served tells the waitlist that the model has answered a question that it let
// proceed.
type Served struct{ Trigger MessageID }
