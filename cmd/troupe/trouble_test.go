package main

import (
	"bytes"
	"context"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
	"troupe/store"
)

// A place is a simulated Discord and a simulated Gemini on loopback, and the
// environment that leads to them.
type place struct {
	discord *discordsim.Server
	gemini  *geminisim.Server
	plan    *fault.Plan
	env     map[string]string
}

func newPlace(t *testing.T, change func(*discordsim.Config)) *place {
	t.Helper()
	p := &place{plan: fault.NewPlan()}
	cfg := discordsim.Config{Plan: p.plan, MessageContentIntent: true}
	if change != nil {
		change(&cfg)
	}
	p.discord = discordsim.New(cfg)
	p.gemini = geminisim.New(geminisim.Config{Plan: p.plan})
	d, g := httptest.NewServer(p.discord), httptest.NewServer(p.gemini)
	t.Cleanup(func() {
		p.discord.Close()
		p.gemini.Close()
		d.Close()
		g.Close()
	})
	p.env = map[string]string{
		"DISCORD_TOKEN": p.discord.Token(), "DISCORD_API_URL": d.URL + "/api/v10", "DISCORD_CDN_URL": d.URL,
		"GEMINI_API_KEY": p.gemini.Key(), "GEMINI_API_URL": g.URL,
		"TROUPE_STORE": "sqlite:" + filepath.Join(t.TempDir(), "troupe.db"), "TROUPE_HTTP": "127.0.0.1:0", "TROUPE_LOG": "error",
	}
	return p
}

// do runs a command for at most a time and returns its exit code and what it
// printed.
func (p *place) do(t *testing.T, most time.Duration, args ...string) (code int, out, errs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	var o, e bytes.Buffer
	s := shell{out: &o, err: &e, ctx: ctx}
	for k, v := range p.env {
		s.environ = append(s.environ, k+"="+v)
	}
	code = s.run(args)
	return code, o.String(), e.String()
}

// free returns the address of a port at which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// What keeps the bot from running is said in one line that tells what to do, and
// the exit code is not 0.
func TestTrouble(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *place)
		args   []string
		want   string
	}{
		{"no token", func(_ *testing.T, p *place) { delete(p.env, "DISCORD_TOKEN") }, nil, "discord.token is not set"},
		{"no key", func(_ *testing.T, p *place) { delete(p.env, "GEMINI_API_KEY") }, nil, "gemini.key is not set"},
		{"wrong token", func(_ *testing.T, p *place) { p.env["DISCORD_TOKEN"] = "wrong" }, nil, "discord does not accept the token: reset it at"},
		{"wrong key", func(_ *testing.T, p *place) { p.env["GEMINI_API_KEY"] = "wrong" }, nil, "gemini does not accept the key"},
		{"discord unreachable", func(t *testing.T, p *place) { p.env["DISCORD_API_URL"] = "http://" + free(t) + "/api/v10" }, nil, "discord cannot be reached at"},
		{"gemini unreachable", func(t *testing.T, p *place) { p.env["GEMINI_API_URL"] = "http://" + free(t) }, nil, "gemini cannot be reached at"},
		{"discord broken", func(_ *testing.T, p *place) { p.plan.Set("discord.*", fault.Fault{Status: 500}) }, nil, "does not answer as it should"},
		{"no such configuration", nil, []string{"--config", "/nowhere/troupe.yaml"}, "troupe config init"},
		{"unknown key", func(t *testing.T, p *place) {
			file := filepath.Join(t.TempDir(), "troupe.yaml")
			if err := os.WriteFile(file, []byte("gemini:\n  modl: x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			p.env["TROUPE_CONFIG"] = file
		}, nil, `did you mean "model"?`},
		{"unknown variable", func(_ *testing.T, p *place) { p.env["TROUPE_GEMINI_RPN"] = "3" }, nil, "TROUPE_GEMINI_RPM"},
		{"bad variable", func(_ *testing.T, p *place) { p.env["TROUPE_USER_RPM"] = "many" }, nil, "TROUPE_USER_RPM"},
		{"store in use", func(t *testing.T, p *place) {
			s, err := store.Open(t.Context(), p.env["TROUPE_STORE"])
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
		}, nil, "another troupe runs on it: stop that one first"},
		{"store without a folder", func(_ *testing.T, p *place) { p.env["TROUPE_STORE"] = "sqlite:/nowhere/troupe.db" }, nil, "/nowhere"},
		{"address taken", func(t *testing.T, p *place) {
			l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			p.env["TROUPE_HTTP"] = l.Addr().String()
		}, nil, "is taken by another program"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t, nil)
			if tt.change != nil {
				tt.change(t, p)
			}
			code, _, errs := p.do(t, 20*time.Second, append([]string{"run"}, tt.args...)...)
			lines := strings.Split(strings.TrimSpace(errs), "\n")
			if code == 0 || !strings.Contains(errs, tt.want) || len(lines) != 1 {
				t.Errorf("exit code %d, says:\n%s\nwant %q in one line", code, errs, tt.want)
			}
			if key := p.gemini.Key(); strings.Contains(errs, key) || strings.Contains(errs, p.discord.Token()) {
				t.Errorf("a secret is shown:\n%s", errs)
			}
		})
	}
}

// The bot runs until it is told to stop, which is no error.
func TestRunAndStop(t *testing.T) {
	p := newPlace(t, nil)
	if code, _, errs := p.do(t, 2*time.Second, "run"); code != 0 || errs != "" {
		t.Errorf("exit code %d, says %s", code, errs)
	}
}
