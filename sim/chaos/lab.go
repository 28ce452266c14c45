package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

// Config says what a lab does.
type Config struct {
	Triggers int
	Seed     uint64
	Only     []string          // the faults that are given, by the beginnings of their names; all if empty
	At       []string          // which of Places the bot is killed at; all, and at any time, if empty
	Break    string            // the safeguard that the bot leaves out; "" for none
	Bot      []string          // the command that runs the bot, built for the lab
	Dir      string            // a folder for the bot's store and its log
	Patience time.Duration     // how long the bot may say nothing, in the end, with questions open; 150 s if 0
	Latency  geminisim.Latency // of Gemini's answers; a fifth of a second if zero
	Progress io.Writer         // is told now and then how far it is; nil for nobody

	// Check returns what is wrong with the file of a store whose bot is dead.
	Check func(ctx context.Context, path string) error
	// Age makes all times in such a file so much earlier.
	Age func(ctx context.Context, path string, d time.Duration) error
}

// How the simulated world is. Discord's limits are a fifth of the real ones, so
// that a lab takes minutes and not hours.
const (
	heartbeat = 2 * time.Second
	per       = time.Second // in which 5 posts to a channel are let through
	patience  = 150 * time.Second
	// firstCalendar is how far Discord's calendar is ahead at first: the bot's clock
	// is wrong by hours, first in one direction and in the end in the other.
	firstCalendar = -6 * time.Hour
)

// A lab is one that runs.
type lab struct {
	Config
	rec     *recorder
	plan    *fault.Plan
	discord *discordsim.Server
	gemini  *geminisim.Server
	server  *http.Server
	env     []string
	log     *logFile
	begun   chan struct{} // closed when the bot was connected for the first time: what was asked before is not its affair
	known   chan struct{} // closed when the bot knows all places: before, it is neither killed nor disturbed
	calm    chan struct{} // closed when all is asked and no fault is given any more
	moment  chan fault.Class
	lived   atomic.Int64 // lives of the bot so far
	empty   atomic.Bool  // Gemini has nothing to say
	rng     *rand.Rand   // of the lives
	session string       // the bot has, as last seen by its life
	tally   tally

	mu       sync.Mutex
	now      *process // the bot, if it runs
	full     *process // the one whose disk was full
	calendar time.Duration
}

// Run runs a lab. The error is for what keeps it from being one; what the bot did
// wrong is in the report.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	began := time.Now()
	l, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer l.close()
	stop := l.discord.Watch(l.rec.watch)
	defer stop()
	town, err := newTown(l.discord, l.rec, rng(cfg.Seed, 1), min(max(cfg.Triggers/40, 8), 64))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		failed <- l.disturb(ctx, town)
		close(l.calm)
	}()
	err = l.live(ctx)
	if err == nil {
		err = <-failed
	}
	if err != nil {
		return nil, err
	}
	return l.report(time.Since(began)), nil
}

func rng(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) } //nolint:gosec // it is to be repeatable

// open makes the simulated world and has it listen.
func open(ctx context.Context, cfg Config) (*lab, error) {
	if cfg.Patience == 0 {
		cfg.Patience = patience
	}
	if cfg.Latency.Last == 0 {
		cfg.Latency = geminisim.Latency{First: 30 * time.Millisecond, Last: 180 * time.Millisecond}
	}
	l := &lab{Config: cfg, plan: fault.NewPlan(), begun: make(chan struct{}), known: make(chan struct{}), calm: make(chan struct{}), moment: make(chan fault.Class, 16), rng: rng(cfg.Seed, 2), calendar: firstCalendar}
	l.tally.kills, l.tally.passed = map[string]int{}, map[string]int{}
	var err error
	if l.log, err = openLog(filepath.Join(cfg.Dir, "bot.log")); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the simulated world cannot listen: %w", err), l.log.Close())
	}
	url := "http://" + listener.Addr().String()
	l.discord = discordsim.New(discordsim.Config{
		Plan: l.plan, Calendar: l.calendar, MessageContentIntent: true, CDN: url, Heartbeat: heartbeat, IdentifyEvery: -1, Starts: 1 << 30,
		Records: max(2*cfg.Triggers, 10000), History: 1 << 20, Limits: limits(),
	})
	l.gemini = geminisim.New(geminisim.Config{Plan: l.plan, Chunk: 400, Answer: l.reply, Records: 100})
	l.gemini.SetLatency(cfg.Latency)
	l.rec = newRecorder(l.discord.Bot())
	l.plan.Met(l.met)
	mux := http.NewServeMux()
	mux.Handle("/v1beta/", l.gemini)
	mux.Handle("/", l.discord)
	l.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = l.server.Serve(listener) }() // until it is closed
	return l, l.environ(url)
}

func limits() discordsim.Limits {
	return discordsim.Limits{
		Global: discordsim.Limit{Requests: 50, Per: per / 5},
		Post:   discordsim.Limit{Requests: 5, Per: per}, Edit: discordsim.Limit{Requests: 5, Per: per},
		Delete: discordsim.Limit{Requests: 5, Per: per / 5}, Read: discordsim.Limit{Requests: 50, Per: per},
		Typing: discordsim.Limit{Requests: 20, Per: per}, Webhook: discordsim.Limit{Requests: 5, Per: per},
	}
}

// environ is what the bot is told by its environment.
func (l *lab) environ(url string) error {
	file := filepath.Join(l.Dir, "troupe.yaml")
	// Discord's calendar leaps hours ahead of questions that are seconds old.
	settings := "answer:\n  catch_up: 24h\ngemini:\n  max_output_tokens: 32768\n"
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"TROUPE_CONFIG": file, "TROUPE_STORE": "sqlite:" + l.store(), "TROUPE_HTTP": "off", "TROUPE_LOG": "info",
		"DISCORD_TOKEN": l.discord.Token(), "DISCORD_API_URL": url + "/api/v10", "DISCORD_CDN_URL": url, "TROUPE_DISCORD_RPS": "200",
		"GEMINI_API_KEY": l.gemini.Key(), "GEMINI_API_URL": url, "TROUPE_GEMINI_RPM": "0", "TROUPE_GEMINI_TPM": "0",
		"TROUPE_GEMINI_RPD": "0", "TROUPE_GEMINI_CONCURRENCY": "auto:40", "TROUPE_DAILY_SPEND": "0", "TROUPE_USER_RPM": "0",
		BreakVariable: l.Break, "PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME"), "TMPDIR": os.Getenv("TMPDIR"),
	} {
		l.env = append(l.env, name+"="+value)
	}
	return nil
}

// store is the bot's file.
func (l *lab) store() string { return filepath.Join(l.Dir, "troupe.db") }

func (l *lab) close() {
	l.mu.Lock()
	p := l.now
	l.mu.Unlock()
	if p != nil {
		p.kill()
	}
	l.discord.Close()
	l.gemini.Close()
	_ = l.server.Close()
	_ = l.log.Close()
}

// reply answers as Gemini, unless that has nothing to say for now.
func (l *lab) reply(p *messages.Prompt) geminisim.Reply {
	if l.empty.Load() {
		l.rec.met(emptyClass)
		return geminisim.Reply{}
	}
	return reply(p)
}

// emptyClass is that of calls that Gemini answers with nothing.
const emptyClass fault.Class = "gemini.empty"

// momentScope marks the fault at which the bot is to be killed.
const momentScope = "moment"

// met is told of every call that a fault befalls.
func (l *lab) met(c fault.Class, f fault.Fault) {
	if f.Scope != momentScope {
		l.rec.met(c)
		return
	}
	select {
	case l.moment <- c:
	default: // it is to be killed already
	}
}

// disturb has people ask and gives faults meanwhile, until all is asked and the
// last fault is over.
func (l *lab) disturb(ctx context.Context, t *town) error {
	select {
	case <-l.begun:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.welcome(ctx, t); err != nil {
		return err
	}
	faults, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { l.faults(faults) })
	defer wait.Wait()
	defer t.wait.Wait()
	defer cancel()
	for tick := 0; l.rec.asking() < l.Triggers; tick++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if l.rec.waiting(min(forgone, l.Patience)) >= l.crowd() || l.rec.asking() > l.allowed() {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		if err := t.talk(l.Triggers - l.rec.asking()); err != nil {
			return err
		}
		if t.rng.IntN(8) == 0 {
			time.Sleep(time.Duration(t.rng.IntN(60)) * time.Millisecond)
		}
		if tick%500 == 0 {
			l.rec.used(l.discord.Uses())
		}
	}
	return nil
}

// welcome has people make their places known to the bot, and waits until they are:
// a bot that is new to the world has nothing to look back on.
func (l *lab) welcome(ctx context.Context, t *town) error {
	defer close(l.known)
	if err := t.greet(); err != nil {
		return err
	}
	sleep(ctx, settling)
	for end := time.Now().Add(startWait); l.rec.waiting(startWait) > 0 && time.Now().Before(end) && ctx.Err() == nil; {
		sleep(ctx, settling/10)
	}
	return nil
}

// crowd is how many questions may be open at once.
func (l *lab) crowd() int { return min(max(l.Triggers/12, 16), 200) }

// behind reports whether a good part of what may be open at once is overdue.
func (l *lab) behind() bool {
	late := l.rec.waiting(min(forgone, l.Patience)) - l.rec.waiting(overdue)
	return late > l.crowd()/4
}

// overdue is how long a question takes that does not wait for the machine or for
// the bot to live.
const overdue = 10 * time.Second

// allowed is how many questions may be asked in so many lives of the bot, so that
// there are enough of those.
func (l *lab) allowed() int {
	if chosen := only(l.Only); !slices.Contains(chosen, killed) && !slices.Contains(chosen, halted) {
		return l.Triggers
	}
	return int(l.lived.Load()) * max(12, l.Triggers/120)
}

// faults gives one fault after the other, sometimes two at a time, and returns
// when the last one is over.
func (l *lab) faults(ctx context.Context) {
	chosen := only(l.Only)
	var names []string
	for _, f := range chosen {
		switch {
		case ofLife(f):
		case f == "gateway-op9" || f == "gateway-refused" || f == "gateway-close": // they take seconds to get over
			names = append(names, f)
		default:
			names = append(names, f, f, f)
		}
	}
	if len(names) == 0 {
		return
	}
	gap := 300
	if few(chosen) {
		gap = 100
	}
	rng := rng(l.Seed, 3)
	var wait sync.WaitGroup
	defer wait.Wait()
	for ctx.Err() == nil {
		lasts, end := l.mischief(names[rng.IntN(len(names))], rng)
		wait.Go(func() {
			sleep(ctx, lasts)
			end()
		})
		sleep(ctx, time.Duration(gap+rng.IntN(7*gap))*time.Millisecond)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// progress tells how far it is.
func (l *lab) progress(format string, args ...any) {
	if l.Progress != nil {
		_, _ = fmt.Fprintf(l.Progress, "%s "+format+"\n", append([]any{clock(time.Now())}, args...)...)
	}
}

// A logFile takes what all processes log. It is safe for concurrent use.
type logFile struct {
	mu sync.Mutex
	*os.File
}

func openLog(path string) (*logFile, error) {
	f, err := os.Create(path)
	return &logFile{File: f}, err
}

// Write appends to the file.
func (f *logFile) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.File.Write(b)
}
