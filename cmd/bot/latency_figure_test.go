package bot_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"troupe/actors/journal"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/supervision"
)

// What the steps of an answer take in this figure.
const (
	checkTakes   = 100 * time.Millisecond // that leaves memory
	contextTakes = 150 * time.Millisecond // of a source that is cold
	firstToken   = 150 * time.Millisecond
	lastToken    = 400 * time.Millisecond
	writeTakes   = 50 * time.Millisecond // of Discord
)

// rounds is how often what is measured by a median is done.
const rounds = 5

// A slowStore is a store far away. That a question was not seen before is checked
// by the commit that accepts it, what a guild has chosen and may be told is one
// check more, and what is noted of a person is a source of context. The commits
// that only follow, of parts and outcomes, take no time here.
type slowStore struct{ journal.Store }

func (s slowStore) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	for _, w := range writes {
		if _, accepts := w.(*messages.AcceptTrigger); accepts {
			time.Sleep(checkTakes)
			break
		}
	}
	return s.Store.Apply(ctx, writes, written)
}

func (s slowStore) Notes(ctx context.Context, owner string) (map[string]string, error) {
	var id uint64
	switch n, _ := fmt.Sscanf(owner, "guild/%d", &id); n {
	case 1:
		time.Sleep(checkTakes)
	default:
		time.Sleep(contextTakes)
	}
	return s.Store.Notes(ctx, owner)
}

// A timing is how long it took until there was something to read, and all.
type timing struct{ first, whole []time.Duration }

func (m *timing) add(began, first, whole time.Time) {
	m.first, m.whole = append(m.first, first.Sub(began)), append(m.whole, whole.Sub(began))
}

func onLatencyStage(t *testing.T, f func(*stage)) {
	t.Helper()
	plan := fault.NewPlan()
	plan.Set(discordsim.ClassMessageCreate, fault.Fault{Latency: writeTakes})
	plan.Set(discordsim.ClassMessageEdit, fault.Fault{Latency: writeTakes})
	plan.Set(discordsim.ClassMessageList, fault.Fault{Latency: contextTakes})
	plan.Set(discordsim.ClassPinList, fault.Fault{Latency: contextTakes})
	onStage(t, discordsim.Config{Plan: plan, Limits: discordsim.Limits{Off: true}}, func(s *stage) {
		s.gemini.SetLatency(geminisim.Latency{First: firstToken, Last: lastToken})
		s.gemini.SetAnswer(essay)
		s.cfg.Answer.Cache = 0
		for i := range 60 {
			s.say(discordsim.Say{Person: s.bob, Channel: s.general, Text: fmt.Sprint("remark ", i)})
		}
		pinned := s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: "be kind"})
		if err := s.discord.Pin(s.ann, s.general, pinned); err != nil {
			t.Fatal(err)
		}
		f(s)
	})
}

// The time to an answer is that of its longest path: cold, the slowest source of
// context, then Gemini, then Discord; warm, only the latter two.
func TestFigureLatency(t *testing.T) {
	var asleep, cold, warm, sequence, seed timing
	onLatencyStage(t, func(s *stage) {
		l := s.lookout()
		s.alter = func(w *supervision.World) { w.Store = slowStore{w.Store} }
		stop := s.run(nil)
		elsewhere := s.discord.AddChannel(s.guild, "elsewhere")
		for i := range rounds {
			time.Sleep(3 * s.cfg.Memory.Idle)
			s.measure(l, &asleep, i)
			for range 6 { // the guild stays awake
				time.Sleep(s.cfg.Memory.Idle / 2)
				s.say(discordsim.Say{Person: s.bob, Channel: elsewhere, Text: "anybody here?"})
			}
			s.measure(l, &cold, i)
			time.Sleep(10 * time.Second)
			s.measure(l, &warm, i)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	onLatencyStage(t, func(s *stage) {
		p, l := s.plain(), s.lookout()
		for i := range rounds {
			p.measurePlain(l, &sequence, i, inSequence)
			p.measurePlain(l, &seed, i, together)
		}
	})
	out := newSheet(t, "The seed's table: the time to an answer, medians of 5, all waits simulated", "first text", "target", "whole answer", "target")
	const coldFirst, coldWhole = (contextTakes + firstToken + writeTakes) * 11 / 10, (contextTakes + lastToken + writeTakes) * 11 / 10
	const warmFirst, warmWhole = firstToken + writeTakes + 5*time.Millisecond, lastToken + writeTakes + 5*time.Millisecond
	out.row("all in sequence", median(sequence.first), "", median(sequence.whole), "")
	out.row("the seed's way", median(seed.first), "", median(seed.whole), "")
	out.row("Troupe, cold, the guild asleep too", median(asleep.first), bound(median(asleep.first), coldFirst),
		median(asleep.whole), bound(median(asleep.whole), coldWhole))
	out.row("Troupe, cold", median(cold.first), bound(median(cold.first), coldFirst), median(cold.whole), bound(median(cold.whole), coldWhole))
	out.row("Troupe, warm", median(warm.first), bound(median(warm.first), warmFirst), median(warm.whole), bound(median(warm.whole), warmWhole))
	out.atMost("cold, the guild asleep too, first text", median(asleep.first), coldFirst)
	out.atMost("cold, the guild asleep too, whole answer", median(asleep.whole), coldWhole)
	out.atMost("cold, first text", median(cold.first), coldFirst)
	out.atMost("cold, whole answer", median(cold.whole), coldWhole)
	out.atMost("warm, first text", median(warm.first), warmFirst)
	out.atMost("warm, whole answer", median(warm.whole), warmWhole)
}

// measure has Ann ask Troupe.
func (s *stage) measure(l *lookout, m *timing, i int) {
	l.forget(s.ann)
	began := time.Now()
	s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: fmt.Sprintf("@Troupe what do you make of remark %d?", i)})
	time.Sleep(time.Minute)
	first, whole := l.seen(s.ann)
	m.add(began, first, whole)
}

// measurePlain has Ann ask a bot that makes its checks and reads its context one
// way or another, and waits for the whole answer before it writes.
func (p *plain) measurePlain(l *lookout, m *timing, i int, how func(steps ...func())) {
	l.forget(p.ann)
	began := time.Now()
	question := p.say(discordsim.Say{Person: p.ann, Channel: p.general, Text: fmt.Sprintf("@Troupe what do you make of remark %d?", i)})
	check := func() { time.Sleep(checkTakes) }
	how(check, check, check)
	how(func() {
		_, err := p.discord.History(p.ctx, p.general, question, 50)
		p.expect(err)
	}, func() {
		_, err := p.discord.Pins(p.ctx, p.general)
		p.expect(err)
	}, func() { time.Sleep(contextTakes) })
	g, err := p.generate("what do you make of it?")
	if err != nil {
		p.t.Fatal(err)
	}
	p.reply(p.general, question, g.Text)
	time.Sleep(time.Minute)
	first, whole := l.seen(p.ann)
	m.add(began, first, whole)
}

func inSequence(steps ...func()) {
	for _, step := range steps {
		step()
	}
}

func together(steps ...func()) {
	var all sync.WaitGroup
	for _, step := range steps {
		all.Go(step)
	}
	all.Wait()
}
