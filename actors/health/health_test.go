package health

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

func gateway(shard int, connected, content bool) *messages.GatewayState {
	return &messages.GatewayState{Shard: shard, Connected: connected, Content: content}
}

// What is told of shards and parts adds up: one shard that is not connected, or
// from which content is withheld, is enough.
func TestHealth(t *testing.T) {
	outbox, store := messages.PartDown{Part: "outbox", Cause: "ouch"}, messages.PartDown{Part: "store", Cause: "full"}
	learner := messages.PartDown{Part: "learner/memory", Cause: "ouch", Background: true}
	tests := []struct {
		name string
		told []any
		want messages.Health
	}{
		{"nothing yet", nil, messages.Health{Content: true}},
		{"connecting", []any{gateway(0, false, true)}, messages.Health{Content: true}},
		{"connected", []any{gateway(0, true, true)}, messages.Health{Connected: true, Content: true}},
		{"one shard is not", []any{gateway(0, true, true), gateway(1, false, true)}, messages.Health{Content: true}},
		{"and then is", []any{gateway(0, true, true), gateway(1, false, true), gateway(1, true, true)}, messages.Health{Connected: true, Content: true}},
		{"content withheld", []any{gateway(0, true, false), gateway(1, true, true)}, messages.Health{Connected: true}},
		{"parts by name", []any{&store, &outbox}, messages.Health{Content: true, Down: []messages.PartDown{outbox, store}}},
		{"up again", []any{&store, &outbox, &messages.PartUp{Part: "store"}}, messages.Health{Content: true, Down: []messages.PartDown{outbox}}},
		{"in the background", []any{&learner}, messages.Health{Content: true, Down: []messages.PartDown{learner}}},
		{"never down", []any{&messages.PartUp{Part: "store"}}, messages.Health{Content: true}},
		{"another cause", []any{&messages.PartDown{Part: "store"}, &store}, messages.Health{Content: true, Down: []messages.PartDown{store}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				var last *messages.Health
				pid := e.Start(New(Config{Changed: func(h *messages.Health) { last = h }, Log: actortest.Log()}))
				for _, m := range tt.told {
					e.Tell(pid, m)
				}
				got, err := e.Ask(pid, &messages.GetHealth{})
				if d := cmp.Diff(&tt.want, got); d != "" || err != nil {
					t.Error(d, err)
				}
				if d := cmp.Diff(&tt.want, last); d != "" {
					t.Errorf("told last: %s", d)
				}
			})
		})
	}
}

func asks(of string, l messages.Level) *messages.Strain {
	return &messages.Strain{Of: of, Level: l, Why: of + " is " + l.String()}
}

// The level is the highest that was asked for lately: it rises at once, and falls
// when nobody has asked for it for a while, to what others still ask for.
func TestLevel(t *testing.T) {
	const quota, pool = "quota/gemini", "router/gemini"
	type step struct {
		at   time.Duration
		told *messages.Strain // nil to look only
		want messages.Level
		why  string
	}
	life := messages.StrainLife
	tests := []struct {
		name  string
		steps []step
	}{
		{"holds for a while", []step{
			{0, asks(quota, messages.LevelReduced), messages.LevelReduced, "quota/gemini is reduced"},
			{life - 1, nil, messages.LevelReduced, "quota/gemini is reduced"},
			{life, nil, messages.LevelNormal, ""},
		}},
		{"said again holds on", []step{
			{0, asks(quota, messages.LevelReduced), messages.LevelReduced, "quota/gemini is reduced"},
			{life / 2, asks(quota, messages.LevelReduced), messages.LevelReduced, "quota/gemini is reduced"},
			{life + 1, nil, messages.LevelReduced, "quota/gemini is reduced"},
			{life / 2 * 3, nil, messages.LevelNormal, ""},
		}},
		{"the highest counts, then the next", []step{
			{0, asks(quota, messages.LevelReduced), messages.LevelReduced, "quota/gemini is reduced"},
			{10 * time.Second, asks(pool, messages.LevelFallback), messages.LevelFallback, "router/gemini is fallback"},
			{20 * time.Second, asks(quota, messages.LevelReduced), messages.LevelFallback, "router/gemini is fallback"},
			{45 * time.Second, nil, messages.LevelReduced, "quota/gemini is reduced"},
			{55 * time.Second, nil, messages.LevelNormal, ""},
		}},
		{"who eases is not well at once", []step{
			{0, asks(pool, messages.LevelQueued), messages.LevelQueued, "router/gemini is queued"},
			{25 * time.Second, asks(pool, messages.LevelReduced), messages.LevelQueued, "router/gemini is queued"},
			{31 * time.Second, nil, messages.LevelReduced, "router/gemini is reduced"},
			{56 * time.Second, nil, messages.LevelNormal, ""},
		}},
		{"of two the first by name says why", []step{
			{0, asks(pool, messages.LevelReduced), messages.LevelReduced, "router/gemini is reduced"},
			{1, asks(quota, messages.LevelReduced), messages.LevelReduced, "quota/gemini is reduced"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				pid := e.Start(New(Config{Changed: func(*messages.Health) {}, Log: actortest.Log()}))
				began := time.Now()
				for _, s := range tt.steps {
					time.Sleep(s.at - time.Since(began))
					if s.told != nil {
						e.Tell(pid, s.told)
					}
					synctest.Wait()
					got, err := e.Ask(pid, &messages.GetHealth{})
					if d := cmp.Diff(&messages.Health{Content: true, Level: s.want, Why: s.why}, got); d != "" || err != nil {
						t.Errorf("after %v: %s %v", s.at, d, err)
					}
				}
			})
		})
	}
}

// Changed is told once at the start and once for each change, and what it was
// told stays as it was.
func TestChanged(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		var told []*messages.Health
		pid := e.Start(New(Config{Changed: func(h *messages.Health) { told = append(told, h) }, Log: actortest.Log()}))
		down := messages.PartDown{Part: "store", Cause: "full"}
		for _, m := range []any{
			gateway(0, true, true), gateway(0, true, true),
			&down, &messages.PartDown{Part: "store", Cause: "full"},
			&messages.PartUp{Part: "store"}, &messages.PartUp{Part: "store"},
		} {
			e.Tell(pid, m)
		}
		synctest.Wait()
		want := []*messages.Health{
			{Content: true},
			{Connected: true, Content: true},
			{Connected: true, Content: true, Down: []messages.PartDown{down}},
			{Connected: true, Content: true},
		}
		if d := cmp.Diff(want, told); d != "" {
			t.Error(d)
		}
	})
}

// What is down is logged as an error, but for what nobody waits for.
func TestPartDownIsLogged(t *testing.T) {
	tests := []struct {
		name string
		down messages.PartDown
		want string
	}{
		{"somebody waits for it", messages.PartDown{Part: "router/gemini", Cause: "ouch"}, "level=ERROR msg=\"part down\" part=router/gemini cause=ouch background=false\n"},
		{"nobody does", messages.PartDown{Part: "analyzer/memory", Cause: "ouch", Background: true}, "level=WARN msg=\"part down\" part=analyzer/memory cause=ouch background=true\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				var log strings.Builder
				handler := slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
					if a.Key == slog.TimeKey {
						return slog.Attr{}
					}
					return a
				}})
				pid := e.Start(New(Config{Changed: func(*messages.Health) {}, Log: slog.New(handler)}))
				e.Tell(pid, &tt.down)
				if d := cmp.Diff(tt.want, log.String()); d != "" {
					t.Error(d)
				}
			})
		})
	}
}
