// Package web is what Troupe shows in a browser: the playground page, where a
// person chats with the bot in a simulated Discord, and the operator's
// endpoints for health and metrics.
//
// The page knows its [World] by an interface alone; what is behind it is wired
// elsewhere. Nothing here is kept on disk.
package web

import (
	"context"
	"io"
	"time"
)

// A World is the Discord that the playground page shows. Its methods may be
// called at the same time. A request that the world does not grant ends in
// [*Refused]; any other error is a fault.
type World interface {
	// Overview tells all but the messages.
	Overview(ctx context.Context) (Overview, error)

	// Messages returns at most limit messages of a channel, oldest first: the
	// newest ones before the message with the given ID, or of all if it is "".
	// Those that one person alone sees are among them: the page shows them to
	// nobody else.
	Messages(ctx context.Context, channel, before string, limit int) ([]Message, error)

	// Say posts a message of a person.
	Say(ctx context.Context, s Say) error

	// Edit changes the text of a message of the person's own.
	Edit(ctx context.Context, person, channel, message, text string) error

	// Delete removes a message of the person's own.
	Delete(ctx context.Context, person, channel, message string) error

	// Use sends a slash command.
	Use(ctx context.Context, u Use) error

	// OpenDM returns the direct channel between the person and the bot, made
	// now if there is none.
	OpenDM(ctx context.Context, person string) (channel string, err error)

	// File opens an attachment.
	File(ctx context.Context, id string) (File, io.ReadCloser, error)

	// Watch calls f with every change, in order, until stop is called. f
	// returns at once and calls nothing of the world.
	Watch(f func(Change)) (stop func())
}

// Refused is the error of a request that the world does not grant: an empty
// message, a channel that is gone. The reason is shown to the person.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

// An Overview is the world without its messages.
type Overview struct {
	Bot      Person    `json:"bot"`
	People   []Person  `json:"people"` // that one can speak as
	Guilds   []Guild   `json:"guilds"`
	Channels []Channel `json:"channels"`
	Commands []Command `json:"commands"`
}

// A Person is somebody who speaks: a person or a bot.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Bot  bool   `json:"bot,omitempty"`
}

// A Guild is a server with channels.
type Guild struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Channel is where messages are said.
type Channel struct {
	ID     string   `json:"id"`
	Guild  string   `json:"guild,omitempty"`  // "" for a direct message
	Parent string   `json:"parent,omitempty"` // of a thread
	Name   string   `json:"name"`
	Topic  string   `json:"topic,omitempty"`
	People []string `json:"people,omitempty"` // the only ones who see it; none for everybody
}

// A Command is a slash command.
type Command struct {
	Name        string   `json:"name"` // with its subcommand after a space
	Description string   `json:"description"`
	Options     []Option `json:"options,omitempty"`
}

// An OptionKind says what an option of a command takes.
type OptionKind string

// The kinds of option that the page has a field for.
const (
	OptionText    OptionKind = "text"
	OptionInteger OptionKind = "integer"
	OptionNumber  OptionKind = "number"
	OptionBoolean OptionKind = "boolean" // sent as "true" or "false"
	OptionPerson  OptionKind = "person"  // sent as an ID
	OptionChannel OptionKind = "channel" // sent as an ID
)

// An Option is a parameter of a command.
type Option struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Kind        OptionKind `json:"kind"`
	Required    bool       `json:"required,omitempty"`
	Choices     []Choice   `json:"choices,omitempty"` // the only values, if any
}

// A Choice is one of the values that an option may have.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Message is something said in a channel.
type Message struct {
	ID        string    `json:"id"`
	Channel   string    `json:"channel"`
	Author    Person    `json:"author"`
	Text      string    `json:"text"` // as written, in Discord's Markdown
	Time      time.Time `json:"time"`
	Edited    bool      `json:"edited,omitempty"`
	Reply     *Quote    `json:"reply,omitempty"`
	Command   *Origin   `json:"command,omitempty"` // that it answers
	Files     []File    `json:"files,omitempty"`
	Ephemeral string    `json:"ephemeral,omitempty"` // the only person who sees it
	Thinking  bool      `json:"thinking,omitempty"`  // a command's answer is still to come
}

// A Quote is the message that a reply refers to.
type Quote struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Text    string `json:"text,omitempty"`
	Deleted bool   `json:"deleted,omitempty"` // then Name and Text are empty
}

// An Origin tells who used the command that a message answers.
type Origin struct {
	Name   string `json:"name"`
	Person string `json:"person"` // shown name
}

// A File is an attachment.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // MIME type; may be empty
	Size int    `json:"size"` // bytes
}

// Say is a message to be posted.
type Say struct {
	Person  string
	Channel string
	Text    string
	ReplyTo string // "" for none
}

// Use is a slash command to be sent.
type Use struct {
	Person  string
	Channel string
	Command string            // with its subcommand after a space
	Options map[string]string // by name; those that were left empty are missing
}

// A ChangeKind says what changed.
type ChangeKind string

// The kinds of [Change].
const (
	ChangeMessage ChangeKind = "message" // new or changed
	ChangeDeleted ChangeKind = "deleted" // Message has ID and Channel only
	ChangeTyping  ChangeKind = "typing"  // Message has Channel and Author only
	ChangePlaces  ChangeKind = "places"  // the overview is another
)

// A Change is something that happened in the world.
type Change struct {
	Kind    ChangeKind
	Message Message
}
