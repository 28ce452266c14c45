package discordsim

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
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
	Value json.RawMessage `json:"value"`
}

// text is the value as people's clients send it.
func (c *commandChoice) text() string {
	var s string
	if json.Unmarshal(c.Value, &s) == nil {
		return s
	}
	return string(c.Value)
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
