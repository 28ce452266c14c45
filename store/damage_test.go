package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"troupe/messages"
)

// A scene is a store's file and its log, if it has one.
type scene struct{ file, log []byte }

// closed is the scene that a process leaves which ends well, killed that of one
// which does not: most of it is in the log.
func closed(t *testing.T) scene {
	return scene{file: filled(t, filepath.Join(t.TempDir(), "troupe.db"))}
}

func killed(t *testing.T) scene {
	t.Helper()
	path := filepath.Join(t.TempDir(), "troupe.db")
	filled(t, path)
	c := start(t, "write", path, nil)
	for range 60 {
		c.line()
	}
	c.kill()
	return look(t, path)
}

// look returns what is at a path now.
func look(t *testing.T, path string) (s scene) {
	t.Helper()
	var err, err2 error
	if s.file, err = os.ReadFile(path); errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if s.log, err2 = os.ReadFile(logOf(path)); errors.Is(err2, os.ErrNotExist) {
		err2 = nil
	}
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return s
}

// put makes the files of a scene and returns where.
func (s scene) put(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "troupe.db")
	if s.file != nil {
		write(t, path, s.file)
	}
	if s.log != nil {
		write(t, logOf(path), s.log)
	}
	return path
}

func (s scene) equal(o scene) bool { return bytes.Equal(s.file, o.file) && bytes.Equal(s.log, o.log) }

func (s scene) clone() scene { return scene{bytes.Clone(s.file), bytes.Clone(s.log)} }

// waiting returns the triggers without outcome, as those find them who are to
// answer them.
func waiting(t *testing.T, s Store) map[messages.MessageID]messages.Trigger {
	t.Helper()
	all := map[messages.MessageID]messages.Trigger{}
	channels, err := s.UnfinishedChannels(t.Context())
	for _, c := range channels {
		found, err2 := s.Unfinished(t.Context(), c)
		err = errors.Join(err, err2)
		for _, f := range found {
			all[f.ID] = f
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whatever is wrong with a file or its log, it is refused and left as it is, or
// it is whole and no trigger without outcome is missing.
func TestDamage(t *testing.T) {
	rounds := 300
	if raced {
		rounds = 20
	}
	for name, whole := range map[string]scene{"closed": closed(t), "killed": killed(t)} {
		want := waitingIn(t, whole.put(t))
		if len(want) < 200 {
			t.Fatal(len(want))
		}
		t.Run(name, func(t *testing.T) {
			opened := 0
			for seed := range rounds {
				r := rand.New(rand.NewPCG(1, uint64(seed)))
				bad := whole.clone()
				how := fmt.Sprintf("seed %d, %s", seed, damage(r, &bad))
				few := 0
				switch {
				case len(bad.log) < len(whole.log): // nothing tells of what was behind
					few = len(want)
				case !bytes.Equal(bad.log, whole.log): // the last commits might have been cut off
					few = 2
				}
				if opens(t, how, bad, want, few) {
					opened++
				}
			}
			t.Logf("%d of %d open", opened, rounds)
		})
	}
}

// damage changes a scene somewhere, and tells how.
func damage(r *rand.Rand, s *scene) string {
	what, b := "file", &s.file
	if s.log != nil && r.IntN(2) == 0 {
		what, b = "log", &s.log
	}
	page := r.IntN(len(*b)/4096) * 4096
	at := (*b)[page:min(page+4096, len(*b))]
	switch r.IntN(5) {
	case 0:
		*b = (*b)[:r.IntN(len(*b))]
		return fmt.Sprintf("%s cut at %d", what, len(*b))
	case 1:
		clear(at)
		return fmt.Sprintf("%s cleared from %d", what, page)
	case 2:
		for i := range at {
			at[i] = byte(r.Uint32())
		}
		return fmt.Sprintf("%s rubbish from %d", what, page)
	default:
		n := 1 + r.IntN(4)
		for range n {
			at[r.IntN(len(at))] ^= 1 << r.IntN(8)
		}
		return fmt.Sprintf("%s %d bits from %d", what, n, page)
	}
}

// opens checks what becomes of a scene at open, and reports whether it opens. Of
// the triggers that should be there the newest may be missing, a few.
func opens(t *testing.T, how string, bad scene, want map[messages.MessageID]messages.Trigger, few int) bool {
	t.Helper()
	path := bad.put(t)
	s, err := openSQLite(t.Context(), path, pragmas())
	if err != nil {
		if !look(t, path).equal(bad) {
			t.Errorf("%s: it is changed", how)
		}
		if text := err.Error(); strings.Contains(text, "\n") || !strings.Contains(text, "mv '"+path+"'") {
			t.Errorf("%s: %v", how, err)
		}
		return false
	}
	got := waiting(t, s)
	lost := false
	for _, id := range slices.Sorted(maps.Keys(want)) {
		_, there := got[id]
		if there && lost {
			t.Errorf("%s: a trigger is missing that is older than %v", how, id)
			break
		}
		lost = lost || !there
	}
	if missing := len(want) - len(got); missing > few {
		t.Errorf("%s: %d triggers are missing of %d", how, missing, len(want))
	}
	if err := s.Close(); err != nil {
		t.Errorf("%s: %v", how, err)
	}
	return true
}

// The command that one is told keeps the damaged file and lets the bot begin
// anew.
func TestKeptAside(t *testing.T) {
	s := killed(t)
	clear(s.file[len(s.file)/2:])
	for range 2 {
		path := s.put(t)
		for _, aside := range []string{path + ".damaged", path + ".damaged2"} {
			write(t, path, s.file)
			write(t, logOf(path), s.log)
			_, err := openSQLite(t.Context(), path, pragmas())
			if err == nil {
				t.Fatal("it opens")
			}
			_, command, _ := strings.Cut(err.Error(), "stop troupe and ")
			command, _, _ = strings.Cut(command, " (")
			if out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v, %s", command, err, out)
			}
			if !look(t, aside).equal(s) {
				t.Errorf("%s: it is not as it was", aside)
			}
			fresh, err := openSQLite(t.Context(), path, pragmas())
			if err != nil {
				t.Fatal(err)
			}
			apply(t, fresh, group(1)...)
			if err := fresh.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
