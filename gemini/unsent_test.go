package gemini

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// What cannot have reached Gemini is told apart from what may have: the one counts for
// no quota.
func TestUnsent(t *testing.T) {
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	server := func(h http.HandlerFunc) string {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		return srv.URL
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	fails := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx   context.Context //nolint:containedctx // of one call
		url   string
		model string
		want  bool
	}{
		"nobody listens":       {t.Context(), "http://" + closed.Addr().String(), "", true},
		"cancelled before":     {gone, server(fails), "", true},
		"refused by the edge":  {t.Context(), server(fails), "no such/../model", true},
		"refused by Gemini":    {t.Context(), server(fails), "", false},
		"cut before an answer": {t.Context(), server(hangUp), "", false},
		"no streams, then cut": {t.Context(), server(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("alt") == "sse" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			panic(http.ErrAbortHandler)
		}), "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL = tt.url })
			defer c.Close()
			p := ask()
			if tt.model != "" {
				p.Model = tt.model
			}
			_, err := c.Generate(tt.ctx, p, nil)
			if f := failure(t, err); f.Unsent != tt.want {
				t.Errorf("unsent: %v, want %v (%v)", f.Unsent, tt.want, f)
			}
		})
	}
}
