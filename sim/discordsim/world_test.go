package discordsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A town is a small world: a guild with a channel, its owner Ann, and Ben.
type town struct {
	*discordsim.Server
	t        *testing.T
	guild    messages.GuildID
	channel  messages.ChannelID
	ann, ben messages.UserID
}

func newTown(t *testing.T, cfg discordsim.Config) *town {
	t.Helper()
	s := discordsim.New(cfg)
	t.Cleanup(s.Close)
	w := &town{Server: s, t: t, ann: s.AddUser("Ann"), ben: s.AddUser("Ben")}
	w.guild = s.AddGuild("Town", w.ann)
	w.AddMember(w.guild, w.ben)
	w.channel = s.AddChannel(w.guild, "general")
	return w
}

// inTown runs f in a bubble, in which a town stands.
func inTown(t *testing.T, cfg discordsim.Config, f func(t *testing.T, w *town)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newTown(t, cfg)) })
}

// say posts a message, which must succeed.
func (w *town) say(who messages.UserID, text string) messages.MessageID {
	w.t.Helper()
	id, err := w.Say(discordsim.Say{Person: who, Channel: w.channel, Text: text})
	if err != nil {
		w.t.Fatalf("Say(%q): %v", text, err)
	}
	return id
}

// A reply is what REST answered.
type reply struct {
	status int
	header http.Header
	body   string
}

// rest asks as the bot. body is JSON, or nil.
func (w *town) rest(method, path string, body any) reply {
	w.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	req := httptest.NewRequestWithContext(w.t.Context(), method, "http://discord.test/api/v10"+path, r)
	req.Header.Set("Authorization", "Bot "+w.Token())
	req.Header.Set("Content-Type", "application/json")
	return w.send(req)
}

func (w *town) send(req *http.Request) reply {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	return reply{rec.Code, rec.Header(), rec.Body.String()}
}

// want fails unless the answer has that status and its body all of those parts.
func (r reply) want(t *testing.T, status int, parts ...string) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("answered %d %s, want %d", r.status, r.body, status)
	}
	for _, p := range parts {
		if !strings.Contains(r.body, p) {
			t.Fatalf("answered %s, want %s in it", r.body, p)
		}
	}
	return r
}

// into decodes the body.
func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

// id returns the ID in the body.
func (r reply) id(t *testing.T) messages.MessageID {
	t.Helper()
	var v struct {
		ID messages.MessageID `json:"id,string"`
	}
	r.into(t, &v)
	return v.ID
}

// channelPath is the path of the town's channel.
func (w *town) channelPath(rest string) string { return "/channels/" + w.channel.String() + rest }

// post posts as the bot, which must succeed.
func (w *town) post(body any) messages.MessageID {
	w.t.Helper()
	return w.rest("POST", w.channelPath("/messages"), body).want(w.t, 200).id(w.t)
}

// command registers a command without options, for everywhere.
func (w *town) command(name string) {
	w.t.Helper()
	w.rest("POST", "/applications/"+w.Application().String()+"/commands", object{"name": name, "description": "a command"}).want(w.t, 201)
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// target returns what a message replies to, 0 for nothing.
func target(m discordsim.Message) messages.MessageID {
	if m.Reply == nil {
		return 0
	}
	return m.Reply.ID
}
