package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The page is served under names of this machine only: a site that has rebound
// its own name to 127.0.0.1 is turned away.
func TestHosts(t *testing.T) {
	h := page(newFakeWorld())
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "127.0.0.1:1": 200, "127.8.9.1": 200, "[::1]:80": 200, "[::1]": 200,
		"troupe.test": 200, "troupe.test:8080": 200,
		"evil.example": 421, "evil.example:80": 421, "localhost.evil.example": 421, "10.0.0.1": 421, "": 421, "127.0.0.1.evil.example": 421,
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
	}
}

// Another site may link to the page, and do nothing else with it.
func TestOtherSites(t *testing.T) {
	for _, tt := range []struct {
		name, method, path string
		header             map[string]string
		want               int
	}{
		{"a link", "GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200},
		{"a frame's script", "GET", "/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		{"a stream", "GET", "/api/events", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403},
		{"another port", "GET", "/api/state", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403},
		{"a download by link", "GET", "/files/1", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403},
		{"a post of an old browser", "POST", "/api/dms", map[string]string{"Origin": "http://evil.example"}, 403},
		{"a post of the page", "POST", "/api/dms", map[string]string{"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200},
		{"a program", "GET", "/api/state", nil, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "http://localhost"+tt.path, strings.NewReader(`{"person":"2"}`))
			r.Header.Set("Content-Type", "application/json")
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			page(newFakeWorld()).ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("%d, want %d: %s", w.Code, tt.want, w.Body)
			}
		})
	}
}

// All that the page needs is here, under a policy that lets nothing else in.
func TestPageIsWhole(t *testing.T) {
	h := page(newFakeWorld())
	for _, path := range []string{"/", "/static/main.js", "/static/page.css", "/static/message.css", "/static/icon.svg"} {
		w := call(h, "GET", path, "")
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if strings.Contains(w.Body.String(), "https://") {
			t.Errorf("%s asks another server for something", path)
		}
	}
}

// panicky is a world with a bug.
type panicky struct{ World }

func (panicky) OpenDM(context.Context, string) (string, error) { panic("bug") }

// A bug in a request ends that request alone.
func TestPanicIsAnError(t *testing.T) {
	h := page(panicky{newFakeWorld()})
	if w := call(h, "POST", "/api/dms", `{"person":"2"}`); w.Code != http.StatusInternalServerError {
		t.Errorf("the panic is answered with %d", w.Code)
	}
	if w := call(h, "GET", "/api/state", ""); w.Code != http.StatusOK {
		t.Errorf("then %d", w.Code)
	}
}
