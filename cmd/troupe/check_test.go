package main

import (
	"strings"
	"testing"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// Each check says that all is well, or what is wrong and how to mend it.
func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		sim    func(*discordsim.Config)
		change func(*place)
		want   []string // beginnings of lines, with something that they contain after |
		fails  bool
	}{
		{"all is well", nil, nil, []string{
			"ok    token|Troupe", "ok    intents|", "ok    gateway|1000 of 1000", "ok    invite|https://discord.com/oauth2/authorize?client_id=",
			"ok    key|", "ok    model|gemini-3.5-flash-lite", "ok    embedding model|gemini-embedding-2", "ok    store|sqlite:", "ok    clock|",
		}, false},
		{"no token", nil, func(p *place) { delete(p.env, "DISCORD_TOKEN") }, []string{"FAIL  token|discord.com/developers", "ok    key|"}, true},
		{"wrong token", nil, func(p *place) { p.env["DISCORD_TOKEN"] = "no" }, []string{"FAIL  token|reset it at"}, true},
		{"intent", func(c *discordsim.Config) { c.MessageContentIntent = false }, nil, []string{"FAIL  intents|Message Content Intent", "ok    invite|"}, true},
		{"sessions used up", func(c *discordsim.Config) { c.Starts = -1 }, nil, []string{"FAIL  gateway|started too often"}, true},
		{"no key", nil, func(p *place) { delete(p.env, "GEMINI_API_KEY") }, []string{"ok    token|", "FAIL  key|aistudio.google.com"}, true},
		{"wrong key", nil, func(p *place) { p.env["GEMINI_API_KEY"] = "no" }, []string{"FAIL  key|GEMINI_API_KEY"}, true},
		{"no such model", nil, func(p *place) { p.gemini.SetModels([]geminisim.Model{{Name: "other"}}) }, []string{"ok    key|", "FAIL  model|Known are", "FAIL  embedding model|that compares texts"}, true},
		{"gemini down", nil, func(p *place) { p.plan.Set("gemini.*", fault.Fault{Status: 503}) }, []string{"FAIL  key|trouble of its own"}, true},
		{"store", nil, func(p *place) { p.env["TROUPE_STORE"] = "sqlite:/nowhere/t.db" }, []string{"FAIL  store|/nowhere"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t, tt.sim)
			if tt.change != nil {
				tt.change(p)
			}
			code, out, errs := p.do(t, 20*time.Second, "check")
			if (code != 0) != tt.fails {
				t.Errorf("exit code %d: %s", code, errs)
			}
			for _, want := range tt.want {
				begins, contains, _ := strings.Cut(want, "|")
				if !hasLine(out, begins, contains) {
					t.Errorf("no line %q with %q in\n%s", begins, contains, out)
				}
			}
		})
	}
}

func hasLine(text, begins, contains string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, begins) && strings.Contains(line, contains) {
			return true
		}
	}
	return false
}

// A clock that is off by more than people would notice is told of, which way and
// by how much.
func TestClock(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		ours time.Duration
		want string
	}{
		{0, ""},
		{1500 * time.Millisecond, ""},
		{10500 * time.Millisecond, "10s ahead of Discord's"},
		{-9500 * time.Millisecond, "10s behind Discord's"},
	} {
		f := clock(noon.Add(tt.ours), noon)
		if (f.err == nil) != (tt.want == "") || f.err != nil && !strings.Contains(f.err.Error(), tt.want) {
			t.Errorf("off by %v: %v", tt.ours, f.err)
		}
	}
}
