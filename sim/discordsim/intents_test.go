package discordsim_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A session hears what its intents say, and nothing else.
func TestIntents(t *testing.T) {
	tests := []struct {
		name    string
		intents int
		want    []string
	}{
		{"none", 0, []string{"INTERACTION_CREATE"}},
		{"guilds", intentGuilds, []string{
			"GUILD_CREATE", "CHANNEL_PINS_UPDATE", "THREAD_CREATE", "GUILD_MEMBER_UPDATE", "INTERACTION_CREATE",
		}},
		{"messages", intentMessages, []string{
			"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE", "MESSAGE_DELETE", "MESSAGE_CREATE", "INTERACTION_CREATE",
		}},
		{"reactions", intentReactions, []string{"MESSAGE_REACTION_ADD", "INTERACTION_CREATE"}},
		{"typing", intentTyping, []string{"TYPING_START", "INTERACTION_CREATE"}},
		{"direct messages", intentDMs, []string{"MESSAGE_CREATE", "INTERACTION_CREATE"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
				w.command("ping")
				direct, err := w.OpenDM(w.ben)
				check(t, err)
				g := w.connect(w.serve())
				g.identify(w, tt.intents)

				id := w.say(w.ann, "hi")
				check(t, w.React(w.ben, w.channel, id, "👍"))
				check(t, w.Type(w.ben, w.channel))
				check(t, w.Type(w.ben, direct))
				check(t, w.Pin(w.ann, w.channel, id))
				check(t, w.Delete(w.ann, w.channel, id))
				_, err = w.StartThread(w.ann, w.channel, "a thread", 0)
				check(t, err)
				w.SetNick(w.guild, w.Bot(), "Bot")
				w.SetNick(w.guild, w.ben, "Benjamin")
				_, err = w.Say(discordsim.Say{Person: w.ben, Channel: direct, Text: "psst"})
				check(t, err)
				_, err = w.UseCommand(discordsim.Use{Person: w.ann, Channel: w.channel, Command: "ping"})
				check(t, err)
				if d := cmp.Diff(tt.want, g.pending()); d != "" {
					t.Errorf("heard (-want +got):\n%s", d)
				}
			})
		})
	}
}

// Without the content intent a bot reads what it wrote, what mentions it and
// what it is told directly; also inside of replies and in history.
func TestContentWithheld(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		direct, err := w.OpenDM(w.ben)
		check(t, err)
		g := w.connect(w.serve())
		g.identify(w, intentMessages|intentDMs)
		type seen struct{ Content, Replied string }
		read := func(data []byte) seen {
			var m struct {
				Content     string
				Attachments []struct{}
				Embeds      []struct{}
				Referenced  struct{ Content string } `json:"referenced_message"`
			}
			check(t, json.Unmarshal(data, &m))
			if m.Content == "" && len(m.Attachments)+len(m.Embeds) > 0 {
				t.Errorf("shown without content: %s", data)
			}
			return seen{m.Content, m.Referenced.Content}
		}
		plain := w.say(w.ann, "nothing for the bot")
		own := w.post(object{"content": "my own"})
		said := []discordsim.Say{
			{Text: "hello @Troupe"},
			{Text: "@everyone"},
			{Text: "a reply to the bot that rings", ReplyTo: own},
			{Text: "a reply to the bot that does not", ReplyTo: own, Silent: true},
			{Text: "@Troupe look at this", ReplyTo: plain},
			{Text: "with a file", Files: []discordsim.File{{Name: "a.txt"}}},
			{Text: "told directly", Channel: direct, Person: w.ben},
		}
		for _, s := range said {
			if s.Channel == 0 {
				s.Channel, s.Person = w.channel, w.ann
			}
			_, err := w.Say(s)
			check(t, err)
		}
		want := []seen{
			{},
			{Content: "my own"},
			{Content: "hello <@1>"},
			{},
			{Content: "a reply to the bot that rings", Replied: "my own"},
			{Replied: "my own"},
			{Content: "<@1> look at this"},
			{},
			{Content: "told directly"},
		}
		var heard, paged []seen
		for range want {
			heard = append(heard, read(g.next().D))
		}
		if d := cmp.Diff(want, heard); d != "" {
			t.Errorf("heard (-want +got):\n%s", d)
		}
		var page []json.RawMessage
		w.rest("GET", w.channelPath("/messages"), nil).want(t, 200).into(t, &page)
		for i := range page {
			paged = append(paged, read(page[len(page)-1-i]))
		}
		if d := cmp.Diff(want[:len(want)-1], paged); d != "" {
			t.Errorf("paged (-want +got):\n%s", d)
		}
	})
}

// With the content intent everything is read, by that session alone.
func TestContentGranted(t *testing.T) {
	inTown(t, discordsim.Config{MessageContentIntent: true, IdentifyEvery: -1}, func(t *testing.T, w *town) {
		network := w.serve()
		with, without := w.connect(network), w.connect(network)
		with.identify(w, intentMessages|intentContent)
		without.identify(w, intentMessages)
		w.say(w.ann, "ambient")
		for g, want := range map[*gate]string{with: "ambient", without: ""} {
			var m messageContent
			check(t, json.Unmarshal(g.next().D, &m))
			if m.Content != want {
				t.Errorf("read %q, want %q", m.Content, want)
			}
		}
	})
}

type messageContent struct{ Content string }

// The bot hears nothing from where it cannot look.
func TestInvisible(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		g := w.connect(w.serve())
		g.identify(w, intentMessages)
		w.SetOverwrite(w.channel, messages.Overwrite{ID: uint64(w.Bot()), User: true, Deny: discordsim.PermViewChannel})
		w.say(w.ann, "secret")
		w.SetOverwrite(w.channel, messages.Overwrite{ID: uint64(w.Bot()), User: true})
		w.say(w.ann, "open")
		w.SetUnavailable(w.guild, true)
		w.say(w.ann, "out of reach")
		w.SetUnavailable(w.guild, false)
		w.RemoveMember(w.guild, w.Bot())
		w.say(w.ann, "without the bot")
		if d := cmp.Diff([]string{"MESSAGE_CREATE"}, g.pending()); d != "" {
			t.Errorf("heard (-want +got):\n%s", d)
		}
	})
}
