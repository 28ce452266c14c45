package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"troupe/messages"
	"troupe/sim/geminisim"
)

// scribe is a model that forgets no marked word: it notes each message with one for
// the memory and the lore, and quotes it in summaries. Else it says nothing of note.
func scribe(p *messages.Prompt) geminisim.Reply {
	said := p.Turns[len(p.Turns)-1].Text
	_, after, found := strings.Cut(said, "Messages:\n") // what is known is not said again
	if found {
		said = after
	}
	type noted struct {
		About    any    `json:"about"`
		Fact     string `json:"fact,omitempty"`
		Message  int    `json:"message,omitempty"`
		Kind     string `json:"kind,omitempty"`
		Text     string `json:"text,omitempty"`
		Messages []int  `json:"messages,omitempty"`
	}
	notes, quotes := []noted{}, []string{}
	for line := range strings.SplitSeq(said, "\n") {
		var n int
		words := markedWord.FindAllString(line, -1)
		if _, err := fmt.Sscanf(line, "[%d]", &n); err != nil || len(words) == 0 {
			continue
		}
		text := strings.Join(words, " ")
		quotes = append(quotes, text)
		if strings.HasPrefix(p.System, "You keep notes about a person") {
			notes = append(notes, noted{About: "thing " + words[0], Fact: "knows " + text, Message: n})
			continue
		}
		about := []string{}
		for _, name := range []string{"Ann", "Bob", "Cat"} {
			if strings.Contains(line, name) {
				about = append(about, name)
			}
		}
		notes = append(notes, noted{About: about, Kind: messages.LoreMoment, Text: "Once there was " + text, Messages: []int{n}})
	}
	switch {
	case strings.HasPrefix(p.System, "You sum up"):
		return geminisim.Reply{Text: encoded(map[string]string{"summary": strings.Join(quotes, ", ")})}
	case p.Schema != "":
		return geminisim.Reply{Text: encoded(notes)}
	}
	return geminisim.Reply{Text: "Well, well."}
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is plain data
	}
	return string(b)
}
