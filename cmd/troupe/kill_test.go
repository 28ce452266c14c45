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

// A bot that ends in the middle of an answer gives that answer, once and whole:
// before it ends if it is asked to, when it runs again if it is killed or asked
// twice. Asked once, it closes its session so that it can be resumed, and says
// that all went well.
func TestEndInTheMiddle(t *testing.T) {
	for _, tt := range []struct {
		name    string
		signals []os.Signal
		code    int
		whole   bool // when it has ended
	}{
		{"killed", []os.Signal{os.Kill}, -1, false},
		{"told to stop twice", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, 130, false},
		{"told to stop", []os.Signal{syscall.SIGTERM}, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t, func(c *discordsim.Config) { c.IdentifyEvery = -1 })
			ann := p.discord.AddUser("Ann")
			channel := p.discord.AddChannel(p.discord.AddGuild("Town", ann), "general")
			whole := strings.TrimSpace(strings.Repeat("A word and another. ", 200)) // of two parts
			p.gemini.SetAnswer(func(*messages.Prompt) geminisim.Reply { return geminisim.Reply{Text: whole} })
			p.gemini.SetLatency(geminisim.Latency{First: 100 * time.Millisecond, Last: 4 * time.Second})
			bot := p.spawn(t)
			if _, err := p.discord.Say(discordsim.Say{Person: ann, Channel: channel, Text: "@Troupe tell me"}); err != nil {
				t.Fatal(err)
			}
			p.until(t, "the answer begins", func() bool { return p.said() != "" })

			if code := end(t, bot, tt.signals...); code != tt.code {
				t.Errorf("it ends with %d, want %d", code, tt.code)
			}
			if got := p.said() == whole; got != tt.whole {
				t.Errorf("the answer is whole: %v, want %v", got, tt.whole)
			}
			p.gemini.SetLatency(geminisim.Latency{})
			bot = p.spawn(t)
			p.until(t, "the whole answer", func() bool { return p.said() == whole })
			if code := end(t, bot, syscall.SIGTERM); code != 0 {
				t.Errorf("told to stop it ends with %d", code)
			}
			if len(p.discord.Sessions()) == 0 {
				t.Error("the session cannot be resumed")
			}
			if got := p.said(); got != whole {
				t.Errorf("in the end the channel holds %d characters, want %d", len(got), len(whole))
			}
		})
	}
}

// end sends signals to the bot, and returns how it ends.
func end(t *testing.T, bot *exec.Cmd, signals ...os.Signal) (code int) {
	t.Helper()
	for _, s := range signals {
		if err := bot.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond) // two of one kind at once are one
	}
	_ = bot.Wait()
	return bot.ProcessState.ExitCode()
}

// said returns all that the bot has said, with single spaces.
func (p *place) said() string {
	var all []string
	for _, m := range p.discord.MessagesOf(p.discord.Bot()) {
		all = append(all, m.Content)
	}
	return strings.Join(strings.Fields(strings.Join(all, " ")), " ")
}
