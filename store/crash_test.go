package store

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"troupe/messages"
)

// What a process was told is kept is there after kill -9, each group whole, and
// the death is counted. The file is free at once.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	kept, deaths := map[messages.MessageID]bool{}, 0
	for round := range 4 {
		c := start(t, "write", path, nil)
		told := []string{}
		for range 10 + 7*round {
			told = append(told, c.line())
		}
		for _, line := range append(told, c.kill()...) {
			id, err := strconv.ParseUint(line, 10, 64)
			if err != nil {
				t.Fatalf("the child says %q", line)
			}
			kept[messages.MessageID(id)] = true
		}
		deaths = round + 1
	}
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Unfinished(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if len(f.Parts) != 1 || f.Parts[0] != f.ID || f.Final != "because" {
			t.Errorf("half a group is kept: %+v", f)
		}
		delete(kept, f.ID)
	}
	if len(kept) > 0 {
		t.Errorf("%d groups are lost", len(kept))
	}
	if first, last := found[0].Deaths, found[len(found)-1].Deaths; first != deaths || last != 1 {
		t.Errorf("the process died %d times, the oldest has %d, the newest %d", deaths, first, last)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Whenever a process is killed, the file and its log are whole, and all triggers
// are there that wait.
func TestKilledAtAnyTime(t *testing.T) {
	rounds := 25
	if raced {
		rounds = 4
	}
	path := filepath.Join(t.TempDir(), "troupe.db")
	r := rand.New(rand.NewPCG(1, 1))
	kept := map[messages.MessageID]bool{}
	for round := range rounds {
		c := start(t, "churn", path, nil)
		told := []string{}
		for range r.IntN(15) {
			told = append(told, c.line())
		}
		for range r.IntN(1 << 14) { // and somewhat later
			runtime.Gosched()
		}
		for _, line := range append(told, c.kill()...) {
			id, err := strconv.ParseUint(line, 10, 64)
			if err != nil {
				t.Fatalf("the child says %q", line)
			}
			kept[messages.MessageID(id)] = true
		}
		there := waitingIn(t, look(t, path).put(t))
		for id := range kept {
			if _, ok := there[id]; !ok {
				t.Fatalf("after %d kills trigger %v is lost, of %d", round+1, id, len(kept))
			}
		}
	}
	t.Logf("%d triggers wait after %d kills", len(kept), rounds)
}

// waitingIn returns the triggers without outcome of a store, and checks it with
// all that SQLite has for that.
func waitingIn(t *testing.T, path string) map[messages.MessageID]messages.Trigger {
	t.Helper()
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	there := waiting(t, s)
	var finding string
	if err := s.(*file).write.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&finding); err != nil || finding != "ok" {
		t.Errorf("it is damaged: %v, %v", finding, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return there
}

// A process that closes the store has not died, and what has an outcome does
// not count deaths.
func TestDeaths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	reopen := func(s Store) Store {
		if s != nil {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s, err := openSQLite(t.Context(), path, pragmas())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := reopen(nil)
	for id := messages.MessageID(1); id <= 3; id++ {
		apply(t, s, group(id)...)
	}
	apply(t, s, &messages.EndTrigger{Trigger: 1, State: messages.TriggerAnswered})
	s = reopen(s)
	if got := trigger(t, s, 2).Deaths; got != 0 {
		t.Errorf("after it was closed: %d", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c := start(t, "hold", path, nil)
		if got := c.line(); got != "holding" {
			t.Fatal(got)
		}
		c.kill()
	}
	s = reopen(nil)
	for id, want := range map[messages.MessageID]int{1: 0, 2: 2, 3: 2} {
		if got := trigger(t, s, id).Deaths; got != want {
			t.Errorf("trigger %v has %d deaths, want %d", id, got, want)
		}
	}
	revised := trigger(t, s, 3)
	revised.Revision++
	apply(t, s, &messages.ReviseTrigger{Trigger: revised})
	if got := trigger(t, s, 3).Deaths; got != 0 {
		t.Errorf("an edited question has %d", got)
	}
	s = reopen(s)
	if got := trigger(t, s, 2).Deaths; got != 2 {
		t.Errorf("after it was closed at last: %d", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A second process is told that there is one; when that dies, it gets the file.
func TestSecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	c := start(t, "hold", path, nil)
	if got := c.line(); got != "holding" {
		t.Fatal(got)
	}
	_, err := openSQLite(t.Context(), path, pragmas())
	if want := "store " + path + ": another troupe runs on it: stop that one first, or choose another path"; err == nil || err.Error() != want {
		t.Error(err)
	}
	c.kill()
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// However they come and go, one at a time has the file.
func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "troupe.db")
	var holders atomic.Int32
	var opened atomic.Int32
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 8 {
				s, err := openSQLite(t.Context(), path, pragmas())
				if err != nil {
					continue
				}
				opened.Add(1)
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d have it", n)
				}
				holders.Add(-1)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if opened.Load() == 0 {
		t.Error("nobody got it")
	}
}

func apply(t *testing.T, s Store, writes ...any) {
	t.Helper()
	if _, err := s.Apply(t.Context(), writes, nil); err != nil {
		t.Fatal(err)
	}
}

func trigger(t *testing.T, s Store, id messages.MessageID) messages.Trigger {
	t.Helper()
	found, ok, err := s.Trigger(t.Context(), id)
	if err != nil || !ok {
		t.Fatal(fmt.Errorf("trigger %v: %v, %w", id, ok, err))
	}
	return found
}
