package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"troupe/web/browsertest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var picture = flag.String("picture", "", "a PNG file for a picture of the playground in use")

// A tape is what a command prints, to be read while it runs.
type tape struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tape) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(b)
}

func (t *tape) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// play runs the playground, and returns its address when it is printed.
func play(t *testing.T, args ...string) (url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs := &tape{}, &tape{}
	ended := make(chan int, 1)
	s := shell{out: out, err: errs, ctx: ctx}
	go func() { ended <- s.run(append([]string{"playground", "--http", "127.0.0.1:0"}, args...)) }()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("exit code %d: %s", code, errs)
		}
	})
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for range 200 {
		if url := address.FindString(out.String()); url != "" {
			return url
		}
		select {
		case code := <-ended:
			t.Fatalf("it ends with %d: %s", code, errs)
		case <-time.After(50 * time.Millisecond): // it is another goroutine that starts it
		}
	}
	t.Fatalf("no address: %s", out)
	return ""
}

// A newcomer opens the page, which answers at once, asks, sees the answer grow,
// uses a command, and writes to the bot directly.
func TestPlayground(t *testing.T) {
	began := time.Now()
	p := browsertest.Start(t).Open(t, play(t))
	p.Until(`document.activeElement.id === "text" && /general/.test(document.querySelector("#place").innerText)`)
	t.Logf("the page is there after %v", time.Since(began))

	p.Type("@Troupe hello, who are you?")
	p.Press(kb.Enter)
	p.Within(2*time.Second, `/typing/.test(document.querySelector("#typing").innerText)`)
	p.Until(said("stand-in"))

	p.Type("@Troupe write fizzbuzz in Go\n")
	p.Until(`document.querySelector("#log pre code") !== null`)
	p.Press("2", chromedp.ModifierAlt)
	p.Type("@Troupe what did Ann say?\n")
	p.Until(said("Ann said"))
	if *picture != "" {
		time.Sleep(3 * time.Second) // all has been said
		p.Screenshot(*picture)
	}

	p.Type("/")
	p.Until(`[...document.querySelectorAll("#suggest [role=option]")].some(o => /^.status/.test(o.innerText))`) // the last of all
	p.Type("status")
	p.Press(kb.Enter)
	p.Press(kb.Enter)
	p.Until(said("Every part works"))

	p.Type("/privacy delete ") // a subcommand opens when it is typed out
	p.Until(`document.activeElement.name === "option-confirm"`)
	p.Press(kb.Enter)
	p.Until(said("It cannot be taken back"))
}

// said is true when the bot has said something that contains a text.
func said(text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#log li")].some(m => /Troupe/.test(m.innerText) && m.innerText.includes(%q))`, text)
}
