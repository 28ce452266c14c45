package discordsim_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// What cannot be posted is refused as Discord refuses it.
func TestPostRefused(t *testing.T) {
	embed := func(title, text string) object {
		return object{"embeds": []object{{"title": title, "description": text}}}
	}
	long := strings.Repeat("x", 5000)
	tests := []struct {
		name   string
		body   any
		status int
		part   string
	}{
		{"nothing", object{}, 400, `"code":50006`},
		{"blanks", object{"content": " \n "}, 400, `"code":50006`},
		{"too long", object{"content": long}, 400, `"content":{"_errors"`},
		{"no JSON", "{", 400, `"code":50109`},
		{"wrong type", object{"content": 7}, 400, `"code":50035`},
		{"nonce too long", object{"content": "x", "nonce": strings.Repeat("n", 26)}, 400, `"nonce":{"_errors"`},
		{"eleven embeds", object{"embeds": make([]object, 11)}, 400, `"embeds":{"_errors"`},
		{"a long title", embed(long[:257], ""), 400, `"code":50035`},
		{"a long embed", embed("", long[:4097]), 400, `"code":50035`},
		{"long embeds together", object{"embeds": []object{{"description": long[:4000]}, {"description": long[:4000]}}}, 400, "MAX_EMBED_SIZE"},
		{"a reply to nothing", object{"content": "x", "message_reference": object{"message_id": "5"}}, 400, "REPLIES_UNKNOWN_MESSAGE"},
		{"a reply across channels", object{"content": "x", "message_reference": object{"message_id": "5", "channel_id": "9"}}, 400, `"code":50035`},
		{"parse and users", object{"content": "x", "allowed_mentions": object{"parse": []string{"users"}, "users": []string{"1"}}}, 400, "PARSE_EXCLUSIVE"},
		{"content with components v2", object{"content": "x", "flags": 1 << 15}, 400, "COMPONENTS_V2"},
		{"too many components", object{"components": make([]object, 41)}, 400, `"components":{"_errors"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t, discordsim.Config{})
			r := w.rest("POST", w.channelPath("/messages"), tt.body)
			if r.status != tt.status || !strings.Contains(strings.ToUpper(r.body), strings.ToUpper(tt.part)) {
				t.Errorf("answered %d %s, want %d and %s", r.status, r.body, tt.status, tt.part)
			}
			if got, err := w.Messages(w.channel, 0, 10, 0); err != nil || len(got) != 0 {
				t.Errorf("%d messages are there, %v", len(got), err)
			}
		})
	}
}

// What is not there, or not for the bot, is told apart.
func TestNotFound(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	other := w.AddGuild("Other", w.ann)
	place := w.AddChannel(other, "elsewhere")
	w.RemoveMember(other, w.Bot())
	said := w.say(w.ann, "hi").String()
	tests := []struct {
		method, path string
		status       int
		part         string
	}{
		{"GET", "/nothing", 404, `"message":"404: Not Found"`},
		{"GET", "/channels/5", 404, `"code":10003`},
		{"GET", "/channels/x", 404, `"code":10003`},
		{"GET", w.channelPath("/messages/5"), 404, `"code":10008`},
		{"PATCH", w.channelPath("/messages/" + said), 403, `"code":50005`},
		{"GET", "/channels/" + place.String() + "/messages", 403, `"code":50001`},
		{"GET", "/guilds/5", 404, `"code":10004`},
		{"GET", "/guilds/" + other.String(), 403, `"code":50001`},
		{"GET", "/guilds/" + w.guild.String() + "/members/5", 404, `"code":10013`},
		{"GET", "/users/5", 404, `"code":10013`},
		{"DELETE", w.channelPath("/messages/" + said + "/nothing"), 404, `404: Not Found`},
		{"GET", "/applications/5/commands", 404, `"code":10002`},
		{"POST", "/interactions/5/x/callback", 404, `"code":10062`},
		{"PATCH", "/webhooks/" + w.Application().String() + "/x/messages/@original", 401, `"code":50027`},
		{"PATCH", "/webhooks/5/x/messages/@original", 404, `"code":10015`},
	}
	for _, tt := range tests {
		w.rest(tt.method, tt.path, object{}).want(t, tt.status, tt.part)
	}
	req := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v10/users/@me", nil)
	w.send(req).want(t, 401, `"message":"401: Unauthorized"`)
	req = httptest.NewRequestWithContext(t.Context(), "GET", "/api/v6/users/@me", nil)
	w.send(req).want(t, 400, `"code":50041`)
}

// A nonce that is enforced makes a repeat return the first message, as long as
// it is remembered, in whatever channel; a deleted one is an unknown message.
func TestNonce(t *testing.T) {
	inTown(t, discordsim.Config{NonceWindow: time.Minute, Limits: discordsim.Limits{Off: true}}, func(t *testing.T, w *town) {
		body := func(nonce any, content string) object {
			return object{"content": content, "nonce": nonce, "enforce_nonce": true}
		}
		first := w.post(body("a", "one"))
		time.Sleep(time.Minute)
		other := w.AddChannel(w.guild, "other")
		r := w.rest("POST", "/channels/"+other.String()+"/messages", body("a", "two")).want(t, 200, `"nonce":"a"`, `"content":"one"`)
		if r.id(t) != first {
			t.Error("a repeat posted again")
		}
		if w.post(object{"content": "x", "nonce": "a"}) == first {
			t.Error("a nonce that is not enforced returned the first message")
		}
		number := w.post(body(7, "number"))
		if w.post(body("7", "text")) != number {
			t.Error("7 and \"7\" are two nonces")
		}
		time.Sleep(time.Second)
		second := w.post(body("a", "later"))
		if second == first {
			t.Error("the nonce is remembered too long")
		}
		w.rest("DELETE", w.channelPath("/messages/"+second.String()), nil).want(t, 204)
		w.rest("POST", w.channelPath("/messages"), body("a", "again")).want(t, 404, `"code":10008`)

		got, err := w.Messages(w.channel, 0, 100, 0)
		check(t, err)
		var texts []string
		for _, m := range got {
			texts = append(texts, m.Content+" "+m.Nonce)
		}
		if d := cmp.Diff([]string{"one a", "x a", "number 7"}, texts); d != "" {
			t.Error(d)
		}
	})
}

// History is paged from any message, the latest first.
func TestHistory(t *testing.T) {
	w := newTown(t, discordsim.Config{MessageContentIntent: true})
	var ids []messages.MessageID
	for i := range 10 {
		ids = append(ids, w.say(w.ann, fmt.Sprint(i)))
	}
	w.rest("DELETE", w.channelPath("/messages/"+ids[5].String()), nil).want(t, 204)
	tests := []struct {
		query string
		want  string
	}{
		{"limit=3", "987"},
		{"", "987643210"},
		{"limit=2&before=" + ids[4].String(), "32"},
		{"limit=2&before=" + ids[5].String(), "43"}, // which is gone
		{"limit=2&after=" + ids[4].String(), "76"},
		{"limit=2&after=" + ids[8].String(), "9"},
		{"limit=3&after=0", "210"},
		{"limit=3&after=x", "987"},
		{"limit=3&around=" + ids[7].String(), "876"},
		{"limit=2&before=1", ""},
	}
	for _, tt := range tests {
		var page []messageContent
		w.rest("GET", w.channelPath("/messages?"+tt.query), nil).want(t, 200).into(t, &page)
		got := ""
		for _, m := range page {
			got += m.Content
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.query, got, tt.want)
		}
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=x"} {
		w.rest("GET", w.channelPath("/messages?"+query), nil).want(t, 400, `"limit":{"_errors"`)
	}
}

// An edit changes what it names, keeps the rest, and rings nobody.
func TestEdit(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		id := w.post(object{"content": "hi <@2>", "embeds": []object{{"title": "t"}}})
		path := w.channelPath("/messages/" + id.String())
		time.Sleep(time.Second)
		w.rest("PATCH", path, object{"content": "ho <@3>"}).want(t, 200, `"content":"ho <@3>"`, `"title":"t"`, `"username":"Ben"`)
		got := w.last()
		if d := cmp.Diff([]messages.UserID{2}, got.Pinged); d != "" || got.Edited.IsZero() {
			t.Errorf("edited %v, pinged: %s", got.Edited, d)
		}
		w.rest("PATCH", path, object{"content": nil, "embeds": []object{}}).want(t, 400, `"code":50006`)
		w.rest("PATCH", path, object{"embeds": []object{}}).want(t, 200, `"embeds":[]`, `"content":"ho <@3>"`)
		w.rest("PATCH", path, object{"content": strings.Repeat("x", 2001)}).want(t, 400)
		if got := w.last().Content; got != "ho <@3>" {
			t.Errorf("content is %q", got)
		}
	})
}

// last returns the latest message of the town's channel.
func (w *town) last() discordsim.Message {
	w.t.Helper()
	got, err := w.Messages(w.channel, 0, 1, 0)
	if err != nil || len(got) != 1 {
		w.t.Fatalf("%d messages, %v", len(got), err)
	}
	return got[0]
}

// Whom a message rings is what allowed_mentions lets through.
func TestAllowedMentions(t *testing.T) {
	const text = "<@2> <@!3> <@&%d> @everyone"
	tests := []struct {
		name    string
		allowed any
		pinged  []messages.UserID
	}{
		{"left out", nil, []messages.UserID{2, 3, 7}},
		{"nothing", object{"parse": []string{}}, nil},
		{"empty", object{}, nil},
		{"null means everything", object{"parse": nil}, []messages.UserID{2, 3, 7}},
		{"users", object{"parse": []string{"users"}}, []messages.UserID{2, 3}},
		{"one user", object{"users": []string{"3"}}, []messages.UserID{3}},
		{"roles", object{"parse": []string{"roles"}}, []messages.UserID{7}},
		{"who is replied to", object{"parse": []string{}, "replied_user": true}, []messages.UserID{3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
				cleo := w.AddUser("Cleo")
				role := w.AddRole(w.guild, "helpers", 0, true)
				w.AddMember(w.guild, cleo, role)
				said := w.say(w.ben, "question")
				body := object{"content": fmt.Sprintf(text, role), "message_reference": object{"message_id": said.String()}}
				if tt.allowed != nil {
					body["allowed_mentions"] = tt.allowed
				}
				w.post(body)
				if d := cmp.Diff(tt.pinged, w.last().Pinged); d != "" {
					t.Errorf("pinged (-want +got):\n%s", d)
				}
				w.SetRole(w.guild, w.BotRole(w.guild), discordsim.BotPermissions|discordsim.PermMentionEveryone, false)
				w.post(object{"content": "@everyone", "allowed_mentions": object{"parse": []string{"everyone"}}})
				if d := cmp.Diff([]messages.UserID{2, 3, 7}, w.last().Pinged); d != "" {
					t.Errorf("everyone (-want +got):\n%s", d)
				}
				w.post(object{"content": "<@2>", "flags": 1 << 12})
				if got := w.last().Pinged; len(got) != 0 {
					t.Errorf("a silent message rang for %v", got)
				}
			})
		})
	}
}

// Many messages are deleted at once, unless they are too old or too few.
func TestBulkDelete(t *testing.T) {
	inTown(t, discordsim.Config{Limits: discordsim.Limits{Off: true}}, func(t *testing.T, w *town) {
		time.Sleep(now)
		old := w.say(w.ann, "old")
		time.Sleep(15 * 24 * time.Hour)
		one, two := w.say(w.ann, "one"), w.say(w.ben, "two")
		del := func(ids ...messages.MessageID) reply {
			var list []string
			for _, id := range ids {
				list = append(list, id.String())
			}
			return w.rest("POST", w.channelPath("/messages/bulk-delete"), object{"messages": list})
		}
		del(one).want(t, 400, `"code":50035`)
		del(one, old).want(t, 400, `"code":50034`)
		del(one, two, two).want(t, 204)
		if got := w.last().ID; got != old {
			t.Errorf("the last message is %d", got)
		}
		direct, err := w.OpenDM(w.ben)
		check(t, err)
		w.rest("POST", "/channels/"+direct.String()+"/messages/bulk-delete", object{"messages": []string{"1", "2"}}).want(t, 400, `"code":50003`)
	})
}
