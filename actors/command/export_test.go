package command

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// secret is what an export must not hold.
const secret = "not-for-export"

func value(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// testPerson is somebody of whom all is kept that can be.
func testPerson() *messages.PersonFound {
	asked := messages.MessageIDAt(noon.Add(-time.Hour))
	mine := messages.UserID(5).Owner()
	return &messages.PersonFound{
		Notes: map[string]string{"cleared/10": "77", "plain": "1"},
		Derived: []messages.Derived{
			{Owner: mine, Key: "fact/3", Value: value(messages.Fact{
				About: "home", Text: "You live in Kiel <&>.", Always: true, Guild: 7, Channel: 10, Message: asked, Told: noon, Vector: []byte(secret),
			}), Sources: []messages.Source{{Message: asked, Person: 5}}},
			{Owner: mine, Key: "fact/4", Value: value(messages.Fact{Text: "You sail."})},
			{Owner: mine, Key: "said/1", Value: value(messages.SaidNote{
				Language: "de", Words: 7, Casual: true, Topics: []string{"tea"}, Guild: 7, Channel: 10,
			}), Sources: []messages.Source{{Message: asked, Person: 5}}},
			{Owner: mine, Key: "fact/5", Value: "{" + secret},
			{Owner: "guild/7", Key: "lore/2", Value: value(messages.Lore{
				Kind: messages.LoreGag, Text: "Cake.", Channel: 10, Message: asked, Told: noon, Vector: []byte(secret),
			})},
			{Owner: "channel/10", Key: "chunk/1", Value: value(messages.Chunk{From: asked, To: asked + 1<<42, Text: secret})},
			{Owner: "elsewhere", Key: "odd", Value: secret},
		},
		Triggers: []messages.Trigger{
			{
				ID: asked, Kind: messages.TriggerMention, Channel: 10, Guild: 7, Asker: messages.User{ID: 5, Name: "ann"},
				Roles: []messages.RoleID{3}, Text: "What is this?", ReplyTo: 70, ReplyText: secret, ReplyUser: 6,
				Attachments: []messages.Attachment{{ID: 1, Name: "a.png", Type: "image/png", Size: 12, URL: secret}},
				State:       messages.TriggerAnswered, Parts: []messages.MessageID{78, 79}, Final: "A boat.",
			},
			{
				ID: asked + 1<<42, Kind: messages.TriggerCommand, Channel: 11, Asker: messages.User{ID: 5, Name: "ann"}, Text: "And this?",
				Interaction: messages.Interaction{ID: 2, Token: secret}, Locale: "de", State: messages.TriggerAccepted,
			},
		},
		Traces: 4, Pieces: 2,
	}
}

// All is in an export, by names that can be read, but for what others said,
// vectors and what is Discord's.
func TestExport(t *testing.T) {
	f := &messages.Facts{Consent: messages.Consent{Memory: true, After: messages.MessageIDAt(noon.Add(-24 * time.Hour))}, Profile: testProfile()}
	file := exportOf(messages.User{ID: 5, Name: "ann"}, testPerson(), f, noon).file(maxExport)
	golden(t, filepath.Join("testdata", "export.json"), file.Data)
	if file.Name == "" || file.Type != "application/json" || !json.Valid(file.Data) {
		t.Errorf("file %q of type %q", file.Name, file.Type)
	}
	if strings.Contains(string(file.Data), secret) {
		t.Error("it holds what it must not")
	}
}

// Of somebody of whom nothing is kept there is a file too.
func TestExportOfNothing(t *testing.T) {
	file := exportOf(messages.User{ID: 5, Name: "ann"}, &messages.PersonFound{}, nil, noon).file(maxExport)
	golden(t, filepath.Join("testdata", "export-nothing.json"), file.Data)
}

// A file that would be too large goes without the oldest questions, and says so.
func TestExportIsBounded(t *testing.T) {
	var p messages.PersonFound
	const (
		most = 80_000
		all  = 500 // more than twice what fits
	)
	long := strings.Repeat("x", most/200)
	for i := range all {
		p.Triggers = append(p.Triggers, messages.Trigger{ID: messages.MessageIDAt(noon) + messages.MessageID(i), Final: long, Channel: messages.ChannelID(i + 1)})
	}
	file := exportOf(messages.User{ID: 5}, &p, nil, noon).file(most)
	var got struct {
		Questions []struct {
			Channel string `json:"channel"`
		} `json:"questions"`
		LeftOut int `json:"questions_left_out"`
	}
	if err := json.Unmarshal(file.Data, &got); err != nil {
		t.Fatal(err)
	}
	if len(file.Data) > most || len(got.Questions) < 50 || len(got.Questions)+got.LeftOut != all || got.Questions[len(got.Questions)-1].Channel != "500" {
		t.Errorf("%d bytes, %d questions, %d left out", len(file.Data), len(got.Questions), got.LeftOut)
	}
}
