package messages

// Asked tells prefetch that somebody asked the bot something in a channel. There
// is no answer.
type Asked struct {
	Guild   GuildID // 0 in a direct message
	Channel ChannelID
	Asker   UserID
}

// Warm tells a channel that it is likely to be asked something soon: it reads what
// its prompts need. There is no answer.
type Warm struct{ Guild GuildID } // 0 in a direct message
