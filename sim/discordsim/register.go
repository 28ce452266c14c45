package discordsim

import (
	"slices"

	"troupe/messages"
)

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
