package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"troupe/sim/chaos"
)

// simCmd tries the bot against a simulated world.
type simCmd struct {
	Chaos chaosCmd `cmd:"" help:"The fault lab: break all that may break, kill the bot again and again, and see whether every question has exactly one outcome."`
}

// chaosCmd is the fault lab.
type chaosCmd struct {
	Triggers int      `help:"Questions that are asked." default:"1000" placeholder:"1000"`
	Seed     uint64   `help:"What is derived from it is the same each time: what people ask and which faults are given. A random one by default." placeholder:"NUMBER"`
	Only     []string `help:"The faults that are given, by the beginnings of their names: ${faults}." placeholder:"FAULT,..."`
	At       []string `help:"Where the bot is killed, as the table names it. At each of them and at any time by default." placeholder:"STEP,..."`
	Break    string   `help:"A safeguard that the bot is to leave out, which the lab must find: ${enum}." enum:",accept,nonce,sequence,recovery,lookup" default:"" placeholder:"SAFEGUARD"`
	Keep     string   `help:"A new folder in which the bot's log and store stay. A temporary one is removed when all is well." placeholder:"DIR" type:"path"`
	Verbose  bool     `short:"v" help:"Tell how far it is."`
}

// Run runs the lab. It is an error if the bot has not kept what is promised.
func (c *chaosCmd) Run(s *shell) error {
	for _, name := range c.Only {
		if !slices.ContainsFunc(chaos.Faults(), func(f string) bool { return strings.HasPrefix(f, name) }) {
			return fmt.Errorf("there is no fault %q: there are %s", name, strings.Join(chaos.Faults(), ", "))
		}
	}
	for _, name := range c.At {
		if !slices.Contains(chaos.Places(), name) {
			return fmt.Errorf("the bot cannot be killed at %q: there are %s", name, strings.Join(chaos.Places(), ", "))
		}
	}
	dir, err := c.folder()
	if err != nil {
		return err
	}
	bot, err := labBot(s.ctx, dir)
	if err != nil {
		return err
	}
	cfg := chaos.Config{
		Triggers: c.Triggers, Seed: c.Seed, Only: c.Only, At: c.At, Break: c.Break, Bot: []string{bot, "run"}, Dir: dir,
		Check: soundStore, Age: ageStore,
	}
	if c.Seed == 0 {
		cfg.Seed = rand.Uint64N(1e6) //nolint:gosec // any will do
	}
	if c.Verbose {
		cfg.Progress = s.err
	}
	report, err := chaos.Run(s.ctx, cfg)
	if err != nil {
		return err
	}
	if err := report.Print(s.out); err != nil {
		return err
	}
	if n := len(report.Verdict.Breaches); n > 0 {
		if err := writeBreaches(report, filepath.Join(dir, "breaches.txt")); err != nil {
			return err
		}
		return fmt.Errorf("the fault lab found %d breaches: run it again with --seed %d", n, cfg.Seed)
	}
	if c.Keep == "" {
		return os.RemoveAll(dir)
	}
	return nil
}

func writeBreaches(r *chaos.Report, path string) error {
	f, err := os.Create(path) //nolint:gosec // a path of ours
	if err != nil {
		return err
	}
	return errors.Join(r.WriteBreaches(f), f.Close())
}

// folder makes the folder for what the bot leaves.
func (c *chaosCmd) folder() (string, error) {
	if c.Keep == "" {
		return os.MkdirTemp("", "troupe-chaos-")
	}
	return c.Keep, os.Mkdir(c.Keep, 0o700)
}

// labBot returns a bot that the lab can stop: this one, if it was built so, or
// one that is built now.
func labBot(ctx context.Context, dir string) (string, error) {
	if labBuild {
		return os.Executable()
	}
	path := filepath.Join(dir, "troupe-lab")
	build := exec.CommandContext(ctx, "go", "build", "-tags", "lab", "-o", path, "troupe/cmd/troupe") //nolint:gosec // a path of ours
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the fault lab needs a bot built for it: run this in the folder of Troupe's sources, "+
			"or build it with go build -tags lab ./cmd/troupe: %w\n%s", err, out)
	}
	return path, nil
}

// soundStore returns what is wrong with the store of a bot that is dead. It looks
// at a copy: opening the file would tidy up what the bot is to find.
func soundStore(ctx context.Context, path string) error {
	dir, err := os.MkdirTemp("", "troupe-check-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	replica := filepath.Join(dir, "troupe.db")
	for _, suffix := range []string{"", "-wal", "-intents"} {
		if err := copyFile(path+suffix, replica+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if !exists(replica) {
		return nil // the bot did not come so far
	}
	return inStore(replica, func(db *sql.DB) error {
		var says string
		if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&says); err != nil {
			return err
		}
		if says != "ok" {
			return errors.New(says)
		}
		return nil
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // a path of ours
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to) //nolint:gosec // as above
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// ageStore makes the questions in the store of a dead bot older.
func ageStore(ctx context.Context, path string, d time.Duration) error {
	if !exists(path) {
		return nil // the bot did not come so far
	}
	return inStore(path, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `UPDATE triggers SET question = json_set(question, '$.Accepted',
			strftime('%Y-%m-%dT%H:%M:%fZ', question ->> '$.Accepted', ?)) WHERE ended = 0`, fmt.Sprintf("-%d seconds", int(d.Seconds())))
		return err
	})
}

func inStore(path string, f func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: path}).String()) // the driver is registered by package store
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}
