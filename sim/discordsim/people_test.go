package discordsim_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// "@Name" mentions whoever in the channel has that name, the longest one, and
// nothing else is touched.
func TestAddress(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		w.AddMember(w.guild, w.AddUser("Ann Marie")) // 7
		w.AddUser("Stranger")
		w.AddMember(w.guild, w.AddUser("Ünal")) // 9
		tests := []struct{ say, want string }{
			{"@Ann hi", "<@2> hi"},
			{"@ann marie hi", "<@7> hi"},
			{"(@Ben, @Troupe!)", "(<@3>, <@1>!)"},
			{"@ünal", "<@9>"},
			{"@Annabel", "@Annabel"},
			{"mail@Ann", "mail@Ann"},
			{"<@2> @ @@Ann", "<@2> @ @<@2>"},
			{"@Stranger @everyone", "@Stranger @everyone"},
		}
		for _, tt := range tests {
			w.say(w.ben, tt.say)
			if got := w.last().Content; got != tt.want {
				t.Errorf("%q became %q, want %q", tt.say, got, tt.want)
			}
		}
		direct, err := w.OpenDM(w.ben)
		check(t, err)
		_, err = w.Say(discordsim.Say{Person: w.ben, Channel: direct, Text: "@Troupe @Ann"})
		check(t, err)
		got, err := w.Messages(direct, 0, 1, w.ben)
		check(t, err)
		if got[0].Content != "<@1> @Ann" {
			t.Errorf("said %q", got[0].Content)
		}
	})
}

// People are refused what their client would not do, with a reason.
func TestPeopleRefused(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	stranger := w.AddUser("Stranger")
	direct, err := w.OpenDM(w.ben)
	check(t, err)
	said, answer := w.say(w.ann, "hi"), w.post(object{"content": "hello"})
	_, clicked := w.Click(w.ben, w.channel, said, "x")
	_, unknown := w.OpenDM(5)
	_, bot := w.OpenDM(w.Bot())
	say := func(who messages.UserID, where messages.ChannelID, text string, to messages.MessageID) error {
		_, err := w.Say(discordsim.Say{Person: who, Channel: where, Text: text, ReplyTo: to})
		return err
	}
	_, unseen := w.Messages(w.channel, 0, 1, stranger)
	_, thread := w.StartThread(stranger, w.channel, "x", 0)
	_, nameless := w.StartThread(w.ben, w.channel, "", 0)
	_, nowhere := w.StartThread(w.ben, direct, "x", 0)
	for name, err := range map[string]error{
		"a stranger speaks":         say(stranger, w.channel, "x", 0),
		"nobody speaks":             say(5, w.channel, "x", 0),
		"spoken nowhere":            say(w.ben, 5, "x", 0),
		"spoken in another's DM":    say(w.ann, direct, "x", 0),
		"nothing said":              say(w.ben, w.channel, " ", 0),
		"a reply to nothing":        say(w.ben, w.channel, "x", 5),
		"another's message edited":  w.Edit(w.ben, w.channel, said, "x"),
		"another's message deleted": w.Delete(w.ben, w.channel, said),
		"the bot's message edited":  w.Edit(w.ann, w.channel, answer, "x"),
		"edited to nothing":         w.Edit(w.ann, w.channel, said, ""),
		"nothing edited":            w.Edit(w.ann, w.channel, 5, "x"),
		"a button of no bot's":      clicked,
		"a DM with nobody":          unknown,
		"a DM with a bot":           bot,
		"a stranger looks":          unseen,
		"a stranger types":          w.Type(stranger, w.channel),
		"a stranger's thread":       thread,
		"a thread without a name":   nameless,
		"a thread of a DM":          nowhere,
		"pinned without permission": w.Pin(w.ben, w.channel, said),
		"reacted to nothing":        w.React(w.ben, w.channel, 5, "👍"),
	} {
		var refused *discordsim.Error
		if !errors.As(err, &refused) || refused.Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Delete(w.ann, w.channel, answer); err != nil {
		t.Errorf("the owner may delete: %v", err)
	}
}

// Watchers hear of all changes in their order, until they stop.
func TestWatch(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		var heard []string
		stop := w.Watch(func(c discordsim.Change) {
			heard = append(heard, fmt.Sprint(c.Kind, " ", c.Message.AuthorName, ": ", c.Message.Content))
		})
		w.SetNick(w.guild, w.ben, "Benjamin")
		check(t, w.Type(w.ben, w.channel))
		id := w.say(w.ben, "one")
		check(t, w.Edit(w.ben, w.channel, id, "two"))
		check(t, w.Delete(w.ben, w.channel, id))
		w.post(object{"content": "three"})
		stop()
		w.say(w.ann, "unheard")
		want := []string{
			fmt.Sprint(discordsim.WorldChanged, " : "), fmt.Sprint(discordsim.TypingStarted, " Benjamin: "),
			fmt.Sprint(discordsim.MessageCreated, " Benjamin: one"), fmt.Sprint(discordsim.MessageEdited, " Benjamin: two"),
			fmt.Sprint(discordsim.MessageDeleted, " Benjamin: two"), fmt.Sprint(discordsim.MessageCreated, " Troupe: three"),
		}
		if d := cmp.Diff(want, heard); d != "" {
			t.Errorf("heard (-want +got):\n%s", d)
		}
	})
}

// Typing shows for ten seconds, or until the message comes.
func TestTyping(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		w.rest("POST", w.channelPath("/typing"), nil).want(t, 204)
		check(t, w.Type(w.ben, w.channel))
		if d := cmp.Diff([]messages.UserID{w.Bot(), w.ben}, w.Typing(w.channel)); d != "" {
			t.Error(d)
		}
		w.say(w.ben, "done")
		time.Sleep(9999 * time.Millisecond)
		if d := cmp.Diff([]messages.UserID{w.Bot()}, w.Typing(w.channel)); d != "" {
			t.Error(d)
		}
		time.Sleep(time.Millisecond)
		if got := w.Typing(w.channel); len(got) != 0 {
			t.Errorf("%v type", got)
		}
	})
}

// The auditor finds what the bot answered to what.
func TestReplies(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	one, two := w.say(w.ann, "one"), w.say(w.ben, "two")
	reply := func(to messages.MessageID, text string) messages.MessageID {
		return w.post(object{"content": text, "message_reference": object{"message_id": to.String(), "fail_if_not_exists": false}})
	}
	first, second := reply(one, "part 1"), reply(one, "part 2")
	w.post(object{"content": "to nobody"})
	check(t, w.Delete(w.ben, w.channel, two))
	reply(two, "too late")
	got := w.Replies(w.channel)
	if len(got) != 1 || len(got[one]) != 2 || got[one][0].ID != first || got[one][1].ID != second {
		t.Errorf("%+v", got)
	}
	if got := w.MessagesOf(w.Bot()); len(got) != 4 || got[3].Content != "too late" || target(got[3]) != 0 {
		t.Errorf("%+v", got)
	}
}

// Everything may be called at the same time.
func TestConcurrency(t *testing.T) {
	inTown(t, discordsim.Config{Limits: discordsim.Limits{Off: true}}, func(t *testing.T, w *town) {
		network := w.serve()
		g := w.connect(network)
		id := g.identify(w, intentMessages)
		w.command("ping")
		defer w.Watch(func(discordsim.Change) {})()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 50 {
					said := w.say(w.ann, "hi")
					w.rest("POST", w.channelPath("/messages"), object{"content": "x", "message_reference": object{"message_id": said.String()}})
					w.rest("PATCH", w.channelPath("/messages/"+said.String()), object{"content": "x"})
					_ = w.Edit(w.ann, w.channel, said, "ho")
					w.respond(w.ping(), object{"type": 5})
					w.Sessions()
					w.Requests()
					w.Commands(w.guild)
				}
			})
		}
		all.Go(func() {
			for range 20 {
				w.Drop()
				c := w.dial(network, mainGateway)
				c.next()
				c.send(resume(w, id, 1))
			}
		})
		all.Wait()
		synctest.Wait()
		if got := w.MessagesOf(w.Bot()); len(got) != 400 {
			t.Errorf("the bot has written %d messages", len(got))
		}
	})
}

// A reply shows what it replies to as that is now; what only one person sees
// can be found by its ID all the same.
func TestMessage(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		said := w.say(w.ann, "one")
		id, err := w.Say(discordsim.Say{Person: w.ben, Channel: w.channel, Text: "a reply", ReplyTo: said})
		check(t, err)
		check(t, w.Edit(w.ann, w.channel, said, "two"))
		quote := func() *discordsim.Quote {
			m, ok := w.Message(w.channel, id)
			if !ok {
				t.Fatal("the reply is gone")
			}
			return m.Reply
		}
		if d := cmp.Diff(&discordsim.Quote{ID: said, Author: w.ann, AuthorName: "Ann", Content: "two"}, quote()); d != "" {
			t.Error(d)
		}
		check(t, w.Delete(w.ann, w.channel, said))
		if d := cmp.Diff(&discordsim.Quote{ID: said, Deleted: true}, quote()); d != "" {
			t.Error(d)
		}
		w.command("ping")
		w.respond(w.ping(), object{"type": 4, "data": object{"content": "just for you", "flags": 64}}).want(t, 204)
		mine, err := w.Messages(w.channel, 0, 10, w.ben)
		check(t, err)
		m, ok := w.Message(w.channel, mine[len(mine)-1].ID)
		if !ok || m.Content != "just for you" || m.PersonName != "Ben" {
			t.Errorf("%+v", m)
		}
		if _, ok := w.Message(w.channel, said); ok {
			t.Error("a deleted message is found")
		}
	})
}

// A channel keeps a bounded history, and what is forgotten takes its files
// along.
func TestBoundedHistory(t *testing.T) {
	w := newTown(t, discordsim.Config{History: 16})
	_, err := w.Say(discordsim.Say{Person: w.ann, Channel: w.channel, Text: "first", Files: []discordsim.File{{Name: "a.txt"}}})
	check(t, err)
	file := w.last().Attachments[0].ID
	for range 40 {
		w.say(w.ann, "x")
	}
	got, err := w.Messages(w.channel, 0, 100, 0)
	check(t, err)
	if _, ok := w.File(file); ok || len(got) < 16 || len(got) > 19 {
		t.Errorf("%d messages are kept; the file: %v", len(got), ok)
	}
}
