package discordsim

import (
	"slices"
	"unicode/utf8"

	"troupe/messages"
)

// maxName is how long the name of a channel or thread may be (Discord
// documentation, Channel Object).
const maxName = 100

// createThread makes a public thread, of a message if the path names one.
func (c *call) createThread() (any, *Error) {
	ch, err := c.channel(0)
	if err != nil {
		return nil, err
	}
	var in struct {
		Name string     `json:"name"`
		Type given[int] `json:"type"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var starter *message
	if c.r.PathValue("message") != "" {
		if starter, err = c.message(0); err != nil {
			return nil, err
		}
	} else if in.Type.value != kindPublicThread { // without a type Discord makes a private one
		return nil, badForm("type", "BASE_TYPE_CHOICES", "Value must be one of (11,).")
	}
	if !ch.may(c.w.bot, PermCreateThreads) {
		return nil, errMissingPermissions
	}
	t, err := c.w.openThread(ch, c.w.bot, in.Name, starter)
	if err != nil {
		return nil, err
	}
	return created{c.w.wireChannel(t)}, nil
}

// openThread makes a thread, whose ID is that of its starter message if it has
// one. The bot is in the threads that it makes.
func (w *world) openThread(parent *channel, by *user, name string, starter *message) (*channel, *Error) {
	switch n := utf8.RuneCountInString(name); {
	case parent.guild == nil:
		return nil, errNotInDM
	case parent.thread():
		return nil, errChannelType
	case n < 1 || n > maxName:
		return nil, badForm("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	t := &channel{guild: parent.guild, parent: parent, kind: kindPublicThread, name: name, owner: by, joined: by == w.bot, born: w.now()}
	if starter != nil {
		if t.id = messages.ChannelID(starter.id); w.channels[t.id] != nil {
			return nil, errThreadExists
		}
		starter.flags |= flagHasThread
	} else {
		t.id = messages.ChannelID(w.newID())
	}
	w.addChannel(t)
	shown := w.wireChannel(t)
	shown.NewlyCreated = true
	w.publishChannel("THREAD_CREATE", t, shown)
	if starter != nil {
		w.updated(starter)
	} else {
		w.append(&message{kind: messageThread, channel: parent, author: by, content: name, created: w.now()})
	}
	return t, nil
}

// thread returns the thread of the path.
func (c *call) thread() (*channel, *Error) {
	t, err := c.channel(0)
	switch {
	case err != nil:
		return nil, err
	case !t.thread():
		return nil, errUnknownChannel
	}
	return t, nil
}

func (c *call) joinThread() (any, *Error) {
	t, err := c.thread()
	if err != nil {
		return nil, err
	}
	c.w.join(t)
	return nil, nil
}

func (c *call) leaveThread() (any, *Error) {
	t, err := c.thread()
	if err != nil {
		return nil, err
	}
	c.w.leave(t)
	return nil, nil
}

type wireMembersUpdate struct {
	ID          uint64         `json:"id,string"`
	GuildID     string         `json:"guild_id"`
	MemberCount int            `json:"member_count"`
	Added       []threadMember `json:"added_members,omitempty"`
	Removed     []string       `json:"removed_member_ids,omitempty"`
}

// join puts the bot into a thread, as posting there and being mentioned there
// does, too.
func (w *world) join(t *channel) {
	if t.joined {
		return
	}
	t.joined = true
	w.publishChannel("THREAD_MEMBERS_UPDATE", t, wireMembersUpdate{
		ID: uint64(t.id), GuildID: t.guild.id.String(), MemberCount: 2, Added: []threadMember{*w.botIn(t)},
	})
}

func (w *world) leave(t *channel) {
	if !t.joined {
		return
	}
	t.joined = false
	w.publishChannel("THREAD_MEMBERS_UPDATE", t, wireMembersUpdate{
		ID: uint64(t.id), GuildID: t.guild.id.String(), MemberCount: 1, Removed: []string{w.bot.id.String()},
	})
}

// botIn shows the bot as a member of a thread.
func (w *world) botIn(t *channel) *threadMember {
	return &threadMember{ID: uint64(t.id), UserID: uint64(w.bot.id), JoinTimestamp: stamp(t.born)}
}

type wireThreads struct {
	Threads []wireChannel  `json:"threads"`
	Members []threadMember `json:"members"`
	HasMore *bool          `json:"has_more,omitempty"`
}

// listThreads tells of the active threads of the path's guild.
func (c *call) listThreads() (any, *Error) {
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	out := wireThreads{Threads: []wireChannel{}, Members: []threadMember{}}
	for _, t := range g.channels {
		if !t.thread() || t.archived || !t.may(c.w.bot, PermViewChannel) {
			continue
		}
		out.Threads = append(out.Threads, c.w.wireChannel(t))
		if t.joined {
			out.Members = append(out.Members, *c.w.botIn(t))
		}
	}
	return out, nil
}

func (c *call) editChannel() (any, *Error) {
	ch, err := c.channel(0)
	switch {
	case err != nil:
		return nil, err
	case ch.guild == nil:
		return nil, errNotInDM
	case !c.w.mayManage(ch):
		return nil, errMissingPermissions
	}
	var in struct {
		Name     given[string] `json:"name"`
		Topic    given[string] `json:"topic"`
		Archived given[bool]   `json:"archived"`
		Locked   given[bool]   `json:"locked"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(in.Name.value); in.Name.set && (n < 1 || n > maxName) {
		return nil, badForm("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	if in.Name.set {
		ch.name = in.Name.value
	}
	if in.Topic.set {
		ch.topic = in.Topic.value
	}
	if ch.thread() {
		ch.archived = in.Archived.set && in.Archived.value || !in.Archived.set && ch.archived
		ch.locked = in.Locked.set && in.Locked.value || !in.Locked.set && ch.locked
	}
	c.w.channelChanged(ch)
	return c.w.wireChannel(ch), nil
}

func (c *call) deleteChannel() (any, *Error) {
	ch, err := c.channel(0)
	switch {
	case err != nil:
		return nil, err
	case ch.guild == nil:
		return c.w.wireChannel(ch), nil // the bot's side of it is closed, which is nothing to see
	case !c.w.mayManage(ch):
		return nil, errMissingPermissions
	}
	shown := c.w.wireChannel(ch)
	c.w.removeChannel(ch)
	return shown, nil
}

// mayManage tells whether the bot may change and delete a channel.
func (w *world) mayManage(c *channel) bool {
	if c.thread() {
		return c.owner == w.bot || c.may(w.bot, PermManageThreads)
	}
	return c.may(w.bot, PermManageChannels)
}

// addChannel puts a channel or thread into the world and its guild.
func (w *world) addChannel(c *channel) {
	w.channels[c.id] = c
	if c.guild != nil {
		c.position = len(c.guild.channels)
		c.guild.channels = append(c.guild.channels, c)
	}
	w.change(WorldChanged, nil)
}

// channelChanged tells that a channel or thread is no longer what it was.
func (w *world) channelChanged(c *channel) {
	name := "CHANNEL_UPDATE"
	if c.thread() {
		name = "THREAD_UPDATE"
	}
	w.publishChannel(name, c, w.wireChannel(c))
	w.change(WorldChanged, nil)
}

// removeChannel deletes a channel with all that is in it, threads first.
func (w *world) removeChannel(c *channel) {
	for _, t := range slices.Clone(c.guild.channels) {
		if t.parent == c {
			w.removeChannel(t)
		}
	}
	name, shown := "CHANNEL_DELETE", any(w.wireChannel(c))
	if c.thread() {
		name = "THREAD_DELETE"
		shown = map[string]any{
			"id": c.id.String(), "guild_id": c.guild.id.String(), "parent_id": c.parent.id.String(), "type": c.kind,
		}
	}
	w.publishChannel(name, c, shown)
	for _, m := range slices.Concat(c.messages, c.private) {
		w.dropFiles(m)
	}
	delete(w.channels, c.id)
	c.guild.channels = slices.DeleteFunc(c.guild.channels, func(o *channel) bool { return o == c })
	w.change(WorldChanged, nil)
}

// publishChannel tells of something about a channel that is no message. Those
// that the bot cannot see it is told of, too, but for threads.
func (w *world) publishChannel(name string, c *channel, v any) {
	e := event{name: name, guild: c.guild.id, intents: intentGuilds, data: marshal(v)}
	if c.thread() {
		e.channel = c
	}
	w.publish(e)
}
