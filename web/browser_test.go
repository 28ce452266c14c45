package web

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"troupe/web/browsertest"
)

// serve serves the page of a world on loopback until the test ends or stop is
// called.
func serve(t *testing.T, w World, addr string) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	url, wait, err := Serve(ctx, addr, Playground(Config{World: w, Log: slog.New(slog.DiscardHandler)}))
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := wait(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return url, stop
}

// A person opens the page, asks, and sees the answer grow.
func TestBrowserChat(t *testing.T) {
	w := newFakeWorld()
	url, _ := serve(t, w, "127.0.0.1:0")
	p := browsertest.Start(t).Open(t, url)
	p.Within(2*time.Second, `document.activeElement.id === "text" && document.activeElement.placeholder.includes("mention @Troupe")`)
	p.Type("@Troupe what is rain?\r")
	p.Until(`document.querySelector("#log .mention")?.innerText === "@Troupe"`)
	w.types("10", w.overview.Bot)
	p.Until(`document.querySelector("#typing").innerText.includes("Troupe is typing")`)
	m := w.answer("10", "Rain")
	p.Until(`document.querySelector("#log").innerText.includes("Rain")`)
	m.Text = "Rain is **water**"
	w.change(m)
	p.Until(`document.querySelector("#log strong:not(.bot)") && document.querySelectorAll("#log > li[id]").length === 2`)
}
