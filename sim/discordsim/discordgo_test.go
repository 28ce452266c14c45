package discordsim_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"troupe/sim/discordsim"
)

// rebase sends every request to the simulation, whatever host it is for.
type rebase struct {
	host string
	next http.RoundTripper
}

func (t rebase) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", t.host, t.host
	return t.next.RoundTrip(r)
}

// session returns a discordgo session that talks to the simulation over real
// sockets. It sleeps with locks held, so that it has no place in a bubble.
func session(t *testing.T, w *town) *discordgo.Session {
	server := httptest.NewServer(w)
	t.Cleanup(func() {
		w.Close()
		server.Close()
	})
	s, err := discordgo.New("Bot " + w.Token())
	check(t, err)
	s.Client = &http.Client{Transport: rebase{server.Listener.Addr().String(), server.Client().Transport}}
	s.Dialer = &websocket.Dialer{}
	s.SyncEvents, s.ShouldReconnectOnError = true, false
	return s
}

// The library that most Go bots use, unchanged, hears, answers and acknowledges.
func TestDiscordgo(t *testing.T) {
	w := newTown(t, discordsim.Config{MessageContentIntent: true})
	s := session(t, w)
	s.Identify.Intents = discordgo.IntentsAllWithoutPrivileged | discordgo.IntentMessageContent
	s.AddHandler(func(s *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Author.ID == s.State.User.ID {
			return
		}
		if _, err := s.ChannelMessageSendReply(m.ChannelID, "you said "+m.Content, m.Reference()); err != nil {
			t.Error(err)
		}
	})
	s.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Content: "sum " + i.ApplicationCommandData().Options[0].StringValue()},
		})
		if err != nil {
			t.Error(err)
		}
	})
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ApplicationCommandBulkOverwrite(s.State.User.ID, "", []*discordgo.ApplicationCommand{{
		Name: "sum", Description: "adds", Options: []*discordgo.ApplicationCommandOption{{
			Type: discordgo.ApplicationCommandOptionString, Name: "of", Description: "what", Required: true,
		}},
	}}); err != nil {
		t.Fatal(err)
	}
	answers := make(chan discordsim.Message, 2)
	defer w.Watch(func(c discordsim.Change) {
		if c.Kind == discordsim.MessageCreated && c.Message.Bot {
			answers <- c.Message
		}
	})()
	hi := w.say(w.ann, "hi")
	if got := <-answers; got.Content != "you said hi" || target(got) != hi {
		t.Errorf("answered %+v", got)
	}
	_, err := w.UseCommand(discordsim.Use{Person: w.ben, Channel: w.channel, Command: "sum", Options: map[string]string{"of": "1 2"}})
	check(t, err)
	if got := <-answers; got.Content != "sum 1 2" || got.Command != "sum" || got.Person != w.ben {
		t.Errorf("answered %+v", got)
	}
}

// Everything that discordgo offers of what is simulated decodes.
func TestDiscordgoREST(t *testing.T) {
	w := newTown(t, discordsim.Config{GuildMembersIntent: true})
	s := session(t, w)
	channel, guild := w.channel.String(), w.guild.String()
	said := w.say(w.ann, "a question").String()

	sent, err := s.ChannelMessageSendComplex(channel, &discordgo.MessageSend{
		Content: "with files", Reference: &discordgo.MessageReference{MessageID: said},
		Embeds: []*discordgo.MessageEmbed{{Title: "an embed"}},
		Files:  []*discordgo.File{{Name: "a.txt", ContentType: "text/plain", Reader: bytes.NewReader([]byte("hello"))}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Stop", CustomID: "stop"},
		}}},
	})
	check(t, err)
	if sent.ReferencedMessage == nil || sent.ReferencedMessage.Content != "a question" && sent.ReferencedMessage.Author.Username != "Ann" ||
		len(sent.Attachments) != 1 || len(sent.Embeds) != 1 || len(sent.Components) != 1 {
		t.Errorf("sent %+v", sent)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, sent.Attachments[0].URL, nil)
	check(t, err)
	resp, err := s.Client.Do(req)
	check(t, err)
	check(t, resp.Body.Close())
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("the file: %s %v", resp.Status, resp.Header)
	}

	_, err = s.ChannelMessageEdit(channel, sent.ID, "edited")
	check(t, err)
	check(t, s.MessageReactionAdd(channel, said, "👍"))
	users, err := s.MessageReactions(channel, said, "👍", 10, "", "")
	check(t, err)
	check(t, s.MessageReactionRemove(channel, said, "👍", "@me"))
	check(t, s.ChannelMessagePin(channel, sent.ID))
	pins, err := s.ChannelMessagesPinned(channel)
	check(t, err)
	thread, err := s.MessageThreadStart(channel, said, "a thread", 60)
	check(t, err)
	check(t, s.ThreadJoin(thread.ID))
	_, err = s.ChannelMessageSend(thread.ID, "in the thread")
	check(t, err)
	direct, err := s.UserChannelCreate(w.ben.String())
	check(t, err)
	check(t, s.ChannelTyping(direct.ID))
	page, err := s.ChannelMessages(channel, 10, "", said, "")
	check(t, err)
	member, err := s.GuildMember(guild, w.ben.String())
	check(t, err)
	members, err := s.GuildMembers(guild, "", 10)
	check(t, err)
	roles, err := s.GuildRoles(guild)
	check(t, err)
	channels, err := s.GuildChannels(guild)
	check(t, err)
	active, err := s.GuildThreadsActive(guild)
	check(t, err)
	me, err := s.User("@me")
	check(t, err)
	app, err := s.Application("@me")
	check(t, err)
	gateway, err := s.GatewayBot()
	check(t, err)
	guilds, err := s.UserGuilds(10, "", "", false)
	check(t, err)
	full, err := s.Guild(guild)
	check(t, err)

	for name, ok := range map[string]bool{
		"users": len(users) == 1, "pins": len(pins) == 1 && pins[0].ID == sent.ID, "page": len(page) == 2 && page[1].ID == sent.ID,
		"member": member.User.Username == "Ben", "members": len(members) == 3, "roles": len(roles) == 2,
		"channels": len(channels) == 1, "threads": len(active.Threads) == 1, "me": me.Bot && me.ID == app.ID,
		"gateway": strings.HasPrefix(gateway.URL, "ws://127.0.0.1:") && gateway.Shards == 1 && gateway.SessionStartLimit.Remaining == 1000,
		"guilds":  len(guilds) == 1, "guild": full.Name == "Town" && full.OwnerID == w.ann.String(),
	} {
		if !ok {
			t.Errorf("%s is not as it should be", name)
		}
	}
	check(t, s.ChannelMessageDelete(channel, sent.ID))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
