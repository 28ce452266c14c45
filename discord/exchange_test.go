package discord

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
)

// Over a real connection, too: what is sent arrives whole, an answer that breaks
// off or never ends is a failure, a redirect does not carry the token away, and
// every request is made once.
func TestOverTheWire(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		cause  messages.Cause // "" for a success
	}{
		{"done", func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseMultipartForm(1 << 20); err != nil || len(r.MultipartForm.File["files[0]"]) != 1 {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(w, `{"id":"9"}`)
		}, ""},
		{"redirected", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.test/", http.StatusTemporaryRedirect)
		}, messages.CauseUnreachable},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, messages.CauseUnreachable},
		{"cut in the answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, messages.CauseUnreachable},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			chunk := strings.Repeat(" ", 1<<20)
			for {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		}, messages.CauseUnreachable},
		{"silent", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, messages.CauseUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := make(chan string, 10)
				network := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked <- r.Host + r.URL.Path
					tt.answer(w, r)
				}))
				own := newTransport()
				own.DialContext = network.DialContext
				defer own.CloseIdleConnections()
				r, err := NewREST(RESTConfig{Token: botToken, BaseURL: "http://discord.test/api/v10", Transport: own})
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				file := messages.File{Name: "a.txt", Data: []byte(strings.Repeat("data ", 50_000))}
				sent, err := r.Post(t.Context(), &messages.Post{Channel: 5, Content: "hi", Files: []messages.File{file}})
				if took := time.Since(began); took > requestTimeout {
					t.Errorf("took %v", took)
				}
				if got := <-asked; got != "discord.test/api/v10/channels/5/messages" || len(asked) > 0 {
					t.Errorf("asked %s, and %d times more", got, len(asked))
				}
				var f *messages.Failure
				switch {
				case tt.cause == "":
					if err != nil || sent.Message != 9 {
						t.Errorf("%+v, %v", sent, err)
					}
				case !errors.As(err, &f) || f.Cause != tt.cause:
					t.Errorf("got %v", err)
				case strings.Contains(f.Error(), "/api/"):
					t.Errorf("the URL is told: %v", f)
				}
			})
		})
	}
}
