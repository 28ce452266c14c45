package bot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// A chorus is how many people ask the same, and when: each so much later than the
// one before, and the second so much later than the first.
type chorus struct {
	people int
	late   time.Duration
	apart  time.Duration
	said   int // messages in the channel before
}

// An encore is what came of a chorus.
type encore struct {
	calls    int // of Gemini
	answered int // people
	posts    int
	behind   int           // who asked when the first reply could be read, while the call ran
	stale    int           // who asked when what ended as it began would not be shared any more, while the call ran
	limited  int           // requests that Discord answered with a 429
	last     time.Duration // from Gemini's last token to the last whole answer
}

// generationTakes is how long Gemini takes in the figures about choirs: longer
// than a result is shared after its end.
const (
	generationTakes = 3 * time.Second
	sharedFor       = 2 * time.Second
)

func onChorusStage(t *testing.T, limits discordsim.Limits, f func(*stage, []messages.UserID)) {
	t.Helper()
	plan := fault.NewPlan()
	plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: writeTakes})
	plan.Set(discordsim.ClassMessageEdit, fault.Fault{Latency: writeTakes})
	onStage(t, discordsim.Config{Plan: plan, Limits: limits}, func(s *stage) {
		s.gemini.SetLatency(geminisim.Latency{First: firstToken, Last: generationTakes})
		s.gemini.SetAnswer(essay)
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		s.cfg.Answer.Cache = 0
		s.cfg.Memory.Summaries = false // what is counted is what the answers take
		s.cfg.Answer.SideBySide = 100
		f(s, s.newcomers(100))
	})
}

// sing has people ask the same in a channel of its own and tells what came of it.
// ask is called for each question.
func (s *stage) sing(c chorus, people []messages.UserID, ask func(messages.ChannelID, messages.MessageID)) encore {
	s.t.Helper()
	l := s.lookout()
	channel := s.discord.AddChannel(s.guild, fmt.Sprintf("choir-%d-%v-%v-%d", c.people, c.late, c.apart, c.said))
	for i := range c.said {
		s.say(discordsim.Say{Person: s.ann, Channel: channel, Text: fmt.Sprint("another thought on the plan: ", i)})
	}
	time.Sleep(time.Second)
	began, calls, tally := time.Now(), s.gemini.Count(s.cfg.Gemini.Model).Requests, s.discord.Tally()
	var asked []time.Time
	for i, who := range people[:c.people] {
		asked = append(asked, time.Now())
		ask(channel, s.say(discordsim.Say{Person: who, Channel: channel, Text: "@Troupe what do you make of the plan?"}))
		if i == 0 {
			time.Sleep(c.late)
		}
		time.Sleep(c.apart)
	}
	time.Sleep(5 * time.Minute)
	e := encore{
		calls: s.gemini.Count(s.cfg.Gemini.Model).Requests - calls, posts: l.posts,
		limited: s.discord.Tally().Limited - tally.Limited,
	}
	var ended time.Time
	for _, call := range s.gemini.Calls() {
		if call.Class == geminisim.ClassStream && !call.At.Before(began) && ended.IsZero() {
			ended = call.Ended
		}
	}
	replied, _ := l.seen(people[0])
	for i, who := range people[:c.people] {
		if _, whole := l.seen(who); !whole.IsZero() {
			e.answered++
			e.last = max(e.last, whole.Sub(ended))
		}
		if asked[i].Before(ended) && asked[i].After(replied) {
			e.behind++
		}
		if asked[i].Before(ended) && asked[i].Sub(began) > sharedFor {
			e.stale++
		}
	}
	return e
}

// choirs are all that are compared: so many people at once at every delay, and
// spread over the call.
func choirs() (all []chorus) {
	const ms = time.Millisecond
	for _, said := range []int{5, 60} {
		for _, people := range []int{2, 10, 100} {
			for _, late := range []time.Duration{0, 120 * ms, 500 * ms, 1000 * ms, 1900 * ms, 2100 * ms, 2900 * ms} {
				all = append(all, chorus{people, late, 0, said})
			}
		}
		all = append(all, chorus{10, 0, 25 * ms, said}, chorus{10, 0, 300 * ms, said}, chorus{100, 0, 25 * ms, said})
	}
	if raced { // it takes minutes with the large ones
		all = slices.DeleteFunc(all, func(c chorus) bool { return c.people > 10 })
	}
	return all
}

// However many ask the same while it is being answered, Gemini is asked once and
// all are answered: also those that come when a finished result would not be
// shared any more, and when the answer can already be read in part; also where the
// channel's window is full.
func TestFigureSameQuestion(t *testing.T) {
	ours, theirs := map[chorus]encore{}, map[chorus]encore{}
	onChorusStage(t, discordsim.Limits{Off: true}, func(s *stage, people []messages.UserID) {
		stop := s.run(nil)
		for _, c := range choirs() {
			ours[c] = s.sing(c, people, func(messages.ChannelID, messages.MessageID) {})
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	onChorusStage(t, discordsim.Limits{Off: true}, func(s *stage, people []messages.UserID) {
		p := s.plain()
		for _, c := range choirs() {
			theirs[c] = s.sing(c, people, p.answerEach)
		}
	})
	out := newSheet(t, "N people ask the same in one channel, where Gemini takes 3 s: how often it is asked",
		"a call for each", "Troupe", "target", "answered", "of", "who asked behind the first reply", "more than 2 s after the first question")
	for _, c := range choirs() {
		e := ours[c]
		out.row(fmt.Sprintf("%d people, %v after the first, %v apart, after %d messages", c.people, c.late, c.apart, c.said),
			theirs[c].calls, e.calls, 1, e.answered, c.people, e.behind, e.stale)
		if e.answered != c.people || e.calls != 1 {
			t.Errorf("%+v: %d calls, %d answered", c, e.calls, e.answered)
		}
		others := c.people - 1
		if c.late >= time.Second && e.behind != others || c.late > sharedFor && e.stale != others {
			t.Errorf("%+v: %d asked behind the first reply, %d after %v", c, e.behind, e.stale, sharedFor)
		}
	}
}

// Within Discord's limits 30 people who ask the same are answered soon after the
// end of the one answer, where a reply for each takes half a minute.
func TestFigureChorusWithinLimits(t *testing.T) {
	c := chorus{people: 30, apart: 20 * time.Millisecond, said: 5}
	var ours, theirs encore
	onChorusStage(t, discordsim.Limits{}, func(s *stage, people []messages.UserID) {
		stop := s.run(nil)
		ours = s.sing(c, people, func(messages.ChannelID, messages.MessageID) {})
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	onChorusStage(t, discordsim.Limits{}, func(s *stage, people []messages.UserID) {
		theirs = s.sing(c, people, s.plain().replyToEach(c.people))
	})
	out := newSheet(t, "30 people ask the same within Discord's limits: 5 posts in 5 s and channel",
		"after the last token", "target", "answered", "posts", "429s", "calls of Gemini")
	const most = 1500 * time.Millisecond
	out.row("one reply for each", theirs.last, "", theirs.answered, theirs.posts, theirs.limited, theirs.calls)
	out.row("Troupe", ours.last, bound(ours.last, most), ours.answered, ours.posts, ours.limited, ours.calls)
	out.atMost("the last one is answered", ours.last, most)
	if ours.answered != c.people || ours.limited != 0 || ours.calls != 1 {
		t.Errorf("%+v", ours)
	}
}

// replyToEach returns what answers the same question of so many people with one
// generation, and a reply to each, in the order in which they asked.
func (p *plain) replyToEach(people int) func(messages.ChannelID, messages.MessageID) {
	asked := make(chan messages.MessageID, people)
	n := 0
	return func(channel messages.ChannelID, question messages.MessageID) {
		asked <- question
		if n++; n > 1 {
			return
		}
		p.work.Go(func() {
			g, err := p.generate("what do you make of the plan?")
			p.expect(err)
			for range people {
				if question := <-asked; err == nil {
					p.reply(channel, question, g.Text)
				}
			}
		})
	}
}
