package channel

import (
	"testing"

	"troupe/messages"
)

const (
	self     messages.UserID    = 99
	ann      messages.UserID    = 1
	bob      messages.UserID    = 2
	general  messages.ChannelID = 10
	guildID  messages.GuildID   = 20
	botRole  messages.RoleID    = 30
	someRole messages.RoleID    = 31
)

// said makes a message of ann's in a guild, as Discord shows it with the content
// intent.
func said(text string, change ...func(*messages.Message)) *messages.Message {
	m := &messages.Message{
		ID: 1000, Channel: general, Guild: guildID, Author: messages.User{ID: ann, Name: "ann"},
		Content: text, Spoken: true,
	}
	for _, f := range change {
		f(m)
	}
	return m
}

func mentioning(m *messages.Message)  { m.Mentions = []messages.UserID{self} }
func direct(m *messages.Message)      { m.Guild = 0 }
func replying(m *messages.Message)    { m.ReplyTo, m.ReplyToAuthor = 500, self }
func pingingRole(m *messages.Message) { m.MentionRoles = []messages.RoleID{botRole} }
func everyone(m *messages.Message)    { m.MentionEveryone = true }
func byBot(m *messages.Message)       { m.Author.Bot = true }
func byMe(m *messages.Message)        { m.Author = messages.User{ID: self, Bot: true} }
func notice(m *messages.Message)      { m.Spoken = false }
func withheld(m *messages.Message)    { m.Content = "" }

// What asks the bot, and what does not, in every way there is (T1 of the
// product, and T2 where the content is withheld).
func TestClassify(t *testing.T) {
	here := place{id: general, guild: guildID, self: self, botRoles: []messages.RoleID{botRole}}
	thread := here
	thread.id, thread.parent, thread.joined = 11, general, true
	stranger := thread
	stranger.joined = false
	dm := place{id: 12, self: self}
	open := Rules{Direct: true, Prefixes: []string{"hey bot", "!"}}
	always := Rules{Always: []messages.ChannelID{general}}

	tests := []struct {
		name  string
		rules Rules
		place place
		m     *messages.Message
		kind  messages.TriggerKind // "" for no trigger
		text  string
	}{
		{"mention", open, here, said("<@99> why?", mentioning), messages.TriggerMention, "why?"},
		{"mention in the middle", open, here, said("so <@99>, why?", mentioning), messages.TriggerMention, "so <@99>, why?"},
		{"mention at the end", open, here, said("why, <@!99>", mentioning), messages.TriggerMention, "why"},
		{"mention by role in the middle", open, here, said("so <@&30>, why?", pingingRole), messages.TriggerMention, "so <@99>, why?"},
		{"mention by nickname", open, here, said("<@!99>: why?", mentioning), messages.TriggerMention, "why?"},
		{"the bot's own role", open, here, said("<@&30> why?", pingingRole), messages.TriggerMention, "why?"},
		{"another role", open, here, said("<@&31> why?", func(m *messages.Message) { m.MentionRoles = []messages.RoleID{someRole} }), "", ""},
		{"another person", open, here, said("<@2> why?", func(m *messages.Message) { m.Mentions = []messages.UserID{bob} }), "", ""},
		{"everyone", open, here, said("@everyone why?", everyone), "", ""},
		{"nobody", open, here, said("why?"), "", ""},
		{"mention alone", open, here, said("<@99>", mentioning), messages.TriggerMention, ""},
		{"reply", open, here, said("and why?", replying), messages.TriggerReply, "and why?"},
		{"reply that mentions", open, here, said("<@99> and why?", replying, mentioning), messages.TriggerReply, "and why?"},
		{"reply to a person", open, here, said("and why?", func(m *messages.Message) { m.ReplyTo, m.ReplyToAuthor = 500, bob }), "", ""},
		{"direct message", open, dm, said("why?", direct), messages.TriggerDirect, "why?"},
		{"direct messages switched off", Rules{}, dm, said("why?", direct), "", ""},
		{"thread that the bot is in", open, thread, said("why?"), messages.TriggerThread, "why?"},
		{"another thread", open, stranger, said("why?"), "", ""},
		{"always", always, here, said("why?"), messages.TriggerAlways, "why?"},
		{"thread of an always channel", always, stranger, said("why?"), messages.TriggerAlways, "why?"},
		{"prefix", open, here, said("Hey bot, why?"), messages.TriggerPrefix, "why?"},
		{"prefix sign", open, here, said("!why?"), messages.TriggerPrefix, "why?"},
		{"prefix alone", open, here, said("hey bot"), messages.TriggerPrefix, ""},
		{"prefix as part of a word", open, here, said("hey bots, why?"), "", ""},
		{"another bot", open, here, said("<@99> why?", mentioning, byBot), "", ""},
		{"the bot itself", open, here, said("<@99> why?", mentioning, byMe), "", ""},
		{"a notice", open, here, said("<@99>", mentioning, notice), "", ""},
		{"withheld: mention", open, here, said("<@99> why?", mentioning), messages.TriggerMention, "why?"},
		{"withheld: chatter", open, here, said("!why?", withheld), "", ""},
		{"withheld: thread", open, thread, said("why?", withheld), "", ""},
		{"withheld: always", always, here, said("why?", withheld), "", ""},
		{"a file alone in a thread", open, thread, said("", func(m *messages.Message) { m.Attachments = make([]messages.Attachment, 1) }), messages.TriggerThread, ""},
		{"allowed guild", Rules{Guilds: []messages.GuildID{guildID}}, here, said("<@99> why?", mentioning), messages.TriggerMention, "why?"},
		{"other guild", Rules{Guilds: []messages.GuildID{21}}, here, said("<@99> why?", mentioning), "", ""},
		{"allowed channel", Rules{Channels: []messages.ChannelID{general}}, here, said("<@99> why?", mentioning), messages.TriggerMention, "why?"},
		{"thread of an allowed channel", Rules{Channels: []messages.ChannelID{general}}, thread, said("why?"), messages.TriggerThread, "why?"},
		{"other channel", Rules{Channels: []messages.ChannelID{13}}, here, said("<@99> why?", mentioning), "", ""},
		{"allowed person", Rules{Users: []messages.UserID{ann}}, here, said("<@99> why?", mentioning), messages.TriggerMention, "why?"},
		{"other person", Rules{Users: []messages.UserID{bob}}, here, said("<@99> why?", mentioning), "", ""},
		{"direct, whatever the allowed channels", Rules{Direct: true, Guilds: []messages.GuildID{21}}, dm, said("why?", direct), messages.TriggerDirect, "why?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, text, ok := tt.rules.classify(tt.m, tt.place)
			if kind != tt.kind || text != tt.text || ok != (tt.kind != "") {
				t.Errorf("classify = %q, %q, %v; want %q, %q", kind, text, ok, tt.kind, tt.text)
			}
		})
	}
}

// Whatever is written, no prefix and no mention of the bot is left in front.
func FuzzClassify(f *testing.F) {
	f.Add("<@99> hey bot <@!99>")
	f.Add("!\xff")
	rules := Rules{Direct: true, Prefixes: []string{"hey bot", "!", "ß", ""}}
	p := place{id: general, guild: guildID, self: self, botRoles: []messages.RoleID{botRole}}
	f.Fuzz(func(t *testing.T, text string) {
		kind, rest, ok := rules.classify(said(text), p)
		if ok != (kind != "") || !ok && rest != "" || len(rest) > len(text) {
			t.Errorf("classify(%q) = %q, %q, %v", text, kind, rest, ok)
		}
	})
}
