package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"
)

// childVariable makes the test binary the bot: TestMain sees to it.
const childVariable = "TEST_AS_TROUPE"

func TestMain(m *testing.M) {
	if args := os.Getenv(childVariable); args != "" {
		ctx, stop := signalled()
		defer stop()
		_ = os.Unsetenv(childVariable)
		s := shell{out: os.Stdout, err: os.Stderr, ctx: ctx, environ: os.Environ()}
		os.Exit(s.run(strings.Fields(args))) //nolint:gocritic // the process ends here
	}
	os.Exit(m.Run())
}

// spawn runs the bot as a process of its own.
func (p *place) spawn(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0]) //nolint:gosec // this binary
	cmd.Env = append(cmd.Env, childVariable+"=run")
	for k, v := range p.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p.until(t, "the bot is connected", func() bool {
		s := p.discord.Sessions()
		return len(s) > 0 && s[len(s)-1].Connected
	})
	return cmd
}

// until waits for something that another process does.
func (p *place) until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 400 {
		if done() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("waited in vain: %s", what)
}

// A bot that is killed in the middle of an answer gives that answer, once and
// whole, when it runs again; one that is told to stop closes its session so that
// it can be resumed, and says that all went well.
func TestKillAndStop(t *testing.T) {
	p := newPlace(t, func(c *discordsim.Config) { c.IdentifyEvery = -1 })
	ann := p.discord.AddUser("Ann")
	channel := p.discord.AddChannel(p.discord.AddGuild("Town", ann), "general")
	whole := strings.Repeat("A word and another. ", 200) // of two parts
	p.gemini.SetAnswer(func(*messages.Prompt) geminisim.Reply { return geminisim.Reply{Text: whole} })
	p.gemini.SetLatency(geminisim.Latency{First: 100 * time.Millisecond, Last: 4 * time.Second})

	bot := p.spawn(t)
	if _, err := p.discord.Say(discordsim.Say{Person: ann, Channel: channel, Text: "@Troupe tell me"}); err != nil {
		t.Fatal(err)
	}
	p.until(t, "the answer begins", func() bool { return len(p.discord.MessagesOf(p.discord.Bot())) > 0 })
	if err := bot.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = bot.Wait()

	p.gemini.SetLatency(geminisim.Latency{})
	bot = p.spawn(t)
	said := func() string {
		var all []string
		for _, m := range p.discord.MessagesOf(p.discord.Bot()) {
			all = append(all, m.Content)
		}
		return strings.Join(strings.Fields(strings.Join(all, " ")), " ")
	}
	p.until(t, "the whole answer", func() bool { return said() == strings.TrimSpace(whole) })

	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.Wait(); err != nil {
		t.Errorf("told to stop it ends with %v", err)
	}
	if s := p.discord.Sessions(); len(s) == 0 {
		t.Error("the session cannot be resumed")
	}
	if got := said(); got != strings.TrimSpace(whole) {
		t.Errorf("in the end the channel holds %d characters, want %d", len(got), len(whole))
	}
}
