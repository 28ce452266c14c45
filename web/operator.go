package web

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	scrapeLimit = 10 * time.Second // for one answer of /metrics
	scrapes     = 4                // of /metrics at the same time; others get 503
)

// OperatorConfig is what the operator's endpoints tell about.
type OperatorConfig struct {
	// Lacks returns what keeps the bot from answering people, a phrase each,
	// without secrets: "gateway: not connected". None means that it is ready.
	// It returns at once and may be called at any time.
	Lacks func() []string

	Gatherer prometheus.Gatherer
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready bool     `json:"ready"`
	Lacks []string `json:"lacks"`
}

// Operator returns the handler of the operator's endpoints:
//
//   - /healthz answers 200 while the process lives; restart it when it does not
//   - /readyz answers 200 while the bot answers people, and 503 while it does
//     not; its JSON says what is lacking
//   - /metrics has what the gatherer has, in the format of Prometheus
func Operator(cfg OperatorConfig) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		plainly(w, "text/plain; charset=utf-8", http.StatusOK)
		_, _ = io.WriteString(w, "ok\n") // whoever has gone needs no answer
	})
	m.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		lacks := append([]string{}, cfg.Lacks()...) // [] in JSON, not null
		status := http.StatusOK
		if len(lacks) > 0 {
			status = http.StatusServiceUnavailable
		}
		plainly(w, "application/json", status)
		_ = json.NewEncoder(w).Encode(readiness{Ready: len(lacks) == 0, Lacks: lacks}) // as above
	})
	m.Handle("GET /metrics", promhttp.HandlerFor(cfg.Gatherer, promhttp.HandlerOpts{
		MaxRequestsInFlight: scrapes,
		Timeout:             scrapeLimit,
	}))
	return m
}

// plainly begins an answer that is neither kept nor guessed at.
func plainly(w http.ResponseWriter, kind string, status int) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
}
