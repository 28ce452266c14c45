package discordsim_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"troupe/sim/discordsim"
)

// Who writes in a thread or is mentioned there is in it, and writing opens an
// archived one.
func TestThreads(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	thread := w.AddThread(w.channel, "a thread")
	joined := func() bool {
		for _, c := range w.Channels() {
			if c.ID == thread {
				return c.Joined
			}
		}
		return false
	}
	path := "/channels/" + thread.String()
	say := func(text string) {
		_, err := w.Say(discordsim.Say{Person: w.ben, Channel: thread, Text: text})
		check(t, err)
	}
	steps := []struct {
		name   string
		do     func()
		joined bool
	}{
		{"a stranger to it", func() { say("hi") }, false},
		{"mentioned", func() { say("@Troupe hi") }, true},
		{"left", func() { w.rest("DELETE", path+"/thread-members/@me", nil).want(t, 204) }, false},
		{"wrote", func() { w.rest("POST", path+"/messages", object{"content": "hi"}).want(t, 200) }, true},
		{"left again", func() { w.rest("DELETE", path+"/thread-members/@me", nil).want(t, 204) }, false},
		{"joined", func() { w.rest("PUT", path+"/thread-members/@me", nil).want(t, 204) }, true},
	}
	for _, s := range steps {
		if s.do(); joined() != s.joined {
			t.Errorf("%s: joined is %v", s.name, joined())
		}
	}
	active := "/guilds/" + w.guild.String() + "/threads/active"
	w.rest("PATCH", path, object{"archived": true}).want(t, 200, `"archived":true`)
	w.rest("GET", active, nil).want(t, 200, `"threads":[]`)
	say("up again")
	w.rest("GET", active, nil).want(t, 200, thread.String())
	w.rest("POST", path+"/threads", object{"name": "deeper", "type": 11}).want(t, 400, `"code":50024`)
	said := w.say(w.ann, "a question")
	from := w.channelPath("/messages/" + said.String() + "/threads")
	if id := w.rest("POST", from, object{"name": "its thread"}).want(t, 201, `"member":{`).id(t); id != said {
		t.Errorf("the thread of message %d is %d", said, id)
	}
	w.rest("POST", from, object{"name": "again"}).want(t, 400, `"code":160004`)
	w.rest("DELETE", path, nil).want(t, 200)
	w.rest("GET", path, nil).want(t, 404, `"code":10003`)
}

// Pins are answered on the old path and, in pages, on the new one.
func TestPins(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		var times []string
		for i := range 3 {
			id := w.say(w.ann, fmt.Sprint(i))
			time.Sleep(time.Second)
			w.rest("PUT", w.channelPath([]string{"/pins/", "/messages/pins/"}[i%2]+id.String()), nil).want(t, 204)
			w.rest("PUT", w.channelPath("/pins/"+id.String()), nil).want(t, 204) // no second notice
			times = append(times, time.Now().UTC().Format(time.RFC3339))
		}
		var old []json.RawMessage
		w.rest("GET", w.channelPath("/pins"), nil).want(t, 200).into(t, &old)
		var page struct {
			Items   []json.RawMessage
			HasMore bool `json:"has_more"`
		}
		w.rest("GET", w.channelPath("/messages/pins?limit=1&before="+times[2]), nil).want(t, 200).into(t, &page)
		if len(old) != 3 || len(page.Items) != 1 || !page.HasMore {
			t.Errorf("%d, %d, %v", len(old), len(page.Items), page.HasMore)
		}
		w.rest("GET", w.channelPath("/messages/pins?before=x"), nil).want(t, 400, `"before"`)
		if got := w.last(); !got.Notice {
			t.Errorf("%+v", got)
		}
		if all, _ := w.Messages(w.channel, 0, 100, 0); len(all) != 6 {
			t.Errorf("%d messages", len(all))
		}
		w.rest("DELETE", w.channelPath("/messages/pins/"+w.MessagesOf(w.ann)[0].ID.String()), nil).want(t, 204)
		w.rest("GET", w.channelPath("/pins"), nil).want(t, 200).into(t, &old)
		if len(old) != 2 {
			t.Errorf("%d pins", len(old))
		}
	})
}

// Reactions are counted, listed and removed; an emoji must exist.
func TestReactions(t *testing.T) {
	w := newTown(t, discordsim.Config{Limits: discordsim.Limits{Off: true}})
	id := w.say(w.ann, "hi")
	path := w.channelPath("/messages/" + id.String())
	custom := fmt.Sprintf("wave:%d", w.AddEmoji(w.guild, "wave"))
	check(t, w.React(w.ben, w.channel, id, "👍"))
	for range 2 {
		w.rest("PUT", path+"/reactions/👍/@me", nil).want(t, 204)
		w.rest("PUT", path+"/reactions/"+custom+"/@me", nil).want(t, 204)
	}
	w.rest("GET", path, nil).want(t, 200, `{"count":2,"me":true,"emoji":{"id":null,"name":"👍"}}`, `"name":"wave"}}`)
	w.rest("GET", path+"/reactions/👍?limit=1&after="+w.Bot().String(), nil).want(t, 200, `"username":"Ben"`)
	w.rest("PUT", path+"/reactions/nothing/@me", nil).want(t, 400, `"code":10014`)
	w.rest("PUT", path+"/reactions/wave:5/@me", nil).want(t, 400, `"code":10014`)
	w.rest("DELETE", path+"/reactions/👍/@me", nil).want(t, 204)
	w.rest("DELETE", path+"/reactions/👍/"+w.ben.String(), nil).want(t, 204)
	if got := w.last().Reactions; len(got) != 1 || got[0].Emoji != custom {
		t.Errorf("%+v", got)
	}
	w.rest("DELETE", path+"/reactions/"+custom, nil).want(t, 204)
	w.rest("PUT", path+"/reactions/👍/@me", nil).want(t, 204)
	w.rest("DELETE", path+"/reactions", nil).want(t, 204)
	if got := w.last().Reactions; len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
