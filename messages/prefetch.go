package messages

import "time"

// Asked tells prefetch that somebody asked the bot something in a channel. There
// is no answer.
type Asked struct {
	Guild   GuildID // 0 in a direct message
	Channel ChannelID
	Asker   UserID
}

// Expected tells prefetch when somebody is likely to ask something in a channel, since
// they do so at that time of most days. There is no answer.
type Expected struct {
	Guild   GuildID // 0 in a direct message
	Channel ChannelID
	Asker   UserID
	At      time.Time
}

// Warm tells a channel that it is likely to be asked something soon: it reads what
// its prompts need. There is no answer.
type Warm struct{ Guild GuildID } // 0 in a direct message
