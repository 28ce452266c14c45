package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"troupe/web/browsertest"
)

// A visit is a person at the page of a world of their own.
type visit struct {
	*browsertest.Page
	t    *testing.T
	w    *fakeWorld
	url  string
	stop func() // ends the server
}

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

// come opens the page of a world and waits until it is ready.
func come(t *testing.T, b *browsertest.Browser, w *fakeWorld) *visit {
	t.Helper()
	url, stop := serve(t, w, "127.0.0.1:0")
	v := &visit{Page: b.Open(t, url), t: t, w: w, url: url, stop: stop}
	v.ready()
	return v
}

// ready waits until one can write.
func (v *visit) ready() {
	v.t.Helper()
	v.Until(`document.activeElement.id === "text" && document.activeElement.placeholder !== ""`)
}

// shows waits until an element that a selector finds contains a text, with a
// space for whatever is between words.
func (v *visit) shows(selector, text string) {
	v.t.Helper()
	v.Until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((el) => el.innerText.replace(/\s+/g, " ").includes(%q))`, selector, text))
}

// count waits until a selector finds so many elements.
func (v *visit) count(selector string, n int) {
	v.t.Helper()
	v.Until(fmt.Sprintf(`document.querySelectorAll(%q).length === %d`, selector, n))
}

// box waits until the message box contains exactly a text.
func (v *visit) box(text string) {
	v.t.Helper()
	v.Until(fmt.Sprintf(`document.querySelector("#text").value === %q`, text))
}

// lastSaid waits until the latest message of a channel has a text.
func (v *visit) lastSaid(channel, text string) {
	v.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; {
		said := v.w.said(channel)
		if len(said) > 0 && said[len(said)-1] == text {
			return
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("in %s was said %q, not %q", channel, said, text)
		}
		v.Until("true") // as long as a way to the browser and back
	}
}

// The whole page, as people use it. One browser serves all of it.
func TestBrowser(t *testing.T) {
	b := browsertest.Start(t)
	t.Run("first visit", func(t *testing.T) { testFirstVisit(t, b) }) // while nobody else is there
	for _, part := range []struct {
		name string
		test func(*testing.T, *browsertest.Browser)
	}{
		{"question and answer", testQuestion},
		{"command's answer", testCommandAnswer},
		{"reply", testReply},
		{"people", testPeople},
		{"mention", testMention},
		{"command by keyboard", testCommandByKeyboard},
		{"edit", testEdit},
		{"delete", testDelete},
		{"direct message", testDirectMessage},
		{"other channels", testOtherChannels},
		{"scrolling", testScrolling},
		{"long history", testHistory},
		{"looks", testLooks},
		{"phone", testPhone},
		{"reload", testReload},
		{"restart", testRestart},
		{"refusal", testRefusal},
		{"hostile", testHostile},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, b)
		})
	}
}

// Whoever comes for the first time sees what to do and need only write, or
// click an example.
func testFirstVisit(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.quick()
	v.Until(`document.querySelector("#text").placeholder === "Message #general — mention @Troupe to ask"`)
	v.Until(`document.title === "#general – Troupe playground"`)
	v.shows("#empty", "Ask @Troupe something")
	v.Click("#empty button")
	v.lastSaid("10", "<@1> What can you do?")
	v.ready()
	v.shows("#log .mention", "@Troupe")
	v.Until(`document.querySelector("#empty").hidden`)
}

// quick checks that the page is ready within 2 s, at least once in five times:
// the machine may be busy with other things.
func (v *visit) quick() {
	v.t.Helper()
	var took []float64
	for range 5 {
		took = append(took, browsertest.Eval[float64](v.Page, `performance.now()`))
		if took[len(took)-1] < 2000 {
			return
		}
		v.Do(chromedp.Reload())
		v.ready()
	}
	v.t.Errorf("the page was ready only after %.0f ms", took)
}

// A question is asked with Enter; the bot types, its answer grows in place and
// is marked as edited.
func testQuestion(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Type("@Troupe what is\n")
	v.lastSaid("10", "<@1> what is")
	v.box("")
	v.w.types(v.w.overview.Bot)
	v.shows("#typing", "Troupe is typing…")
	m := v.w.answer("Rain")
	v.shows("#log .body", "Rain")
	v.Until(`document.querySelector("#typing").innerText === ""`)
	for _, more := range []string{" is", " **water**", " that falls"} {
		m.Text += more
		v.w.change(m)
	}
	m.Edited = true
	v.w.change(m)
	v.shows("#log .body", "Rain is water that falls (edited)")
	v.count("#log > li[id]", 2)
	v.shows("#log .body strong", "water")
	v.shows("#said", "Troupe: Rain is water that falls")

	v.Press(kb.Enter) // nothing is nothing
	v.Press("a")
	v.Press(kb.Enter, chromedp.ModifierShift)
	v.Type("b")
	v.box("a\nb")
}

// A command's answer is thought about, has pictures and files, and may be for
// one person alone.
func testCommandAnswer(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	m := v.w.post(Message{Channel: "10", Author: v.w.overview.Bot, Command: &Origin{Name: "imagine", Person: "Bob"}, Thinking: true})
	v.shows("#log .thinking", "Troupe is thinking…")
	v.shows("#log .above", "Bob used /imagine")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	m.Files = []File{
		v.w.attach(File{Name: "dusk.png", Type: "image/png"}, picture.Bytes()),
		v.w.attach(File{Name: "notes.html", Type: "text/html"}, []byte("<script>hacked = 1</script>")),
	}
	m.Thinking, m.Text = false, "Dusk, and ||a whale||"
	v.w.change(m)
	v.Until(`document.querySelector(".files img")?.naturalWidth === 40`)
	v.shows(".files a.file", "27 bytes")
	v.Until(`getComputedStyle(document.querySelector(".spoiler")).color === "rgba(0, 0, 0, 0)"`)
	v.Click(".spoiler")
	v.Until(`document.querySelector(".spoiler").ariaExpanded === "true"`)
	m.Text += "."
	v.w.change(m)
	v.shows("#log .body", "whale.")
	v.Until(`document.querySelector(".spoiler").ariaExpanded === "true"`)

	v.w.post(Message{Channel: "10", Author: v.w.overview.Bot, Text: "psst", Ephemeral: "2"})
	v.shows("#log", "Only you can see this.")
	v.Press("2", chromedp.ModifierAlt)
	v.count("#log > li[id]", 1)
	v.Press("1", chromedp.ModifierAlt)
	v.count("#log > li[id]", 2)
}

// One replies with a click, with a key in the message box, or with a key on the
// message.
func testReply(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.w.answer("one")
	v.w.answer("two")
	v.count("#log > li[id]", 2)

	v.Press(kb.ArrowUp, chromedp.ModifierCtrl)
	v.Press(kb.ArrowUp, chromedp.ModifierCtrl)
	v.shows("#context", "Replying to Troupe")
	v.Type("to one\n")
	v.shows("#log .above", "one")
	v.Until(`document.querySelector("#context").hidden`)

	v.Press(kb.Tab, chromedp.ModifierShift) // from the box to the latest message
	v.Until(`document.activeElement.matches("#log > li")`)
	v.Press(kb.ArrowUp)
	v.Press("r")
	v.Until(`document.activeElement.id === "text"`)
	v.Type("to two\n")
	v.count("#log .above", 2)
	v.shows("#log .above", "two")

	v.Do(chromedp.MouseEvent(chromedp.MouseMoved, 600, 600))
	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#log > li[id]").focus()`))
	v.Click("#log > li[id] .reply")
	v.shows("#context", "Replying to")
	v.Press(kb.Escape)
	v.Until(`document.querySelector("#context").hidden`)

	v.Click("#log button.above")
	v.count("#log > li.found", 1)
}

// Alt and a digit lets another person speak; what was typed stays.
func testPeople(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Type("hello")
	v.Press("3", chromedp.ModifierAlt)
	v.Until(`document.querySelector("#people :checked").value === "4"`)
	v.box("hello")
	v.Type(" there\n")
	v.shows("#log .who", "Cleo Lane")
	v.Press("1", chromedp.ModifierAlt)
	v.Type("hi\n")
	v.shows("#log .who", "Ann")
	v.Press("7", chromedp.ModifierAlt) // nobody
	v.Until(`document.querySelector("#people :checked").value === "2"`)

	v.Click("#people label:nth-child(2)")
	v.Until(`document.querySelector("#people :checked").value === "3" && document.activeElement.id === "text"`)
	v.Do(chromedp.Focus(chromedp.CSS("#people :checked")))
	v.Press(kb.ArrowDown)
	v.Until(`document.querySelector("#people :checked").value === "4" && document.activeElement.value === "4"`)
}

// A mention is picked from a list, or typed as a name.
func testMention(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Type("hey @")
	v.shows("#suggest [aria-selected=true]", "@Troupe")
	v.count("#suggest [role=option]", 4)
	v.Type("cl")
	v.count("#suggest [role=option]", 1)
	v.Press(kb.Tab)
	v.box("hey @Cleo Lane ")
	v.Type("see #")
	v.Press(kb.ArrowDown)
	v.Press(kb.Enter)
	v.box("hey @Cleo Lane see #random ")
	v.Type("and @bob, not a@bob.c `@bob`\n")
	v.lastSaid("10", "hey <@4> see <#11> and <@3>, not a@bob.c `@bob`")
	v.Type("@")
	v.shows("#suggest", "@Ann")
	v.Press(kb.Escape)
	v.Until(`document.querySelector("#suggest").hidden`)
	v.box("@")
}
