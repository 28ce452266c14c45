package discord

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// What goes out is exactly this: who is notified is always said, and said to be
// nobody else.
func TestRequests(t *testing.T) {
	interaction := messages.Interaction{ID: 11, Application: 12, Token: interactionToken}
	file := messages.File{Name: `a "b".txt`, Type: "text/plain", Data: []byte("data")}
	post := func(m messages.Post) func(*testing.T, *REST) error {
		return func(t *testing.T, r *REST) error { _, err := r.Post(t.Context(), &m); return err }
	}
	edit := func(m messages.Edit) func(*testing.T, *REST) error {
		return func(t *testing.T, r *REST) error { _, err := r.Edit(t.Context(), &m); return err }
	}
	respond := func(m messages.Response) func(*testing.T, *REST) error {
		m.Interaction = interaction
		return func(t *testing.T, r *REST) error { _, err := r.Respond(t.Context(), &m); return err }
	}
	const (
		auth  = "Bot " + botToken
		json  = "application/json"
		form  = "multipart/form-data"
		silly = `{"parse":[],"replied_user":false}`
		hook  = "/webhooks/12/" + interactionToken
	)
	fileParts := func(payload string) []string {
		return []string{
			`form-data; name="payload_json"|application/json|` + payload,
			`form-data; name="files[0]"; filename="a \"b\".txt"|text/plain|data`,
		}
	}
	tests := []struct {
		name string
		call func(*testing.T, *REST) error
		want request
	}{
		{"post", post(messages.Post{Channel: 5, Content: "hi @everyone", Nonce: "n1"}), request{
			method: "POST", path: "/channels/5/messages", auth: auth, kind: json,
			body: `{"content":"hi @everyone","allowed_mentions":` + silly + `,"nonce":"n1","enforce_nonce":true}`,
		}},
		{"post without nonce", post(messages.Post{Channel: 5, Content: "hi"}), request{
			method: "POST", path: "/channels/5/messages", auth: auth, kind: json,
			body: `{"content":"hi","allowed_mentions":` + silly + `}`,
		}},
		{"reply that notifies", post(messages.Post{Channel: 5, Content: "hi", ReplyTo: 6, Notify: true}), request{
			method: "POST", path: "/channels/5/messages", auth: auth, kind: json,
			body: `{"content":"hi","allowed_mentions":{"parse":[],"replied_user":true},"message_reference":{"message_id":"6","fail_if_not_exists":false}}`,
		}},
		{"reply that does not", post(messages.Post{Channel: 5, Content: "hi", ReplyTo: 6}), request{
			method: "POST", path: "/channels/5/messages", auth: auth, kind: json,
			body: `{"content":"hi","allowed_mentions":` + silly + `,"message_reference":{"message_id":"6","fail_if_not_exists":false}}`,
		}},
		{"post that names people", post(messages.Post{Channel: 5, Content: "hi", Mentions: []messages.UserID{7, 8, 7, 0}}), request{
			method: "POST", path: "/channels/5/messages", auth: auth, kind: json,
			body: `{"content":"hi","allowed_mentions":{"parse":[],"users":["7","8"],"replied_user":false}}`,
		}},
		{"post with a file", post(messages.Post{Channel: 5, Nonce: "n1", Files: []messages.File{file}}), request{
			method: "POST", path: "/channels/5/messages", auth: auth, kind: form,
			parts: fileParts(`{"allowed_mentions":` + silly + `,"nonce":"n1","enforce_nonce":true}`),
		}},
		{"edit", edit(messages.Edit{Channel: 5, Message: 6}), request{
			method: "PATCH", path: "/channels/5/messages/6", auth: auth, kind: json,
			body: `{"content":"","allowed_mentions":` + silly + `}`,
		}},
		{"edit with a file", edit(messages.Edit{Channel: 5, Message: 6, Content: "hi", Files: []messages.File{file}}), request{
			method: "PATCH", path: "/channels/5/messages/6", auth: auth, kind: form,
			parts: fileParts(`{"content":"hi","allowed_mentions":` + silly + `}`),
		}},
		{"delete", func(t *testing.T, r *REST) error { return r.Delete(t.Context(), 5, 6) }, request{
			method: "DELETE", path: "/channels/5/messages/6", auth: auth,
		}},
		{"typing", func(t *testing.T, r *REST) error { return r.Typing(t.Context(), 5) }, request{
			method: "POST", path: "/channels/5/typing", auth: auth,
		}},
		{"acknowledge", func(t *testing.T, r *REST) error { return r.Ack(t.Context(), interaction, false) }, request{
			method: "POST", path: "/interactions/11/" + interactionToken + "/callback", kind: json, body: `{"type":5,"data":{}}`,
		}},
		{"acknowledge in private", func(t *testing.T, r *REST) error { return r.Ack(t.Context(), interaction, true) }, request{
			method: "POST", path: "/interactions/11/" + interactionToken + "/callback", kind: json, body: `{"type":5,"data":{"flags":64}}`,
		}},
		{"first response", respond(messages.Response{Content: "hi", Mentions: []messages.UserID{7}}), request{
			method: "PATCH", path: hook + "/messages/@original", kind: json,
			body: `{"content":"hi","allowed_mentions":{"parse":[],"users":["7"],"replied_user":false}}`,
		}},
		{"first response with a file", respond(messages.Response{Content: "hi", Files: []messages.File{file}}), request{
			method: "PATCH", path: hook + "/messages/@original", kind: form,
			parts: fileParts(`{"content":"hi","allowed_mentions":` + silly + `,"attachments":[{"id":"0","filename":"a \"b\".txt"}]}`),
		}},
		{"further response", respond(messages.Response{Content: "hi", Further: true, Private: true}), request{
			method: "POST", path: hook, kind: json, body: `{"content":"hi","allowed_mentions":` + silly + `,"flags":64}`,
		}},
		{"further response edited", respond(messages.Response{Content: "hi", Further: true, Message: 13}), request{
			method: "PATCH", path: hook + "/messages/13", kind: json, body: `{"content":"hi","allowed_mentions":` + silly + `}`,
		}},
		{"further response with a file", respond(messages.Response{Further: true, Files: []messages.File{file}}), request{
			method: "POST", path: hook, kind: form, parts: fileParts(`{"allowed_mentions":` + silly + `}`),
		}},
		{"open a direct message", func(t *testing.T, r *REST) error { _, err := r.OpenDM(t.Context(), 7); return err }, request{
			method: "POST", path: "/users/@me/channels", auth: auth, kind: json, body: `{"recipient_id":"7"}`,
		}},
		{"commands", func(t *testing.T, r *REST) error {
			return r.RegisterCommands(t.Context(), 12, []messages.Command{{
				Name: "chat", Description: "Ask", Options: []messages.CommandOption{
					{Name: "text", Description: "What", Required: true, MaxLength: 2000},
					{Name: "who", Description: "Persona", Choices: []messages.Choice{{Name: "Pirate", Value: "pirate"}}},
				},
			}})
		}, request{
			method: "PUT", path: "/applications/12/commands", auth: auth, kind: json,
			body: `[{"type":1,"name":"chat","contexts":[0,1],"integration_types":[0],"description":"Ask","options":[` +
				`{"type":3,"name":"text","description":"What","channel_types":null,"required":true,"options":null,"autocomplete":false,"choices":null,"max_length":2000},` +
				`{"type":3,"name":"who","description":"Persona","channel_types":null,"required":false,"options":null,"autocomplete":false,"choices":[{"name":"Pirate","value":"pirate"}]}]}]`,
		}},
		{"a command with subcommands", func(t *testing.T, r *REST) error {
			return r.RegisterCommands(t.Context(), 12, []messages.Command{{
				Name: "memory", Description: "Facts", Subcommands: []messages.Subcommand{
					{Name: "view", Description: "See"},
					{Name: "edit", Description: "Change", Options: []messages.CommandOption{{Name: "text", Description: "What", Required: true, MaxLength: 300}}},
				},
			}})
		}, request{
			method: "PUT", path: "/applications/12/commands", auth: auth, kind: json,
			body: `[{"type":1,"name":"memory","contexts":[0,1],"integration_types":[0],"description":"Facts","options":[` +
				`{"type":1,"name":"view","description":"See","channel_types":null,"required":false,"options":[],"autocomplete":false,"choices":null},` +
				`{"type":1,"name":"edit","description":"Change","channel_types":null,"required":false,"options":[` +
				`{"type":3,"name":"text","description":"What","channel_types":null,"required":true,"options":null,"autocomplete":false,"choices":null,"max_length":300}` +
				`],"autocomplete":false,"choices":null}]}]`,
		}},
		{"no commands", func(t *testing.T, r *REST) error { return r.RegisterCommands(t.Context(), 12, nil) }, request{
			method: "PUT", path: "/applications/12/commands", auth: auth, kind: json, body: `[]`,
		}},
		{"history", func(t *testing.T, r *REST) error { _, err := r.History(t.Context(), 5, 0, 20); return err }, request{
			method: "GET", path: "/channels/5/messages?limit=20", auth: auth,
		}},
		{"history before", func(t *testing.T, r *REST) error { _, err := r.History(t.Context(), 5, 6, 500); return err }, request{
			method: "GET", path: "/channels/5/messages?before=6&limit=100", auth: auth,
		}},
		{"history after", func(t *testing.T, r *REST) error { _, err := r.HistoryAfter(t.Context(), 5, 0, 500); return err }, request{
			method: "GET", path: "/channels/5/messages?after=0&limit=100", auth: auth,
		}},
		{"pins", func(t *testing.T, r *REST) error { _, err := r.Pins(t.Context(), 5); return err }, request{
			method: "GET", path: "/channels/5/messages/pins?limit=50", auth: auth,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := play(t, nil, func(r request) *http.Response {
				switch {
				case strings.Contains(r.path, "/pins"):
					return answerWith(200, `{"items":[]}`)
				case r.method == "GET":
					return answerWith(200, `[]`)
				}
				return answerWith(200, `{"id":"9"}`)
			})
			if err := tt.call(t, d.REST); err != nil {
				t.Fatal(err)
			}
			tt.want.path = BaseURL + tt.want.path
			if diff := cmp.Diff([]request{tt.want}, d.requests, cmp.AllowUnexported(request{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if d.log.Len() > 0 {
				t.Errorf("logged %s", &d.log)
			}
		})
	}
}

// Another server may take Discord's place, below a path too; nothing global is
// changed for it.
func TestBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"":                               "https://discord.com/api/v10/users/@me",
		"http://127.0.0.1:8080/api/v10":  "http://127.0.0.1:8080/api/v10/users/@me",
		"http://127.0.0.1:8080/api/v10/": "http://127.0.0.1:8080/api/v10/users/@me",
		"http://127.0.0.1:8080//":        "http://127.0.0.1:8080/users/@me",
	} {
		d := play(t, func(c *RESTConfig) { c.BaseURL = base }, always(200, `{"id":"1","username":"troupe"}`))
		if _, err := d.Me(t.Context()); err != nil || d.requests[0].path != want {
			t.Errorf("%q: %v, asked %+v", base, err, d.requests)
		}
	}
}

// What is wrong with a configuration is said at once, without the token.
func TestNewREST(t *testing.T) {
	for _, cfg := range []RESTConfig{
		{},
		{Token: "  "},
		{Token: "Bot "},
		{Token: botToken + "\n" + botToken},
		{Token: botToken, BaseURL: "discord.com"},
		{Token: botToken, BaseURL: "ftp://discord.com"},
		{Token: botToken, BaseURL: "https://ann:" + botToken + "@discord.com"},
		{Token: botToken, BaseURL: "https://discord.com/?token=" + botToken},
		{Token: botToken, BaseURL: "https://discord.com/\x7f" + botToken},
		{Token: botToken, RPS: -1},
	} {
		_, err := NewREST(cfg)
		if err == nil || strings.Contains(err.Error(), botToken) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	for _, token := range []string{botToken, "Bot " + botToken, " " + botToken + "\n"} {
		d := play(t, func(c *RESTConfig) { c.Token = token }, always(200, `{"id":"1"}`))
		if _, err := d.Me(t.Context()); err != nil || d.requests[0].auth != "Bot "+botToken {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestAccount(t *testing.T) {
	d := play(t, nil, func(r request) *http.Response {
		switch strings.TrimPrefix(r.path, BaseURL) {
		case "/users/@me":
			return answerWith(200, `{"id":"99","username":"troupe","global_name":"Troupe","bot":true}`)
		case "/gateway/bot":
			return answerWith(200, `{"url":"wss://gateway.test","shards":3,"session_start_limit":{"total":1000,"remaining":999,"reset_after":14400000,"max_concurrency":1}}`)
		case "/applications/@me":
			return answerWith(200, `{"id":"98","name":"Troupe","bot_public":true,"flags":565248}`)
		}
		return answerWith(200, `{"id":"97"}`)
	})
	me, err := d.Me(t.Context())
	if want := (messages.User{ID: 99, Name: "Troupe", Bot: true}); err != nil || me != want {
		t.Errorf("me: %+v, %v", me, err)
	}
	info, err := d.GatewayBot(t.Context())
	if want := (GatewayInfo{URL: "wss://gateway.test", Shards: 3, Starts: 1000, StartsLeft: 999, StartsReset: 4 * 3600e9, MaxConcurrency: 1}); err != nil || info != want {
		t.Errorf("gateway: %+v, %v", info, err)
	}
	app, err := d.Application(t.Context())
	if want := (Application{ID: 98, Name: "Troupe", Public: true, Content: ContentLimited}); err != nil || app != want {
		t.Errorf("application: %+v, %v", app, err)
	}
	if ch, err := d.OpenDM(t.Context(), 7); err != nil || ch != 97 {
		t.Errorf("direct message: %v, %v", ch, err)
	}
}

// A server that advises nothing is asked for the address alone, and one shard is
// enough for it. A wrong token stays one.
func TestGatewayAlone(t *testing.T) {
	for _, tt := range []struct {
		bot, alone int
		body       string
		want       GatewayInfo
	}{
		{200, 404, `{"url":"ws://g.test"}`, GatewayInfo{URL: "ws://g.test", Shards: 1}},
		{404, 200, `{"url":"ws://g.test"}`, GatewayInfo{URL: "ws://g.test", Shards: 1}},
		{405, 200, `{"url":"ws://g.test"}`, GatewayInfo{URL: "ws://g.test", Shards: 1}},
		{404, 404, ``, GatewayInfo{}},
		{401, 200, `{"url":"ws://g.test"}`, GatewayInfo{}},
		{503, 200, `{"url":"ws://g.test"}`, GatewayInfo{}},
	} {
		d := play(t, nil, func(q request) *http.Response {
			if strings.HasSuffix(q.path, "/bot") {
				return answerWith(tt.bot, tt.body)
			}
			return answerWith(tt.alone, tt.body)
		})
		if got, err := d.GatewayBot(t.Context()); got != tt.want || (err == nil) != (tt.want.Shards > 0) {
			t.Errorf("%+v: %+v, %v", tt, got, err)
		}
	}
}

// Which message was edited is known, whatever the answer says; which one was
// posted is not.
func TestEditAnsweredBarely(t *testing.T) {
	for _, body := range []string{``, `{}`, `null`, `{"id":"8"}`, `{"id":8}`} {
		d := play(t, nil, always(200, body))
		sent, err := d.Edit(t.Context(), &messages.Edit{Channel: 7, Message: 8, Content: "a"})
		if err != nil || sent.Message != 8 {
			t.Errorf("edit, %q: %+v, %v", body, sent, err)
		}
		sent, err = d.Post(t.Context(), &messages.Post{Channel: 7, Content: "a"})
		if (err == nil) != strings.Contains(body, "8") || err == nil && sent.Message != 8 {
			t.Errorf("post, %q: %+v, %v", body, sent, err)
		}
	}
}

// An account that Discord describes in another way is a failure, not a zero.
func TestAccountUnreadable(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `[]`, `oops`, `{"id":"x","url":7}`, ``} {
		d := play(t, nil, always(200, body))
		_, me := d.Me(t.Context())
		_, gateway := d.GatewayBot(t.Context())
		_, app := d.Application(t.Context())
		_, dm := d.OpenDM(t.Context(), 7)
		_, pins := d.Pins(t.Context(), 7)
		for _, err := range []error{me, gateway, app, dm, pins} {
			var f *messages.Failure
			if !errors.As(err, &f) || f.Cause != messages.CauseOverloaded {
				t.Errorf("%q: %v", body, err)
			}
		}
		if n := strings.Count(d.log.String(), "not understood"); n != 5 {
			t.Errorf("%q: logged %s", body, &d.log)
		}
	}
}

// How far the content of messages may be read is in the application's flags.
func TestContentAccess(t *testing.T) {
	for flags, want := range map[string]ContentAccess{"0": ContentNone, "262144": ContentFull, "524288": ContentLimited, "8388608": ContentNone} {
		d := play(t, nil, always(200, `{"id":"98","flags":`+flags+`}`))
		if app, err := d.Application(t.Context()); err != nil || app.Content != want {
			t.Errorf("flags %s: %+v, %v", flags, app, err)
		}
	}
}

func TestInviteURL(t *testing.T) {
	got := InviteURL(98)
	want := "https://discord.com/oauth2/authorize?client_id=98&permissions=274878024704&scope=bot+applications.commands"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
