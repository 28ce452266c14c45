package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// What a child process does, and with which file: see TestMain.
const (
	childRole = "STORE_TEST_CHILD"
	childPath = "STORE_TEST_PATH"
)

// TestMain makes the test's own program a second process on a store, if it is
// told to be one.
func TestMain(m *testing.M) {
	role, path := os.Getenv(childRole), os.Getenv(childPath)
	if role == "" {
		os.Exit(m.Run())
	}
	s, err := openSQLite(context.Background(), path, pragmas())
	if err != nil {
		fmt.Println(err)
		os.Exit(0)
	}
	switch role {
	case "hold": // the file, until it is killed
		fmt.Println("holding")
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "write": // without end, and tell what is kept
		for id := firstID(); ; id++ {
			if _, err := s.Apply(context.Background(), group(id), nil); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			fmt.Println(id)
		}
	case "churn": // without end, all kinds of writes, and forget most of it
		churn(s)
	}
}

// churn writes what comes of much traffic, of which every seventh trigger waits
// for ever, and tells which.
func churn(s Store) {
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	for n := 1; ; n++ {
		now := time.Now()
		writes, _ := traffic(r, now)
		if n%7 == 0 {
			writes = slices.DeleteFunc(writes, func(w any) bool { _, ends := w.(*messages.EndTrigger); return ends })
		}
		writes = append(writes,
			&messages.KeepNote{Owner: "guild/1", Key: strconv.Itoa(r.IntN(50)), Value: strings.Repeat("x", r.IntN(9000))},
			&messages.KeepSession{Session: messages.Session{Seq: int64(n)}}, &messages.KeepAlive{At: now},
			&messages.Prune{Before: messages.MessageIDAt(now.Add(-50 * time.Millisecond))},
		)
		if _, err := s.Apply(context.Background(), writes, nil); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		if id := writes[0].(*messages.AcceptTrigger).Trigger.ID; n%7 == 0 {
			fmt.Println(id)
		}
	}
}

// firstID is where a child begins to write.
func firstID() messages.MessageID { return messages.MessageIDAt(time.Now()) }

// group is what a child writes at once.
func group(id messages.MessageID) []any {
	return []any{
		&messages.AcceptTrigger{Trigger: messages.Trigger{ID: id, Channel: 7, Text: strings.Repeat("why? ", 100)}},
		&messages.KeepPart{Trigger: id, Message: id},
		&messages.KeepFinal{Trigger: id, Text: "because"},
		&messages.KeepNote{Owner: "last", Key: "id", Value: id.String()},
	}
}

// A child is another process on a store.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner // what it prints
}

// start runs a child. prepare, if any, changes how.
func start(t *testing.T, role, path string, prepare func(*exec.Cmd)) *child {
	t.Helper()
	program := "/proc/self/exe" // which also those may run who cannot reach its folder
	if runtime.GOOS != "linux" {
		var err error
		if program, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(cmd)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t, cmd, stdin, bufio.NewScanner(stdout)}
	t.Cleanup(func() { c.kill() })
	return c
}

// line returns the next line that the child prints, "" if there is none.
func (c *child) line() string {
	c.lines.Scan()
	return c.lines.Text()
}

// kill ends the child as a power cut would, and returns what it printed before.
func (c *child) kill() (rest []string) {
	_ = c.cmd.Process.Kill()
	for c.lines.Scan() {
		rest = append(rest, c.lines.Text())
	}
	_ = c.cmd.Wait()
	return rest
}
