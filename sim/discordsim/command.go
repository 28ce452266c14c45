package discordsim

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"troupe/messages"
)

// Bounds of commands (Discord documentation, Application Commands).
const (
	maxCommands    = 100 // slash commands, globally and of one guild
	maxOptions     = 25
	maxChoices     = 25
	maxDescription = 100 // characters
)

// The kinds of command and of their options (Discord documentation,
// Application Command Types, Application Command Option Type).
const (
	commandSlash = 1

	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionInteger    = 4
	optionBoolean    = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionMention    = 9
	optionNumber     = 10
	optionAttachment = 11
)

// A command is one that the bot has registered, in Discord's JSON.
type command struct {
	ID            uint64           `json:"id,string"`
	ApplicationID uint64           `json:"application_id,string"`
	GuildID       string           `json:"guild_id,omitempty"`
	Version       uint64           `json:"version,string"`
	Type          int              `json:"type"`
	Name          string           `json:"name"`
	Names         json.RawMessage  `json:"name_localizations,omitempty"`
	Description   string           `json:"description"`
	Descriptions  json.RawMessage  `json:"description_localizations,omitempty"`
	Options       []*commandOption `json:"options,omitempty"`
	Permissions   *string          `json:"default_member_permissions"`
	InDMs         *bool            `json:"dm_permission,omitempty"`
	Contexts      []int            `json:"contexts,omitempty"`
	Integrations  []int            `json:"integration_types,omitempty"`
	NSFW          bool             `json:"nsfw"`
}

type commandOption struct {
	Type         int              `json:"type"`
	Name         string           `json:"name"`
	Names        json.RawMessage  `json:"name_localizations,omitempty"`
	Description  string           `json:"description"`
	Descriptions json.RawMessage  `json:"description_localizations,omitempty"`
	Required     bool             `json:"required,omitempty"`
	Choices      []commandChoice  `json:"choices,omitempty"`
	Options      []*commandOption `json:"options,omitempty"`
	ChannelTypes []int            `json:"channel_types,omitempty"`
	Autocomplete bool             `json:"autocomplete,omitempty"`
	MinValue     *float64         `json:"min_value,omitempty"`
	MaxValue     *float64         `json:"max_value,omitempty"`
	MinLength    *int             `json:"min_length,omitempty"`
	MaxLength    *int             `json:"max_length,omitempty"`
}

type commandChoice struct {
	Name  string          `json:"name"`
	Names json.RawMessage `json:"name_localizations,omitempty"`
	Value any             `json:"value"`
}

// commandName is how commands and options may be called (Discord documentation,
// Application Command Naming).
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// check returns what is wrong with a command.
func (c *command) check() *Error {
	c.Type = or(c.Type, commandSlash)
	if c.Type != commandSlash {
		if n := utf8.RuneCountInString(c.Name); n < 1 || n > 32 {
			return badForm("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
		}
		return nil
	}
	if err := checkNamed(c.Name, c.Description); err != nil {
		return err
	}
	return checkOptions(c.Options, 0)
}

func checkNamed(name, description string) *Error {
	if !commandName.MatchString(name) || strings.ToLower(name) != name {
		return badForm("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
	if n := utf8.RuneCountInString(description); n < 1 || n > maxDescription {
		return badForm("description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	return nil
}

// checkOptions returns what is wrong with the options of a command or
// subcommand, which lies so deep.
func checkOptions(options []*commandOption, depth int) *Error {
	if len(options) > maxOptions {
		return tooLong("options", maxOptions)
	}
	names, optional := map[string]bool{}, false
	for _, o := range options {
		if err := checkNamed(o.Name, o.Description); err != nil {
			return err
		}
		sub := o.Type == optionSubcommand || o.Type == optionGroup
		switch {
		case o.Type < optionSubcommand || o.Type > optionAttachment, sub && depth > 1, sub && len(options) > 0 && options[0].leaf():
			return badForm("options.type", "BASE_TYPE_CHOICES", "Value is not a type that an option may have here.")
		case names[o.Name]:
			return badForm("options", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		case o.Required && optional:
			return badForm("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		case len(o.Choices) > maxChoices:
			return tooLong("options.choices", maxChoices)
		case o.Autocomplete && len(o.Choices) > 0:
			return badForm("options", "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "Autocomplete and choices exclude each other")
		}
		names[o.Name], optional = true, optional || !sub && !o.Required
		if err := checkOptions(o.Options, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (o *commandOption) leaf() bool { return o.Type != optionSubcommand && o.Type != optionGroup }

// commandScope returns the guild of the path, 0 for global commands.
func (c *call) commandScope() (messages.GuildID, *Error) {
	if pathID[messages.ApplicationID](c, "app") != c.w.app {
		return 0, errUnknownApplication
	}
	if c.r.PathValue("guild") == "" {
		return 0, nil
	}
	g, err := c.guild()
	if err != nil {
		return 0, err
	}
	return g.id, nil
}

func (c *call) listCommands() (any, *Error) {
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	return append([]*command{}, c.w.commands[scope]...), nil
}

// overwriteCommands replaces all commands. Those of the same name and type keep
// their IDs.
func (c *call) overwriteCommands() (any, *Error) {
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	var in []*command
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in) > maxCommands {
		return nil, errTooManyCommands
	}
	fresh := 0
	for i, cmd := range in {
		if err := cmd.check(); err != nil {
			return nil, err
		}
		if findCommand(in[:i], cmd.Type, cmd.Name) != nil {
			return nil, badForm("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		if findCommand(c.w.commands[scope], cmd.Type, cmd.Name) == nil {
			fresh++
		}
	}
	if err := c.w.mayCreate(scope, fresh); err != nil {
		return nil, err
	}
	for _, cmd := range in {
		c.w.register(scope, cmd)
	}
	c.w.commands[scope] = in
	c.w.change(WorldChanged, nil)
	return append([]*command{}, in...), nil
}

// createCommand adds a command, or replaces the one of its name and type.
func (c *call) createCommand() (any, *Error) {
	scope, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	var cmd command
	if err := c.decode(&cmd); err != nil {
		return nil, err
	}
	if err := cmd.check(); err != nil {
		return nil, err
	}
	old := findCommand(c.w.commands[scope], cmd.Type, cmd.Name)
	if old == nil {
		if len(c.w.commands[scope]) >= maxCommands {
			return nil, errTooManyCommands
		}
		if err := c.w.mayCreate(scope, 1); err != nil {
			return nil, err
		}
	}
	c.w.register(scope, &cmd)
	c.w.change(WorldChanged, nil)
	if old != nil {
		*old = cmd
		return old, nil
	}
	c.w.commands[scope] = append(c.w.commands[scope], &cmd)
	return created{&cmd}, nil
}

// command returns the command of the path.
func (c *call) command() (messages.GuildID, *command, *Error) {
	scope, err := c.commandScope()
	if err != nil {
		return 0, nil, err
	}
	id := pathID[uint64](c, "command")
	for _, cmd := range c.w.commands[scope] {
		if cmd.ID == id {
			return scope, cmd, nil
		}
	}
	return 0, nil, errUnknownCommand
}

func (c *call) getCommand() (any, *Error) {
	_, cmd, err := c.command()
	if err != nil {
		return nil, err
	}
	return cmd, nil
}

func (c *call) editCommand() (any, *Error) {
	scope, cmd, err := c.command()
	if err != nil {
		return nil, err
	}
	changed := *cmd
	if err := c.decode(&changed); err != nil {
		return nil, err
	}
	changed.Type = cmd.Type
	if err := changed.check(); err != nil {
		return nil, err
	}
	if o := findCommand(c.w.commands[scope], changed.Type, changed.Name); o != nil && o != cmd {
		return nil, badForm("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
	}
	changed.ID, changed.Version = cmd.ID, c.w.newID()
	*cmd = changed
	c.w.change(WorldChanged, nil)
	return cmd, nil
}

func (c *call) deleteCommand() (any, *Error) {
	scope, cmd, err := c.command()
	if err != nil {
		return nil, err
	}
	c.w.commands[scope] = slices.DeleteFunc(c.w.commands[scope], func(o *command) bool { return o == cmd })
	c.w.change(WorldChanged, nil)
	return nil, nil
}

func findCommand(all []*command, kind int, name string) *command {
	for _, c := range all {
		if c.Type == kind && c.Name == name {
			return c
		}
	}
	return nil
}

// register fills in what Discord adds to a command. The one that it replaces
// gives it its ID.
func (w *world) register(scope messages.GuildID, cmd *command) {
	cmd.ID = w.newID()
	if old := findCommand(w.commands[scope], cmd.Type, cmd.Name); old != nil {
		cmd.ID = old.ID
	}
	cmd.ApplicationID, cmd.GuildID, cmd.Version = uint64(w.app), optional(scope), w.newID()
}

// mayCreate counts the creation of n commands.
func (w *world) mayCreate(scope messages.GuildID, n int) *Error {
	l := w.s.cfg.Limits.Commands
	if l.Requests < 0 || n == 0 {
		return nil
	}
	today := w.created[scope]
	if !w.now().Before(today.reset) {
		today = window{left: l.Requests, reset: w.now().Add(l.Per)}
	}
	if today.left < n {
		return errCommandsToday
	}
	today.left -= n
	w.created[scope] = today
	return nil
}
