package gemini

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A recording is a line of testdata/recorded/manifest.jsonl.
type recording struct {
	File        string
	Method      string
	Status      int
	ContentType string
	Framing     string
	body        []byte
}

func recordings(t testing.TB) []recording {
	t.Helper()
	f, err := os.Open("testdata/recorded/manifest.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	var all []recording
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r recording
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		r.body, err = os.ReadFile(filepath.Join("testdata/recorded", r.File))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// asStream gives the body as a stream would have it: an answer in one piece
// becomes one event.
func (r recording) asStream() (contentType string, body []byte) {
	if r.Status != 200 || r.Framing != "json" {
		return r.ContentType, r.body
	}
	var one bytes.Buffer
	if json.Compact(&one, r.body) != nil {
		return r.ContentType, r.body
	}
	return "text/event-stream", []byte(events(one.String()))
}

// Every body that was recorded ends as the table of outcomes says, whole or in
// odd pieces, with no panic, and with what grew being what is given.
func TestRecorded(t *testing.T) {
	var got strings.Builder
	for _, r := range recordings(t) {
		if r.Method == "countTokens" {
			n, err := newClient(t, always(r.Status, r.ContentType, string(r.body))).CountTokens(t.Context(), ask())
			fmt.Fprintf(&got, "%s: %d tokens %v\n", r.File, n, err)
			continue
		}
		contentType, body := r.asStream()
		var last string
		c := newClient(t, always(r.Status, contentType, string(body)))
		g, err := c.Generate(t.Context(), ask(), func(text string) {
			if !strings.HasPrefix(text, last) || text == last {
				t.Errorf("%s: %q grew to %q", r.File, last, text)
			}
			last = text
		})
		fmt.Fprintf(&got, "%s: %s\n", r.File, outcome(g, err))
		if err == nil && !strings.HasPrefix(g.Text, last) {
			t.Errorf("%s: what was shown is not what was given", r.File)
		}
		checkUsage(t, r, g)
	}
	golden(t, "testdata/outcomes.txt", got.String())
}

// Every body that lies there is in the manifest, so that none goes untested.
func TestManifestIsWhole(t *testing.T) {
	listed := map[string]bool{"index.md": true, "manifest.jsonl": true, "LICENSE": true}
	for _, r := range recordings(t) {
		listed[r.File] = true
	}
	err := fs.WalkDir(os.DirFS("testdata/recorded"), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !listed[path] {
			t.Errorf("%s is not in the manifest", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The parts of the recorded usage add up to its total.
func checkUsage(t *testing.T, r recording, g *messages.Generation) {
	t.Helper()
	if g == nil || g.Usage.Total == 0 || g.Usage.Output == 0 {
		return
	}
	if u := g.Usage; u.Prompt+u.Output+u.Thoughts+u.Tools != u.Total {
		t.Errorf("%s: usage %+v", r.File, u)
	}
}

func outcome(g *messages.Generation, err error) string {
	if f, failed := errors.AsType[*messages.Failure](err); failed {
		retry := [...]string{"never", "once", "backoff", "after", "shorter"}[f.Retry]
		s := fmt.Sprintf("FAILS %s, retry %s, %d, billed %d: %s", f.Cause, retry, f.Status, f.Usage.Total, f.Detail)
		if f.After > 0 && f.Cause != messages.CauseDayQuota {
			s += fmt.Sprintf(" (after %v)", f.After)
		}
		return s
	}
	kind := "answer"
	switch {
	case g.Cut:
		kind = "CUT"
	case g.Truncated:
		kind = "TRUNCATED"
	}
	start := []rune(g.Text)
	s := fmt.Sprintf("%s of %d runes %q", kind, len(start), string(start[:min(len(start), 24)]))
	for _, f := range g.Files {
		s += fmt.Sprintf(" + %s (%d bytes)", f.Name, len(f.Data))
	}
	if n := strings.Count(g.Text, "\n- <") + strings.Count(g.Text, ": <http"); n > 0 {
		s += fmt.Sprintf(" + %d sources", n)
	}
	return s + fmt.Sprintf(", %d+%d+%d tokens", g.Usage.Prompt, g.Usage.Thoughts, g.Usage.Output)
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update accepts):\n%s", file, diff)
	}
}

// The estimate is no less than what Gemini counted, for every text on record
// that Gemini counted by itself.
func TestEstimateTokensRecorded(t *testing.T) {
	checked := 0
	for _, r := range recordings(t) {
		if !strings.HasPrefix(r.File, "fantasy/") || bytes.Contains(r.body, []byte("functionCall")) {
			continue // the others are edited by hand
		}
		contentType, body := r.asStream()
		g, err := newClient(t, always(r.Status, contentType, string(body))).Generate(t.Context(), ask(), nil)
		if err != nil || g.Usage.Output == 0 {
			continue
		}
		checked++
		if n := EstimateTokens(g.Text); n < g.Usage.Output || n > 3*g.Usage.Output+20 {
			t.Errorf("%s: estimated %d, counted %d", r.File, n, g.Usage.Output)
		}
	}
	if checked < 20 {
		t.Errorf("only %d texts checked", checked)
	}
}
