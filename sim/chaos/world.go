package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

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
