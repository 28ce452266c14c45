package scenario

import (
	"fmt"
	"slices"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

const showUsage = `show history #CHANNEL|dm-ann [as NAME]  what is there now, as that person sees it
show answers #CHANNEL                   whether all that was said was answered, once each
show requests                           what the bot has asked of Discord and Gemini
show refusals                           the same, but only what went wrong with it
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
	case c.accept("refusals"):
		return showing(showRefusals), nil
	case c.accept("answers"):
		place, err := c.place()
		return showing(func(s *stage) ([]string, error) { return showAnswers(s, place) }), err
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

// showAnswers tells who in a channel was answered how often. An answer is a
// message of the bot that rings them, to what they said or to what another did
// who shares the answer.
func showAnswers(s *stage, place string) ([]string, error) {
	channel, err := s.book.place(place)
	if err != nil {
		return nil, err
	}
	found, err := s.discord.Messages(channel, 0, 1<<20, 0)
	if err != nil {
		return nil, err
	}
	var lines []string
	asked, once := 0, 0
	for _, m := range found {
		if m.Bot || m.Notice {
			continue
		}
		asked++
		n := 0
		for _, answer := range found {
			if answer.Bot && slices.Contains(answer.Pinged, m.Author) && (answer.Reply == nil || answer.Reply.ID == m.ID || answer.Reply.Author != m.Author) {
				n++
			}
		}
		if n == 1 {
			once++
			continue
		}
		lines = append(lines, fmt.Sprintf("%s is answered %d times", s.book.titled(&m), n))
	}
	return append(lines, fmt.Sprintf("%d of %d are answered once", once, asked)), nil
}

// showRequests counts what the bot has asked for since the beginning.
func showRequests(s *stage) ([]string, error) {
	count := func(c fault.Class) int { return s.discord.TallyOf(c).Requests }
	text := fmt.Sprintf("Discord: posts %d, edits %d, deletions %d, typing %d", count(discordsim.ClassMessageCreate),
		count(discordsim.ClassMessageEdit)+count(discordsim.ClassAnswerEdit), count(discordsim.ClassMessageDelete), count(discordsim.ClassTyping))
	return []string{text, s.limited(), s.asked()}, nil
}

// showRefusals counts what of that was refused.
func showRefusals(s *stage) ([]string, error) { return []string{s.limited(), s.asked()}, nil }

func (s *stage) limited() string {
	all := s.discord.Tally()
	text := fmt.Sprintf("Discord: over its limits %d", all.Limited)
	if all.Injected > 0 {
		text += fmt.Sprintf(", refused as if %d", all.Injected)
	}
	return text
}

func (s *stage) asked() string {
	var all geminisim.Count
	for _, model := range geminisim.Models() {
		n := s.gemini.Count(model.Name)
		all.Answered, all.Refused, all.Failed, all.Cut = all.Answered+n.Answered, all.Refused+n.Refused, all.Failed+n.Failed, all.Cut+n.Cut
	}
	return fmt.Sprintf("Gemini: answered %d, refused %d, failed %d, cut %d", all.Answered, all.Refused, all.Failed, all.Cut)
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
