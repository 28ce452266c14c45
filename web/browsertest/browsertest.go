// Package browsertest uses pages the way a person does, in a real browser: for
// tests of what is served on loopback.
//
// It needs Chromium. A test that has none fails and says how to get it; it is
// not skipped, for then nobody would notice that the page has broken.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	startLimit = 20 * time.Second // for the browser to start on a busy machine
	stepLimit  = 10 * time.Second // for what a person does, and for what they wait for
)

// names of the browser's program, in the order of preference.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// A Browser runs until the test that has started it ends.
type Browser struct{ ctx context.Context }

// Start starts a browser with a profile of its own, which is removed with it.
// [Browser.Open] opens pages in it.
func Start(t testing.TB) *Browser {
	t.Helper()
	var program string
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatal("the page is tested in a browser, and there is none: apt-get install chromium")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(program),
		chromedp.Flag("headless", "new"),
		chromedp.NoSandbox, // a container has none to offer
		chromedp.NoFirstRun,
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("force-prefers-reduced-motion", true), // nothing to wait for, and nothing to paint in vain
	)
	t.Cleanup(cancel)
	browser, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)

	// The context of the first call is the browser's life, so the limit is
	// kept from outside.
	late := time.AfterFunc(startLimit, stop)
	defer late.Stop()
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return &Browser{ctx: browser}
}

// A Page is a tab of a browser. Its methods end the test when they fail.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	told     []string // by the console
	expected []string // parts of what the console may tell
}

// Open opens a web address in a new tab, 1280 by 800 pixels, which shares with
// other tabs what a browser keeps for an origin. The test fails if the page
// complains in its console, or throws; see [Page.Expect].
func (b *Browser) Open(t testing.TB, url string) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	p := &Page{t: t, ctx: ctx}
	console := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range console {
			if err != nil {
				return
			}
			p.hear(m)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		p.complain()
	})
	p.Do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url))
	return p
}

// Context returns the context of chromedp, for what a Page has no method for.
func (p *Page) Context() context.Context { return p.ctx }

// hear notes what the page tells its console, if it is a complaint.
func (p *Page) hear(m chromedp.ConsoleMessage) {
	if m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleWarning && m.Type != chromedp.ConsoleException {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, fmt.Sprintf("%s: %s (%s:%d)", m.Type, m.Text, m.URL, m.Line+1))
}

// Expect allows complaints of the page that contain a text, such as those of
// the browser when a server does not answer.
func (p *Page) Expect(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, text)
}

// complain fails the test with what the page has told its console.
func (p *Page) complain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, told := range p.told {
		if !slices.ContainsFunc(p.expected, func(text string) bool { return strings.Contains(told, text) }) {
			p.t.Errorf("the page complains in its console: %s", told)
		}
	}
}

// Do runs actions of chromedp, each within 10 s.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	for _, action := range actions {
		ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
		err := chromedp.Do(ctx, action)
		cancel()
		if err != nil {
			p.t.Fatalf("in the browser: %v", err)
		}
	}
}

// Until waits until an expression of JavaScript is true, at most 10 s.
func (p *Page) Until(expression string) {
	p.t.Helper()
	p.Within(stepLimit, expression)
}

// Within waits until an expression of JavaScript is true, at most for limit.
func (p *Page) Within(limit time.Duration, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit+time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](expression,
		chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(limit)))
	if err != nil {
		p.t.Fatalf("waited %v in vain for %s: %v\nthe page shows:\n%s", limit, expression, err, p.Text("body"))
	}
}

// Never checks that an expression of JavaScript is false now.
func (p *Page) Never(expression string) {
	p.t.Helper()
	if Eval[bool](p, "!!("+expression+")") {
		p.t.Fatalf("must not be: %s\nthe page shows:\n%s", expression, p.Text("body"))
	}
}

// Eval returns the value of an expression of JavaScript.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// Text returns what a person reads in the first element that a CSS selector
// finds.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return Eval[string](p, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// Type writes a text where the focus is; \n is the Enter key. The letters come
// at once, as from an input method: use [Page.Press] where keys matter.
func (p *Page) Type(text string) {
	p.t.Helper()
	for line := range strings.Lines(text) {
		letters, enter := strings.CutSuffix(line, "\n")
		if letters != "" {
			p.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: letters})
				return err
			}))
		}
		if enter {
			p.Press(kb.Enter)
		}
	}
}

// Press presses keys, those of package kb among them, while modifiers are held.
func (p *Page) Press(keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for _, key := range keys {
			for _, event := range strokes(key, modifiers) {
				if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, event); err != nil {
					return fmt.Errorf("press %q: %w", key, err)
				}
			}
		}
		return nil
	}))
}

// strokes returns the events of a key. The letter comes with the event of the
// key that goes down, not in one of its own as chromedp.KeyEvent has it: what a
// page prevents does not happen then, as with a real keyboard.
func strokes(key rune, modifiers []chromedp.Modifier) []input.DispatchKeyEventParams {
	var held chromedp.Modifier
	for _, m := range modifiers {
		held |= m
	}
	events := kb.Encode(key)
	down, up := *events[0], *events[len(events)-1]
	if len(events) == 3 && held&^chromedp.ModifierShift == 0 {
		down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
	}
	down.Modifiers |= int64(held)
	up.Modifiers |= int64(held)
	return []input.DispatchKeyEventParams{down, up}
}

// Click clicks in the middle of the first element that a CSS selector finds,
// once it is to be seen.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Look sets whether the person likes it "light" or "dark".
func (p *Page) Look(scheme string) {
	p.t.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// Screenshot writes a picture of what is to be seen into a PNG file.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
}
