package analyzer_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"troupe/messages"
	"troupe/store"
)

// The backlog that a process is killed at: half of it is for the behaviour, half for
// the memory.
const (
	backlogOf = 40 // pieces of one person: 20 messages
	kills     = 12
	killTime  = time.Minute // for a child to print something
)

// A backlog is work in a store, and what a child said about it.
type backlog struct {
	t      *testing.T
	path   string
	people int
	given  map[string]string // what was to be kept, by owner and key
	killed int
}

// message is what a person said as the n-th thing.
func (b *backlog) message(person, n int) (id messages.MessageID, text string) {
	number := person*backlogOf/2 + n
	return messages.MessageID(1_200_000_000_000_000_000 + number<<22), fmt.Sprint("I have the item ", number)
}

// user is a person by their number.
func (b *backlog) user(person int) messages.UserID { return messages.UserID(1000 + person) }

// fill has everybody say all that they do, by turns, to both analyzers.
func (b *backlog) fill() {
	s := b.open()
	for person := range b.people {
		owner := b.user(person).Owner()
		b.apply(s, &messages.KeepNote{Owner: owner, Key: "consent/memory", Value: "1"},
			&messages.KeepNote{Owner: owner, Key: "consent/profile", Value: "1"})
	}
	for n := range backlogOf / 2 {
		var pieces []messages.Piece
		for person := range b.people {
			id, text := b.message(person, n)
			who := b.user(person)
			p := messages.Piece{Owner: who.Owner(), Guild: 8, Channel: 3, From: id, To: id, Person: who, Text: text}
			for _, p.Analyzer = range []messages.Analyzer{messages.AnalyzerBehaviour, messages.AnalyzerMemory} {
				pieces = append(pieces, p)
			}
		}
		b.apply(s, &messages.KeepPieces{Pieces: pieces})
	}
	b.close(s)
}

func (b *backlog) open() store.Store {
	b.t.Helper()
	s, err := store.Open(b.t.Context(), "sqlite:"+b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *backlog) close(s store.Store) {
	b.t.Helper()
	if err := s.Close(); err != nil {
		b.t.Fatal(err)
	}
}

func (b *backlog) apply(s store.Store, writes ...any) {
	b.t.Helper()
	if _, err := s.Apply(b.t.Context(), writes, nil); err != nil {
		b.t.Fatal(err)
	}
}

// hear takes what a child prints. It reports what is done.
func (b *backlog) hear(line string) (done string) {
	b.t.Helper()
	if name, ok := strings.CutSuffix(line, " is done"); ok {
		return name
	}
	parts := strings.SplitN(line, " ", 3)
	if len(parts) < 3 || !strings.HasPrefix(parts[0], "user/") {
		b.t.Fatalf("a child says %q", line)
	}
	key := parts[0] + " " + parts[1]
	if was, ok := b.given[key]; ok && was != parts[2] {
		b.t.Errorf("%s is given twice: to %s, and to %s", key, was, parts[2])
	}
	b.given[key] = parts[2]
	return ""
}

// until lets a process work until it has said so many lines, or all is done, and some
// time longer, and kills it. It reports whether all is done.
func (b *backlog) until(lines int, longer time.Duration) bool {
	b.t.Helper()
	c, done := startChild(b.t, b.path), map[string]bool{}
	enough := time.After(killTime)
	for ; lines > 0 && len(done) < 2; lines-- {
		select {
		case line, ok := <-c.lines:
			if !ok {
				b.t.Fatal("a child ended by itself")
			}
			if name := b.hear(line); name != "" {
				done[name] = true
			}
		case <-enough:
			b.t.Fatal("a child does nothing")
		}
	}
	time.Sleep(longer)
	if c.kill() {
		b.killed++
	}
	for line := range c.lines {
		if name := b.hear(line); name != "" {
			done[name] = true
		}
	}
	return len(done) == 2
}

// check looks whether each piece has come to what it had to, once.
func (b *backlog) check() {
	b.t.Helper()
	s := b.open()
	defer b.close(s)
	for person := range b.people {
		found, err := s.Kept(b.t.Context(), b.user(person).Owner())
		if err != nil {
			b.t.Fatal(err)
		}
		b.checkPerson(person, found)
	}
	for _, name := range []messages.Analyzer{messages.AnalyzerBehaviour, messages.AnalyzerMemory} {
		found, err := s.Pieces(b.t.Context(), name, 1)
		if err != nil || found.Backlog > 0 {
			b.t.Errorf("%d pieces are left to the %s, %v", found.Backlog, name, err)
		}
	}
	bad, err := s.Quarantined(b.t.Context())
	if err != nil || len(bad) > 0 {
		b.t.Errorf("in quarantine is %v, %v", bad, err)
	}
}

func (b *backlog) checkPerson(person int, found messages.KeptFound) {
	b.t.Helper()
	left := map[string]messages.MessageID{} // what is to be there, by what tells it apart
	for n := range backlogOf / 2 {
		id, text := b.message(person, n)
		left["said/"+id.String()], left["has"+strings.TrimPrefix(text, "I have")] = id, id
	}
	highest := 0
	for _, d := range found.Derived {
		is := d.Key
		if digits, ok := strings.CutPrefix(d.Key, "fact/"); ok {
			var f messages.Fact
			if err := json.Unmarshal([]byte(d.Value), &f); err != nil {
				b.t.Fatal(err)
			}
			is = f.Text
			if f.Message != left[is] || f.Channel != 3 || f.Guild != 8 || !f.Told.Equal(f.Message.Time()) {
				b.t.Errorf("%s of person %d is from elsewhere: %+v", d.Key, person, f)
			}
			n, err := strconv.Atoi(digits)
			if err != nil {
				b.t.Fatal(err)
			}
			highest = max(highest, n)
		}
		want := []messages.Source{{Message: left[is], Person: b.user(person)}}
		if _, ok := left[is]; !ok || !slices.Equal(d.Sources, want) {
			b.t.Errorf("%s of person %d is there once more, or from elsewhere: %s, %v", d.Key, person, d.Value, d.Sources)
		}
		delete(left, is)
	}
	for is := range left {
		b.t.Errorf("of person %d there is no %q", person, is)
	}
	if next, err := strconv.Atoi(found.Notes["facts"]); err != nil || next <= highest {
		b.t.Errorf("person %d: the next fact is %v, after %v", person, found.Notes["facts"], highest)
	}
}

// sound has SQLite look at the whole file.
func (b *backlog) sound() {
	b.t.Helper()
	db, err := sql.Open("sqlite", b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was read
	var finding string
	if err := db.QueryRowContext(b.t.Context(), `PRAGMA integrity_check`).Scan(&finding); err != nil || finding != "ok" {
		b.t.Errorf("the store is damaged: %v, %v", finding, err)
	}
}

// However often the process is killed in the middle of its backlog, each piece is done
// once in effect; nobody's piece is blamed for it; no number is given twice.
func TestKilled(t *testing.T) {
	people, began := 250, time.Now()
	if raced || testing.Short() {
		people = 25
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	b := &backlog{t: t, path: filepath.Join(t.TempDir(), "troupe.db"), people: people, given: map[string]string{}}
	b.fill()
	pieces := people * backlogOf
	within := 0 // of the kills: in the middle of the work
	for range kills {
		if !b.until(r.IntN(pieces/kills), time.Duration(r.IntN(people))*80*time.Microsecond) {
			within++
		}
	}
	if !b.until(10*pieces, 0) {
		t.Fatal("the work does not come to an end")
	}
	b.check()
	b.sound()
	t.Logf("%d pieces are done after %d kills, %d of them in the middle, in %v (seed %d)",
		pieces, b.killed, within, time.Since(began).Round(time.Millisecond), seed)
	if within < 10 || b.killed < kills {
		t.Errorf("%d kills, %d in the middle of the work", b.killed, within)
	}
	if len(b.given) < pieces {
		t.Errorf("%d things were to be kept, of %d", len(b.given), pieces)
	}
}
