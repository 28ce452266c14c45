package messages

import "slices"

// Admit asks a user's actor whether one more trigger fits that person's own rate
// and then, through that, the guild's actor whether it fits the guild's. The same
// trigger asked again is not counted twice. The answer is [*Admitted], or the error
// [*Failure] with [CauseUserRate] or [CauseGuildRate] and the time to come back.
type Admit struct {
	User    UserID
	Roles   []RoleID // of the person in the guild
	Guild   GuildID  // 0 in a direct message
	Trigger MessageID
}

// Admitted answers [Admit].
type Admitted struct{}

// GetUserContext asks a user's actor what of that person enters a prompt in a
// channel. The answer is [*UserContext].
type GetUserContext struct {
	User    UserID
	Channel ChannelID
}

// UserContext answers [GetUserContext].
type UserContext struct {
	// Cleared is the bound of /clear in the channel: what the person said there
	// before it, and what was answered to it, enters no prompt of that person.
	Cleared MessageID // 0 for none
	// PlainPersona says that the person wants answers without the guild's
	// persona. It wins over all other choices of a persona.
	PlainPersona bool
	Facts        []Fact     // what is remembered of the person, the newest first; not all may be told in each channel: see [Audience]
	Said         []SaidNote // how their latest messages were written, if they want answers to be like that: see [ProfileOf]
	// Digest is equal for people of whom the same enters the prompt, and "" when
	// nothing does: part of what makes two questions the same.
	Digest string
}

// RefusePersona tells a user's actor that the person wants answers without the
// guild's persona, or with it again. It is kept durably; the answer is [*Kept].
type RefusePersona struct {
	User   UserID
	Refuse bool
}

// Forget tells a user's actor that the person's conversation in a channel
// before a message is to enter no prompt of that person any more. It is kept
// durably; the answer is [*Forgot].
type Forget struct {
	User    UserID
	Channel ChannelID
	Before  MessageID
}

// Forgot answers [Forget].
type Forgot struct{}

// GetGuildContext asks a guild's actor what of the guild and of one of its
// channels matters to the bot. The answer is [*GuildContext].
type GetGuildContext struct {
	Guild   GuildID
	Channel ChannelID
}

// GuildContext answers [GetGuildContext]. Its slices are never changed once
// sent. Until Discord has told of the guild and the channel, Known is false and
// all but Persona is zero.
type GuildContext struct {
	Known       bool
	Name        string
	ChannelName string
	Kind        ChannelKind
	Parent      ChannelID   // of a thread
	Joined      bool        // a thread that the bot is in
	BotRoles    []RoleID    // the managed role that stands for the bot itself when mentioned
	Emojis      []string    // <:name:id>
	Persona     string      // by name: the channel's, else that of a thread's parent, else the guild's; "" if none was chosen
	Permissions uint64      // of the bot in the channel
	Public      bool        // everybody in the guild may see the channel; false for a thread, which may be private
	Open        []ChannelID // of the guild, those that everybody in it may see, sorted
	KeepsLore   bool        // somebody has turned that on
	Lore        []Lore      // that may be told in the channel, the newest first
}

// An Audience is who reads what is told in a channel.
type Audience struct {
	Guild   GuildID // 0 for a direct message
	Channel ChannelID
	Parent  ChannelID   // of a thread
	Open    []ChannelID // of the guild, those that everybody in it may see, sorted; nil if that is not known
}

// MayHear reports whether all of it may read what is said in a channel of a guild, too:
// in this one, in that of a thread, and in one that is open to all of the same guild.
// Nothing leaves a direct message, and nothing else gets into one.
func (a *Audience) MayHear(guild GuildID, channel ChannelID) bool {
	switch {
	case guild != a.Guild || channel == 0:
		return false
	case channel == a.Channel:
		return true
	case guild == 0:
		return false
	case channel == a.Parent:
		return true
	}
	_, open := slices.BinarySearch(a.Open, channel)
	return open
}

// SetPersona tells a guild's actor which persona the bot has in the guild, or
// in one of its channels. It is kept durably and holds from the answer on, which
// is [*Kept], or as an error [*Refused] when too many channels have one of their
// own and [*Failure] when it could not be kept.
type SetPersona struct {
	Guild   GuildID
	Channel ChannelID // 0 for the whole guild
	Persona string    // by name, at most 100 bytes; "" for none of its own
}

// GetPins asks a channel what is pinned in it. The answer is [*Pins], as Discord
// told last, or an error if that is not known.
type GetPins struct{}

// Pins answers [GetPins]. It is never changed once sent.
type Pins struct{ Lines []Line } // what was pinned last first
