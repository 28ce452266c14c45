package bot_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"troupe/cmd/bot"
	"troupe/config"
	"troupe/sim/scenario"
)

var rewrite = flag.Bool("rewrite", false, "accept what the scenarios show")

// What is to be seen of the bot is what the scripts in testdata/scenarios say.
// Each is named by the behaviour that it shows.
func TestScenarios(t *testing.T) {
	playAll(t, "testdata/scenarios/*.txt", func(t *testing.T, file, was, is string) {
		switch {
		case is == was:
		case *rewrite:
			if err := os.WriteFile(file, []byte(is), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("what is seen is not what %s says. To accept it: go test ./cmd/bot -run TestScenarios -rewrite\n%s",
				file, cmp.Diff(strings.Split(was, "\n"), strings.Split(is, "\n")))
		}
	})
}

// What the scripts in testdata/scenarios/open say is how it should be and is not
// yet. One that has come true moves up to the others.
func TestOpenScenarios(t *testing.T) {
	playAll(t, "testdata/scenarios/open/*.txt", func(t *testing.T, file, was, is string) {
		if is == was {
			t.Errorf("%s has come true: move it to the folder above", file)
		}
	})
}

// playAll plays scripts, and has the transcripts looked at.
func playAll(t *testing.T, pattern string, look func(t *testing.T, file, was, is string)) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			was, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, err := scenario.Parse(file, string(was))
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { look(t, file, string(was), play(t, script)) })
		})
	}
}

// play plays a script and returns it as it is written then.
func play(t *testing.T, script *scenario.Script) string {
	troupe := &actorBot{folder: t.TempDir(), log: logTo(t)}
	played, err := scenario.Run(t.Context(), script, scenario.Bot{Run: troupe.run, Kill: troupe.kill, Settle: synctest.Wait})
	if err != nil {
		t.Fatal(err)
	}
	return played.Format()
}

// logTo returns a logger that writes what is worse than information to the log
// of the test, when that is looked at. A message to an actor that does not know it
// fails the test.
func logTo(t *testing.T) *slog.Logger {
	next := slog.DiscardHandler
	if testing.Verbose() {
		next = slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})
	}
	return slog.New(listener{next, t})
}

// A listener hears of messages that went to the wrong actor.
type listener struct {
	slog.Handler
	t *testing.T
}

func (l listener) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || l.Handler.Enabled(ctx, level)
}

func (l listener) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "unhandled message" {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "type" {
				l.t.Errorf("unhandled message: %v", a.Value)
			}
			return true
		})
	}
	if !l.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

func (l listener) WithAttrs(attrs []slog.Attr) slog.Handler {
	return listener{l.Handler.WithAttrs(attrs), l.t}
}

func (l listener) WithGroup(name string) slog.Handler {
	return listener{l.Handler.WithGroup(name), l.t}
}

// An actorBot is the bot as it is put on the stage, with a store that survives
// it.
type actorBot struct {
	folder string
	kills  int
	log    *slog.Logger
}

func (b *actorBot) store() string { return filepath.Join(b.folder, fmt.Sprintf("%d.db", b.kills)) }

func (b *actorBot) run(ctx context.Context, a scenario.Address) error {
	file := filepath.Join(b.folder, "troupe.yaml")
	if err := os.WriteFile(file, []byte(a.Config), 0o600); err != nil {
		return err
	}
	cfg, err := config.Load(file, []string{
		"DISCORD_TOKEN=" + a.Token, "DISCORD_API_URL=" + a.Discord, "DISCORD_CDN_URL=" + a.CDN,
		"GEMINI_API_KEY=" + a.Key, "GEMINI_API_URL=" + a.Gemini,
		"TROUPE_STORE=sqlite:" + b.store(), "TROUPE_HTTP=off",
	})
	if err != nil {
		return err
	}
	transport := &http.Transport{DialContext: a.Dial, MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	return bot.Run(ctx, bot.Options{Config: cfg, Log: b.log, Transport: transport, Dial: a.Dial})
}

// kill copies the store as it is on the disk. The process that is killed keeps
// the old one, and the next gets the copy.
func (b *actorBot) kill() error {
	old := b.store()
	b.kills++
	for _, end := range []string{"", "-wal", "-intents"} {
		data, err := os.ReadFile(old + end)
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.store()+end, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
