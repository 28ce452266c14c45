package discordsim_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A used is a command that Ben has used: the interaction's ID and token.
type used struct {
	id    messages.InteractionID
	token string
}

// ping uses /ping, as Ben.
func (w *town) ping() used {
	w.t.Helper()
	id, err := w.UseCommand(discordsim.Use{Person: w.ben, Channel: w.channel, Command: "ping"})
	check(w.t, err)
	return used{id, w.TokenOf(id)}
}

// respond sends the callback.
func (w *town) respond(u used, body any) reply {
	return w.rest("POST", "/interactions/"+u.id.String()+"/"+u.token+"/callback", body)
}

// hook asks for the answers of an interaction.
func (w *town) hook(method string, u used, path string, body any) reply {
	return w.rest(method, "/webhooks/"+w.Application().String()+"/"+u.token+path, body)
}

// inCommand runs f in a town where /ping is known.
func inCommand(t *testing.T, f func(t *testing.T, w *town)) {
	t.Helper()
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		w.command("ping")
		f(t, w)
	})
}

// An answer at once is a message of the bot's that names who used what.
func TestRespond(t *testing.T) {
	inCommand(t, func(t *testing.T, w *town) {
		u := w.ping()
		w.respond(u, object{"type": 4, "data": object{"content": "pong"}}).want(t, 204)
		got := w.last()
		if got.Content != "pong" || got.Command != "ping" || got.Person != w.ben || got.Interaction != u.id || got.Thinking || got.Author != w.Bot() {
			t.Errorf("%+v", got)
		}
		w.respond(u, object{"type": 4, "data": object{"content": "pong"}}).want(t, 400, `"code":40060`)
		w.hook("PATCH", u, "/messages/@original", object{"content": "edited"}).want(t, 200, `"type":20`, `"interaction_metadata":{`)
		w.hook("DELETE", u, "/messages/@original", nil).want(t, 204)
		w.hook("GET", u, "/messages/@original", nil).want(t, 404, `"code":10008`)
		w.hook("PATCH", u, "/messages/@original", object{"content": "x"}).want(t, 404, `"code":10008`)
		if got, _ := w.Messages(w.channel, 0, 10, w.ben); len(got) != 0 {
			t.Errorf("%d messages are there", len(got))
		}
	})
}

// A deferred answer shows as thinking, to be filled in by an edit or by the
// first follow-up; filling in is no edit.
func TestDefer(t *testing.T) {
	inCommand(t, func(t *testing.T, w *town) {
		u := w.ping()
		w.rest("POST", "/interactions/"+u.id.String()+"/"+u.token+"/callback?with_response=true", object{"type": 5}).
			want(t, 200, `"response_message_loading":true`, `"resource":{"type":5,"message":{"id"`, `"flags":128`)
		if got := w.last(); !got.Thinking {
			t.Errorf("%+v", got)
		}
		time.Sleep(14 * time.Minute)
		w.hook("GET", u, "/messages/@original", nil).want(t, 200, `"flags":128`)
		w.hook("PATCH", u, "/messages/@original", object{"content": "pong"}).want(t, 200, `"flags":0`, `"edited_timestamp":null`)
		if got := w.last(); got.Thinking || got.Content != "pong" {
			t.Errorf("%+v", got)
		}
		u = w.ping()
		w.respond(u, object{"type": 5}).want(t, 204)
		thinking := w.last().ID
		if id := w.hook("POST", u, "", object{"content": "first", "flags": 64}).want(t, 200).id(t); id != thinking {
			t.Error("the first follow-up is a message of its own")
		}
		second := w.hook("POST", u, "?wait=true", object{"content": "second"}).want(t, 200).id(t)
		if got := w.last(); got.ID != second || target(got) != thinking || got.Content != "second" || len(got.Pinged) != 0 {
			t.Errorf("%+v", got)
		}
		w.hook("PATCH", u, "/messages/"+second.String(), object{"content": "changed"}).want(t, 200, "changed")
		w.hook("GET", u, "/messages/"+second.String(), nil).want(t, 200, "changed")
		w.hook("DELETE", u, "/messages/"+second.String(), nil).want(t, 204)
		w.hook("DELETE", u, "/messages/"+second.String(), nil).want(t, 404, `"code":10008`)
		w.hook("GET", u, "/messages/5", nil).want(t, 404, `"code":10008`)
	})
}

// What is ephemeral is seen by who asked alone, and the gateway does not tell
// of it.
func TestEphemeral(t *testing.T) {
	inCommand(t, func(t *testing.T, w *town) {
		g := w.connect(w.serve())
		g.identify(w, intentMessages)
		u := w.ping()
		w.respond(u, object{"type": 5, "data": object{"flags": 64}}).want(t, 204)
		w.hook("PATCH", u, "/messages/@original", object{"content": "just for you"}).want(t, 200, `"flags":64`)
		second := w.hook("POST", u, "", object{"content": "this too", "flags": 64}).want(t, 200, `"flags":64`).id(t)
		w.hook("PATCH", u, "/messages/"+second.String(), object{"content": "this too, edited"}).want(t, 200)
		if d := cmp.Diff([]string{"INTERACTION_CREATE"}, g.pending()); d != "" {
			t.Errorf("heard (-want +got):\n%s", d)
		}
		mine, _ := w.Messages(w.channel, 0, 10, w.ben)
		others, _ := w.Messages(w.channel, 0, 10, w.ann)
		if len(mine) != 2 || mine[1].Content != "this too, edited" || mine[0].Ephemeral != w.ben || len(others) != 0 {
			t.Errorf("Ben sees %d, Ann %d", len(mine), len(others))
		}
		if got := w.rest("GET", w.channelPath("/messages"), nil).want(t, 200); got.body != "[]" {
			t.Errorf("history: %s", got.body)
		}
	})
}

// An interaction may be answered within 3 s, and its token lives 15 min.
func TestInteractionLife(t *testing.T) {
	inCommand(t, func(t *testing.T, w *town) {
		late, good := w.ping(), w.ping()
		w.hook("POST", good, "", object{"content": "too soon"}).want(t, 404, `"code":10015`)
		time.Sleep(3 * time.Second)
		w.respond(good, object{"type": 4, "data": object{}}).want(t, 400, `"code":50006`)
		w.respond(good, object{"type": 1}).want(t, 400, `"code":50035`)
		w.respond(good, object{"type": 6}).want(t, 400, `"code":50035`)
		w.respond(good, object{"type": 5}).want(t, 204)
		time.Sleep(time.Millisecond)
		w.respond(late, object{"type": 5}).want(t, 404, `"code":10062`)
		w.respond(good, object{"type": 5}).want(t, 400, `"code":40060`)
		w.respond(used{good.id, "wrong"}, object{"type": 5}).want(t, 404, `"code":10062`)
		time.Sleep(15*time.Minute - 3*time.Second - time.Millisecond)
		w.hook("PATCH", good, "/messages/@original", object{"content": "pong"}).want(t, 200)
		time.Sleep(time.Millisecond)
		w.hook("PATCH", good, "/messages/@original", object{"content": "pong"}).want(t, 401, `"code":50027`)
		got := w.Uses()
		if len(got) != 2 || !got[0].Acknowledged.IsZero() || got[1].Acknowledged.IsZero() || len(got[1].Answers) != 1 || got[1].Thinking {
			t.Errorf("%+v", got)
		}
	})
}

// Edits of one interaction have a limit, which is not shared with others.
func TestWebhookLimit(t *testing.T) {
	inCommand(t, func(t *testing.T, w *town) {
		one, two := w.ping(), w.ping()
		for _, u := range []used{one, two} {
			w.respond(u, object{"type": 5}).want(t, 204)
			for range 5 {
				w.hook("PATCH", u, "/messages/@original", object{"content": "x"}).want(t, 200)
			}
		}
		w.hook("PATCH", one, "/messages/@original", object{"content": "x"}).want(t, 429, `"global":false`)
		w.hook("POST", one, "", object{"content": "x"}).want(t, 200)
	})
}

// A click on a button may be answered by changing the message, at once or
// later, or by another one.
func TestClick(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		g := w.connect(w.serve())
		g.identify(w, 0)
		button := func(id string, disabled bool) object {
			return object{"type": 1, "components": []object{{"type": 2, "style": 2, "label": id, "custom_id": id, "disabled": disabled}}}
		}
		id := w.post(object{"content": "an answer", "components": []object{button("stop", false), button("again", true)}})
		for _, name := range []string{"again", "nothing"} {
			if _, err := w.Click(w.ben, w.channel, id, name); err == nil {
				t.Errorf("%s was clicked", name)
			}
		}
		click := func() used {
			t.Helper()
			n, err := w.Click(w.ben, w.channel, id, "stop")
			check(t, err)
			var event struct {
				Type    int
				Message struct {
					ID messages.MessageID `json:"id,string"`
				}
				Data struct {
					CustomID string `json:"custom_id"`
				}
			}
			check(t, json.Unmarshal(g.next().D, &event))
			if event.Type != 3 || event.Message.ID != id || event.Data.CustomID != "stop" {
				t.Errorf("told %+v", event)
			}
			return used{n, w.TokenOf(n)}
		}
		w.respond(click(), object{"type": 7, "data": object{"content": "stopped"}}).want(t, 204)
		if got := w.last(); got.Content != "stopped" || got.ID != id {
			t.Errorf("%+v", got)
		}
		u := click()
		w.respond(u, object{"type": 6}).want(t, 204)
		w.hook("PATCH", u, "/messages/@original", object{"content": "later"}).want(t, 200)
		if got := w.last(); got.Content != "later" || got.ID != id {
			t.Errorf("%+v", got)
		}
		w.respond(click(), object{"type": 4, "data": object{"content": "another"}}).want(t, 204)
		if got := w.last(); got.Content != "another" || target(got) != id || got.Command != "stop" {
			t.Errorf("%+v", got)
		}
	})
}

// What the gateway tells of a use looks as Discord documents it.
func TestUseShape(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		time.Sleep(now)
		g := w.connect(w.serve())
		g.identify(w, 0)
		w.rest("PUT", "/applications/"+w.Application().String()+"/commands", everyOption).want(t, 200)
		_, err := w.UseCommand(discordsim.Use{
			Person: w.ben, Channel: w.channel, Command: "all of it", Locale: "de",
			Options: map[string]string{
				"text": "hello", "whole": "7", "half": "2.5", "yes": "true", "who": w.ann.String(),
				"where": w.channel.String(), "role": w.BotRole(w.guild).String(), "any": w.ben.String(), "pick": "one",
			},
			Files: map[string]discordsim.File{"file": {Name: "a.txt", Data: []byte("hi")}},
		})
		check(t, err)
		var b transcript
		b.add("a command with every kind of option", g.next().D)
		direct, err := w.OpenDM(w.ben)
		check(t, err)
		_, err = w.UseCommand(discordsim.Use{Person: w.ben, Channel: direct, Command: "plain"})
		check(t, err)
		b.add("a command in a direct message", g.next().D)
		golden(t, "uses.golden", b.Bytes())
	})
}
