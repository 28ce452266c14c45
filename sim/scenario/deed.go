package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

const peopleUsage = `ann in #CHANNEL: TEXT                   also: ann, bob in ...; p1..p20 in ...; ann in dm: TEXT; {name} is who says it
ann in #CHANNEL [replying to N] [with FILE "CONTENT"]: TEXT
ann in #CHANNEL edits N: TEXT
ann in #CHANNEL deletes N
ann in #CHANNEL starts thread #NAME [from N]
ann in #CHANNEL uses /COMMAND [OPTION=VALUE ...]`

// A deed is what somebody does in a place. Its error is a mistake, or what the
// person's client or Discord said instead.
type deed interface {
	by(s *stage, who messages.UserID, where messages.ChannelID) error
}

// doing is an action: one or several people who do something.
type doing struct {
	who   []string
	place string
	deed  deed
}

func parseDeed(c *cursor, who []string) (action, error) {
	place, err := c.place()
	if err != nil {
		return nil, err
	}
	d, err := parseAct(c)
	return doing{who, place, d}, err
}

func parseAct(c *cursor) (deed, error) {
	switch {
	case c.accept("edits"):
		return parseEdit(c)
	case c.accept("deletes"):
		n, err := c.number("the number of a message")
		return erasing{n}, err
	case c.accept("starts thread"):
		return parseThread(c)
	case c.accept("uses"):
		return parseUse(c)
	}
	return parseSay(c)
}

// apart is the time between what several people do: enough for an order.
const apart = time.Millisecond

func (a doing) do(s *stage) error {
	for i, name := range a.who {
		if i > 0 {
			time.Sleep(apart)
		}
		who, err := s.book.who(name)
		if err != nil {
			return err
		}
		if name == botName {
			return errors.New("what the bot does is up to the bot")
		}
		where, err := s.placeFor(a.place, name, who)
		if err != nil {
			return err
		}
		if err := a.deed.by(s, who, where); err != nil {
			refusal, ok := errors.AsType[*discordsim.Error](err)
			if !ok {
				return err
			}
			s.seen.note("Discord does not let " + name + ": " + refusal.Error())
		}
	}
	return nil
}

// placeFor returns the place that is meant, which for "dm" depends on who says it.
func (s *stage) placeFor(place, name string, who messages.UserID) (messages.ChannelID, error) {
	if place != direct {
		return s.book.place(place)
	}
	id, err := s.discord.OpenDM(who)
	if err == nil {
		s.book.channel(direct+"-"+name, id)
	}
	return id, err
}

// saying posts a message.
type saying struct {
	text    string
	replyTo int // number; 0 for none
	files   []discordsim.File
}

func parseSay(c *cursor) (deed, error) {
	var a saying
	var err error
	for !c.accept(":") {
		switch {
		case c.accept("replying to"):
			if a.replyTo, err = c.number("the number of a message"); err != nil {
				return nil, err
			}
		case c.accept("with"):
			name, err := c.name("the name of a file")
			if err != nil {
				return nil, err
			}
			content, err := c.quoted()
			if err != nil {
				return nil, err
			}
			a.files = append(a.files, discordsim.File{Name: name, Data: []byte(content)})
		default:
			return nil, fmt.Errorf("%q is where a colon and what is said have to be", c.peek())
		}
	}
	if len(a.files) > 0 && strings.TrimSpace(c.rest) == "" {
		return a, nil // a file may come alone
	}
	a.text, err = c.text()
	return a, err
}

func (a saying) by(s *stage, who messages.UserID, where messages.ChannelID) error {
	text := strings.ReplaceAll(a.text, "{name}", s.book.names[who])
	say := discordsim.Say{Person: who, Channel: where, Text: s.addressed(text, where), Files: a.files}
	if a.replyTo > 0 {
		var err error
		if say.ReplyTo, err = s.book.message(where, a.replyTo); err != nil {
			return err
		}
	}
	_, err := s.discord.Say(say)
	return err
}

var (
	roleMention = regexp.MustCompile(`@&` + botName + `\b`)
	oldMention  = regexp.MustCompile(`@!` + botName + `\b`)
)

// addressed makes mentions of the bot by its role, "@&Troupe", and in their old
// form, "@!Troupe". Those of names Discord makes itself.
func (s *stage) addressed(text string, where messages.ChannelID) string {
	text = oldMention.ReplaceAllString(text, "<@!"+s.discord.Bot().String()+">")
	if guild := s.guildOf(where); guild != 0 {
		text = roleMention.ReplaceAllString(text, "<@&"+s.discord.BotRole(guild).String()+">")
	}
	return text
}

// editing changes a message's text.
type editing struct {
	number int
	text   string
}

func parseEdit(c *cursor) (deed, error) {
	n, err := c.number("the number of a message")
	if err != nil {
		return nil, err
	}
	if err := c.expect(":"); err != nil {
		return nil, err
	}
	text, err := c.text()
	return editing{n, text}, err
}

func (a editing) by(s *stage, who messages.UserID, where messages.ChannelID) error {
	id, err := s.book.message(where, a.number)
	if err != nil {
		return err
	}
	return s.discord.Edit(who, where, id, s.addressed(a.text, where))
}

// erasing deletes a message.
type erasing struct{ number int }

func (a erasing) by(s *stage, who messages.UserID, where messages.ChannelID) error {
	id, err := s.book.message(where, a.number)
	if err != nil {
		return err
	}
	return s.discord.Delete(who, where, id)
}

// threading starts a thread.
type threading struct {
	name string
	from int // number of a message; 0 for none
}

func parseThread(c *cursor) (deed, error) {
	name, err := c.place()
	if err != nil {
		return nil, err
	}
	if name[0] != '#' {
		return nil, fmt.Errorf("%q is no name of a thread: it begins with #", name)
	}
	a := threading{name: name}
	if c.accept("from") {
		a.from, err = c.number("the number of a message")
	}
	return a, err
}

func (a threading) by(s *stage, who messages.UserID, where messages.ChannelID) (err error) {
	if s.book.channels[a.name] != 0 {
		return fmt.Errorf("there is a channel %s already", a.name)
	}
	var from messages.MessageID
	if a.from > 0 {
		if from, err = s.book.message(where, a.from); err != nil {
			return err
		}
	}
	id, err := s.discord.StartThread(who, where, a.name[1:], from)
	if err == nil {
		s.book.channel(a.name, id)
	}
	return err
}

// using sends a slash command.
type using struct {
	command string
	options map[string]string
}

// optionName is where an option of a command begins.
var optionName = regexp.MustCompile(`(?:^|\s)([a-z0-9_-]+)=`)

func parseUse(c *cursor) (deed, error) {
	name, ok := strings.CutPrefix(c.word(), "/")
	if !ok || name == "" {
		return nil, errors.New("here has to be a command, such as /chat")
	}
	a := using{command: name, options: map[string]string{}}
	rest := c.remainder()
	starts := optionName.FindAllStringSubmatchIndex(rest, -1)
	if before := rest; rest != "" {
		if len(starts) > 0 {
			before = rest[:starts[0][0]]
		}
		if sub := strings.TrimSpace(before); sub != "" {
			a.command += " " + sub
		}
	}
	for i, at := range starts {
		end := len(rest)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		a.options[rest[at[2]:at[3]]] = strings.ReplaceAll(strings.TrimSpace(rest[at[1]:end]), `\n`, "\n")
	}
	return a, nil
}

func (a using) by(s *stage, who messages.UserID, where messages.ChannelID) error {
	_, err := s.discord.UseCommand(discordsim.Use{Person: who, Channel: where, Command: a.command, Options: a.options})
	return err
}

// together is several actions at once, a moment apart only where one of them is
// of several people.
type together struct{ steps []step }

func (a *together) add(one step) error {
	if _, ok := one.action.(doing); !ok {
		return errors.New("in a block can only stand what people do")
	}
	a.steps = append(a.steps, one)
	return nil
}

func (a *together) do(s *stage) error {
	for _, one := range a.steps {
		if err := one.action.do(s); err != nil {
			return &Error{s.script.name, one.number, err.Error()}
		}
	}
	return nil
}
