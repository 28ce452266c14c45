package bot_test

import (
	"fmt"
	"testing"
	"time"

	"troupe/config"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// A brevity is what Gemini answers where each answer is to be one message.
func brevity(*messages.Prompt) geminisim.Reply {
	return geminisim.Reply{Text: "Forty-two. " + theEnd}
}

// onLimitedStage has a Discord with its limits, and a Gemini that answers briefly.
func onLimitedStage(t *testing.T, takes time.Duration, f func(*stage)) {
	t.Helper()
	plan := fault.NewPlan()
	plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: writeTakes})
	onStage(t, discordsim.Config{Plan: plan}, func(s *stage) {
		s.gemini.SetLatency(geminisim.Latency{First: takes, Last: takes})
		s.gemini.SetAnswer(brevity)
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		s.cfg.Answer.Cache = 0
		s.cfg.Gemini.Concurrency = config.Concurrency{Start: 1000, Pinned: true}
		f(s)
	})
}

// A ring is people who each ask again when the last answer is there.
type ring struct {
	answered int // while it counted
	limited  int // requests that Discord answered with a 429, then
	requests int
}

// The ring's people and channels, and for how long what they do counts.
const (
	ringPeople   = 200
	ringChannels = 100
	ringWarm     = 5 * time.Second
	ringCounts   = 20 * time.Second
)

// turn has people ask in a closed loop. ask is called for each question.
func (s *stage) turn(ask func(messages.ChannelID, messages.MessageID)) (r ring) {
	s.t.Helper()
	people := s.newcomers(ringPeople)
	seats := map[messages.UserID]messages.ChannelID{}
	var channels []messages.ChannelID
	for i := range ringChannels {
		channels = append(channels, s.discord.AddChannel(s.guild, fmt.Sprint("ring-", i)))
	}
	for i, who := range people {
		seats[who] = channels[i%ringChannels]
	}
	n := 0
	say := func(who messages.UserID) {
		n++
		ask(seats[who], s.say(discordsim.Say{Person: who, Channel: seats[who], Text: fmt.Sprintf("@Troupe and what of the plan's item %d?", n)}))
	}
	l := s.lookout()
	ready := make(chan messages.UserID, ringPeople)
	l.tell = func(who messages.UserID) { ready <- who }
	began := time.Now()
	for _, who := range people {
		say(who)
	}
	var tally discordsim.Tally
	counting := false
	for end := time.After(ringWarm + ringCounts); ; {
		select {
		case who := <-ready:
			l.forget(who)
			if !counting && time.Since(began) >= ringWarm {
				counting, tally = true, s.discord.Tally()
			}
			if counting {
				r.answered++
			}
			say(who)
		case <-end:
			now := s.discord.Tally()
			r.limited, r.requests = now.Limited-tally.Limited, now.Requests-tally.Requests
			return r
		}
	}
}

// Within 50 requests a second 200 people get at least 45 answers a second, and no
// request is one too many.
func TestFigureClosedLoop(t *testing.T) {
	unraced(t)
	const takes, target = 700 * time.Millisecond, 45.0
	var ours, theirs ring
	onLimitedStage(t, takes, func(s *stage) {
		s.cfg.Discord.RequestsPerSecond = 0
		theirs = s.turn(s.plain().answerEach)
	})
	onLimitedStage(t, takes, func(s *stage) {
		stop := s.run(nil)
		ours = s.turn(func(messages.ChannelID, messages.MessageID) {})
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	out := newSheet(t, "200 people in 100 channels who each ask again when they are answered, within Discord's limits",
		"answers a second", "target", "requests a second", "429s in 20 s", "target")
	perSecond := func(n int) float64 { return float64(n) / ringCounts.Seconds() }
	out.row("a bot that heeds 429s", fmt.Sprintf("%.2f", perSecond(theirs.answered)), "",
		fmt.Sprintf("%.2f", perSecond(theirs.requests)), theirs.limited, "")
	verdict := fmt.Sprint(target)
	if got := perSecond(ours.answered); got < target {
		verdict = fmt.Sprintf("%v, missed by %.2f", target, target-got)
	}
	out.row("Troupe", fmt.Sprintf("%.2f", perSecond(ours.answered)), verdict,
		fmt.Sprintf("%.2f", perSecond(ours.requests)), ours.limited, 0)
	if perSecond(ours.answered) < target || ours.limited > 0 {
		t.Errorf("%+v", ours)
	}
}

// A neighbour is what people in other channels notice of one whose posts wait.
type neighbour struct{ alone, beside []time.Duration }

// The people of other channels, how many channels those are, and how many posts
// wait in the one whose limit is used up.
const (
	neighbours        = 200
	neighbourChannels = 40
	waitingPosts      = 10
)

// live has people ask in other channels one after the other, and if disturbed has
// many ask in one channel meanwhile, so that its posts wait for Discord's limit
// there. It returns how long the others waited for their answers.
func (s *stage) live(name string, people []messages.UserID, disturbed bool, ask func(messages.ChannelID, messages.MessageID)) (waits []time.Duration) {
	s.t.Helper()
	var channels []messages.ChannelID
	for i := range neighbourChannels {
		channels = append(channels, s.discord.AddChannel(s.guild, fmt.Sprint(name, "-", i)))
	}
	crowded := s.discord.AddChannel(s.guild, name+"-crowded")
	for _, where := range append(channels, crowded) { // so that all are awake
		ask(where, s.say(discordsim.Say{Person: s.bob, Channel: where, Text: "@Troupe and what of our item?"}))
		time.Sleep(10 * time.Second)
	}
	l := s.lookout()
	began := map[messages.UserID]time.Time{}
	for i, who := range people[:neighbours] {
		if disturbed && i == neighbours/4 {
			for j, who := range people[neighbours:] { // the first five use the limit up
				ask(crowded, s.say(discordsim.Say{Person: who, Channel: crowded, Text: fmt.Sprintf("@Troupe and what of our item %d?", j)}))
			}
		}
		began[who] = time.Now()
		where := channels[i%len(channels)]
		ask(where, s.say(discordsim.Say{Person: who, Channel: where, Text: fmt.Sprintf("@Troupe and what of their item %d?", i)}))
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Minute)
	for _, who := range people[:neighbours] {
		if _, whole := l.seen(who); !whole.IsZero() {
			waits = append(waits, whole.Sub(began[who]))
		}
	}
	if len(waits) != neighbours {
		s.t.Errorf("%d of %d are answered", len(waits), neighbours)
	}
	return waits
}

// Posts that wait for the limit of one channel hold up no other.
func TestFigureFullChannel(t *testing.T) {
	const takes, most = 200 * time.Millisecond, 10 * time.Millisecond
	var ours, theirs neighbour
	onLimitedStage(t, takes, func(s *stage) {
		people := s.newcomers(neighbours + 5 + waitingPosts)
		pool := s.plain().holdSlots(10)
		theirs.alone = s.live("alone", people, false, pool)
		theirs.beside = s.live("beside", people, true, pool)
	})
	onLimitedStage(t, takes, func(s *stage) {
		people := s.newcomers(neighbours + 5 + waitingPosts)
		stop := s.run(nil)
		nothing := func(messages.ChannelID, messages.MessageID) {}
		ours.alone = s.live("alone", people, false, nothing)
		ours.beside = s.live("beside", people, true, nothing)
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	out := newSheet(t, "Ten posts wait for one channel's limit of 5 in 5 s: the p95 of answers in 40 other channels",
		"without", "with", "later by", "target")
	moved := p95(ours.beside) - p95(ours.alone)
	out.row("a pool of 10 whose slots wait", p95(theirs.alone), p95(theirs.beside),
		p95(theirs.beside)-p95(theirs.alone), "")
	out.row("Troupe", p95(ours.alone), p95(ours.beside), moved, bound(moved, most))
	out.atMost("others are answered later", moved, most)
}

// holdSlots returns what answers each question by itself, with so many posts at
// once, each of which has its slot until it is done.
func (p *plain) holdSlots(slots int) func(messages.ChannelID, messages.MessageID) {
	pool := make(chan struct{}, slots)
	return func(channel messages.ChannelID, question messages.MessageID) {
		p.work.Go(func() {
			g, err := p.generate("what is to be done?")
			p.expect(err)
			pool <- struct{}{}
			defer func() { <-pool }()
			if err == nil {
				p.reply(channel, question, g.Text)
			}
		})
	}
}
