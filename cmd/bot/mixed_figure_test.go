package bot_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
	"troupe/supervision"

	"github.com/prometheus/client_golang/prometheus"
)

// The mixed day of traffic: one guild for 24 hours.
const (
	mixedSeed     = 8
	mixedChannels = 8
	mixedPeople   = 60
	mixedNight    = 15  // occasions to ask in an hour of the night, of which there are 8
	mixedDay      = 60  // of the day: 10
	mixedEvening  = 150 // of the evening: 6
	mixedAlone    = 0.6 // share of questions that stand alone: "what is a gadget number 7?"
	mixedTopics   = 300 // of those
	mixedZipf     = 1.1 // exponent of how often each is asked
	mixedPhrases  = 40  // of the others, by the same law: "what do you make of it, way 3?"
	mixedPicked   = 0.2 // share of occasions that others join, who ask the same
	mixedJoiners  = 15  // of those at most, within
	mixedWithin   = 2 * time.Second
	mixedChatter  = 2.0 // remarks for each occasion, at any time in any channel
)

// A mixedLine is something that is said on the mixed day.
type mixedLine struct {
	after   time.Duration // since the beginning
	channel int
	who     int
	remark  bool
	text    string
}

// mixedScript returns what is said on the day.
func mixedScript() (script []mixedLine) {
	r := rand.New(rand.NewPCG(mixedSeed, 0))
	topics, phrases := rand.NewZipf(r, mixedZipf, 1, mixedTopics-1), rand.NewZipf(r, mixedZipf, 1, mixedPhrases-1)
	for hour := range 24 {
		occasions := mixedDay
		switch {
		case hour < 8:
			occasions = mixedNight
		case hour >= 18:
			occasions = mixedEvening
		}
		anywhere := func() mixedLine {
			return mixedLine{
				after:   time.Duration(hour)*time.Hour + time.Duration(r.Int64N(int64(time.Hour))),
				channel: r.IntN(mixedChannels), who: r.IntN(mixedPeople),
			}
		}
		for range occasions {
			q := anywhere()
			if r.Float64() < mixedAlone {
				q.text = fmt.Sprintf("what is a gadget number %d?", topics.Uint64())
			} else {
				q.text = fmt.Sprintf("what do you make of it, way %d?", phrases.Uint64())
			}
			script = append(script, q)
			if r.Float64() < mixedPicked {
				for range 1 + r.IntN(mixedJoiners) {
					same := q
					same.who, same.after = r.IntN(mixedPeople), q.after+time.Duration(r.Int64N(int64(mixedWithin)))
					script = append(script, same)
				}
			}
		}
		for range int(mixedChatter * float64(occasions)) {
			l := anywhere()
			l.remark = true
			script = append(script, l)
		}
	}
	slices.SortStableFunc(script, func(a, b mixedLine) int { return cmp.Compare(a.after, b.after) })
	return script
}

// remarkSaid finds the remarks in a prompt, and in an answer the one that it is to.
var remarkSaid = regexp.MustCompile(`remark (\d+)`)

// latestRemark answers with the latest remark that the prompt tells of, so that it
// can be seen of an answer what it was made from.
func latestRemark(p *messages.Prompt) geminisim.Reply {
	latest := 0
	for _, turn := range p.Turns {
		for _, m := range remarkSaid.FindAllStringSubmatch(turn.Text, -1) {
			n, _ := strconv.Atoi(m[1])
			latest = max(latest, n)
		}
	}
	return geminisim.Reply{Text: fmt.Sprintf("I know of remark %d. %s", latest, theEnd)}
}

// A daybook is what came of the day.
type daybook struct {
	asked, answered int
	calls           int // of Gemini, for answers
	summaries       int // calls for those, while nobody needs the quota
	wrong           int // answers that were made before the latest remark, or elsewhere
	fromCache       int
	joins, shared   int // of the coalescers, all together
	coalesced       int // shared, of the one for generations
}

func (b *daybook) saved() float64 { return 100 * (1 - float64(b.calls)/float64(b.asked)) }

func (b *daybook) hits() float64 { return 100 * float64(b.shared) / float64(max(b.joins, 1)) }

func onMixedStage(t *testing.T, f func(s *stage, summaries *atomic.Int64)) {
	t.Helper()
	onStage(t, discordsim.Config{Limits: discordsim.Limits{Off: true}, Records: 10}, func(s *stage) {
		s.gemini.SetLatency(geminisim.Latency{First: 400 * time.Millisecond, Last: 2 * time.Second})
		var summaries atomic.Int64
		s.gemini.SetAnswer(func(p *messages.Prompt) geminisim.Reply {
			if p.Schema != "" {
				summaries.Add(1)
				return geminisim.StandIn(p)
			}
			return latestRemark(p)
		})
		s.cfg.Discord.RequestsPerSecond = 0
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		f(s, &summaries)
	})
}

// mixed plays the day. ask is called for each question with the latest remark in
// its channel.
func (s *stage) mixed(ask func(channel messages.ChannelID, question messages.MessageID, text string, remark int)) (b daybook) {
	s.t.Helper()
	people := s.newcomers(mixedPeople)
	var channels []messages.ChannelID
	for i := range mixedChannels {
		channels = append(channels, s.discord.AddChannel(s.guild, fmt.Sprint("place-", i)))
	}
	questions := map[messages.MessageID]int{} // the latest remark before each
	latest := make([]int, mixedChannels)
	remarks, began := 0, time.Now()
	for _, l := range mixedScript() {
		time.Sleep(time.Until(began.Add(l.after)))
		if l.remark {
			remarks++
			latest[l.channel] = remarks
			s.say(discordsim.Say{Person: people[l.who], Channel: channels[l.channel], Text: fmt.Sprint("remark ", remarks)})
			continue
		}
		id := s.say(discordsim.Say{Person: people[l.who], Channel: channels[l.channel], Text: "@Troupe " + l.text})
		questions[id] = latest[l.channel]
		ask(channels[l.channel], id, l.text, latest[l.channel])
	}
	time.Sleep(10 * time.Minute)
	b.asked = len(questions)
	for _, m := range s.discord.MessagesOf(s.discord.Bot()) {
		if m.Reply == nil || !strings.Contains(m.Content, theEnd) {
			continue
		}
		b.answered++
		told := remarkSaid.FindStringSubmatch(m.Content)
		if n, _ := strconv.Atoi(told[1]); n != questions[m.Reply.ID] && n != 0 { // 0: it was made from no remark
			b.wrong++
		}
	}
	b.calls = s.gemini.Count(s.cfg.Gemini.Model).Requests
	return b
}

// On a mixed day most questions need no call of their own, and no answer is given
// to a question that is made from what was said in another channel, or before
// something else was said.
func TestFigureMixedDay(t *testing.T) {
	unraced(t)
	const leastSaved, leastHits = 60.0, 40.0 // per cent
	var ours, theirs daybook
	onMixedStage(t, func(s *stage, summaries *atomic.Int64) {
		var registry *prometheus.Registry
		s.alter = func(w *supervision.World) { registry = w.Metrics.(*prometheus.Registry) }
		stop := s.run(nil)
		ours = s.mixed(func(messages.ChannelID, messages.MessageID, string, int) {})
		ours.count(t, registry)
		ours.summaries = int(summaries.Load())
		ours.calls -= ours.summaries
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	onMixedStage(t, func(s *stage, _ *atomic.Int64) { theirs = s.mixed(s.plain().singleflight()) })
	out := newSheet(t, fmt.Sprintf("A mixed day of one guild in %d channels, seed %d: %.0f %% of questions stand alone, by Zipf's law with exponent %v "+
		"of %d, the others of %d;\n%.0f %% of occasions are picked up by 1 to %d more within %v; %v remarks for each occasion",
		mixedChannels, mixedSeed, 100*mixedAlone, mixedZipf, mixedTopics, mixedPhrases, 100*mixedPicked, mixedJoiners, mixedWithin, mixedChatter),
		"asked", "answered", "calls", "for summaries", "saved", "target", "by the cache", "by sharing", "coalescers' hits", "target", "wrong answers", "target")
	row := func(name string, b daybook, saved, hits, wrong string) {
		out.row(name, b.asked, b.answered, b.calls, b.summaries, fmt.Sprintf("%.1f %%", b.saved()), saved, b.fromCache, b.coalesced,
			fmt.Sprintf("%.1f %%", b.hits()), hits, b.wrong, wrong)
	}
	theirs.joins, theirs.shared, theirs.coalesced = theirs.asked, theirs.asked-theirs.calls, theirs.asked-theirs.calls
	row("singleflight on the text", theirs, "", "", "")
	row("Troupe", ours, atLeast(ours.saved(), leastSaved), atLeast(ours.hits(), leastHits), "0")
	if ours.answered != ours.asked || ours.wrong > 0 || ours.saved() < leastSaved || ours.hits() < leastHits {
		t.Errorf("%+v", ours)
	}
}

// atLeast shows a target in per cent beside a figure, and by how much that misses
// it.
func atLeast(got, least float64) string {
	if got < least {
		return fmt.Sprintf("%.0f %%, missed by %.1f", least, least-got)
	}
	return fmt.Sprintf("%.0f %%", least)
}

// count takes from the bot's own metrics what was saved by which means.
func (b *daybook) count(t *testing.T, r *prometheus.Registry) {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			n, how := int(m.GetCounter().GetValue()), labels["outcome"]
			shared := how == "joined" || how == "lingered"
			switch f.GetName() {
			case "troupe_cache_questions_total":
				if how == "hit" {
					b.fromCache += n
				}
			case "troupe_coalescer_joins_total":
				b.joins += n
				if shared {
					b.shared += n
				}
				if shared && labels["coalescer"] == "generation" {
					b.coalesced += n
				}
			}
		}
	}
}

// singleflight returns what lets questions share a generation that have the same
// text, wherever they are asked, and gives each a reply.
func (p *plain) singleflight() func(messages.ChannelID, messages.MessageID, string, int) {
	type place struct {
		channel  messages.ChannelID
		question messages.MessageID
	}
	var mu sync.Mutex
	flights := map[string][]place{}
	return func(channel messages.ChannelID, question messages.MessageID, text string, remark int) {
		mu.Lock()
		defer mu.Unlock()
		_, under := flights[text]
		flights[text] = append(flights[text], place{channel, question})
		if under {
			return
		}
		p.work.Go(func() {
			g, err := p.generate(fmt.Sprintf("remark %d: %s", remark, text))
			p.expect(err)
			mu.Lock()
			waiting := flights[text]
			delete(flights, text)
			mu.Unlock()
			for _, w := range waiting {
				if err == nil {
					p.reply(w.channel, w.question, g.Text)
				}
			}
		})
	}
}
