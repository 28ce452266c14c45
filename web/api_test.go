package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// call sends a request to the page's server as its script does.
func call(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, "http://localhost"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func page(w World) http.Handler {
	return Playground(Config{World: w, Hosts: []string{"troupe.test"}, Log: slog.New(slog.DiscardHandler)})
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return v
}

// What a person does on the page reaches the world as it was meant.
func TestRequestsReachTheWorld(t *testing.T) {
	w := newFakeWorld()
	h := page(w)
	for _, r := range []struct{ method, path, body string }{
		{"POST", "/api/channels/10/messages", `{"person":"2","text":"one"}`},
		{"POST", "/api/channels/10/messages", `{"person":"3","text":"two","reply_to":"1001"}`},
		{"POST", "/api/channels/10/messages", `{"person":"2","text":"three"}`},
		{"PATCH", "/api/channels/10/messages/1001", `{"person":"2","text":"**one**"}`},
		{"DELETE", "/api/channels/10/messages/1003", `{"person":"2"}`},
		{"POST", "/api/channels/10/commands", `{"person":"3","command":"persona set","options":{"name":"pirate"}}`},
	} {
		if got := call(h, r.method, r.path, r.body); got.Code != http.StatusNoContent {
			t.Fatalf("%s %s: %d %s", r.method, r.path, got.Code, got.Body)
		}
	}
	if diff := cmp.Diff([]Use{{Person: "3", Channel: "10", Command: "persona set", Options: map[string]string{"name": "pirate"}}}, w.uses()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	type row struct {
		Author struct{ Name string }
		HTML   string
		Edited bool
		Reply  *Quote
	}
	got := decode[struct{ Messages []row }](t, call(h, "GET", "/api/channels/10/messages", ""))
	want := []row{
		{Author: struct{ Name string }{"Ann"}, HTML: "<p><strong>one</strong></p>", Edited: true},
		{Author: struct{ Name string }{"Bob"}, HTML: "<p>two</p>", Reply: &Quote{ID: "1001", Name: "Ann", Text: "one"}},
	}
	if diff := cmp.Diff(want, got.Messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestOpenDM(t *testing.T) {
	h := page(newFakeWorld())
	first := decode[struct{ Channel string }](t, call(h, "POST", "/api/dms", `{"person":"2"}`))
	again := decode[struct{ Channel string }](t, call(h, "POST", "/api/dms", `{"person":"2"}`))
	if first.Channel == "" || first != again {
		t.Errorf("opened %v, then %v", first, again)
	}
	state := decode[Overview](t, call(h, "GET", "/api/state", ""))
	if last := state.Channels[len(state.Channels)-1]; last.ID != first.Channel || last.Guild != "" {
		t.Errorf("the overview ends with %+v", last)
	}
}

// Older messages come a page at a time, until there are no more.
func TestMessagesInPages(t *testing.T) {
	w := newFakeWorld()
	for range pageSize + 10 {
		w.answer("x")
	}
	h := page(w)
	type list struct {
		Messages []Message
		More     bool
	}
	latest := decode[list](t, call(h, "GET", "/api/channels/10/messages", ""))
	if len(latest.Messages) != pageSize || !latest.More {
		t.Fatalf("%d messages, more: %v", len(latest.Messages), latest.More)
	}
	older := decode[list](t, call(h, "GET", "/api/channels/10/messages?before="+latest.Messages[0].ID, ""))
	if len(older.Messages) != 10 || older.More {
		t.Errorf("then %d messages, more: %v", len(older.Messages), older.More)
	}
}

// What is not understood or not granted is answered with the reason.
func TestRefusals(t *testing.T) {
	const path = "/api/channels/10/messages"
	for _, tt := range []struct {
		name, kind, body string
		status           int
		reason           string
	}{
		{"a form", "application/x-www-form-urlencoded", "person=2&text=x", 415, "send application/json"},
		{"no type", "", `{"person":"2","text":"x"}`, 415, "send application/json"},
		{"a type with parameters", "Application/JSON; charset=utf-8", `{"person":"2","text":"x"}`, 204, ""},
		{"no JSON", "application/json", `{"person":`, 400, "the request is not understood"},
		{"two values", "application/json", `{"person":"2","text":"x"} {}`, 400, "the request is not understood"},
		{"another shape", "application/json", `{"person":2}`, 400, "the request is not understood"},
		{"too long", "application/json", `{"text":"` + strings.Repeat("x", bodyLimit) + `"}`, 413, "the message is too long"},
		{"not granted", "application/json", `{"person":"2","text":" "}`, 422, "a message needs a text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost"+path, strings.NewReader(tt.body))
			if tt.kind != "" {
				r.Header.Set("Content-Type", tt.kind)
			}
			w := httptest.NewRecorder()
			page(newFakeWorld()).ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.reason == "" {
				return
			}
			if got := decode[struct{ Error string }](t, w); got.Error != tt.reason {
				t.Errorf("reason %q, want %q", got.Error, tt.reason)
			}
		})
	}
}

// A fault of the world is told without what it was: that is for the log.
func TestFaultsStayInside(t *testing.T) {
	w := newFakeWorld()
	w.broken = errors.New("secret of the disk")
	for _, path := range []string{"/api/state", "/api/channels/10/messages"} {
		got := call(page(w), "GET", path, "")
		if got.Code != http.StatusInternalServerError || strings.Contains(got.Body.String(), "secret") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
}

// Pictures are shown; whatever could carry a script is saved, never opened.
func TestFiles(t *testing.T) {
	w := newFakeWorld()
	for _, tt := range []struct{ name, kind, wantKind, wantDisposition string }{
		{"a.png", "image/png", "image/png", `inline; filename=a.png`},
		{"a.html", "text/html", "application/octet-stream", `attachment; filename=a.html`},
		{"a.svg", "image/svg+xml", "application/octet-stream", `attachment; filename=a.svg`},
		{"ä \"b\".txt", "", "application/octet-stream", `attachment; filename*=utf-8''%C3%A4%20%22b%22.txt`},
	} {
		f := w.attach(File{Name: tt.name, Type: tt.kind}, []byte("body"))
		got := call(page(w), "GET", "/files/"+f.ID, "")
		h := got.Header()
		if got.Body.String() != "body" || h.Get("Content-Type") != tt.wantKind || h.Get("Content-Disposition") != tt.wantDisposition || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q %v", tt.name, got.Body, h)
		}
	}
	if got := call(page(w), "GET", "/files/0", ""); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("a file that is gone: %d", got.Code)
	}
}
