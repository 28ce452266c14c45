package scenario

import (
	"errors"
	"fmt"
	"strings"
)

// A verb is the word that says what a line does, how the line is written, and
// how it is read after that word.
type verb struct {
	word  string
	usage string // one way to write it a line
	parse func(*cursor) (action, error)
}

// verbs returns those that a line may begin with.
func verbs() []verb {
	return []verb{
		{"config", configUsage, parseConfig},
		{"discord", discordUsage, parseDiscord},
		{"guild", guildUsage, parseGuild},
		{"robot", robotUsage, parseRobot},
		{"channel", channelUsage, parseChannel},
		{"remove", removeUsage, parseRemove},
		{"start", startUsage, parseStart},
		{"stop", stopUsage, parseStop},
		{"kill", killUsage, parseKill},
		{"gemini", geminiUsage, parseGemini},
		{"fault", faultUsage, parseFault},
		{"gateway", gatewayUsage, parseGateway},
		{"wait", waitUsage, parseWait},
		{"times", timesUsage, parseTimes},
		{"transcript", transcriptUsage, parseTranscript},
		{"show", showUsage, parseShow},
	}
}

// parseAction reads a line that is not a comment. It begins with a verb, or
// with who does something.
func parseAction(c *cursor) (action, error) {
	word := c.peek()
	for _, v := range verbs() {
		if v.word == word {
			c.word()
			return v.read(c)
		}
	}
	who, err := c.people()
	if err != nil {
		return nil, err
	}
	switch c.word() {
	case "may":
		return verb{usage: mayUsage, parse: func(c *cursor) (action, error) { return parseMay(c, who) }}.read(c)
	case "in":
		return verb{usage: peopleUsage, parse: func(c *cursor) (action, error) { return parseDeed(c, who) }}.read(c)
	default:
		return nil, errors.New("what this line does is not known. A line is one of these:\n" + indent(allUsage()))
	}
}

// read reads the rest of a line. Its error says how the line is written.
func (v verb) read(c *cursor) (action, error) {
	a, err := v.parse(c)
	if err == nil {
		err = c.end()
	}
	if err != nil {
		return nil, fmt.Errorf("%w. It is written so:\n%s", err, indent(v.usage))
	}
	return a, nil
}

func allUsage() string {
	var all []string
	for _, v := range verbs() {
		all = append(all, v.usage)
	}
	return strings.Join(append(all, mayUsage, peopleUsage, "together", "end"), "\n")
}

func indent(lines string) string { return "  " + strings.ReplaceAll(lines, "\n", "\n  ") }
