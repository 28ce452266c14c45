package geminisim

import (
	"cmp"
	"strings"

	"troupe/messages"
)

// Footer stands under every answer of [StandIn] that people read, in Discord's small print, so
// that nobody takes it for a model's.
const Footer = "\n-# offline stand-in: set GEMINI_API_KEY for real answers"

// StandIn answers a prompt without a model, by the understudy. An answer that
// has to be cut keeps its footer, unless the bound is so low that there would be
// little else. One in JSON has none, and is cut by the server.
func StandIn(p *messages.Prompt) Reply {
	text := understudy(p)
	if p.Schema != "" {
		return Reply{Text: text}
	}
	whole := text + Footer
	if p.MaxTokens == 0 || CountTokens(whole) <= p.MaxTokens {
		return Reply{Text: whole}
	}
	const fence = "\n```"
	footer := fence + Footer
	room := p.MaxTokens - CountTokens(footer)
	if room < CountTokens(footer) {
		text = cmp.Or(tally{}.cut(text, p.MaxTokens), "…")
		return Reply{Text: text, Finish: "MAX_TOKENS"}
	}
	text = tally{}.cut(text, room)
	if strings.Count(text, "```")%2 == 0 {
		footer = Footer
	}
	return Reply{Text: text + footer, Finish: "MAX_TOKENS"}
}
