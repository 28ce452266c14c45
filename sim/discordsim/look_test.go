package discordsim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
)

// The world can be looked at from outside, and the bot can leave and be told to.
func TestLook(t *testing.T) {
	inTown(t, discordsim.Config{Records: 2}, func(t *testing.T, w *town) {
		other := w.AddBot("Other")
		w.AddMember(w.guild, other)
		w.SetNick(w.guild, w.ben, "Benjamin")
		w.AddEmoji(w.guild, "wave")
		direct, err := w.OpenDM(w.ben)
		check(t, err)
		users := []discordsim.User{{ID: 1, Name: "Troupe", Bot: true}, {ID: 2, Name: "Ann"}, {ID: 3, Name: "Ben"}, {ID: other, Name: "Other", Bot: true}}
		if d := cmp.Diff(users, w.Users()); d != "" {
			t.Error(d)
		}
		users[2].Name = "Benjamin"
		if d := cmp.Diff(users, w.Members(w.guild)); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]discordsim.Channel{
			{ID: w.channel, Guild: w.guild, Name: "general"}, {ID: direct, Recipient: w.ben},
		}, w.Channels()); d != "" {
			t.Error(d)
		}
		w.rest("GET", "/guilds/"+w.guild.String()+"/emojis", nil).want(t, 200, `"name":"wave"`)
		w.command("ping")
		for range 3 {
			w.ping()
		}
		if got := w.Uses(); len(got) != 2 {
			t.Errorf("%d uses are kept", len(got))
		}
		w.rest("DELETE", "/channels/"+direct.String(), nil).want(t, 200)
		w.rest("DELETE", w.channelPath(""), nil).want(t, 403, `"code":50013`)
		w.SetRole(w.guild, w.BotRole(w.guild), discordsim.BotPermissions|discordsim.PermManageChannels, false)
		w.rest("DELETE", w.channelPath(""), nil).want(t, 200)
		w.rest("DELETE", "/users/@me/guilds/"+w.guild.String(), nil).want(t, 204)
		want := []discordsim.Guild{{ID: w.guild, Name: "Town", Owner: w.ann}}
		if d := cmp.Diff(want, w.Guilds()); d != "" {
			t.Error(d)
		}
		w.AddMember(w.guild, w.Bot())
		want[0].Bot = true
		if d := cmp.Diff(want, w.Guilds()); d != "" {
			t.Error(d)
		}
	})
}

// Every class of call has a name that a rule can be set for.
func TestClasses(t *testing.T) {
	seen := map[fault.Class]bool{}
	for _, c := range discordsim.Classes() {
		if seen[c] || !strings.HasPrefix(string(c), "discord.") {
			t.Errorf("class %q is there twice or misnamed", c)
		}
		seen[c] = true
	}
	if !seen[discordsim.ClassMessageCreate] || !seen[discordsim.ClassGateway] || len(seen) < 25 {
		t.Errorf("%d classes", len(seen))
	}
}
