package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestOperator(t *testing.T) {
	registry := prometheus.NewRegistry()
	asked := prometheus.NewCounter(prometheus.CounterOpts{Name: "troupe_questions_total", Help: "Questions."})
	registry.MustRegister(asked)
	asked.Add(3)
	lacks := []string{"gateway: not connected", "store: read only"}
	h := Operator(OperatorConfig{Lacks: func() []string { return lacks }, Gatherer: registry})

	get := func(path string, status int, body string) {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if w.Code != status || !strings.Contains(w.Body.String(), body) {
			t.Errorf("%s: %d %q, want %d and %q", path, w.Code, w.Body, status, body)
		}
	}
	get("/healthz", http.StatusOK, "ok\n")
	get("/readyz", http.StatusServiceUnavailable, `{"ready":false,"lacks":["gateway: not connected","store: read only"]}`)
	lacks = nil
	get("/readyz", http.StatusOK, `{"ready":true,"lacks":[]}`)
	get("/metrics", http.StatusOK, "troupe_questions_total 3\n")
	get("/", http.StatusNotFound, "")
}
