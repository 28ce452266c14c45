package turn

import (
	"fmt"
	"time"

	"troupe/messages"
)

// greeting is the answer to a mention without a question.
const greeting = "Hi! Ask me something: write your question after mentioning me, or reply to one of my messages. `/help` shows what else I can do."

// cutNote is the line beneath an answer that the upstream broke off.
const cutNote = "-# (cut off)"

// longNote is the line beneath an answer that met the model's bound.
const longNote = "-# (the answer was longer than I may write; ask me to go on)"

// reuseNote is the line beneath an answer that was made before, for somebody else.
func reuseNote(made time.Time) string {
	return fmt.Sprintf("-# From an answer of <t:%d:R>.", made.Unix())
}

// refusal returns what people read when there is no answer: what happened, what
// to do, and when to come back.
func refusal(cause messages.Cause, after time.Duration, now time.Time) string {
	switch cause {
	case messages.CauseMinuteQuota:
		return "I have used up what Gemini lets me ask in a minute. Please ask again " + when(after, time.Minute, now) + "."
	case messages.CauseDayQuota:
		return "I have used up what Gemini lets me ask in a day. I can answer again " + when(after, 0, now) + "."
	case messages.CauseSpend:
		return "My budget for today is spent. I can answer again " + when(after, 0, now) + "."
	case messages.CauseUserRate:
		return "You ask faster than I may answer one person. Please ask again " + when(after, time.Minute, now) + "."
	case messages.CauseGuildRate:
		return "This server asks faster than I may answer one server. Please ask again " + when(after, time.Minute, now) + "."
	case messages.CauseSafety:
		return "Gemini's safety filter stopped this answer. Asking it in other words may help."
	case messages.CauseRecitation:
		return "Gemini stopped the answer since it would have quoted a source at length. Ask for a summary instead."
	case messages.CauseTooLong:
		return "That is more text than I can read at once. Please ask with less of it."
	case messages.CauseEmpty:
		return "Gemini had nothing to say to that. Asking it in other words may help."
	case messages.CauseOverloaded, messages.CauseUnreachable:
		return "Gemini is not available right now. Please ask again " + when(after, time.Minute, now) + "."
	case messages.CauseBusy:
		return "More people are asking than I can answer right now. Please ask again " + when(after, time.Minute, now) + "."
	case messages.CauseTimeout:
		return "The answer took too long, so I stopped waiting for it. Please ask again " + when(after, time.Minute, now) + "."
	case messages.CauseKey:
		return "My access to Gemini does not work. Whoever runs me has to look at its key; asking again will not help before that."
	case messages.CauseModel:
		return "The model that I am set to use does not exist any more. Whoever runs me has to choose another."
	case messages.CauseNotServed:
		return "I am not set up to answer here. Whoever runs me can change that."
	case messages.CauseNoPermission, messages.CauseGone, messages.CauseCancelled, messages.CauseInternal:
	}
	return "Something went wrong on my side, and I could not answer. It has been noted; please ask again " + when(after, time.Minute, now) + "."
}

// when says a time as people read it. Discord shows a long one in each reader's
// own time zone (Discord documentation, Reference: Message Formatting).
func when(after, unknown time.Duration, now time.Time) string {
	if after <= 0 {
		after = unknown
	}
	switch {
	case after <= 0:
		return "later"
	case after < 90*time.Second:
		return fmt.Sprintf("in %d seconds", max(1, int((after+time.Second-1)/time.Second)))
	}
	return fmt.Sprintf("<t:%d:R>", now.Add(after).Unix())
}
