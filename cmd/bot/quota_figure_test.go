package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// The day of the quota: half as many questions again as there are requests.
const (
	quotaDay  = 200 // requests that Gemini lets through from midnight to midnight in Los Angeles
	quotaAsks = quotaDay * 3 / 2
)

// A ration is what came of a day of questions.
type ration struct {
	answered int
	told     int // when to come back
	refused  int // requests, by Gemini
	used     int // requests of the model that is to answer
}

func onQuotaStage(t *testing.T, f func(*stage)) {
	t.Helper()
	onStage(t, discordsim.Config{History: 5000}, func(s *stage) {
		s.gemini.SetAnswer(brevity)
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, quotaDay, 0
		s.cfg.Answer.Cache = 0
		for _, model := range geminisim.Models() {
			s.gemini.SetQuota(model.Name, geminisim.Quota{RPM: s.cfg.Gemini.RequestsPerMinute, RPD: quotaDay})
		}
		now := time.Now().In(losAngeles(t))
		time.Sleep(time.Until(time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())))
		f(s)
	})
}

func losAngeles(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// ration has people ask all day.
func (s *stage) ration(ask func(messages.ChannelID, messages.MessageID)) (r ration) {
	w := s.town("hungry", 4, 50, ask)
	for range quotaAsks {
		time.Sleep(23 * time.Hour / quotaAsks)
		w.question()
	}
	time.Sleep(10 * time.Minute)
	for _, m := range s.discord.MessagesOf(s.discord.Bot()) {
		switch {
		case m.Reply == nil:
		case strings.Contains(m.Content, theEnd):
			r.answered++
		case strings.Contains(m.Content, "I can answer again <t:"):
			r.told++
		}
	}
	for _, model := range geminisim.Models() {
		r.refused += s.gemini.Count(model.Name).Refused
	}
	r.used = s.gemini.Count(s.cfg.Gemini.Model).DayRequests
	return r
}

// When more is asked than there are requests, Gemini never has to say no, nobody is
// left without an answer or a time to come back, and hardly a request is left over.
func TestFigureQuota(t *testing.T) {
	unraced(t)
	out := newSheet(t, fmt.Sprintf("%d questions in a day that has %d requests to a model", quotaAsks, quotaDay),
		"answered", "told when to come back", "nothing of use", "refused by Gemini", "target", "requests used", "target")
	row := func(name string, r ration, refused, used any) {
		out.row(name, r.answered, r.told, quotaAsks-r.answered-r.told, r.refused, refused, r.used, used)
	}
	onQuotaStage(t, func(s *stage) { row("three tries, then an apology", s.ration(s.plain().tryThrice), "", "") })
	for _, spare := range []string{"", "gemini-3.6-flash"} {
		onQuotaStage(t, func(s *stage) {
			s.cfg.Gemini.SpareModel = spare
			stop := s.run(nil)
			r := s.ration(func(messages.ChannelID, messages.MessageID) {})
			if err := stop(); err != nil {
				t.Error(err)
			}
			name, used, answered := "Troupe", quotaDay*95/100, quotaDay*95/100
			if spare != "" {
				name, used, answered = "Troupe, with a spare model", 0, quotaAsks
			}
			row(name, r, 0, used)
			if r.refused > 0 || r.answered < answered || r.answered+r.told != quotaAsks || r.used < used {
				t.Errorf("%s: %+v", name, r)
			}
		})
	}
}
