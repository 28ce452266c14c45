package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// What Discord dispatches becomes these events; what nobody listens to becomes
// none, and what does not say what it is about is an error.
func TestDecode(t *testing.T) {
	edited := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	const ann = `"author":{"id":"3","username":"ann"}`
	tests := []struct {
		name, kind, data string
		want             any // nil: nobody listens; an error: that it is one
	}{
		{
			"message", "MESSAGE_CREATE", `{"id":"6","channel_id":"5","guild_id":"7","type":19,"content":"hi","nonce":"n1",
			"author":{"id":"3","username":"ann","global_name":"Ann"},"member":{"nick":"Annie","roles":["8"]},
			"mentions":[{"id":"99"}],"mention_roles":["9"],"mention_everyone":true,
			"attachments":[{"id":"10","filename":"a.png","content_type":"image/png","size":4,"url":"https://a"}],
			"message_reference":{"message_id":"4"},"referenced_message":{"author":{"id":"99"},"content":"hello"}}`,
			&messages.MessageReceived{Seq: 1, Message: messages.Message{
				ID: 6, Channel: 5, Guild: 7, Author: messages.User{ID: 3, Name: "Annie"}, AuthorRoles: []messages.RoleID{8},
				Content: "hi", Nonce: "n1", Mentions: []messages.UserID{99}, MentionRoles: []messages.RoleID{9}, MentionEveryone: true,
				Attachments: []messages.Attachment{{ID: 10, Name: "a.png", Type: "image/png", Size: 4, URL: "https://a"}},
				ReplyTo:     4, ReplyToAuthor: 99, ReplyToContent: "hello", Spoken: true,
			}},
		},
		{
			"notice of a pin", "MESSAGE_CREATE", `{"id":"6","channel_id":"5","type":6,` + ann + `,"message_reference":{"message_id":"4"}}`,
			&messages.MessageReceived{Seq: 1, Message: messages.Message{ID: 6, Channel: 5, Author: messages.User{ID: 3, Name: "ann"}}},
		},
		{
			"webhook", "MESSAGE_CREATE", `{"id":"6","channel_id":"5","type":0,"webhook_id":"3","nonce":17,` + ann + `}`,
			&messages.MessageReceived{Seq: 1, Message: messages.Message{ID: 6, Channel: 5, Author: messages.User{ID: 3, Name: "ann", Bot: true}, Spoken: true}},
		},
		{"message of nobody", "MESSAGE_CREATE", `{"id":"6","channel_id":"5"}`, errNameless},
		{
			"edit", "MESSAGE_UPDATE", `{"id":"6","channel_id":"5","type":0,"content":"ho","edited_timestamp":"2026-01-02T03:04:05Z",` + ann + `}`,
			&messages.MessageEdited{Seq: 1, Message: messages.Message{ID: 6, Channel: 5, Author: messages.User{ID: 3, Name: "ann"}, Content: "ho", Edited: edited, Spoken: true}},
		},
		{"embed that unfurls", "MESSAGE_UPDATE", `{"id":"6","channel_id":"5","embeds":[{}]}`, nil},
		{"edit by a bot", "MESSAGE_UPDATE", `{"id":"6","channel_id":"5","edited_timestamp":"2026-01-02T03:04:05Z","author":{"id":"3","bot":true}}`, nil},
		{
			"deletion", "MESSAGE_DELETE", `{"id":"6","channel_id":"5","guild_id":"7"}`,
			&messages.MessagesDeleted{Channel: 5, Guild: 7, Messages: []messages.MessageID{6}, Seq: 1},
		},
		{
			"deletions", "MESSAGE_DELETE_BULK", `{"ids":["6","8"],"channel_id":"5"}`,
			&messages.MessagesDeleted{Channel: 5, Messages: []messages.MessageID{6, 8}, Seq: 1},
		},
		{"deletion of nothing", "MESSAGE_DELETE_BULK", `{"ids":[],"channel_id":"5"}`, errNameless},

		{
			"command in a guild", "INTERACTION_CREATE", `{"id":"11","application_id":"12","type":2,"token":"t","guild_id":"7","channel_id":"5",
			"channel":{"type":11},"member":{"user":{"id":"3","username":"ann"},"roles":["8"],"permissions":"2048"},"app_permissions":"1024","locale":"de",
			"data":{"name":"config","type":1,"options":[{"name":"set","type":1,"options":[
				{"name":"key","type":3,"value":"model"},{"name":"count","type":4,"value":17},{"name":"file","type":11,"value":"10"}]}],
				"resolved":{"attachments":{"10":{"id":"10","filename":"a.png"}}}}}`,
			&messages.CommandUsed{
				Interaction: messages.Interaction{ID: 11, Application: 12, Token: "t"}, Channel: 5, ChannelKind: messages.ChannelThread, Guild: 7,
				User: messages.User{ID: 3, Name: "ann"}, UserRoles: []messages.RoleID{8}, Permissions: 2048, AppPerms: 1024, Locale: "de",
				Name: "config set", Options: map[string]string{"key": "model", "count": "17", "file": "10"},
				Attachments: []messages.Attachment{{ID: 10, Name: "a.png"}}, Seq: 1,
			},
		},
		{
			"command in a direct message", "INTERACTION_CREATE", `{"id":"11","type":2,"token":"t","channel_id":"5","channel":{"type":1},"user":{"id":"3"},"data":{"name":"chat","type":1}}`,
			&messages.CommandUsed{
				Interaction: messages.Interaction{ID: 11, Token: "t"}, Channel: 5, ChannelKind: messages.ChannelDirect,
				User: messages.User{ID: 3}, Name: "chat", Options: map[string]string{}, Seq: 1,
			},
		},
		{"button", "INTERACTION_CREATE", `{"id":"11","type":3,"token":"t","channel_id":"5"}`, nil},
		{"menu of a message", "INTERACTION_CREATE", `{"id":"11","type":2,"token":"t","channel_id":"5","user":{"id":"3"},"data":{"name":"x","type":3}}`, nil},
		{"command of nobody", "INTERACTION_CREATE", `{"id":"11","type":2,"token":"t","channel_id":"5","data":{"name":"chat","type":1}}`, errNameless},
		{"command without a token", "INTERACTION_CREATE", `{"id":"11","type":2,"channel_id":"5"}`, errNameless},

		{
			"guild", "GUILD_CREATE", `{"id":"7","name":"Town","owner_id":"3",
			"channels":[{"id":"5","type":0,"name":"general","last_message_id":"6","parent_id":"50","permission_overwrites":[{"id":"8","type":0,"allow":"1024","deny":"0"},{"id":"3","type":1,"allow":"0","deny":"2048"}]},{"id":"50","type":4}],
			"threads":[{"id":"51","type":11,"parent_id":"5","member":{}}],
			"roles":[{"id":"8","name":"Bot","permissions":"1024","managed":true,"tags":{"bot_id":"99"}}],
			"emojis":[{"id":"60","name":"yes"},{"id":"61","name":"wave","animated":true,"available":true},{"id":"62","name":"lost","available":false}],
			"members":[{"user":{"id":"3"},"roles":[]},{"user":{"id":"99"},"roles":["8"]}]}`,
			&messages.GuildSeen{
				Guild: 7, Name: "Town", Owner: 3, Channels: []messages.Channel{
					{ID: 5, Guild: 7, Name: "general", LastMessage: 6, Overwrites: []messages.Overwrite{{ID: 8, Allow: 1024}, {ID: 3, User: true, Deny: 2048}}},
					{ID: 50, Guild: 7, Kind: messages.ChannelOther},
					{ID: 51, Guild: 7, Kind: messages.ChannelThread, Parent: 5, Joined: true},
				},
				Roles:    []messages.Role{{ID: 8, Name: "Bot", Permissions: 1024, Managed: true, Bot: 99}},
				BotRoles: []messages.RoleID{8}, Emojis: []string{"<:yes:60>", "<a:wave:61>"}, Seq: 1,
			},
		},
		{
			"guild without the bot", "GUILD_CREATE", `{"id":"7","roles":[{"id":"7"}],"members":[{"user":{"id":"3"}}],"channels":null}`,
			&messages.GuildSeen{
				Guild: 7, Channels: []messages.Channel{}, Roles: []messages.Role{{ID: 7, Permissions: messages.PermissionAll}}, Untold: true, Seq: 1,
			},
		},
		{"guild out of reach", "GUILD_CREATE", `{"id":"7","unavailable":true}`, &messages.GuildGone{Guild: 7, Unavailable: true, Seq: 1}},
		{"guild left", "GUILD_DELETE", `{"id":"7"}`, &messages.GuildGone{Guild: 7, Seq: 1}},
		{"guild without a name", "GUILD_DELETE", `{}`, errNameless},
		{
			"channel", "CHANNEL_CREATE", `{"id":"5","guild_id":"7","type":2,"name":"voice"}`,
			&messages.ChannelSeen{Channel: messages.Channel{ID: 5, Guild: 7, Name: "voice"}, Seq: 1},
		},
		{
			"thread that the bot may be in", "THREAD_UPDATE", `{"id":"51","guild_id":"7","parent_id":"5","type":12}`,
			&messages.ChannelSeen{Channel: messages.Channel{ID: 51, Guild: 7, Kind: messages.ChannelThread, Parent: 5, JoinUnknown: true}, Seq: 1},
		},
		{"channel gone", "THREAD_DELETE", `{"id":"51","guild_id":"7"}`, &messages.ChannelGone{Channel: 51, Guild: 7, Seq: 1}},
		{
			"threads", "THREAD_LIST_SYNC", `{"guild_id":"7","threads":[{"id":"51","type":11},{"id":"52","type":11}],"members":[{"id":"52"}]}`,
			several{
				&messages.ChannelSeen{Channel: messages.Channel{ID: 51, Guild: 7, Kind: messages.ChannelThread}},
				&messages.ChannelSeen{Channel: messages.Channel{ID: 52, Guild: 7, Kind: messages.ChannelThread, Joined: true}, Seq: 1},
			},
		},
		{"no threads", "THREAD_LIST_SYNC", `{"guild_id":"7","threads":[]}`, nil},
		{"thread joined", "THREAD_MEMBER_UPDATE", `{"id":"51","guild_id":"7","user_id":"99"}`, &messages.BotThreadChanged{Channel: 51, Guild: 7, Joined: true, Seq: 1}},
		{"added to a thread", "THREAD_MEMBERS_UPDATE", `{"id":"51","guild_id":"7","added_members":[{"user_id":"3"},{"user_id":"99"}]}`, &messages.BotThreadChanged{Channel: 51, Guild: 7, Joined: true, Seq: 1}},
		{"removed from a thread", "THREAD_MEMBERS_UPDATE", `{"id":"51","guild_id":"7","removed_member_ids":["99"]}`, &messages.BotThreadChanged{Channel: 51, Guild: 7, Seq: 1}},
		{"somebody else in a thread", "THREAD_MEMBERS_UPDATE", `{"id":"51","guild_id":"7","removed_member_ids":["3"]}`, nil},
		{"role", "GUILD_ROLE_UPDATE", `{"guild_id":"7","role":{"id":"8","permissions":"8"}}`, &messages.RoleSeen{Guild: 7, Role: messages.Role{ID: 8, Permissions: 8}, Seq: 1}},
		{"role gone", "GUILD_ROLE_DELETE", `{"guild_id":"7","role_id":"8"}`, &messages.RoleGone{Guild: 7, Role: 8, Seq: 1}},
		{"roles of the bot", "GUILD_MEMBER_UPDATE", `{"guild_id":"7","user":{"id":"99"},"roles":["8","9"]}`, &messages.BotRolesChanged{Guild: 7, Roles: []messages.RoleID{8, 9}, Seq: 1}},
		{"roles of somebody", "GUILD_MEMBER_UPDATE", `{"guild_id":"7","user":{"id":"3"},"roles":[]}`, nil},
		{"resumed", "RESUMED", `{}`, &messages.SessionResumed{Seq: 1}},
		{
			"ready of nobody, as whom the token tells", "READY", `{}`,
			&messages.SessionStarted{Bot: messages.User{ID: 99}, Application: 99, Seq: 1},
		},
		{"something new", "VIBE_CHECK", `[`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := decoder{bot: 99}
			got, err := d.event(tt.kind, []byte(tt.data), 1)
			if want, ok := tt.want.(error); ok {
				if !errors.Is(err, want) || got != nil {
					t.Errorf("got %+v, %v; want %v", got, err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Servers of somebody else's may write IDs as numbers, leave them empty, give
// times of their own: what can be understood is.
func TestDecodeMends(t *testing.T) {
	plain := messages.Message{ID: 1234567890123456789, Channel: 5, Author: messages.User{ID: 3, Name: "ann"}, Content: "hi", Spoken: true}
	mentions, roles := plain, plain
	mentions.Mentions, mentions.MentionRoles = []messages.UserID{99, 98}, []messages.RoleID{9}
	roles.AuthorRoles = []messages.RoleID{8, 9}
	const end = `"content":"hi","author":{"id":"3","username":"ann"}}`
	for data, want := range map[string]messages.Message{
		`{"id":1234567890123456789,"channel_id":5,"author":{"id":3,"username":"ann"},"content":"hi"}`:  plain,
		`{"id":"1234567890123456789","channel_id":"5","guild_id":"",` + end:                            plain,
		`{"id":"1234567890123456789","channel_id":"5","edited_timestamp":"",` + end:                    plain,
		`{"id":"1234567890123456789","channel_id":"5","edited_timestamp":1700000000,` + end:            plain,
		`{"id":"1234567890123456789","channel_id":"5","member":{"permissions":8},` + end:               plain,
		`{"id":"1234567890123456789","channel_id":"5","member":{"roles":[8,"9"]},` + end:               roles,
		`{"id":"1234567890123456789","channel_id":"5","mentions":["99",98],"mention_roles":[9],` + end: mentions,
	} {
		got, err := (&decoder{bot: 99}).event("MESSAGE_CREATE", []byte(data), 1)
		if diff := cmp.Diff(any(&messages.MessageReceived{Message: want, Seq: 1}), got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", data, err, diff)
		}
	}
}

// A command that does not say whose it is is of the bot's own application.
func TestCommandWithoutApplication(t *testing.T) {
	d := decoder{}
	if _, err := d.event("READY", []byte(`{"user":{"id":"99"},"application":{"id":"98"}}`), 1); err != nil {
		t.Fatal(err)
	}
	got, err := d.event("INTERACTION_CREATE", []byte(`{"id":"6","type":2,"token":"t","channel_id":"5","user":{"id":"3"},"data":{"name":"help"}}`), 2)
	if u, ok := got.(*messages.CommandUsed); err != nil || !ok || u.Interaction.Application != 98 || u.Name != "help" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whatever Discord sends, decoding ends in an event, in nothing or in an error.
func FuzzDecode(f *testing.F) {
	f.Add("MESSAGE_CREATE", []byte(said(1)))
	f.Add("GUILD_CREATE", []byte(`{"id":"7","channels":[{"id":null}],"members":[{"user":null}]}`))
	f.Add("INTERACTION_CREATE", []byte(`{"id":"1","token":"t","channel_id":"2","type":2,"user":{},"data":{"type":1,"options":[{"type":1,"options":[{}]}]}}`))
	f.Add("THREAD_LIST_SYNC", []byte(`{"threads":[null]}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		d := decoder{bot: 99}
		event, err := d.event(kind, data, 1)
		if err != nil && event != nil {
			t.Errorf("both %+v and %v", event, err)
		}
	})
}

// Splitting a frame without looking into it brings what decoding it would.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(said(1)))
	f.Add([]byte(`{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}}`))
	f.Add([]byte(`{"t":"A\"B","s":1,"op":0,"d":{}}`))
	f.Add([]byte(`{"op":9,"d":true}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		fast, ok := splitFrame(b)
		slow, err := scanFrame(b)
		if !ok || err != nil {
			return // whatever is not JSON is found out when its data is decoded
		}
		if keys(b) != 4 {
			return // what follows the data is taken for a part of it, and is split again
		}
		if fast.op != slow.op || fast.seq != slow.seq || !bytes.Equal(fast.kind, slow.kind) || !json.Valid(fast.data) {
			t.Errorf("%s: %+v, want %+v", b, fast, slow)
		}
	})
}

func keys(b []byte) int {
	var m map[string]json.RawMessage
	if json.Unmarshal(b, &m) != nil {
		return 0
	}
	return len(m)
}
