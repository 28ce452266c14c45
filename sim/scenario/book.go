package scenario

import (
	"fmt"
	"regexp"
	"strings"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// botName is what the bot is called.
const botName = "Troupe"

// channelName is how a script writes a channel.
var channelName = regexp.MustCompile(`#[\pL\pN_-]+`)

// A book knows the names that a script and its transcript have for what has IDs.
type book struct {
	guilds   map[string]messages.GuildID
	people   map[string]messages.UserID // the bot too
	channels map[string]messages.ChannelID
	latest   string // guild

	guildNames   map[messages.GuildID]string
	names        map[messages.UserID]string
	channelNames map[messages.ChannelID]string
	numbers      map[messages.MessageID]int
	said         map[messages.ChannelID][]messages.MessageID // by number, from 1
	shown        map[messages.MessageID]discordsim.Message   // as it was seen last
}

func newBook(bot messages.UserID) *book {
	b := &book{
		guilds:       map[string]messages.GuildID{},
		people:       map[string]messages.UserID{},
		channels:     map[string]messages.ChannelID{},
		guildNames:   map[messages.GuildID]string{},
		names:        map[messages.UserID]string{},
		channelNames: map[messages.ChannelID]string{},
		numbers:      map[messages.MessageID]int{},
		said:         map[messages.ChannelID][]messages.MessageID{},
		shown:        map[messages.MessageID]discordsim.Message{},
	}
	b.person(botName, bot)
	return b
}

func (b *book) person(name string, id messages.UserID) {
	b.people[name], b.names[id] = id, name
}

func (b *book) guild(name string, id messages.GuildID) {
	b.guilds[name], b.guildNames[id] = id, name
	b.latest = name
}

func (b *book) channel(name string, id messages.ChannelID) {
	b.channels[name], b.channelNames[id] = id, name
}

// who returns the one of that name.
func (b *book) who(name string) (messages.UserID, error) {
	id, ok := b.people[name]
	if !ok {
		return 0, fmt.Errorf("there is nobody called %q: there are %s", name, listed(b.people))
	}
	return id, nil
}

// place returns the channel of that name.
func (b *book) place(name string) (messages.ChannelID, error) {
	id, ok := b.channels[name]
	if !ok {
		return 0, fmt.Errorf("there is no channel %s: there are %s", name, listed(b.channels))
	}
	return id, nil
}

// message returns the message that has that number in a channel.
func (b *book) message(c messages.ChannelID, number int) (messages.MessageID, error) {
	said := b.said[c]
	if number > len(said) {
		return 0, fmt.Errorf("there is no message %d in %s: %d were seen", number, b.channelNames[c], len(said))
	}
	return said[number-1], nil
}

// number returns the number of a message, which it gets when it is first seen.
func (b *book) number(c messages.ChannelID, id messages.MessageID) int {
	n := b.numbers[id]
	if n == 0 {
		b.said[c] = append(b.said[c], id)
		n = len(b.said[c])
		b.numbers[id] = n
	}
	return n
}

// titled is "#general/3".
func (b *book) titled(m *discordsim.Message) string {
	return fmt.Sprintf("%s/%d", b.channelNames[m.Channel], b.number(m.Channel, m.ID))
}

// all names several people.
func (b *book) all(ids []messages.UserID) string {
	var names []string
	for _, id := range ids {
		names = append(names, b.names[id])
	}
	return strings.Join(names, ", ")
}
