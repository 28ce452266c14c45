package web

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"troupe/web/browsertest"
)

// What is said elsewhere is counted there, until one goes and looks; every
// channel keeps its draft.
func testOtherChannels(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	bob := v.w.overview.People[1]
	v.w.post(Message{Channel: "11", Author: bob, Text: "first"})
	v.w.post(Message{Channel: "11", Author: bob, Text: "hi <@2>"})
	v.w.post(Message{Channel: "12", Author: bob, Text: "aside"})
	v.shows(`[data-channel="11"] .count.mentioned`, "2")
	v.shows(`[data-channel="12"] .count:not(.mentioned)`, "1")
	v.Until(`document.title.startsWith("(3) ")`)
	v.Type("a draft")
	v.Press(kb.ArrowDown, chromedp.ModifierAlt)
	v.Press(kb.ArrowDown, chromedp.ModifierAlt)
	v.shows("#place", "random")
	v.box("")
	v.shows("#log .divider.new", "New")
	v.count("#log > li.aimed", 1)
	v.count(".count", 0)
	v.Press(kb.ArrowUp, chromedp.ModifierAlt)
	v.Press(kb.ArrowUp, chromedp.ModifierAlt)
	v.shows("#place", "general")
	v.box("a draft")
}

const atBottom = `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2)(document.querySelector("#scroll"))`

// Messages stay in sight at the bottom, and do not move what one reads further
// up.
func testScrolling(t *testing.T, b *browsertest.Browser) {
	w := newFakeWorld()
	for range 30 {
		w.answer("line\nline\nline")
	}
	v := come(t, b, w)
	v.count("#log > li[id]", 30)
	v.Until(atBottom)
	m := w.answer("grows")
	for range 10 {
		m.Text += "\n\nand grows"
		w.change(m)
	}
	v.Until(`document.querySelectorAll("#log > li[id]:last-child p").length === 11 && ` + atBottom)

	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#scroll").scrollTop = 400`))
	v.Until(`!document.querySelector("#down").hidden`)
	w.answer("unseen")
	v.shows("#down", "New messages")
	v.Until(`document.querySelector("#scroll").scrollTop === 400`)
	v.Click("#down")
	v.Until(atBottom + ` && document.querySelector("#down").hidden`)

	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#scroll").scrollTop = 400`))
	v.Until(`!document.querySelector("#down").hidden`)
	v.Click("#text")
	v.Type("mine\n") // what one says oneself, one wants to see
	v.shows("#log .body", "mine")
	v.Until(atBottom)
}

// Older messages are loaded on demand; what one reads stays where it is.
func testHistory(t *testing.T, b *browsertest.Browser) {
	w := newFakeWorld()
	for range 2*pageSize + 5 {
		w.answer("line")
	}
	v := come(t, b, w)
	v.count("#log > li[id]", pageSize)
	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#scroll").scrollTop = 0`))
	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#log > li[id]").dataset.was = "first"`))
	const top = `document.querySelector("[data-was]").getBoundingClientRect().top`
	before := browsertest.Eval[float64](v.Page, top)
	v.Click("#older")
	v.count("#log > li[id]", 2*pageSize)
	if after := browsertest.Eval[float64](v.Page, top); after < before-40 || after > before+40 {
		t.Errorf("what was at %v is at %v", before, after)
	}
	v.Click("#older")
	v.count("#log > li[id]", 2*pageSize+5)
	v.Until(`document.querySelector("#older").hidden`)
}

// contrasts lists the texts in sight that are hard to read: with less contrast
// than 4.5 to 1 (WCAG 2.2, 1.4.3).
const contrasts = `(() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const over = (colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const c of colours) { pen.fillStyle = c; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const bad = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const el = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (el.closest(".spoiler[aria-expanded=false], .unseen, option, script, style")) continue;
    const behind = [];
    for (let p = el; p; p = p.parentElement) behind.unshift(getComputedStyle(p).backgroundColor);
    const [a, b] = [light(over([...behind, getComputedStyle(el).color])), light(over(behind))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(texts.currentNode.data.trim().slice(0, 30) + " " + ratio.toFixed(2));
  }
  return bad.join("; ");
})()`

// The page follows the person's taste in light and dark, and can be read in
// both.
func testLooks(t *testing.T, b *browsertest.Browser) {
	w := newFakeWorld()
	bob := w.overview.People[1]
	for _, who := range append(w.overview.People, w.overview.Bot) {
		w.post(Message{Channel: "10", Author: who, Text: "a **b** `c` [d](https://e.f) <@2> <@3> ~~g~~\n> h\n-# i\n```js\nj\n```\n# k <t:0:R>"})
	}
	w.post(Message{Channel: "10", Author: bob, Text: "x", Reply: &Quote{ID: "1", Name: "Ann", Text: "y"}, Edited: true, Ephemeral: "2"})
	w.post(Message{Channel: "10", Author: bob, Command: &Origin{Name: "x", Person: "Ann"}, Thinking: true})
	v := come(t, b, w)
	v.count("#log > li[id]", 6)
	w.post(Message{Channel: "11", Author: bob, Text: "<@2>"})
	w.post(Message{Channel: "12", Author: bob, Text: "z"})
	w.types(bob)
	v.shows(".count.mentioned", "1")
	v.shows("#typing", "Bob")
	var seen []string
	for _, scheme := range []string{"light", "dark"} {
		v.Look(scheme)
		seen = append(seen, browsertest.Eval[string](v.Page, `getComputedStyle(document.body).backgroundColor`))
		v.unreadable(scheme)
		v.Type("/s")
		v.shows("#suggest", "/summarize")
		v.unreadable(scheme + ", commands")
		v.Press(kb.ArrowDown)
		v.Press(kb.Enter)
		v.Press(kb.Enter)
		v.shows("#problem", "count")
		v.unreadable(scheme + ", a command's form")
		v.Press(kb.Escape)
		v.Press(kb.ArrowUp, chromedp.ModifierCtrl)
		v.shows("#context", "Replying")
		v.unreadable(scheme + ", a reply")
		v.Press(kb.Escape)
	}
	if seen[0] == seen[1] {
		t.Errorf("light and dark are both %s", seen[0])
	}
}

// nameless lists what can be used but has no name for a screen reader, and names
// that refer to nothing.
const nameless = `[...document.querySelectorAll("button, input, select, textarea, a[href], [role=button], [role=option], nav, aside, img")]
  .filter((el) => !(el.innerText?.trim() || el.ariaLabel || el.labels?.length || el.title || el.hasAttribute("alt")))
  .concat([...document.querySelectorAll("[aria-controls]")].filter((el) => !document.getElementById(el.getAttribute("aria-controls"))))
  .map((el) => el.outerHTML.slice(0, 80)).join("; ")`

func (v *visit) unreadable(when string) {
	v.t.Helper()
	if bad := browsertest.Eval[string](v.Page, nameless); bad != "" {
		v.t.Errorf("%s: no name: %s", when, bad)
	}
	if bad := browsertest.Eval[string](v.Page, contrasts); bad != "" {
		v.t.Errorf("%s: too little contrast: %s", when, bad)
	}
}

// On a phone the channels are behind a button, and nothing is wider than the
// screen.
func testPhone(t *testing.T, b *browsertest.Browser) {
	w := newFakeWorld()
	w.answer("a " + strings.Repeat("long", 80) + " word\n```\n" + strings.Repeat("code ", 60) + "\n```")
	v := come(t, b, w)
	v.Do(chromedp.EmulateViewport(360, 720, chromedp.EmulateMobile, chromedp.EmulateTouch))
	const fits = `document.documentElement.scrollWidth <= 360 && document.querySelector("#scroll").scrollWidth <= 360`
	v.Until(`innerWidth === 360 && ` + fits + ` && !document.querySelector("#side").checkVisibility({ visibilityProperty: true })`)
	v.Click("#menu")
	v.Until(`document.querySelector("#side").getBoundingClientRect().left === 0`)
	v.Click(`[data-channel="11"]`)
	v.shows("#place", "random")
	v.Until(`!document.querySelector("#side").checkVisibility({ visibilityProperty: true })`)
	v.Type("/summ\n")
	v.Until(`!document.querySelector("#command").hidden && ` + fits)
	v.Press(kb.Escape)
	v.Type("hello")
	v.Click(".send")
	v.shows("#log .body", "hello")
}

// Whoever loads the page again is where they were.
func testReload(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Press("2", chromedp.ModifierAlt)
	v.Click(`[data-channel="12"]`)
	v.shows("#place", "rehearsal")
	v.Type("half a thought")
	v.w.post(Message{Channel: "10", Author: v.w.overview.Bot, Text: "x"})
	v.shows(".count", "1")
	v.Do(chromedp.Reload())
	v.ready()
	v.shows("#place", "rehearsal")
	v.box("half a thought")
	v.shows(".count", "1")
	v.Until(`document.querySelector("#people :checked").value === "3"`)
}

// A server that ends is told of. When it is there again, the page goes on by
// itself and shows what has changed meanwhile.
func testRestart(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Expect("ERR_CONNECTION_REFUSED")
	v.Expect("ERR_INCOMPLETE_CHUNKED_ENCODING")
	v.Expect("ERR_CONNECTION_RESET")
	v.w.answer("before")
	v.shows("#log .body", "before")
	v.stop()
	v.shows("#offline", "Connection lost")
	v.Type("into the void\n")
	v.shows("#problem", "does not answer")
	v.box("into the void")
	v.w.answer("meanwhile")
	serve(t, v.w, strings.TrimPrefix(v.url, "http://"))
	v.Until(`document.querySelector("#offline").hidden`)
	v.shows("#log .body", "meanwhile")
	v.w.answer("after")
	v.shows("#log .body", "after")
	v.Press(kb.Enter)
	v.shows("#log .body", "into the void")
}
