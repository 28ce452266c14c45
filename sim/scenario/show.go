package scenario

import (
	"fmt"
	"slices"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

const showUsage = `show history #CHANNEL|dm-ann [as NAME]  what is there now, as that person sees it
show requests                           what the bot has asked of Discord and Gemini
show prompt                             what Gemini was asked last`

// showing looks at something. It returns what is there, an entry each.
type showing func(*stage) ([]string, error)

func (a showing) do(s *stage) (err error) {
	s.shown, err = a(s)
	return err
}

func parseShow(c *cursor) (action, error) {
	switch {
	case c.accept("requests"):
		return showing(showRequests), nil
	case c.accept("prompt"):
		return showing(showPrompt), nil
	case c.accept("history"):
		place, err := c.place()
		if err != nil {
			return nil, err
		}
		as := ""
		if c.accept("as") {
			as, err = c.name("a name")
		}
		return showing(func(s *stage) ([]string, error) { return showHistory(s, place, as) }), err
	}
	return nil, fmt.Errorf("%q is nothing that can be shown", c.peek())
}

func showHistory(s *stage, place, as string) ([]string, error) {
	channel, err := s.book.place(place)
	if err != nil {
		return nil, err
	}
	var who messages.UserID
	if as != "" {
		if who, err = s.book.who(as); err != nil {
			return nil, err
		}
	}
	found, err := s.discord.Messages(channel, 0, 1<<20, who)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b discordsim.Message) int { return s.book.numbers[a.ID] - s.book.numbers[b.ID] })
	lines := []string{}
	for _, m := range found {
		lines = append(lines, s.book.titled(&m)+" "+s.book.utterance(&m))
	}
	return lines, nil
}

// showRequests counts what the bot has asked for since the beginning.
func showRequests(s *stage) ([]string, error) {
	all := s.discord.Tally()
	edits := s.discord.TallyOf(discordsim.ClassMessageEdit).Requests + s.discord.TallyOf(discordsim.ClassAnswerEdit).Requests
	text := fmt.Sprintf("Discord: posts %d, edits %d, deletions %d, typing %d; refused by its limits %d",
		s.discord.TallyOf(discordsim.ClassMessageCreate).Requests, edits,
		s.discord.TallyOf(discordsim.ClassMessageDelete).Requests, s.discord.TallyOf(discordsim.ClassTyping).Requests, all.Limited)
	if all.Injected > 0 {
		text += fmt.Sprintf(", by a fault %d", all.Injected)
	}
	answered, refused, failed, cut := 0, 0, 0, 0
	for _, model := range geminisim.Models() {
		n := s.gemini.Count(model.Name)
		answered, refused, failed, cut = answered+n.Answered, refused+n.Refused, failed+n.Failed, cut+n.Cut
	}
	return []string{text, fmt.Sprintf("Gemini: answered %d, refused %d, failed %d, cut %d", answered, refused, failed, cut)}, nil
}

// showPrompt shows what the model was told last.
func showPrompt(s *stage) ([]string, error) {
	calls := s.gemini.Calls()
	for _, call := range slices.Backward(calls) {
		if call.Prompt == nil {
			continue
		}
		var lines []string
		for _, turn := range call.Prompt.Turns {
			speaker := "user"
			if turn.Speaker == messages.SpeakerModel {
				speaker = "model"
			}
			lines = append(lines, "["+speaker+"] "+turn.Text)
		}
		return lines, nil
	}
	return []string{"Gemini was asked nothing"}, nil
}
