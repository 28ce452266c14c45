package command

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"troupe/messages"
)

// maxExport bounds the file of an export, in bytes, well below what Discord takes
// (Discord documentation, Uploading Files: 10 MiB).
const maxExport = 8 << 20

// An export is all that is kept about a person, as the JSON file that they get. It
// holds nothing that others said, and no vectors.
type export struct {
	Person    exportedPerson     `json:"person"`
	Made      time.Time          `json:"made"`
	Choices   *exportedChoices   `json:"choices,omitempty"` // nil if they could not be looked up
	Profile   *exportedProfile   `json:"profile,omitempty"` // the same, or if there is none
	Settings  map[string]string  `json:"settings"`          // the notes that are kept of them
	Facts     []exportedFact     `json:"remembered"`
	Writing   []exportedWriting  `json:"how_you_wrote"`      // message by message
	Lore      []exportedLore     `json:"lore"`               // from them or about them
	Summaries []exportedSummary  `json:"summaries"`          // of stretches in which they spoke
	Others    []exportedOther    `json:"others,omitempty"`   // what is none of these
	Questions []exportedQuestion `json:"questions"`          // the oldest first
	LeftOut   int                `json:"questions_left_out"` // the oldest, since the file would be too large
	Traces    int                `json:"traces_of_answers"`
	Waiting   int                `json:"messages_to_be_analysed"`
}

type exportedPerson struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type exportedChoices struct {
	Memory  bool       `json:"memory"`
	Profile bool       `json:"profile"`
	Private bool       `json:"private"`
	Since   *time.Time `json:"nothing_before,omitempty"` // is analysed
}

type exportedProfile struct {
	Messages int      `json:"made_of_messages"`
	Language string   `json:"language,omitempty"`
	Words    int      `json:"words_in_a_message"`
	Brief    bool     `json:"brief"`
	Lengthy  bool     `json:"lengthy"`
	Casual   bool     `json:"casual"`
	Topics   []string `json:"topics,omitempty"`
	Hours    []int    `json:"hours_in_utc,omitempty"`
	Rhythm   string   `json:"time_between_messages,omitempty"`
}

type exportedFact struct {
	Number string    `json:"number"`
	About  string    `json:"about,omitempty"`
	Text   string    `json:"text"`
	Always bool      `json:"matters_always"`
	Told   time.Time `json:"told,omitzero"`
	Source string    `json:"source,omitempty"` // a link; "" if they told it by command
}

type exportedWriting struct {
	Written  time.Time `json:"written,omitzero"`
	Source   string    `json:"message,omitempty"`
	Language string    `json:"language,omitempty"`
	Words    int       `json:"words"`
	Casual   bool      `json:"casual"`
	Topics   []string  `json:"topics,omitempty"`
}

type exportedLore struct {
	Server string    `json:"server"`
	Number string    `json:"number"`
	Kind   string    `json:"kind"`
	Text   string    `json:"text"`
	Told   time.Time `json:"told,omitzero"`
	Source string    `json:"source,omitempty"`
}

// An exportedSummary has no text: that is told in its channel alone, where others
// spoke too.
type exportedSummary struct {
	Channel string    `json:"channel"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
}

type exportedOther struct {
	Owner string `json:"owner"`
	Key   string `json:"key"`
}

type exportedQuestion struct {
	Asked    time.Time      `json:"asked"`
	How      string         `json:"how"` // a mention, a reply and so on
	Server   string         `json:"server,omitempty"`
	Channel  string         `json:"channel"`
	Source   string         `json:"message,omitempty"` // "" for a command
	Text     string         `json:"question"`
	ReplyTo  string         `json:"in_reply_to,omitempty"`
	Files    []exportedFile `json:"files,omitempty"`
	Locale   string         `json:"locale,omitempty"`
	Roles    []string       `json:"your_roles,omitempty"`
	Outcome  string         `json:"outcome"`
	Answer   string         `json:"answer,omitempty"`
	Answered []string       `json:"answer_messages,omitempty"`
}

type exportedFile struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"`
	Size int    `json:"size"`
}

// exportOf gathers what is kept about a person. What is known of them may be nil.
func exportOf(user messages.User, p *messages.PersonFound, known *messages.Facts, now time.Time) *export {
	e := &export{
		Person: exportedPerson{user.ID.String(), user.Name}, Made: now.UTC().Truncate(time.Second), Settings: map[string]string{},
		Facts: []exportedFact{}, Writing: []exportedWriting{}, Lore: []exportedLore{}, Summaries: []exportedSummary{},
		Questions: []exportedQuestion{}, Traces: p.Traces, Waiting: p.Pieces,
	}
	maps.Copy(e.Settings, p.Notes)
	if known != nil {
		e.Choices, e.Profile = choicesOf(&known.Consent), profileOf(&known.Profile)
	}
	for i := range p.Derived {
		e.add(user.ID, &p.Derived[i])
	}
	for i := range p.Triggers {
		e.Questions = append(e.Questions, questionOf(&p.Triggers[i]))
	}
	return e
}

// file returns the export as a file, without the oldest questions if it would be
// larger than so many bytes.
func (e *export) file(most int) messages.File {
	for {
		var b bytes.Buffer
		form := json.NewEncoder(&b)
		form.SetEscapeHTML(false)
		form.SetIndent("", "  ")
		if err := form.Encode(e); err != nil {
			panic(err) // texts, numbers and times of this age can always be written
		}
		if b.Len() <= most || len(e.Questions) == 0 {
			return messages.File{Name: "what-i-keep-about-you.json", Type: "application/json", Data: b.Bytes()}
		}
		drop := (len(e.Questions) + 1) / 2
		e.LeftOut += drop
		e.Questions = e.Questions[drop:]
	}
}

// add takes in something derived. What cannot be read is told by its name.
func (e *export) add(user messages.UserID, d *messages.Derived) {
	_, owner, _ := strings.Cut(d.Owner, "/")
	_, number, _ := strings.Cut(d.Key, "/")
	switch sortOf(user, d) {
	case ofFact:
		if f, ok := readAs[messages.Fact](d); ok {
			e.Facts = append(e.Facts, exportedFact{number, f.About, f.Text, f.Always, f.Told.UTC(), linkIf(f.Guild, f.Channel, f.Message)})
			return
		}
	case ofNote:
		if n, ok := readAs[messages.SaidNote](d); ok {
			e.Writing = append(e.Writing, writingOf(d, &n))
			return
		}
	case ofLore:
		if l, ok := readAs[messages.Lore](d); ok {
			guild, _ := messages.ParseID[messages.GuildID](owner)
			e.Lore = append(e.Lore, exportedLore{owner, number, l.Kind, l.Text, l.Told.UTC(), linkIf(guild, l.Channel, l.Message)})
			return
		}
	case ofChunk:
		if c, ok := readAs[messages.Chunk](d); ok {
			e.Summaries = append(e.Summaries, exportedSummary{owner, timeOf(c.From), timeOf(c.To)})
			return
		}
	case ofOther:
	}
	e.Others = append(e.Others, exportedOther{d.Owner, d.Key})
}

func readAs[T any](d *messages.Derived) (value T, ok bool) {
	err := json.Unmarshal([]byte(d.Value), &value)
	return value, err == nil
}
