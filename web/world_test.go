package web

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fakeWorld is a Discord in memory, in which a test drives the bot.
type fakeWorld struct {
	mu       sync.Mutex
	id       uint64
	now      time.Time
	overview Overview
	messages map[string][]Message // by channel
	files    map[string]fakeFile
	watchers map[int]func(Change)
	used     []Use
	refusal  string
	broken   error // what requests end in, if set
}

type fakeFile struct {
	File
	body []byte
}

// newFakeWorld returns a world with three people, two channels and a thread.
func newFakeWorld() *fakeWorld {
	return &fakeWorld{
		id: 1000, now: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC),
		messages: make(map[string][]Message), files: make(map[string]fakeFile), watchers: make(map[int]func(Change)),
		overview: Overview{
			Bot:    Person{ID: "1", Name: "Troupe", Bot: true},
			People: []Person{{ID: "2", Name: "Ann"}, {ID: "3", Name: "Bob"}, {ID: "4", Name: "Cleo Lane"}},
			Guilds: []Guild{{ID: "9", Name: "The Theatre"}},
			Channels: []Channel{
				{ID: "10", Guild: "9", Name: "general", Topic: "Anything goes"},
				{ID: "11", Guild: "9", Name: "random"},
				{ID: "12", Guild: "9", Parent: "10", Name: "rehearsal"},
			},
			Commands: fakeCommands(),
		},
	}
}

func fakeCommands() []Command {
	return []Command{
		{Name: "chat", Description: "Ask something", Options: []Option{
			{Name: "prompt", Description: "what you want to know", Kind: OptionText, Required: true},
		}},
		{Name: "status", Description: "How the bot is doing"},
		{Name: "summarize", Description: "Sum up what was said here", Options: []Option{
			{Name: "count", Description: "how many messages", Kind: OptionInteger, Required: true},
			{Name: "style", Description: "how to put it", Kind: OptionText, Choices: []Choice{{Name: "short", Value: "s"}, {Name: "in detail", Value: "d"}}},
			{Name: "private", Description: "for you alone", Kind: OptionBoolean},
			{Name: "of", Description: "whose messages", Kind: OptionPerson},
			{Name: "in", Description: "where", Kind: OptionChannel},
			{Name: "weight", Description: "how much", Kind: OptionNumber},
		}},
		{Name: "persona set", Description: "Choose how the bot speaks", Options: []Option{
			{Name: "name", Description: "of the persona", Kind: OptionText, Required: true},
		}},
	}
}

func (w *fakeWorld) nextID() string {
	w.id++
	return strconv.FormatUint(w.id, 10)
}

// tell gives a change to all who watch. The lock is held, which keeps the order.
func (w *fakeWorld) tell(kind ChangeKind, m Message) {
	for _, f := range w.watchers {
		f(Change{Kind: kind, Message: m})
	}
}

// post says something as anybody, and returns it.
func (w *fakeWorld) post(m Message) Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.add(m)
}

func (w *fakeWorld) add(m Message) Message {
	m.ID = w.nextID()
	w.now = w.now.Add(time.Second)
	m.Time = w.now
	w.messages[m.Channel] = append(w.messages[m.Channel], m)
	w.tell(ChangeMessage, m)
	return m
}

// change replaces a message.
func (w *fakeWorld) change(m Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(m.Channel, m.ID); i >= 0 {
		w.messages[m.Channel][i] = m
		w.tell(ChangeMessage, m)
	}
}

// answer posts a message of the bot in the first channel.
func (w *fakeWorld) answer(text string) Message {
	return w.post(Message{Channel: "10", Author: w.overview.Bot, Text: text})
}

// refuse lets every post end in a refusal, or none if the reason is "".
func (w *fakeWorld) refuse(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusal = reason
}

// types shows somebody as typing in the first channel.
func (w *fakeWorld) types(who Person) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell(ChangeTyping, Message{Channel: "10", Author: who})
}

// said returns the texts of a channel.
func (w *fakeWorld) said(channel string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, m := range w.messages[channel] {
		out = append(out, m.Text)
	}
	return out
}

// uses returns the commands that were sent.
func (w *fakeWorld) uses() []Use {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.used)
}

func (w *fakeWorld) find(channel, id string) int {
	return slices.IndexFunc(w.messages[channel], func(m Message) bool { return m.ID == id })
}

func (w *fakeWorld) person(id string) (Person, bool) {
	i := slices.IndexFunc(w.overview.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return w.overview.People[i], true
}

func (w *fakeWorld) Overview(context.Context) (Overview, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.overview
	o.Channels = slices.Clone(o.Channels)
	return o, w.broken
}

func (w *fakeWorld) Messages(_ context.Context, channel, before string, limit int) ([]Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.messages[channel]
	if before != "" {
		list = list[:max(0, w.find(channel, before))]
	}
	return slices.Clone(list[max(0, len(list)-limit):]), w.broken
}

func (w *fakeWorld) Say(_ context.Context, s Say) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	author, ok := w.person(s.Person)
	switch {
	case w.broken != nil:
		return w.broken
	case w.refusal != "":
		return &Refused{w.refusal}
	case !ok:
		return &Refused{"nobody of that name is here"}
	case strings.TrimSpace(s.Text) == "":
		return &Refused{"a message needs a text"}
	}
	m := Message{Channel: s.Channel, Author: author, Text: s.Text}
	if i := w.find(s.Channel, s.ReplyTo); i >= 0 {
		to := w.messages[s.Channel][i]
		m.Reply = &Quote{ID: to.ID, Name: to.Author.Name, Text: to.Text}
	}
	w.add(m)
	return nil
}

func (w *fakeWorld) Edit(_ context.Context, person, channel, message, text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.find(channel, message)
	if i < 0 || w.messages[channel][i].Author.ID != person {
		return &Refused{"that message is not yours"}
	}
	m := &w.messages[channel][i]
	m.Text, m.Edited = text, true
	w.tell(ChangeMessage, *m)
	return nil
}

func (w *fakeWorld) Delete(_ context.Context, person, channel, message string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.find(channel, message)
	if i < 0 || w.messages[channel][i].Author.ID != person {
		return &Refused{"that message is not yours"}
	}
	w.messages[channel] = slices.Delete(w.messages[channel], i, i+1)
	w.tell(ChangeDeleted, Message{ID: message, Channel: channel})
	return nil
}

func (w *fakeWorld) Use(_ context.Context, u Use) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = append(w.used, u)
	return w.broken
}

func (w *fakeWorld) OpenDM(_ context.Context, person string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.overview.Channels {
		if c.Guild == "" && slices.Contains(c.People, person) {
			return c.ID, nil
		}
	}
	p, ok := w.person(person)
	if !ok {
		return "", &Refused{"nobody of that name is here"}
	}
	c := Channel{ID: w.nextID(), Name: p.Name, People: []string{person}}
	w.overview.Channels = append(w.overview.Channels, c)
	w.tell(ChangePlaces, Message{})
	return c.ID, nil
}

func (w *fakeWorld) File(_ context.Context, id string) (File, io.ReadCloser, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ok := w.files[id]
	if !ok {
		return File{}, nil, &Refused{"that file is gone"}
	}
	return f.File, io.NopCloser(bytes.NewReader(f.body)), nil
}

// attach keeps a file that a message can have.
func (w *fakeWorld) attach(f File, body []byte) File {
	w.mu.Lock()
	defer w.mu.Unlock()
	f.ID, f.Size = cmp.Or(f.ID, w.nextID()), len(body)
	w.files[f.ID] = fakeFile{f, body}
	return f
}

func (w *fakeWorld) Watch(f func(Change)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := len(w.watchers)
	w.watchers[key] = f
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers, key)
	}
}
