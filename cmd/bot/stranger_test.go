package bot_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"troupe/config"
	"troupe/sim/discordsim"
)

// A server that is not Discord's own may serve neither who the bot is nor advice
// on its gateway, and its host alone may be named: the bot answers all the same,
// once, what was said as soon as it was there, and before.
func TestStranger(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		s.strange()
		stop := s.run(nil)
		s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: "@Troupe are you there?"})
		time.Sleep(time.Minute)
		if got := s.discord.MessagesOf(s.discord.Bot()); len(got) != 1 {
			t.Errorf("%d answers: %+v", len(got), got)
		}
		if got := s.discord.Sessions(); len(got) != 1 {
			t.Errorf("%d sessions", len(got))
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// There too a token that is not taken ends the bot with what to do about it.
func TestStrangerTakesNoToken(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		s.strange()
		s.cfg.Discord.Token = config.MakeSecret("wrong")
		if err := s.run(nil)(); err == nil || !strings.Contains(err.Error(), "token") || strings.Contains(err.Error(), "\n") {
			t.Errorf("it ends with %v", err)
		}
	})
}

// strange has the bot meet a server that serves less than Discord.
func (s *stage) strange() {
	s.host("stranger.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, "/api/v10") {
		case "/users/@me", "/gateway/bot":
			http.NotFound(w, r)
		default:
			s.discord.ServeHTTP(w, r)
		}
	}))
	s.cfg.Discord.APIURL = "http://stranger.test"
}
