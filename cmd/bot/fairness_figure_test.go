package bot_test

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// A call of Gemini takes 400 to 800 ms in these figures.
const (
	shortestCall = 400 * time.Millisecond
	meanCall     = 600 * time.Millisecond
)

// A crush is where it is crowded: so many calls at once are what there is.
type crush struct {
	name     string
	calls    int
	capacity geminisim.Capacity // of Gemini
	sound    bool               // the target is met
}

// crushes are the places that are compared: where the pool's own bound is what
// there is, and where Gemini's is. Where Gemini slows down, each call takes longer:
// that misses the target, and is shown but not asserted.
func crushes() []crush {
	return []crush{
		{"as many as the pool's bound", 20, geminisim.Capacity{}, true},
		{"Gemini slows down above", 10, geminisim.Capacity{Calls: 10, Slow: true}, false},
		{"Gemini refuses above", 10, geminisim.Capacity{Calls: 10}, true},
	}
}

// unsteady answers each question in a time of its own, which depends on nothing
// but the question.
func unsteady(p *messages.Prompt) geminisim.Reply {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.Turns[len(p.Turns)-1].Text))
	d := shortestCall + 2*(meanCall-shortestCall)*time.Duration(h.Sum32()%1000)/1000
	r := brevity(p)
	r.Latency = &geminisim.Latency{First: d, Last: d}
	return r
}

func (u crush) stage(t *testing.T, f func(*stage)) {
	t.Helper()
	onStage(t, discordsim.Config{Limits: discordsim.Limits{Off: true}, History: 500, Records: 10}, func(s *stage) {
		s.gemini.SetCapacity(u.capacity)
		s.gemini.SetAnswer(unsteady)
		s.cfg.Discord.RequestsPerSecond = 0
		s.cfg.Gemini.TokensPerMinute, s.cfg.Gemini.RequestsPerDay, s.cfg.Limits.DailySpend = 0, 0, 0
		s.cfg.Answer.Cache = 0
		f(s)
	})
}

// A town is a guild whose people ask one after the other, in its channels in turn.
type town struct {
	*stage
	id       messages.GuildID
	channels []messages.ChannelID
	people   []messages.UserID
	asked    []time.Time // by whom
	ask      func(messages.ChannelID, messages.MessageID)
}

func (s *stage) town(name string, channels, people int, ask func(messages.ChannelID, messages.MessageID)) *town {
	w := &town{stage: s, ask: ask}
	w.id = s.discord.AddGuild(name, s.ann)
	for i := range channels {
		w.channels = append(w.channels, s.discord.AddChannel(w.id, fmt.Sprint(name, "-", i)))
	}
	for i := range people {
		p := s.discord.AddUser(fmt.Sprint(name, " ", i))
		s.discord.AddMember(w.id, p)
		w.people = append(w.people, p)
	}
	return w
}

// question has the next person ask. When all have asked, the first asks again.
func (w *town) question() {
	i := len(w.asked)
	who, where := w.people[i%len(w.people)], w.channels[i%len(w.channels)]
	w.asked = append(w.asked, time.Now())
	w.ask(where, w.say(discordsim.Say{Person: who, Channel: where, Text: fmt.Sprintf("@Troupe and what of %v's item %d?", w.id, i)}))
}

// waits returns how long people waited for the whole answer to their first
// question.
func (w *town) waits(l *lookout) (all []time.Duration) {
	for i, began := range w.asked[:min(len(w.asked), len(w.people))] {
		if _, whole := l.seen(w.people[i]); !whole.IsZero() {
			all = append(all, whole.Sub(began))
		}
	}
	return all
}

// What the guilds ask: the quiet ones together half of what there is, each once in
// a pause, and the loud one a hundred times as much as one of those.
const (
	quietPause = 960 * time.Millisecond
	loudFactor = 100
	loudLasts  = 12 * time.Second
)

// quiet returns how many quiet guilds there are.
func (u crush) quiet() int { return int(time.Duration(u.calls) * quietPause / (2 * meanCall)) }

// fair has quiet guilds ask for a while, beside a loud one if there is one. It
// returns how long the quiet ones waited.
func (u crush) fair(s *stage, name string, loud bool, ask func(messages.ChannelID, messages.MessageID)) (waits []time.Duration) {
	s.t.Helper()
	var towns []*town
	for i := range u.quiet() {
		towns = append(towns, s.town(fmt.Sprint(name, i), 4, int(loudLasts/quietPause)+2, ask))
	}
	noise := s.town(name+"-loud", 50, 500, ask)
	time.Sleep(time.Second)
	l := s.lookout()
	turns := 0
	for tick := range int(loudLasts / quietPause * loudFactor) {
		if loud {
			noise.question()
		}
		for ; turns*loudFactor <= tick*len(towns); turns++ { // each of the quiet ones in its turn
			towns[turns%len(towns)].question()
		}
		time.Sleep(quietPause / loudFactor)
	}
	time.Sleep(10 * time.Minute)
	asked := 0
	for _, w := range towns {
		waits = append(waits, w.waits(l)...)
		asked += len(w.asked)
	}
	if len(waits) != asked {
		s.t.Errorf("%s, %s: %d of %d are answered", u.name, name, len(waits), asked)
	}
	return waits
}

// A guild that asks a hundred times as much as others makes them wait no longer
// than one call of Gemini takes.
func TestFigureFairness(t *testing.T) {
	unraced(t)
	out := newSheet(t, "A guild asks 100 times as much as each of others, which need half of what there is: p95 of the others",
		"calls at once", "without it", "with it", "later by", "target")
	for _, u := range crushes() {
		var ours, theirs neighbour
		u.stage(t, func(s *stage) {
			nothing := func(messages.ChannelID, messages.MessageID) {}
			stop := s.run(nil)
			u.fair(s, "before", false, nothing) // until the pool has found out what there is
			ours.alone = u.fair(s, "alone", false, nothing)
			ours.beside = u.fair(s, "beside", true, nothing)
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
		u.stage(t, func(s *stage) {
			pool := s.plain().firstCome(u.calls)
			theirs.alone = u.fair(s, "alone", false, pool)
			theirs.beside = u.fair(s, "beside", true, pool)
		})
		moved := p95(ours.beside) - p95(ours.alone)
		ms := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
		out.row("first come, first served: "+u.name, u.calls, ms(p95(theirs.alone)), ms(p95(theirs.beside)),
			ms(p95(theirs.beside)-p95(theirs.alone)), "")
		out.row("Troupe, adaptive pool: "+u.name, u.calls, ms(p95(ours.alone)), ms(p95(ours.beside)), ms(moved), bound(ms(moved), meanCall))
		if u.sound {
			out.atMost("others are answered later", moved, meanCall)
		}
	}
}

// An outcome is what became of many questions.
type outcome struct {
	answered, refused, silent int
	waited                    time.Duration // the longest, for an answer or a refusal
	half, end                 int64         // bytes in use, in the middle and at the end
}

// The overload: three times as much as there is.
const (
	overloadTowns  = 10
	overloadPeople = 200 // of each
	overloadPause  = meanCall / 20 / 3
	poolWait       = 90 * time.Second // the longest that a question waits for its call
)

// overload has each of many people ask once, faster than there can be answers.
func (s *stage) overload(ask func(messages.ChannelID, messages.MessageID)) (o outcome) {
	s.t.Helper()
	var towns []*town
	for i := range overloadTowns {
		towns = append(towns, s.town(fmt.Sprint("crowded", i), 50, overloadPeople, ask))
	}
	l := s.lookout()
	for i := range overloadPeople {
		for _, w := range towns {
			w.question()
			time.Sleep(overloadPause)
		}
		if i == overloadPeople/2 {
			o.half = inUse()
		}
	}
	o.end = inUse()
	time.Sleep(20 * time.Minute)
	for _, w := range towns {
		for i, who := range w.people {
			first, whole := l.seen(who)
			switch {
			case !whole.IsZero():
				o.answered++
			case !first.IsZero():
				o.refused++
			default:
				o.silent++
				continue
			}
			o.waited = max(o.waited, first.Sub(w.asked[i]))
		}
	}
	return o
}

// Where three times as much is asked as can be answered, each question is answered
// or refused with a reason within its deadline.
func TestFigureOverload(t *testing.T) {
	unraced(t)
	u := crushes()[0]
	var ours, theirs outcome
	u.stage(t, func(s *stage) {
		stop := s.run(nil)
		ours = s.overload(func(messages.ChannelID, messages.MessageID) {})
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	u.stage(t, func(s *stage) { theirs = s.overload(s.plain().firstCome(u.calls)) })
	out := newSheet(t, fmt.Sprintf("3 times as much is asked as can be answered, for 20 s: %d questions", overloadTowns*overloadPeople),
		"answered", "refused", "neither", "the longest wait", "deadline", "MB in the middle", "at the end")
	for _, r := range []struct {
		name     string
		o        outcome
		deadline string
	}{
		{"first come, first served", theirs, "none"}, {"Troupe", ours, bound(ours.waited, poolWait)},
	} {
		out.row(r.name, r.o.answered, r.o.refused, r.o.silent, r.o.waited.Round(time.Millisecond), r.deadline, r.o.half/1e6, r.o.end/1e6)
	}
	if ours.silent > 0 {
		t.Errorf("%+v", ours)
	}
	out.atMost("the longest wait", ours.waited, poolWait)
}

// firstCome returns what answers each question by itself, in the order in which
// they came, with so many calls of Gemini at once.
func (p *plain) firstCome(slots int) func(messages.ChannelID, messages.MessageID) {
	type request struct {
		channel  messages.ChannelID
		question messages.MessageID
	}
	queue := make(chan request, 100_000)
	for range slots {
		p.work.Go(func() {
			for {
				select {
				case r := <-queue:
					g, err := p.generate(fmt.Sprint("what of item ", r.question, "?"))
					p.expect(err)
					if err == nil {
						p.reply(r.channel, r.question, g.Text)
					}
				case <-p.ctx.Done():
					return
				}
			}
		})
	}
	return func(channel messages.ChannelID, question messages.MessageID) { queue <- request{channel, question} }
}
