package web

import (
	"io"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// OperatorConfig is what the operator's endpoints tell about.
type OperatorConfig struct {
	// Ready reports whether the bot answers people, and what it lacks if not:
	// a line each, without secrets. It returns at once.
	Ready func() (ready bool, lacks []string)

	Gatherer prometheus.Gatherer
}

// Operator returns the handler of the operator's endpoints: /healthz, which
// tells that the process runs; /readyz, which answers 503 and why while the bot
// does not answer people; /metrics in the format of Prometheus.
func Operator(cfg OperatorConfig) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "ok\n")
	})
	m.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if ready, lacks := cfg.Ready(); !ready {
			write(w, http.StatusServiceUnavailable, "not ready\n"+strings.Join(lacks, "\n")+"\n")
			return
		}
		write(w, http.StatusOK, "ready\n")
	})
	m.Handle("GET /metrics", promhttp.HandlerFor(cfg.Gatherer, promhttp.HandlerOpts{}))
	return m
}

func write(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, s) // whoever has gone needs no answer
}
