package main

import (
	"slices"
	"sync"
	"testing"
	"time"

	"troupe/sim/chaos"
	"troupe/sim/geminisim"
)

// A labTest is a fault lab, and what it is to find.
type labTest struct {
	name string
	cfg  chaos.Config
	want []chaos.Wrong // any of these; nothing at all if empty
}

func labTests() []labTest {
	kill, slow := []string{"kill"}, geminisim.Latency{First: 500 * time.Millisecond, Last: 3 * time.Second}
	posted := []string{"discord/post is done", "outbox/sent"}
	tests := []labTest{
		{"accept", chaos.Config{Only: kill, Latency: slow}, []chaos.Wrong{chaos.Lost, chaos.CutOff}},
		{"sequence", chaos.Config{Only: kill, At: []string{"channel/heard"}, Triggers: 150}, []chaos.Wrong{chaos.Lost}},
		{"recovery", chaos.Config{Only: []string{"kill", "gateway-refused"}, Latency: slow}, []chaos.Wrong{chaos.Lost, chaos.CutOff}},
		{"nonce", chaos.Config{Only: []string{"discord-acted", "discord-hang"}, Triggers: 300}, []chaos.Wrong{chaos.Doubled, chaos.Orphan}},
		{"lookup", chaos.Config{Only: []string{"kill", "outage"}, At: posted}, []chaos.Wrong{chaos.Doubled, chaos.Orphan}},
	}
	for i := range tests {
		cfg := &tests[i].cfg
		cfg.Break, cfg.Triggers, cfg.Patience = tests[i].name, max(cfg.Triggers, 70), 6*time.Second
	}
	return append(tests, labTest{"nothing", chaos.Config{Triggers: 120, Patience: time.Minute}, nil})
}

// Whatever breaks, every question has exactly one outcome; and without any one of
// the safeguards that see to it, the lab finds out.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	bot, err := labBot(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tests := labTests()
	reports := make([]*chaos.Report, len(tests))
	var wait sync.WaitGroup // they mostly wait: all at once, however few processors there are
	for i := range tests {
		cfg := tests[i].cfg
		cfg.Bot, cfg.Seed, cfg.Dir, cfg.Check, cfg.Age = []string{bot, "run"}, 1, t.TempDir(), soundStore, ageStore
		wait.Go(func() {
			var err error
			if reports[i], err = chaos.Run(t.Context(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	for i, tt := range tests {
		t.Run("without "+tt.name, func(t *testing.T) {
			v := reports[i].Verdict
			found := slices.ContainsFunc(tt.want, func(w chaos.Wrong) bool { return v.Count(w) > 0 })
			if found || len(tt.want)+len(v.Breaches) == 0 {
				return
			}
			if err := reports[i].Print(t.Output()); err != nil {
				t.Error(err)
			}
			t.Errorf("found %d breaches, want of %v", len(v.Breaches), tt.want)
		})
	}
}
