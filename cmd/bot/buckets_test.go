package bot_test

import (
	"strings"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// Who asks faster than they may is told so, and when to come back; a role may do
// more; all people of a server share its limit; what was asked in vain is nothing
// to it.
func TestBuckets(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		vip := s.discord.AddRole(s.guild, "vip", 0, false)
		s.discord.AddMember(s.guild, s.ann, vip)
		s.cfg.Limits.UserRequestsPerMinute = 1
		s.cfg.Limits.RoleRequestsPerMinute = []string{vip.String() + "=3"}
		s.cfg.Limits.GuildRequestsPerMinute = 4
		stop := s.run(nil)
		const tooFast, allTooFast = "You ask faster", "This server asks faster"
		for i, step := range []struct {
			who  messages.UserID
			want string // that the reply begins with; "" for an answer
		}{
			{s.bob, ""},
			{s.bob, tooFast},
			{s.bob, tooFast},
			{s.bob, tooFast},
			{s.ann, ""},
			{s.ann, ""},
			{s.ann, ""},
			{s.ann, tooFast},
			{s.newcomers(1)[0], allTooFast},
		} {
			id := s.say(discordsim.Say{Person: step.who, Channel: s.general, Text: "@Troupe what is " + strings.Repeat("x", i+1) + "?"})
			time.Sleep(3 * time.Second)
			got := s.replyTo(id)
			refused := strings.Contains(got, "Please ask again in ")
			if got == "" || refused != (step.want != "") || !strings.HasPrefix(got, step.want) {
				t.Errorf("question %d is answered %q, want %q", i+1, got, step.want)
			}
		}
		time.Sleep(time.Minute)
		id := s.say(discordsim.Say{Person: s.bob, Channel: s.general, Text: "@Troupe and now?"})
		time.Sleep(3 * time.Second)
		if got := s.replyTo(id); got == "" || strings.HasPrefix(got, tooFast) {
			t.Errorf("a minute later: %q", got)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// replyTo returns what the bot replied to a message.
func (s *stage) replyTo(id messages.MessageID) string {
	for _, m := range s.discord.MessagesOf(s.discord.Bot()) {
		if m.Reply != nil && m.Reply.ID == id {
			return m.Content
		}
	}
	return ""
}
