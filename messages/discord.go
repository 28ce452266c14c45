package messages

import "time"

// A User is who wrote a message or used a command.
type User struct {
	ID   UserID
	Name string // the name shown in the channel: nickname, global name or user name
	Bot  bool   // a bot or a webhook
}

// An Attachment is a file of a message. Its URL is signed and expires.
type Attachment struct {
	ID   uint64
	Name string
	Type string // MIME type as Discord tells it; may be empty
	Size int    // bytes
	URL  string
}

// A Message is something said in a channel, as Discord tells it.
type Message struct {
	ID              MessageID
	Channel         ChannelID
	Guild           GuildID // 0 in a direct message
	Author          User
	Content         string // empty when Discord withholds it from us
	Mentions        []UserID
	MentionRoles    []RoleID
	MentionEveryone bool
	ReplyTo         MessageID // 0 if no reply
	ReplyToAuthor   UserID    // 0 if unknown
	ReplyToContent  string
	Attachments     []Attachment
	Nonce           string
	Edited          time.Time // zero if never
	AuthorRoles     []RoleID  // of the author in the guild, as far as told
	Spoken          bool      // an ordinary message or reply: not a join, pin or other notice
}

// MessageReceived tells that somebody said something.
type MessageReceived struct {
	Message Message
	Seq     int64 // of the gateway's session; 0 when found by paging
}

// MessageEdited tells that the content of a message was changed by a person.
// An embed that unfurls is no edit and is not told.
type MessageEdited struct {
	Message Message
	Seq     int64
}

// MessagesDeleted tells that messages are gone.
type MessagesDeleted struct {
	Channel  ChannelID
	Guild    GuildID
	Messages []MessageID
	Seq      int64
}

// A ChannelKind says how a channel is used.
type ChannelKind int

// The kinds of channel that the bot tells apart.
const (
	ChannelText   ChannelKind = iota // text, voice chat and announcement channels of a guild
	ChannelDirect                    // a direct message
	ChannelThread                    // a thread
	ChannelOther                     // categories, forums: nothing is said there itself
)

// An Overwrite changes permissions of a role or member in one channel.
type Overwrite struct {
	ID    uint64 // a role, or a user
	User  bool
	Allow uint64
	Deny  uint64
}

// A Channel is what a guild tells of one of its channels.
type Channel struct {
	ID          ChannelID
	Guild       GuildID
	Parent      ChannelID // of a thread: the channel it is in
	Name        string
	Kind        ChannelKind
	LastMessage MessageID
	Joined      bool // of a thread: the bot is in it
	JoinUnknown bool // Joined was not told: what was known of it before holds
	Overwrites  []Overwrite
}

// A Role is a named set of permissions of a guild.
type Role struct {
	ID          RoleID
	Name        string
	Permissions uint64
	Managed     bool // belongs to an integration; Bot says to which
	Bot         UserID
}

// GuildSeen tells all of a guild: when a session starts, when the bot joins it
// or when the guild comes back from an outage.
type GuildSeen struct {
	Guild    GuildID
	Name     string
	Owner    UserID
	Channels []Channel // threads included
	Roles    []Role
	BotRoles []RoleID // that the bot itself has
	Untold   bool     // BotRoles are not known
	Emojis   []string // <:name:id>, as written in a message
	Seq      int64
}

// GuildGone tells that the bot was removed from a guild, or that the guild is
// out of reach for now.
type GuildGone struct {
	Guild       GuildID
	Unavailable bool
	Seq         int64
}

// ChannelSeen tells of a new or changed channel or thread.
type ChannelSeen struct {
	Channel Channel
	Seq     int64
}

// BotThreadChanged tells that the bot joined or left a thread.
type BotThreadChanged struct {
	Channel ChannelID
	Guild   GuildID
	Joined  bool
	Seq     int64
}

// ChannelGone tells that a channel or thread was deleted.
type ChannelGone struct {
	Channel ChannelID
	Guild   GuildID
	Seq     int64
}

// RoleSeen tells of a new or changed role.
type RoleSeen struct {
	Guild GuildID
	Role  Role
	Seq   int64
}

// RoleGone tells that a role was deleted.
type RoleGone struct {
	Guild GuildID
	Role  RoleID
	Seq   int64
}

// BotRolesChanged tells which roles the bot now has in a guild.
type BotRolesChanged struct {
	Guild GuildID
	Roles []RoleID
	Seq   int64
}

// An Interaction refers to the use of a command. Its token lives 15 minutes
// (Discord documentation, Interactions: Responding).
type Interaction struct {
	ID          InteractionID
	Application ApplicationID
	Token       string
}

// CommandUsed tells that somebody used a slash command.
type CommandUsed struct {
	Interaction Interaction
	Channel     ChannelID
	ChannelKind ChannelKind
	Guild       GuildID // 0 in a direct message
	User        User
	UserRoles   []RoleID // in the guild
	Permissions uint64   // of the user in the channel
	AppPerms    uint64   // of the bot in the channel
	Name        string   // of the command, with its subcommand after a space
	Options     map[string]string
	Attachments []Attachment
	Locale      string // of the user, as Discord writes it: en-US, de
	Seq         int64
}

// SessionStarted tells that the gateway greeted the bot: READY.
type SessionStarted struct {
	Bot         User
	Application ApplicationID
	Guilds      []GuildID // which will be told of by GuildSeen
	Seq         int64
}

// SessionResumed tells that the gateway took up the former session and has
// replayed what was missed.
type SessionResumed struct{ Seq int64 }

// A Session is what is needed to resume the gateway's session, in another
// process too. The zero Session is none.
type Session struct {
	ID        string
	ResumeURL string
	Seq       int64 // the low-water mark of acknowledged events
}
