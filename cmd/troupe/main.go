// Command troupe is a Discord bot that answers with Gemini.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"troupe/config"
	"troupe/sim/chaos"

	"github.com/alecthomas/kong" // the smallest well-kept parser that takes its commands from a struct
	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
)

// A cli is what can be typed.
type cli struct {
	Playground playgroundCmd `cmd:"" help:"Chat with the bot in the browser: no account, no key, no network."`
	Run        runCmd        `cmd:"" help:"Run the bot."`
	Check      checkCmd      `cmd:"" help:"Find out what the bot lacks: token, intents, key, model, store, clock."`
	Sim        simCmd        `cmd:"" help:"Try the bot against a simulated world."`
	Quarantine quarantineCmd `cmd:"" help:"Look at what crashed an actor twice and was set aside, and release it."`
	Config     configCmd     `cmd:"" help:"Print the configuration in effect, secrets masked, or begin one."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// A shell is what commands have of the process.
type shell struct {
	out, err io.Writer
	environ  []string
	terminal bool // err is one
	ctx      context.Context
}

// configFlag is shared by the commands that read the configuration.
type configFlag struct {
	Config string `short:"c" help:"The configuration file." placeholder:"troupe.yaml" env:"TROUPE_CONFIG"`
}

func main() {
	ctx, stop := signalled()
	defer stop()
	s := shell{
		out: os.Stdout, err: os.Stderr, environ: os.Environ(), ctx: ctx,
		terminal: isatty.IsTerminal(os.Stderr.Fd()),
	}
	os.Exit(s.run(os.Args[1:])) //nolint:gocritic // the process ends here
}

// run does what the arguments say and returns the exit code.
func (s *shell) run(args []string) int {
	code := -1
	parser, err := kong.New(&cli{}, kong.Name("troupe"), kong.UsageOnError(),
		kong.Description("A Discord bot that answers with Gemini. Begin with: troupe playground"),
		kong.Writers(s.out, s.err), kong.Exit(func(c int) { code = c }), kong.BindTo(s.ctx, (*context.Context)(nil)),
		kong.Vars{"faults": strings.Join(chaos.Faults(), ", ")})
	if err != nil {
		panic(err) // the struct above is wrong
	}
	command, err := parser.Parse(args)
	if code >= 0 { // --help
		return code
	}
	if err == nil {
		err = command.Run(s)
	} else if usage, ok := errors.AsType[*kong.ParseError](err); ok {
		_ = usage.Context.PrintUsage(true)
		s.complain("")
	}
	if err != nil {
		s.complain("troupe: " + err.Error())
		return 1
	}
	return 0
}

// complain writes a line where errors go. If even that fails, nobody can be told.
func (s *shell) complain(line string) { _, _ = fmt.Fprintln(s.err, line) }

// signalled returns a context that ends with the first request to stop. The
// second one ends the process at once.
func signalled() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(130)
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

// load reads the configuration.
func (s *shell) load(f configFlag) (*config.Config, error) {
	return config.Load(f.Config, s.environ)
}

// logger writes for people on a terminal and for machines elsewhere. What genai
// and others write to the standard log goes there too.
func (s *shell) logger(c *config.Config) *slog.Logger {
	var h slog.Handler = slog.NewJSONHandler(s.err, &slog.HandlerOptions{Level: c.LogLevel()})
	if s.terminal {
		h = tint.NewTextHandler(s.err, &tint.Options{Level: c.LogLevel(), TimeFormat: time.TimeOnly})
	}
	l := slog.New(h)
	slog.SetDefault(l)
	log.SetFlags(0)                                               //nolint:forbidigo // genai writes there
	log.SetOutput(slog.NewLogLogger(h, slog.LevelDebug).Writer()) //nolint:forbidigo // as above
	return l
}
