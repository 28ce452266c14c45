package discordsim

import (
	"encoding/json"
	"slices"

	"troupe/messages"
)

// A File is what people attach.
type File struct {
	Name string
	Type string // MIME type; by the name's extension if empty
	Data []byte
}

// A Say is a message that a person posts.
type Say struct {
	Person  messages.UserID
	Channel messages.ChannelID
	Text    string             // "@Name" mentions the member of that name, as a client's completion does
	ReplyTo messages.MessageID // 0 for none
	Silent  bool               // of a reply: without ringing whom it replies to
	Files   []File
}

// presence returns a person and a channel that the person sees.
func (w *world) presence(person messages.UserID, ch messages.ChannelID) (*user, *channel, *Error) {
	u, c := w.users[person], w.channels[ch]
	switch {
	case u == nil:
		return nil, nil, errUnknownUser
	case c == nil:
		return nil, nil, errUnknownChannel
	case c.guild == nil && c.recipient != u && u != w.bot, c.guild != nil && !c.may(u, PermViewChannel):
		return nil, nil, errMissingAccess
	}
	return u, c, nil
}

// Say posts a message of a person, who must be in the channel and may write
// there. The error is an [*Error].
func (s *Server) Say(m Say) (messages.MessageID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &s.world
	u, c, err := w.presence(m.Person, m.Channel)
	if err != nil {
		return 0, err
	}
	if err := c.maySend(u); err != nil {
		return 0, err
	}
	d := draft{channel: c, author: u, content: w.address(c, m.Text), replyTo: m.ReplyTo, needReply: true, allowed: allowAll()}
	d.allowed.Replied = !m.Silent
	for _, f := range m.Files {
		d.attachments = append(d.attachments, newAttachment(f.Name, f.Type, f.Data))
	}
	if err := d.permitted(); err != nil {
		return 0, err
	}
	posted, err := w.post(d)
	if err != nil {
		return 0, err
	}
	return posted.id, nil
}

// own returns a message and the person whose doing it is to be.
func (w *world) own(person messages.UserID, ch messages.ChannelID, id messages.MessageID) (*user, *message, *Error) {
	u, c, err := w.presence(person, ch)
	if err != nil {
		return nil, nil, err
	}
	m := c.message(id)
	if m == nil {
		return nil, nil, errUnknownMessage
	}
	return u, m, nil
}

// Edit changes the text of a message of the person's own.
func (s *Server) Edit(person messages.UserID, ch messages.ChannelID, id messages.MessageID, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, m, err := s.world.own(person, ch, id)
	switch {
	case err != nil:
		return err
	case m.author != u:
		return errNotAuthor
	}
	d := m.draft()
	d.content = s.world.address(m.channel, text)
	return refused(s.world.amend(m, d))
}

// Delete removes a message of the person's own, or, for who may manage
// messages, of anybody's.
func (s *Server) Delete(person messages.UserID, ch messages.ChannelID, id messages.MessageID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, m, err := s.world.own(person, ch, id)
	switch {
	case err != nil:
		return err
	case m.author != u && (m.channel.guild == nil || !m.channel.may(u, PermManageMessages)):
		return errMissingPermissions
	}
	s.world.remove(m)
	return nil
}

// DeleteMany removes messages together, as moderators' bots do: the bot is
// told of all at once.
func (s *Server) DeleteMany(ch messages.ChannelID, ids ...messages.MessageID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[ch]
	if c == nil {
		return errUnknownChannel
	}
	var gone []*message
	for _, id := range ids {
		if m := c.message(id); m != nil && !slices.Contains(gone, m) {
			gone = append(gone, m)
		}
	}
	s.world.removeMany(c, gone)
	return nil
}

// React adds a person's reaction to a message: a character, or "name:id".
func (s *Server) React(person messages.UserID, ch messages.ChannelID, id messages.MessageID, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, m, err := s.world.own(person, ch, id)
	switch {
	case err != nil:
		return err
	case !m.channel.may(u, PermAddReactions):
		return errMissingPermissions
	}
	s.world.react(m, u, emoji)
	return nil
}

// Unreact removes a person's reaction, if it is there.
func (s *Server) Unreact(person messages.UserID, ch messages.ChannelID, id messages.MessageID, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, m, err := s.world.own(person, ch, id)
	if err != nil {
		return err
	}
	s.world.unreact(m, u, emoji)
	return nil
}

// Pin pins a message, as anybody who may would.
func (s *Server) Pin(person messages.UserID, ch messages.ChannelID, id messages.MessageID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, m, err := s.world.own(person, ch, id)
	switch {
	case err != nil:
		return err
	case !m.channel.may(u, PermPinMessages):
		return errMissingPermissions
	case m.pinned.IsZero():
		s.world.pin(m, u)
	}
	return nil
}

// Type shows for ten seconds that a person types.
func (s *Server) Type(person messages.UserID, ch messages.ChannelID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c, err := s.world.presence(person, ch)
	if err != nil {
		return err
	}
	s.world.types(c, u)
	return nil
}

// OpenDM returns the direct channel between a person and the bot, made now if
// there is none.
func (s *Server) OpenDM(person messages.UserID) (messages.ChannelID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.users[person]
	if u == nil || u.bot {
		return 0, errUnknownUser
	}
	return s.world.directOf(u).id, nil
}

// StartThread begins a thread of a person's, from a message unless that is 0.
func (s *Server) StartThread(person messages.UserID, ch messages.ChannelID, name string, from messages.MessageID) (messages.ChannelID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c, err := s.world.presence(person, ch)
	if err != nil {
		return 0, err
	}
	var starter *message
	if from != 0 {
		if starter = c.message(from); starter == nil {
			return 0, errUnknownMessage
		}
	}
	if !c.may(u, PermCreateThreads) {
		return 0, errMissingPermissions
	}
	t, err := s.world.openThread(c, u, name, starter)
	if err != nil {
		return 0, err
	}
	return t.id, nil
}

// Unfurl adds an embed to a message, as happens a moment after a link was
// posted: the bot is told of a change that is no edit.
func (s *Server) Unfurl(ch messages.ChannelID, id messages.MessageID, embeds json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[ch]
	if c == nil {
		return errUnknownChannel
	}
	m := c.message(id)
	if m == nil {
		return errUnknownMessage
	}
	m.embeds = embeds
	s.world.updated(m)
	return nil
}

// Typing returns who is shown as typing in a channel, by ID.
func (s *Server) Typing(ch messages.ChannelID) (out []messages.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[ch]
	if c == nil {
		return nil
	}
	now := s.world.now()
	for id, until := range c.typing {
		if now.Before(until) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// CloseDMs makes a person take no direct messages from the bot, or take them
// again.
func (s *Server) CloseDMs(person messages.UserID, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.person(person).closed = closed
}
