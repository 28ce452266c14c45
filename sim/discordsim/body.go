package discordsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of what is sent with a message (Discord documentation, Embed Limits;
// Reference: Uploading Files).
const (
	maxFile       = 10 << 20 // bytes
	maxEmbedText  = 6000     // characters of all embeds together
	maxEmbedTitle = 256
	maxEmbedBody  = 4096
	maxFields     = 25
)

// settable are the flags that a bot may set on what it posts.
const settable = flagSuppressEmbeds | flagSilent | flagComponentsV2

// An upload is a file of a multipart form.
type upload struct {
	index int // of files[index]
	name  string
	mime  string
	data  []byte
}

// readForm takes a multipart form apart: payload_json and files[n].
func (c *call) readForm(body []byte) *Error {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil {
		return errBadJSON
	}
	form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errBadJSON
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return errBadJSON
		}
		switch name := part.FormName(); {
		case name == "payload_json":
			c.payload = data
		case len(data) > maxFile:
			return errTooLarge
		default:
			c.files = append(c.files, upload{
				index: fileIndex(name, len(c.files)), name: part.FileName(), mime: part.Header.Get("Content-Type"), data: data,
			})
		}
	}
}

// fileIndex reads "files[3]"; other names count as they come.
func fileIndex(name string, otherwise int) int {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "files["), "]")
	if n, err := strconv.Atoi(name); err == nil {
		return n
	}
	return otherwise
}

// given is a field of JSON that may be missing. Null counts as the zero value.
type given[T any] struct {
	set   bool
	value T
}

// UnmarshalJSON notes that the field is there.
func (g *given[T]) UnmarshalJSON(b []byte) error {
	g.set = true
	return json.Unmarshal(b, &g.value)
}

// A messageBody is a message to be posted, or the parts of one to be changed.
type messageBody struct {
	Content         given[string]          `json:"content"`
	Nonce           nonce                  `json:"nonce"`
	EnforceNonce    bool                   `json:"enforce_nonce"`
	Embeds          given[json.RawMessage] `json:"embeds"`
	Components      given[json.RawMessage] `json:"components"`
	AllowedMentions json.RawMessage        `json:"allowed_mentions"`
	Flags           given[int]             `json:"flags"`
	Attachments     given[[]wireKept]      `json:"attachments"`
	Reference       *struct {
		MessageID       snowflake `json:"message_id"`
		ChannelID       snowflake `json:"channel_id"`
		FailIfNotExists *bool     `json:"fail_if_not_exists"`
	} `json:"message_reference"`
}

// wireKept is an attachment that stays, or names a file of the form by its
// index.
type wireKept struct {
	ID       snowflake `json:"id"`
	Filename string    `json:"filename"`
}

// A nonce is a string or a whole number.
type nonce string

// UnmarshalJSON reads either form.
func (n *nonce) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(n))
	}
	if string(b) != "null" {
		*n = nonce(b)
	}
	return nil
}

// onto puts what the body gives onto a draft, which may be a message that is
// there already.
func (b *messageBody) onto(d *draft, files []upload) (err *Error) {
	if b.Content.set {
		d.content = b.Content.value
	}
	if b.Flags.set {
		d.flags = d.flags&^settable | b.Flags.value&(settable|flagEphemeral)
	}
	if b.Embeds.set {
		if d.embeds, err = listOf("embeds", b.Embeds.value, maxEmbeds); err != nil {
			return err
		}
		if err := checkEmbeds(d.embeds); err != nil {
			return err
		}
	}
	if b.Components.set {
		if d.components, err = listOf("components", b.Components.value, maxComponents); err != nil {
			return err
		}
	}
	if d.allowed, err = parseAllowed(b.AllowedMentions); err != nil {
		return err
	}
	d.nonce, d.enforce = string(b.Nonce), b.EnforceNonce
	if r := b.Reference; r != nil {
		d.replyTo = messageIDOf(r.MessageID)
		d.needReply = r.FailIfNotExists == nil || *r.FailIfNotExists
		if r.ChannelID != 0 && uint64(r.ChannelID) != uint64(d.channel.id) {
			return badForm("message_reference", "MESSAGE_REFERENCE_CHANNEL_MISMATCH", "Reference to a message of another channel")
		}
	}
	b.attach(d, files)
	return nil
}

// attach drops the attachments that do not stay and adds the new files.
func (b *messageBody) attach(d *draft, files []upload) {
	names := map[int]string{}
	if b.Attachments.set {
		var stay []*attachment
		for _, kept := range b.Attachments.value {
			names[int(kept.ID)] = kept.Filename
			for _, a := range d.attachments {
				if a.id == uint64(kept.ID) {
					stay = append(stay, a)
				}
			}
		}
		d.attachments = stay
	}
	for _, f := range files {
		name := or(names[f.index], or(f.name, "unknown"))
		d.attachments = append(slices.Clip(d.attachments), newAttachment(name, f.mime, f.data))
	}
}

// newAttachment makes a file that is in no message yet, without the spaces of
// its name, as Discord does. What its type is its name tells, unless the sender
// does.
func newAttachment(name, kind string, data []byte) *attachment {
	if kind == "" || kind == "application/octet-stream" {
		kind = or(mime.TypeByExtension(path.Ext(name)), kind)
	}
	return &attachment{name: strings.ReplaceAll(name, " ", "_"), mime: kind, data: data}
}

// listOf returns a JSON list with at most so many elements, nil if it is empty.
func listOf(field string, raw json.RawMessage, most int) (json.RawMessage, *Error) {
	var list []json.RawMessage
	if len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return nil, badForm(field, "BASE_TYPE_BAD_TYPE", "Only lists may be used here.")
	}
	switch {
	case len(list) > most:
		return nil, tooLong(field, most)
	case len(list) == 0:
		return nil, nil
	}
	return raw, nil
}

// checkEmbeds returns what is too long in a list of embeds.
func checkEmbeds(list json.RawMessage) *Error {
	if list == nil {
		return nil
	}
	type named struct {
		Text string `json:"text"`
		Name string `json:"name"`
	}
	var embeds []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Footer      named  `json:"footer"`
		Author      named  `json:"author"`
		Fields      []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"fields"`
	}
	if json.Unmarshal(list, &embeds) != nil {
		return badForm("embeds", "BASE_TYPE_BAD_TYPE", "Only embeds may be used here.")
	}
	total := 0
	for _, e := range embeds {
		title, body := utf8.RuneCountInString(e.Title), utf8.RuneCountInString(e.Description)
		switch {
		case title > maxEmbedTitle:
			return tooLong("embeds.title", maxEmbedTitle)
		case body > maxEmbedBody:
			return tooLong("embeds.description", maxEmbedBody)
		case len(e.Fields) > maxFields:
			return tooLong("embeds.fields", maxFields)
		}
		total += title + body + utf8.RuneCountInString(e.Footer.Text) + utf8.RuneCountInString(e.Author.Name)
		for _, f := range e.Fields {
			total += utf8.RuneCountInString(f.Name) + utf8.RuneCountInString(f.Value)
		}
	}
	if total > maxEmbedText {
		return badForm("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
	return nil
}
