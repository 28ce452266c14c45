package discordsim_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
	"troupe/sim/discordsim"
)

var rewrite = flag.Bool("rewrite", false, "accept what the golden files differ in")

// golden compares what came with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got), -rewrite to accept:\n%s", path, d)
	}
}

// A transcript is JSON under headings.
type transcript struct{ bytes.Buffer }

func (b *transcript) add(heading string, data []byte) {
	b.WriteString("# " + heading + "\n")
	if len(data) > 0 {
		if err := json.Indent(&b.Buffer, data, "", "  "); err != nil {
			b.Write(data)
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}

// now is when the transcripts are made: in bubbles it is the year 2000, when
// there were no IDs.
const now = 25 * 365 * 24 * time.Hour

// The events look on the wire as Discord documents them.
func TestEventShapes(t *testing.T) {
	inTown(t, discordsim.Config{MessageContentIntent: true, GuildMembersIntent: true}, func(t *testing.T, w *town) {
		time.Sleep(now)
		w.SetOverwrite(w.channel, messages.Overwrite{ID: uint64(w.ben), User: true, Deny: discordsim.PermAttachFiles})
		g := w.connect(w.serve())
		g.send(identify(w, (1<<26-1)&^(1<<8)))
		var b transcript
		flush := func(what string) {
			synctest.Wait()
			for len(g.frames) > 0 {
				f := <-g.frames
				b.add(fmt.Sprintf("%s: %s %d", what, f.T, f.S), f.D)
			}
		}
		flush("identify")

		first, err := w.Say(discordsim.Say{
			Person: w.ann, Channel: w.channel, Text: " hello @Troupe and @ben ",
			Files: []discordsim.File{{Name: "a b.txt", Data: []byte("hi")}},
		})
		check(t, err)
		flush("say")
		_, err = w.Say(discordsim.Say{Person: w.ben, Channel: w.channel, Text: "a reply", ReplyTo: first})
		check(t, err)
		flush("reply")
		check(t, w.Edit(w.ann, w.channel, first, "hello again"))
		flush("edit")
		check(t, w.Unfurl(w.channel, first, json.RawMessage(`[{"type":"link","url":"https://go.dev"}]`)))
		flush("unfurl")
		check(t, w.React(w.ben, w.channel, first, "👍"))
		check(t, w.Unreact(w.ben, w.channel, first, "👍"))
		flush("react")
		check(t, w.Pin(w.ann, w.channel, first))
		flush("pin")
		check(t, w.Type(w.ben, w.channel))
		flush("type")
		check(t, w.Delete(w.ann, w.channel, first))
		flush("delete")
		one, two := w.say(w.ann, "one"), w.say(w.ann, "two")
		_ = g.pending()
		check(t, w.DeleteMany(w.channel, one, two))
		flush("delete many")
		_, err = w.Say(discordsim.Say{Person: w.ben, Channel: w.channel, Text: "to nothing", ReplyTo: first})
		if err == nil {
			t.Error("a reply to a deleted message was posted")
		}
		flush("reply to nothing")

		thread, err := w.StartThread(w.ann, w.channel, "a thread", 0)
		check(t, err)
		flush("thread")
		_, err = w.Say(discordsim.Say{Person: w.ann, Channel: thread, Text: "@Troupe come in"})
		check(t, err)
		flush("mention in the thread")
		direct, err := w.OpenDM(w.ben)
		check(t, err)
		_, err = w.Say(discordsim.Say{Person: w.ben, Channel: direct, Text: "psst"})
		check(t, err)
		check(t, w.Type(w.ben, direct))
		flush("direct message")

		role := w.AddRole(w.guild, "helpers", discordsim.PermManageMessages, true)
		w.AddMember(w.guild, w.Bot(), w.BotRole(w.guild), role)
		w.AddMember(w.guild, w.AddUser("Cleo"), role)
		w.SetRole(w.guild, role, 0, false)
		w.RemoveRole(w.guild, role)
		w.AddEmoji(w.guild, "wave")
		flush("roles and members")
		w.RemoveChannel(thread)
		w.SetTopic(w.channel, "talk")
		w.RemoveChannel(w.channel)
		flush("channels")
		w.SetUnavailable(w.guild, true)
		w.SetUnavailable(w.guild, false)
		w.RemoveMember(w.guild, w.Bot())
		flush("guild")
		golden(t, "events.golden", b.Bytes())
	})
}

// REST's answers look as Discord documents them.
func TestAnswerShapes(t *testing.T) {
	inTown(t, discordsim.Config{}, func(t *testing.T, w *town) {
		time.Sleep(now)
		said := w.say(w.ann, "hello @Troupe").String()
		var b transcript
		ask := func(method, path string, body any) {
			r := w.rest(method, path, body)
			b.add(fmt.Sprintf("%s %s: %d", method, path, r.status), []byte(r.body))
		}
		for _, path := range []string{
			"/gateway", "/gateway/bot", "/users/@me", "/applications/@me", "/oauth2/applications/@me", "/users/@me/guilds",
			"/guilds/" + w.guild.String(), "/guilds/" + w.guild.String() + "/channels", "/guilds/" + w.guild.String() + "/roles",
			"/guilds/" + w.guild.String() + "/members/" + w.ben.String(), w.channelPath(""),
		} {
			ask("GET", path, nil)
		}
		ask("POST", w.channelPath("/messages"), object{
			"content": "an answer", "nonce": "n-1", "enforce_nonce": true,
			"message_reference": object{"message_id": said}, "allowed_mentions": object{"parse": []string{}, "replied_user": true},
		})
		ask("GET", w.channelPath("/messages?limit=1"), nil)
		ask("POST", w.channelPath("/messages/"+said+"/threads"), object{"name": "a thread"})
		ask("GET", w.channelPath("/messages/"+said), nil)
		ask("GET", "/guilds/"+w.guild.String()+"/threads/active", nil)
		ask("PUT", w.channelPath("/messages/pins/"+said), nil)
		ask("GET", w.channelPath("/messages/pins"), nil)
		ask("POST", "/users/@me/channels", object{"recipient_id": w.ben.String()})
		ask("POST", w.channelPath("/messages"), object{"content": ""})
		ask("POST", w.channelPath("/messages"), object{"content": string(bytes.Repeat([]byte("x"), 2001))})
		golden(t, "answers.golden", b.Bytes())
	})
}
