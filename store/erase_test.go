package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"
)

// Whom the tests erase, and who stays.
const (
	erasedPerson messages.UserID = 812345678901234567
	otherPerson  messages.UserID = 823456789012345678
)

// mark is within all that is to be forgotten, and stay within what is not.
const (
	mark = "xyzzy-forget-me"
	stay = "plugh-stays"
)

// holding returns the files of a store in which a text is, with how often.
func holding(t *testing.T, path, text string) (found []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(content, []byte(text)); n > 0 {
			found = append(found, fmt.Sprintf("%s %d times", filepath.Base(name), n))
		}
	}
	return found
}

// said is one of everything that somebody leaves in a store, with a word in all of it.
// n tells it apart, and size is how long its texts are.
func said(who messages.UserID, n, size int, word string) []any {
	id := messages.MessageID(1_200_000_000_000_000_000 + n)
	text := strings.Repeat(word+" ", 1+size/len(word))
	short := text[:min(len(text), messages.MaxPieceText)]
	piece := messages.Piece{Analyzer: messages.AnalyzerMemory, Owner: who.Owner(), Channel: 7, From: id, To: id, Person: who, Text: short}
	quarantined := piece
	quarantined.From, quarantined.To = id+1, id+1
	source := []messages.Source{{Message: id, Person: who}}
	return []any{
		&messages.AcceptTrigger{Trigger: messages.Trigger{
			ID: id, Channel: 7, Guild: 8, Asker: messages.User{ID: who, Name: word}, Text: text, ReplyText: text,
			Attachments: []messages.Attachment{{Name: word + ".png", URL: word}}, Interaction: messages.Interaction{Token: word},
		}},
		&messages.KeepFinal{Trigger: id, Text: text + text},
		&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered},
		&messages.KeepTrace{Trace: messages.Trace{Trigger: id, Asker: who, Parts: []messages.MessageID{id + 1, id + 2}}},
		&messages.KeepNote{Owner: who.Owner(), Key: fmt.Sprint("note ", n), Value: text},
		&messages.KeepPieces{Pieces: []messages.Piece{piece}},
		&messages.Quarantine{Actor: "memory", Piece: quarantined},
		&messages.KeepDerived{Keep: []messages.Derived{
			{Owner: who.Owner(), Key: fmt.Sprint("fact/", n), Value: text, Sources: source},
			{Owner: "guild/8", Key: fmt.Sprint("lore/", n), Value: text, Sources: source},
		}},
	}
}

// eraseAll erases somebody bit by bit.
func eraseAll(t *testing.T, s Store, who messages.UserID) {
	t.Helper()
	for range 1000 {
		if !erase(t, s, who).More {
			return
		}
	}
	t.Fatal("there is no end")
}

func erase(t *testing.T, s Store, who messages.UserID) *messages.Erased {
	t.Helper()
	results, err := s.Apply(t.Context(), []any{&messages.ErasePerson{User: who}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return results[0].(*messages.Erased)
}

// Once somebody is erased, none of the store's files holds a word of theirs, be it
// long or short, or how their traces and questions name them; nor after it is closed.
func TestErasedIsGone(t *testing.T) {
	for _, people := range []int{1, 400} {
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "troupe.db")
			s, err := openSQLite(t.Context(), path, pragmas())
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(1, 2))
			for n := range people {
				who, word := erasedPerson, mark
				if n > 0 && r.IntN(2) == 0 {
					who, word = otherPerson, stay
				}
				apply(t, s, said(who, 10*n, r.IntN(20*(1+n)), word)...)
				if n%3 == 2 { // it is changed, and others forgotten
					apply(t, s, said(who, 10*n-10*r.IntN(n), r.IntN(5000), word)[4:]...)
					apply(t, s, &messages.ForgetSources{Messages: []messages.MessageID{messages.MessageID(1_200_000_000_000_000_000 + 10*r.IntN(n))}})
				}
			}
			if len(holding(t, path, mark)) == 0 || len(holding(t, path, erasedPerson.String())) == 0 {
				t.Fatal("there is nothing to erase")
			}
			others, err := s.Person(t.Context(), otherPerson)
			if err != nil {
				t.Fatal(err)
			}
			eraseAll(t, s, erasedPerson)
			look := func(when string) {
				t.Helper()
				for _, text := range []string{mark, erasedPerson.String()} {
					if found := holding(t, path, text); len(found) > 0 {
						t.Errorf("%s: %q is in %v", when, text, found)
					}
				}
			}
			look("erased")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			look("closed")
			if s, err = openSQLite(t.Context(), path, pragmas()); err != nil { // it is whole
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // the test is over
			left, err := s.Person(t.Context(), otherPerson)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, left, others)
		})
	}
}

// Who reads while somebody is erased for the last time is in the way of that, but not
// for long each time; once they have read, the log is emptied when that is asked for
// again, and also with whatever else is written.
func TestErasedWhileReading(t *testing.T) {
	for name, then := range map[string]func(*testing.T, Store){
		"asked again": func(t *testing.T, s Store) { eraseAll(t, s, erasedPerson) },
		"anything":    func(t *testing.T, s Store) { apply(t, s, group(2)...) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "troupe.db")
			s, err := openSQLite(t.Context(), path, with("busy_timeout", "20"))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // the test is over
			apply(t, s, said(erasedPerson, 1, 100, mark)...)
			reader, err := s.(*file).read.BeginTx(context.WithoutCancel(t.Context()), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := reader.ExecContext(t.Context(), `SELECT count(*) FROM notes`); err != nil {
				t.Fatal(err)
			}
			for _, triggers := range []int{1, 0} {
				if erased := erase(t, s, erasedPerson); !erased.More || !erased.Blocked || len(erased.Triggers) != triggers {
					t.Errorf("while somebody reads: %+v", erased)
				}
			}
			apply(t, s, group(1)...)
			if len(holding(t, path, mark)) == 0 {
				t.Error("nobody needed the log")
			}
			if err := reader.Rollback(); err != nil {
				t.Fatal(err)
			}
			then(t, s)
			if found := holding(t, path, mark); len(found) > 0 {
				t.Errorf("it is in %v", found)
			}
		})
	}
}
