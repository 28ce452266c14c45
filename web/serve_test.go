package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// A server ends with its context, open streams and all.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	began := make(chan struct{})
	url, wait, err := Serve(ctx, "127.0.0.1:0", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	}))
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err == nil {
			var answer *http.Response
			if answer, err = http.DefaultClient.Do(request); err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			}
		}
		answered <- err
	}()
	<-began
	stop()
	if err := wait(); err != nil {
		t.Error(err)
	}
	if err := <-answered; err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err) // an empty answer, or none
	}
}

// A port that is taken is told as such, with what to do.
func TestServeTakenPort(t *testing.T) {
	url, wait, err := Serve(t.Context(), "127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = wait() })
	addr := strings.TrimPrefix(url, "http://")
	if _, _, err := Serve(t.Context(), addr, http.NotFoundHandler()); err == nil || !strings.Contains(err.Error(), addr+" is taken by another program: stop it, or choose") {
		t.Errorf("error %v", err)
	}
}
