package messages

// A Command is a slash command, as it is registered with Discord.
type Command struct {
	Name        string // lower case, at most 32 characters
	Description string // at most 100 characters
	Options     []CommandOption
	Subcommands []Subcommand // at most 25; then there are no options, and only these are used
	Private     bool         // only who used it sees the answer
}

// A Subcommand is one of the things that a command does. Who uses it is told as
// using the command by both names: "memory view".
type Subcommand struct {
	Name        string // as of a command
	Description string // the same
	Options     []CommandOption
}

// A CommandOption is a value that a person gives with a command. All are text.
type CommandOption struct {
	Name        string
	Description string
	Required    bool
	MaxLength   int      // characters; 0 for Discord's own bound of 6000
	Choices     []Choice // the only values there are, at most 25; none for any text
}

// A Choice is one of the values that an option may have.
type Choice struct {
	Name  string // what people see, at most 100 characters
	Value string // what the bot gets, at most 100 characters
}

// CommandAcknowledged tells a channel that Discord was told that an answer to a
// command is being made, or that it knows the command no more: nobody would see an
// answer.
type CommandAcknowledged struct {
	Channel ChannelID
	Trigger MessageID // the interaction's ID
	Gone    bool
}

// GetCommands asks the actor of commands for those it has. The answer is
// [*Commands].
type GetCommands struct{}

// Commands answers [GetCommands]. It is never changed once sent.
type Commands struct{ Commands []Command }
