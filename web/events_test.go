package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// listener is a browser that reads a stream.
type listener struct {
	header http.Header
	status int
	stop   context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	read bytes.Buffer
}

func (l *listener) Header() http.Header { return l.header }
func (l *listener) WriteHeader(s int)   { l.status = s }
func (l *listener) Flush()              {}

func (l *listener) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.read.Write(b)
}

// listen opens the stream after a mark. It must be in a bubble.
func listen(h http.Handler, mark, lastEventID string) *listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{header: make(http.Header), stop: cancel, done: make(chan struct{})}
	r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost/api/events?after="+mark, nil)
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	go func() {
		defer close(l.done)
		h.ServeHTTP(l, r)
	}()
	synctest.Wait()
	return l
}

// heard returns what has come since the last call: a line for each event, and
// the latest mark.
func (l *listener) heard(t *testing.T) (lines []string, mark string) {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.read.String()) {
		line = strings.TrimSuffix(line, "\n")
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			mark = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var e event
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Fatal(err)
			}
			line = string(e.Kind)
			if e.Message != nil {
				line += " " + e.Message.ID + " " + e.Message.HTML
			}
			lines = append(lines, strings.TrimSpace(line))
		}
		if strings.HasPrefix(line, ":") {
			lines = append(lines, line)
		}
	}
	l.read.Reset()
	return lines, mark
}

func (l *listener) leave() {
	l.stop()
	<-l.done
}

func stateMark(t *testing.T, h http.Handler) string {
	t.Helper()
	return decode[struct{ Last string }](t, call(h, "GET", "/api/state", "")).Last
}

// A page hears of every change after the state it has loaded.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFakeWorld()
		h := page(w)
		w.answer("before")
		l := listen(h, stateMark(t, h), "")
		defer l.leave()
		if got, _ := l.heard(t); !cmp.Equal(got, []string{": still here"}) {
			t.Fatalf("at first: %q", got)
		}
		m := w.answer("a")
		if got, _ := l.heard(t); !cmp.Equal(got, []string{"message 1002 <p>a</p>"}) {
			t.Fatalf("heard %q", got)
		}
		m.Text = "a **b**"
		w.change(m)
		w.types(w.overview.Bot)
		_ = w.Delete(t.Context(), "1", "10", m.ID)
		got, _ := l.heard(t)
		want := []string{"message 1002 <p>a <strong>b</strong></p>", "typing", "deleted 1002"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A browser that comes back goes on where it was, and sees of an answer that
// has grown meanwhile the latest state alone.
func TestStreamGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFakeWorld()
		h := page(w)
		l := listen(h, stateMark(t, h), "")
		m := w.answer("a")
		_, mark := l.heard(t)
		l.leave()
		for range 5 {
			m.Text += "b"
			w.change(m)
		}
		w.answer("c")
		l = listen(h, "k3j4h5g6.17", mark)
		defer l.leave()
		got, _ := l.heard(t)
		if diff := cmp.Diff([]string{"message 1001 <p>abbbbb</p>", "message 1002 <p>c</p>"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A page of an earlier process, or one that has missed too much, is told to
// load anew, and hears what comes then.
func TestStreamResets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFakeWorld()
		l := listen(page(w), "k3j4h5g6.17", "")
		defer l.leave()
		if got, _ := l.heard(t); !cmp.Equal(got, []string{"reset"}) {
			t.Fatalf("heard %q", got)
		}
		w.answer("a")
		if got, _ := l.heard(t); !cmp.Equal(got, []string{"message 1001 <p>a</p>"}) {
			t.Errorf("then %q", got)
		}
	})
}

// A silent stream shows a sign of life, so that whoever has gone is noticed.
func TestStreamPulses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := page(newFakeWorld())
		l := listen(h, stateMark(t, h), "")
		defer l.leave()
		l.heard(t)
		time.Sleep(2*pulse + time.Second)
		if got, _ := l.heard(t); !cmp.Equal(got, []string{": still here", ": still here"}) {
			t.Errorf("heard %q", got)
		}
	})
}

// Only so many pages may follow; a place is free again when one leaves.
func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := page(newFakeWorld())
		var all []*listener
		for range streams {
			all = append(all, listen(h, "", ""))
		}
		if l := listen(h, "", ""); l.status != http.StatusServiceUnavailable {
			t.Errorf("one too many: %d", l.status)
		}
		all[0].leave()
		l := listen(h, "", "")
		if l.status == http.StatusServiceUnavailable {
			t.Error("the place that was left is not free")
		}
		for _, l := range append(all[1:], l) {
			l.leave()
		}
	})
}
