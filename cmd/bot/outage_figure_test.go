package bot_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// The outage: how long Gemini is away, and what is asked meanwhile.
const (
	outageLasts = 2 * time.Minute
	outageTowns = 3
	outageAsks  = 60
)

// A queue is what people see of a Gemini that is away.
type queue struct {
	*stage
	towns   []*town
	guilds  map[messages.UserID]*town
	restore time.Time // when Gemini is back

	mu     sync.Mutex
	whole  map[messages.UserID]int // answers
	places int                     // that were told while Gemini was away
	untrue []string                // of those
}

func onOutageStage(t *testing.T, f func(*queue)) {
	t.Helper()
	plan := fault.NewPlan()
	plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: writeTakes})
	plan.Set(discordsim.ClassMessageEdit, fault.Fault{Latency: writeTakes})
	onStage(t, discordsim.Config{Plan: plan}, func(s *stage) {
		s.gemini.SetLatency(geminisim.Latency{First: firstToken, Last: lastToken})
		s.gemini.SetAnswer(brevity)
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		s.cfg.Answer.Cache = 0
		f(&queue{stage: s, guilds: map[messages.UserID]*town{}, whole: map[messages.UserID]int{}})
	})
}

// endure has people ask while Gemini is away, and waits until all is calm.
func (q *queue) endure(ask func(messages.ChannelID, messages.MessageID)) {
	q.t.Helper()
	for i := range outageTowns {
		w := q.town(fmt.Sprint("patient", i), 4, outageAsks/outageTowns, ask)
		q.towns = append(q.towns, w)
		for _, who := range w.people {
			q.guilds[who] = w
		}
	}
	q.t.Cleanup(q.discord.Watch(q.watch))
	time.Sleep(time.Second)
	q.restore = time.Now().Add(outageLasts)
	q.gemini.Plan().Set(geminisim.ClassStream, fault.Fault{Status: http.StatusServiceUnavailable})
	for i := range outageAsks {
		q.towns[i%outageTowns].question()
		time.Sleep(outageLasts / outageAsks)
	}
	q.gemini.Plan().Clear(geminisim.ClassStream)
	time.Sleep(20 * time.Minute)
}

// placeTold finds the number of questions that are before one.
var placeTold = regexp.MustCompile(`; (no|\d+) questions? in this server (?:is|are) before it`)

func (q *queue) watch(c discordsim.Change) {
	if c.Message.Author != q.discord.Bot() || c.Message.Reply == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	who := c.Message.Reply.Author
	if strings.Contains(c.Message.Content, theEnd) {
		q.whole[who]++
		return
	}
	m := placeTold.FindStringSubmatch(c.Message.Content)
	if m == nil || time.Now().After(q.restore) { // later the line moves faster than messages may be edited
		return
	}
	told, _ := strconv.Atoi(m[1])
	q.places++
	if ahead := q.ahead(who); told != ahead {
		q.untrue = append(q.untrue, fmt.Sprintf("%d is told, %d are before it", told, ahead))
	}
}

// ahead returns how many of the same guild asked before somebody and have no
// answer. It is called with mu held.
func (q *queue) ahead(who messages.UserID) (n int) {
	for _, other := range q.guilds[who].people {
		if other == who {
			break
		}
		if q.whole[other] == 0 {
			n++
		}
	}
	return n
}

// answers returns how many were answered, and how many more than once.
func (q *queue) answers() (answered, twice int) {
	replies := map[messages.UserID]int{}
	for _, m := range q.discord.MessagesOf(q.discord.Bot()) {
		if m.Reply != nil && strings.Contains(m.Content, theEnd) {
			replies[m.Reply.Author]++
		}
	}
	for _, n := range replies {
		answered++
		if n > 1 {
			twice++
		}
	}
	return answered, twice
}

// What is asked while Gemini is away is answered when it is back, once, and
// meanwhile people are told truly how many of their guild are before them.
func TestFigureOutage(t *testing.T) {
	out := newSheet(t, fmt.Sprintf("Gemini answers 503 for %v; %d questions are asked in %d guilds meanwhile", outageLasts, outageAsks, outageTowns),
		"answered", "target", "more than once", "places told", "of these untrue", "target")
	onOutageStage(t, func(q *queue) {
		q.endure(q.plain().tryThrice)
		answered, twice := q.answers()
		out.row("three tries, then an apology", answered, "", twice, q.places, len(q.untrue), "")
	})
	onOutageStage(t, func(q *queue) {
		stop := q.run(nil)
		q.endure(func(messages.ChannelID, messages.MessageID) {})
		if err := stop(); err != nil {
			t.Error(err)
		}
		answered, twice := q.answers()
		out.row("Troupe", answered, outageAsks, twice, q.places, len(q.untrue), 0)
		if answered != outageAsks || twice != 0 || len(q.untrue) > 0 || q.places < outageAsks {
			t.Errorf("%d are answered, %d more than once; %d are told their place: %v", answered, twice, q.places, q.untrue)
		}
	})
}

// tryThrice answers a question by itself; what has failed it tries again after one
// and after two seconds.
func (p *plain) tryThrice(channel messages.ChannelID, question messages.MessageID) {
	p.work.Go(func() {
		for try := range 3 {
			if g, err := p.generate("what is to be done?"); err == nil {
				p.reply(channel, question, g.Text)
				return
			}
			time.Sleep(time.Second << try)
		}
		p.reply(channel, question, "Sorry, that did not work.")
	})
}
