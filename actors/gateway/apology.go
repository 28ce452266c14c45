package gateway

import (
	"slices"
	"time"

	"troupe/messages"
)

// apology is what people read whose message the bot cannot take up.
const apology = "Something went wrong on my side with this message, twice, so I have set it aside. It has been noted; asking in other words may help."

// asksFor returns the reply that an event is owed if it was plainly said to the
// bot: the channel, which knows better, cannot be asked any more.
func asksFor(event any, self messages.UserID) (r messages.Reply, asked bool) {
	switch m := event.(type) {
	case *messages.MessageReceived:
		said := &m.Message
		asked = said.Guild == 0 || said.ReplyToAuthor == self || slices.Contains(said.Mentions, self)
		return messages.Reply{
			Trigger: said.ID, Channel: said.Channel, Guild: said.Guild, ReplyTo: said.ID,
			Asker: said.Author.ID, AskerName: said.Author.Name, Started: said.ID.Time(),
		}, asked && !said.Author.Bot && said.Author.ID != self
	case *messages.CommandUsed:
		return messages.Reply{
			Trigger: messages.MessageID(m.Interaction.ID), Channel: m.Channel, Guild: m.Guild,
			Asker: m.User.ID, AskerName: m.User.Name, Interaction: m.Interaction, Started: time.Now(),
		}, true
	}
	return messages.Reply{}, false
}
