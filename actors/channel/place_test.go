package channel

import (
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// slowly has a guild answer only when it is told to.
func slowly(e actortest.Engine, rules *Rules, told *messages.GuildContext) (s *stage, answer func()) {
	var asker *actor.PID
	guilds := e.Fake(func(c *actor.Context) {
		if _, asks := c.Message().(*messages.Deliver); asks {
			asker = c.Sender()
		}
	})
	s = newStage(e, func(_ *stage, cfg *Config) { cfg.Guilds, cfg.Rules = guilds.PID, rules })
	return s, func() { e.Send(asker, told) }
}

func chat(id messages.MessageID, text string) *messages.MessageReceived {
	return &messages.MessageReceived{Message: *said(text, func(m *messages.Message) { m.ID, m.Author.ID = id, bob })}
}

// A mention is taken up before the guild has told of the place; what may be a
// question only there waits, and what comes after it too.
func TestMentionNeedsNoGuild(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s, answer := slowly(e, &Rules{}, &messages.GuildContext{Known: true, Kind: messages.ChannelThread})
		s.say(20, ann, "hello")
		if len(s.turns[20]) != 1 {
			t.Error("a mention waits for the guild")
		}
		e.Tell(s.pid, chat(30, "go on"))
		e.Tell(s.pid, asking(40, ann, "and me?"))
		time.Sleep(placeWait / 2)
		if len(s.turns[30])+len(s.turns[40]) > 0 {
			t.Error("what is no mention, or comes after it, does not wait")
		}
		answer()
		synctest.Wait()
		if len(s.turns[30]) != 1 {
			t.Error("the mention has brought the bot into the thread, and it does not answer there")
		}
	})
}

// Where only the parent of a thread is served, a mention waits.
func TestMentionNeedsItsParent(t *testing.T) {
	for _, parent := range []messages.ChannelID{77, 78} {
		actortest.Run(t, func(t *testing.T, e actortest.Engine) {
			s, answer := slowly(e, &Rules{Channels: []messages.ChannelID{77}},
				&messages.GuildContext{Known: true, Kind: messages.ChannelThread, Parent: parent})
			e.Tell(s.pid, asking(20, ann, "hello"))
			synctest.Wait()
			before := len(s.turns[20])
			answer()
			synctest.Wait()
			if after := len(s.turns[20]); before != 0 || (after == 1) != (parent == 77) {
				t.Errorf("in a thread of %v: %d turns before the guild answers, %d after", parent, before, after)
			}
		})
	}
}
