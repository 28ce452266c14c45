package analyzer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/actors/analyzer"
	"troupe/actors/journal"
	"troupe/actors/router"
	"troupe/actors/user"
	"troupe/messages"
	"troupe/store"
	"troupe/supervision"

	"github.com/anthdm/hollywood/actor"
)

// childPath names the store on which the test's own program works off its backlogs,
// instead of testing: see TestMain.
const childPath = "ANALYZER_TEST_PATH"

// TestMain makes the test's own program a process that is to be killed, if it is told
// to be one.
func TestMain(m *testing.M) {
	path := os.Getenv(childPath)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := work(path); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// work works off the backlogs of a store's behaviour and memory, until it is killed.
func work(path string) error {
	s, err := store.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return err
	}
	e, err := actor.NewEngine(actor.NewEngineConfig())
	if err != nil {
		return err
	}
	log := actortest.Log()
	answering := func(answer any) *actor.PID {
		return e.SpawnFunc(func(c *actor.Context) {
			if c.Sender() != nil {
				c.Respond(answer)
			}
		}, "fake")
	}
	health, quota := answering(&messages.Health{}), answering(&messages.QuotaState{})
	host := func(name string, p actor.Producer) *actor.PID {
		return e.Spawn(supervision.Host(p, supervision.BackgroundPolicy(name, nil, log)), name)
	}
	keeper := host("journal", journal.New(journal.Config{Store: &teller{s}, Health: health, Log: log}))
	pool := func(name string) *actor.PID {
		return host(name, router.New(router.Config{Name: name, Capacity: 100, Concurrency: router.Concurrency{Start: 5}, Log: log}))
	}
	gemini, thoughts := pool("gemini"), pool("context")
	users := host("users", supervision.Region(supervision.RegionConfig{
		Kind: "user", Idle: time.Minute, Hold: 1000, Policy: supervision.DefaultPolicy("user", nil, log), Log: log,
		Make: func(id uint64) actor.Producer {
			return user.New(user.Config{User: messages.UserID(id), Journal: keeper, Log: log})
		},
	}))
	for _, name := range []messages.Analyzer{messages.AnalyzerBehaviour, messages.AnalyzerMemory} {
		host(string(name), analyzer.New(analyzer.Config{
			Mind: mindOf(name), Self: 1, Most: 20_000, Model: "m", Tokens: func(s string) int { return len(s) / 4 },
			Gemini: numbering{}, Users: users, Channels: users, Journal: keeper,
			Health: health, Quota: quota, Pool: gemini, Context: thoughts, Log: log,
		}))
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

// A teller is a store that tells what is about to be kept, and when there is nothing
// left to be done.
type teller struct{ store.Store }

// Apply prints, such as "user/7 fact/3 the value".
func (s *teller) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	for _, w := range writes {
		if m, ok := w.(*messages.SettlePieces); ok {
			for _, d := range m.Keep {
				fmt.Println(d.Owner, d.Key, d.Value)
			}
		}
	}
	return s.Store.Apply(ctx, writes, written)
}

// Pieces prints, such as "memory is done".
func (s *teller) Pieces(ctx context.Context, name messages.Analyzer, limit int) (messages.Pieces, error) {
	found, err := s.Store.Pieces(ctx, name, limit)
	if err == nil && found.Backlog == 0 {
		fmt.Println(name, "is done")
	}
	return found, err
}

// A numbering is a model that notes of each message the number that is in it.
type numbering struct{}

var numberedMessage = regexp.MustCompile(`(?m)^\[(\d+)\] I have the item (\d+)$`)

func (numbering) Generate(_ context.Context, p *messages.Prompt, _ func(string)) (*messages.Generation, error) {
	type note struct {
		About   string `json:"about"`
		Fact    string `json:"fact"`
		Message int    `json:"message"`
	}
	notes := []note{}
	for _, m := range numberedMessage.FindAllStringSubmatch(p.Turns[0].Text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		notes = append(notes, note{"item " + m[2], "has the item " + m[2], n})
	}
	text, err := json.Marshal(notes)
	return &messages.Generation{Text: string(text)}, err
}

func (numbering) Embed(context.Context, string, []string) (*messages.Embeddings, error) {
	return nil, &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryNever}
}

// A child is another process that works.
type child struct {
	cmd   *exec.Cmd
	lines chan string        // what it prints
	kill  func() (dead bool) // at once, as a power cut would; whether that killed it
}

// startChild starts one on a store.
func startChild(t *testing.T, path string) *child {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), childPath+"="+path)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd, lines: make(chan string, 100_000)}
	go func() {
		defer close(c.lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			c.lines <- s.Text()
		}
	}()
	c.kill = sync.OnceValue(func() bool {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return cmd.ProcessState.ExitCode() == -1 // by a signal
	})
	t.Cleanup(func() { c.kill() })
	return c
}
