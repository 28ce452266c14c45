package geminisim

import (
	"troupe/messages"
)

// StandIn answers a prompt without a model.
func StandIn(p *messages.Prompt) Reply {
	return Reply{Text: "You said: " + p.Turns[len(p.Turns)-1].Text}
}
