package messages

// Taken answers an event that the gateway asked a channel or guild to take: it is
// accepted or written down durably, or it asks the bot nothing. It answers a
// command when that is answered, or cannot be. Either way it is done with as far
// as Discord's session is concerned.
type Taken struct{}

// GetWord asks a channel for the right to answer a trigger visibly. The answer
// is [*Word], once the trigger is accepted durably and what the same person
// asked before is answered. It may take as long as those answers do.
type GetWord struct{ Trigger MessageID }

// Word answers [GetWord], with the trigger as it is in the store.
type Word struct{ Trigger Trigger }

// A Line is one message as a channel remembers it.
type Line struct {
	ID      MessageID
	Author  UserID
	Name    string // as shown in the channel
	Text    string
	ReplyTo MessageID // 0 for none
	Own     bool      // the bot's
}

// A Question is what a turn is made to answer. It is never changed once made.
type Question struct {
	Trigger Trigger
	Refuse  Cause // if set, all there is to do is to say that this is why there is no answer
	Again   bool  // an earlier turn or process may have answered in part
}

// GetWindow asks a channel what was said before a trigger. The answer is
// [*Window]. It waits for Discord's history, for a second at most.
type GetWindow struct{ Trigger MessageID }

// Window answers [GetWindow].
type Window struct {
	Lines  []Line    // oldest first, without copies of the question and what was answered to those
	Chunks []Chunk   // summaries of what was said before Lines, oldest first
	Anchor MessageID // the last of Lines; 0 for none. Equal questions with one anchor are the same
}

// TurnEnded tells a channel that a trigger has its outcome, durably.
type TurnEnded struct {
	Trigger MessageID
	State   TriggerState
	Answer  string      // the whole text; "" if there is none
	Parts   []MessageID // the messages that hold it
	Keep    *KeepAnswer // for the cache, unless the question is gone by now; nil if the answer is not to be given again
}

// GetConversations asks a channel how it stands. The answer is
// [*Conversations].
type GetConversations struct{}

// Conversations answers [GetConversations].
type Conversations struct {
	Window   int // messages remembered
	Waiting  int // triggers that wait for their turn
	Speaking int // triggers being answered
}

// Wake starts a channel's actor, so that it takes up what it left unanswered.
// The answer is [*Taken].
type Wake struct{}

// CatchUp tells a channel that the bot was away: what was said in it after a
// message may not have been heard. The channel reads that from Discord and takes
// up the questions in it, oldest first, before any that it hears of later. The
// answer is [*Taken], once each of them is accepted durably, or none can be read.
type CatchUp struct {
	Guild GuildID // 0 in a direct message
	After MessageID
}
