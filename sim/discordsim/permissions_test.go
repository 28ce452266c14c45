package discordsim_test

import (
	"strings"
	"testing"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// Each request needs its permission: with all but that one it is refused, with
// just those that are named it is granted.
func TestPermissionMatrix(t *testing.T) {
	const view, history = discordsim.PermViewChannel, discordsim.PermReadHistory
	tests := []struct {
		name    string
		request string // %m: a message of Ann's, %b: one of the bot's
		body    any
		needs   uint64 // beside view
		refused string // the code of who cannot read history, if it is not 50013
		in      string // "": the channel, "thread": a thread of it
	}{
		{"post", "POST /messages", object{"content": "x"}, discordsim.PermSendMessages, "", ""},
		{"post in a thread", "POST /messages", object{"content": "x"}, discordsim.PermSendInThreads, "", "thread"},
		{"embed", "POST /messages", object{"embeds": []object{{"title": "x"}}}, discordsim.PermSendMessages | discordsim.PermEmbedLinks, "", ""},
		{"reply", "POST /messages", object{"content": "x", "message_reference": object{"message_id": "%m"}}, discordsim.PermSendMessages | history, "160002", ""},
		{"type", "POST /typing", nil, discordsim.PermSendMessages, "", ""},
		{"read one", "GET /messages/%m", nil, history, "", ""},
		{"delete another's", "DELETE /messages/%m", nil, discordsim.PermManageMessages, "", ""},
		{"pin", "PUT /messages/pins/%m", nil, discordsim.PermPinMessages, "", ""},
		{"unpin", "DELETE /pins/%m", nil, discordsim.PermPinMessages, "", ""},
		{"react", "PUT /messages/%m/reactions/👍/@me", nil, discordsim.PermAddReactions | history, "", ""},
		{"clear reactions", "DELETE /messages/%m/reactions", nil, discordsim.PermManageMessages, "", ""},
		{"begin a thread", "POST /threads", object{"name": "x", "type": 11}, discordsim.PermCreateThreads, "", ""},
		{"change", "PATCH ", object{"name": "x"}, discordsim.PermManageChannels, "", ""},
		{"change a thread", "PATCH ", object{"name": "x"}, discordsim.PermManageThreads, "", "thread"},
		{"edit its own", "PATCH /messages/%b", object{"content": "x"}, 0, "", ""},
		{"delete its own", "DELETE /messages/%b", nil, 0, "", ""},
		{"look", "GET ", nil, 0, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inTown(t, discordsim.Config{Limits: discordsim.Limits{Off: true}}, func(t *testing.T, w *town) {
				said, own := w.say(w.ann, "hi"), w.post(object{"content": "my own"})
				place := w.channel
				if tt.in != "" {
					place = w.AddThread(w.channel, "a thread")
				}
				fill := strings.NewReplacer("%m", said.String(), "%b", own.String())
				method, path, _ := strings.Cut(tt.request, " ")
				ask := func(permissions uint64) reply {
					w.SetRole(w.guild, messages.RoleID(w.guild), 0, false)
					w.SetRole(w.guild, w.BotRole(w.guild), permissions, false)
					var body any
					if tt.body != nil {
						body = fill.Replace(string(jsonOf(t, tt.body)))
					}
					return w.rest(method, "/channels/"+place.String()+fill.Replace(path), body)
				}
				ask(0).want(t, 403, `"code":50001`)
				for bit := range 64 {
					if one := uint64(1) << bit; tt.needs&one != 0 {
						status, code := 403, "50013"
						if one == history && tt.refused != "" {
							status, code = 400, tt.refused
						}
						ask((1<<53-1)&^discordsim.PermAdministrator&^one).want(t, status, `"code":`+code)
					}
				}
				if r := ask(view | tt.needs); r.status >= 300 {
					t.Errorf("answered %d %s", r.status, r.body)
				}
			})
		})
	}
}

// Permissions add up as Discord documents: roles, then the overwrites of
// everyone, of the roles together, of the member; owner and administrators may
// do all.
func TestPermissions(t *testing.T) {
	const send, view = discordsim.PermSendMessages, discordsim.PermViewChannel
	w := newTown(t, discordsim.Config{})
	a, b := w.AddRole(w.guild, "a", 0, false), w.AddRole(w.guild, "b", 0, false)
	admin := w.AddRole(w.guild, "admin", discordsim.PermAdministrator, false)
	everyone := uint64(w.guild)
	thread := w.AddThread(w.channel, "a thread")
	role := func(id messages.RoleID, allow, deny uint64) messages.Overwrite {
		return messages.Overwrite{ID: uint64(id), Allow: allow, Deny: deny}
	}
	tests := []struct {
		name       string
		roles      []messages.RoleID
		overwrites []messages.Overwrite
		may        bool
	}{
		{"by default", nil, nil, true},
		{"everyone denied", nil, []messages.Overwrite{{ID: everyone, Deny: send}}, false},
		{"a role allows", []messages.RoleID{a}, []messages.Overwrite{{ID: everyone, Deny: send}, role(a, send, 0)}, true},
		{"one role denies, another allows", []messages.RoleID{a, b}, []messages.Overwrite{role(b, send, 0), role(a, 0, send)}, true},
		{"the member is denied", []messages.RoleID{a}, []messages.Overwrite{role(a, send, 0), {ID: uint64(w.ben), User: true, Deny: send}}, false},
		{"somebody else is denied", nil, []messages.Overwrite{{ID: uint64(w.ann), User: true, Deny: send}}, true},
		{"a role that the member lacks", nil, []messages.Overwrite{role(a, 0, send)}, true},
		{"who cannot look cannot write", nil, []messages.Overwrite{{ID: everyone, Deny: view}}, false},
		{"an administrator", []messages.RoleID{admin}, []messages.Overwrite{{ID: everyone, Deny: send | view}}, true},
	}
	for _, tt := range tests {
		w.AddMember(w.guild, w.ben, tt.roles...)
		for _, o := range tt.overwrites {
			w.SetOverwrite(w.channel, o)
		}
		if got := w.May(w.ben, w.channel, send); got != tt.may {
			t.Errorf("%s: may send is %v", tt.name, got)
		}
		if got := w.May(w.ben, thread, send); got != tt.may {
			t.Errorf("%s: in the thread it is %v", tt.name, got)
		}
		if !w.May(w.ann, w.channel, send) {
			t.Errorf("%s: the owner may not", tt.name)
		}
		for _, o := range tt.overwrites {
			w.SetOverwrite(w.channel, messages.Overwrite{ID: o.ID, User: o.User})
		}
	}
}

// Without permission to read history there is none, which is no error.
func TestNoHistory(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	w.say(w.ann, "hi")
	w.SetOverwrite(w.channel, messages.Overwrite{ID: uint64(w.Bot()), User: true, Deny: discordsim.PermReadHistory})
	for _, path := range []string{"/messages", "/pins"} {
		if got := w.rest("GET", w.channelPath(path), nil).want(t, 200); got.body != "[]" {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

// Somebody who takes no direct messages gets none.
func TestClosedDMs(t *testing.T) {
	w := newTown(t, discordsim.Config{})
	direct := w.rest("POST", "/users/@me/channels", object{"recipient_id": w.ben.String()}).want(t, 200).id(t).String()
	w.CloseDMs(w.ben, true)
	w.rest("POST", "/channels/"+direct+"/messages", object{"content": "x"}).want(t, 403, `"code":50007`)
	w.CloseDMs(w.ben, false)
	w.rest("POST", "/channels/"+direct+"/messages", object{"content": "x"}).want(t, 200)
	w.rest("POST", "/users/@me/channels", object{"recipient_id": w.Bot().String()}).want(t, 400, `"code":50033`)
}
