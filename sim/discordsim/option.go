package discordsim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"troupe/messages"
)

// maxOptionText is how long the text of an option may be at most (Discord
// documentation, Application Command Option Structure).
const maxOptionText = 6000

// maxOptionNumber is how large a whole number may be (Discord documentation,
// Application Command Option Type).
const maxOptionNumber = 1 << 53

// refusal is what a person's client says instead of sending something.
func refusal(format string, args ...any) *Error { return &Error{Text: fmt.Sprintf(format, args...)} }

type wireResolved struct {
	Users       map[string]wireUser       `json:"users,omitempty"`
	Members     map[string]*wireMember    `json:"members,omitempty"`
	Roles       map[string]wireRole       `json:"roles,omitempty"`
	Channels    map[string]wireChannel    `json:"channels,omitempty"`
	Attachments map[string]wireAttachment `json:"attachments,omitempty"`
}

// A filler turns what a person typed into a command's options.
type filler struct {
	w        *world
	channel  *channel
	use      Use
	resolved *wireResolved // nil: nothing
}

// fill returns the options that were given, in the command's order.
func (f *filler) fill(options []*commandOption) (out []wireUseOption, err *Error) {
	known := map[string]bool{}
	for _, o := range options {
		known[o.Name] = true
		text, given := f.use.Options[o.Name]
		file, attached := f.use.Files[o.Name]
		var value any
		switch {
		case o.Type == optionAttachment && attached:
			value = f.attach(file)
		case given && text != "" && o.Type != optionAttachment:
			value, err = f.value(o, text)
		case o.Required:
			err = refusal("The option %q is required.", o.Name)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, wireUseOption{Name: o.Name, Type: o.Type, Value: value})
	}
	for name := range f.use.Options {
		if !known[name] {
			return nil, refusal("The command has no option %q.", name)
		}
	}
	return out, nil
}

// value reads the text of an option.
func (f *filler) value(o *commandOption, text string) (any, *Error) {
	if len(o.Choices) > 0 {
		return o.choose(text)
	}
	switch o.Type {
	case optionString:
		return o.text(text)
	case optionInteger, optionNumber:
		return o.number(text)
	case optionBoolean:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, refusal("The option %q is true or false.", o.Name)
		}
		return b, nil
	}
	return f.refer(o, text)
}

// choose returns the value of the choice that has the text as its value or
// name.
func (o *commandOption) choose(text string) (any, *Error) {
	for _, c := range o.Choices {
		if c.text() == text || c.Name == text {
			return c.Value, nil
		}
	}
	return nil, refusal("The option %q is one of its choices.", o.Name)
}

func (o *commandOption) text(text string) (any, *Error) {
	least, most := 0, maxOptionText
	if o.MinLength != nil {
		least = *o.MinLength
	}
	if o.MaxLength != nil {
		most = *o.MaxLength
	}
	if n := utf8.RuneCountInString(text); n < least || n > most {
		return nil, refusal("The option %q takes %d to %d characters.", o.Name, least, most)
	}
	return text, nil
}

func (o *commandOption) number(text string) (any, *Error) {
	n, err := strconv.ParseFloat(text, 64)
	_, whole := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil, !json.Valid([]byte(text)), o.Type == optionInteger && (whole != nil || n > maxOptionNumber || n < -maxOptionNumber):
		return nil, refusal("The option %q takes a number.", o.Name)
	case o.MinValue != nil && n < *o.MinValue:
		return nil, refusal("The option %q is at least %v.", o.Name, *o.MinValue)
	case o.MaxValue != nil && n > *o.MaxValue:
		return nil, refusal("The option %q is at most %v.", o.Name, *o.MaxValue)
	}
	return json.RawMessage(text), nil
}

// refer reads an ID, and adds what it stands for to what is resolved.
func (f *filler) refer(o *commandOption, text string) (any, *Error) {
	id, err := messages.ParseID[uint64](text)
	if err != nil {
		return nil, refusal("The option %q takes an ID.", o.Name)
	}
	user := o.Type == optionUser || o.Type == optionMention
	role := o.Type == optionRole || o.Type == optionMention
	if u := f.w.users[messages.UserID(id)]; user && u != nil {
		f.resolveUser(u)
		return text, nil
	}
	g := f.channel.guild
	if g == nil {
		return nil, refusal("The option %q names nobody who is here.", o.Name)
	}
	if r := g.role(messages.RoleID(id)); role && r != nil {
		r := f.into()
		put(&r.Roles, text, g.role(messages.RoleID(id)).wire(0))
		return text, nil
	}
	if c := f.w.channels[messages.ChannelID(id)]; o.Type == optionChannel && c != nil && c.guild == g {
		shown := f.w.wireChannel(c)
		shown.Overwrites, shown.Permissions = nil, decimal(c.permissions(f.w.users[f.use.Person]))
		put(&f.into().Channels, text, shown)
		return text, nil
	}
	return nil, refusal("The option %q names nothing that is here.", o.Name)
}

func (f *filler) resolveUser(u *user) {
	r := f.into()
	put(&r.Users, u.id.String(), u.wire())
	if g := f.channel.guild; g != nil && g.members[u.id] != nil {
		put(&r.Members, u.id.String(), g.members[u.id].wire(false))
	}
}

// attach uploads a file, and returns its ID.
func (f *filler) attach(file File) string {
	a := newAttachment(file.Name, file.Type, file.Data)
	a.id, a.channel = f.w.newID(), f.channel.id
	f.w.files[a.id] = a
	put(&f.into().Attachments, decimal(a.id), f.w.wireAttachment(a))
	return decimal(a.id)
}

func (f *filler) into() *wireResolved {
	if f.resolved == nil {
		f.resolved = &wireResolved{}
	}
	return f.resolved
}

func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}
