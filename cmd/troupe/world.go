package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/web"
)

// A world shows a simulated Discord to the playground's page: [web.World].
type world struct{ sim *discordsim.Server }

// Overview tells all but the messages.
func (w world) Overview(context.Context) (web.Overview, error) {
	o := web.Overview{}
	names := map[messages.UserID]string{}
	for _, u := range w.sim.Users() {
		names[u.ID] = u.Name
		switch {
		case u.ID == w.sim.Bot():
			o.Bot = web.Person{ID: u.ID.String(), Name: u.Name, Bot: true}
		case !u.Bot:
			o.People = append(o.People, web.Person{ID: u.ID.String(), Name: u.Name})
		}
	}
	home := messages.GuildID(0)
	for _, g := range w.sim.Guilds() {
		o.Guilds = append(o.Guilds, web.Guild{ID: g.ID.String(), Name: g.Name})
		home = g.ID
	}
	for _, c := range w.sim.Channels() {
		o.Channels = append(o.Channels, showChannel(c, o.Bot.Name))
	}
	for _, c := range w.sim.Commands(home) {
		o.Commands = append(o.Commands, showCommand(c))
	}
	return o, nil
}

func showChannel(c discordsim.Channel, bot string) web.Channel {
	shown := web.Channel{ID: c.ID.String(), Name: c.Name, Topic: c.Topic}
	if c.Guild != 0 {
		shown.Guild = c.Guild.String()
	}
	if c.Parent != 0 {
		shown.Parent = c.Parent.String()
	}
	if c.Recipient != 0 {
		shown.Name, shown.People = bot, []string{c.Recipient.String()}
	}
	return shown
}

func showCommand(c discordsim.Command) web.Command {
	kinds := map[discordsim.OptionKind]web.OptionKind{
		discordsim.OptionInteger: web.OptionInteger, discordsim.OptionNumber: web.OptionNumber,
		discordsim.OptionBoolean: web.OptionBoolean, discordsim.OptionUser: web.OptionPerson,
		discordsim.OptionChannel: web.OptionChannel,
	}
	shown := web.Command{Name: c.Name, Description: c.Description}
	for _, o := range c.Options {
		kind, known := kinds[o.Kind]
		if !known {
			kind = web.OptionText
		}
		option := web.Option{Name: o.Name, Description: o.Description, Kind: kind, Required: o.Required}
		for _, choice := range o.Choices {
			option.Choices = append(option.Choices, web.Choice{Name: choice.Name, Value: choice.Value})
		}
		shown.Options = append(shown.Options, option)
	}
	return shown
}

// Messages returns a page of a channel.
func (w world) Messages(_ context.Context, channel, before string, limit int) ([]web.Message, error) {
	c, err := messages.ParseID[messages.ChannelID](channel)
	if err != nil {
		return nil, refused(err)
	}
	b, err := messages.ParseID[messages.MessageID](before)
	if err != nil {
		return nil, refused(err)
	}
	list, err := w.sim.Messages(c, b, limit, 0)
	if err != nil {
		return nil, refused(err)
	}
	out := make([]web.Message, 0, len(list))
	for _, m := range list {
		out = append(out, show(m))
	}
	return out, nil
}

// show returns a message as the page gets it.
func show(m discordsim.Message) web.Message {
	shown := web.Message{
		ID: m.ID.String(), Channel: m.Channel.String(), Text: m.Content, Time: m.Created,
		Author: web.Person{ID: m.Author.String(), Name: m.AuthorName, Bot: m.Bot},
		Edited: !m.Edited.IsZero(), Thinking: m.Thinking,
	}
	if q := m.Reply; q != nil {
		shown.Reply = &web.Quote{ID: q.ID.String(), Name: q.AuthorName, Text: q.Content, Deleted: q.Deleted}
	}
	if m.Command != "" {
		shown.Command = &web.Origin{Name: m.Command, Person: m.PersonName}
	}
	if m.Ephemeral != 0 {
		shown.Ephemeral = m.Ephemeral.String()
	}
	for _, a := range m.Attachments {
		shown.Files = append(shown.Files, web.File{ID: strconv.FormatUint(a.ID, 10), Name: a.Name, Type: a.Type, Size: a.Size})
	}
	return shown
}

// Watch calls f with every change, in order.
func (w world) Watch(f func(web.Change)) (stop func()) {
	return w.sim.Watch(func(c discordsim.Change) { f(change(c)) })
}

func change(c discordsim.Change) web.Change {
	m := show(c.Message)
	switch c.Kind {
	case discordsim.MessageDeleted:
		return web.Change{Kind: web.ChangeDeleted, Message: web.Message{ID: m.ID, Channel: m.Channel}}
	case discordsim.TypingStarted:
		return web.Change{Kind: web.ChangeTyping, Message: web.Message{Channel: m.Channel, Author: m.Author}}
	case discordsim.WorldChanged:
		return web.Change{Kind: web.ChangePlaces}
	case discordsim.MessageCreated, discordsim.MessageEdited:
	}
	return web.Change{Kind: web.ChangeMessage, Message: m}
}

// Say posts a message.
func (w world) Say(_ context.Context, s web.Say) error {
	var ids ids
	say := discordsim.Say{
		Person: messages.UserID(ids.parse(s.Person)), Channel: messages.ChannelID(ids.parse(s.Channel)), Text: s.Text,
	}
	if s.ReplyTo != "" {
		say.ReplyTo = messages.MessageID(ids.parse(s.ReplyTo))
	}
	if ids.err != nil {
		return refused(ids.err)
	}
	_, err := w.sim.Say(say)
	return refused(err)
}

// Edit changes a message of the person's own.
func (w world) Edit(_ context.Context, person, channel, message, text string) error {
	var ids ids
	p, c, m := ids.parse(person), ids.parse(channel), ids.parse(message)
	if ids.err != nil {
		return refused(ids.err)
	}
	return refused(w.sim.Edit(messages.UserID(p), messages.ChannelID(c), messages.MessageID(m), text))
}

// Delete removes a message of the person's own.
func (w world) Delete(_ context.Context, person, channel, message string) error {
	var ids ids
	p, c, m := ids.parse(person), ids.parse(channel), ids.parse(message)
	if ids.err != nil {
		return refused(ids.err)
	}
	return refused(w.sim.Delete(messages.UserID(p), messages.ChannelID(c), messages.MessageID(m)))
}

// Use sends a slash command.
func (w world) Use(_ context.Context, u web.Use) error {
	var ids ids
	p, c := ids.parse(u.Person), ids.parse(u.Channel)
	if ids.err != nil {
		return refused(ids.err)
	}
	_, err := w.sim.UseCommand(discordsim.Use{
		Person: messages.UserID(p), Channel: messages.ChannelID(c), Command: u.Command, Options: u.Options,
	})
	return refused(err)
}

// OpenDM returns the direct channel between the person and the bot.
func (w world) OpenDM(_ context.Context, person string) (string, error) {
	id, err := messages.ParseID[messages.UserID](person)
	if err != nil {
		return "", refused(err)
	}
	c, err := w.sim.OpenDM(id)
	return c.String(), refused(err)
}

// File opens an attachment.
func (w world) File(_ context.Context, id string) (web.File, io.ReadCloser, error) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return web.File{}, nil, &web.Refused{Reason: "There is no such file."}
	}
	f, ok := w.sim.File(n)
	if !ok {
		return web.File{}, nil, &web.Refused{Reason: "There is no such file."}
	}
	return web.File{ID: id, Name: f.Name, Type: f.Type, Size: len(f.Data)}, io.NopCloser(bytes.NewReader(f.Data)), nil
}

// refused makes an error of the simulated Discord's one that people are shown.
func refused(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*discordsim.Error](err); ok {
		return &web.Refused{Reason: e.Error()}
	}
	return &web.Refused{Reason: err.Error()}
}

// ids reads IDs and keeps the first error.
type ids struct{ err error }

func (i *ids) parse(s string) uint64 {
	id, err := strconv.ParseUint(s, 10, 64)
	if err != nil && i.err == nil {
		i.err = errors.New("that is not there any more: load the page again")
	}
	return id
}
