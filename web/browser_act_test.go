package web

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"troupe/web/browsertest"
)

// A command is found, filled in and sent without a mouse; what is missing is
// told.
func testCommandByKeyboard(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Type("/")
	v.count("#suggest [role=option]", 4)
	v.Type("su")
	v.count("#suggest [role=option]", 1)
	v.Press(kb.Enter)
	v.Until(`document.activeElement.name === "option-count"`)
	v.Until(`document.querySelector("#say").hidden`)
	v.count("#command label.required", 1)

	v.Press(kb.Enter)
	v.shows("#problem", "count is needed: how many messages.")
	v.Type("12")
	v.Press(kb.Tab)
	v.Press("in d") // a choice by its first letters
	v.Press(kb.Tab)
	v.Press(kb.ArrowDown)
	v.Press(kb.Tab)
	v.Press(kb.ArrowDown)
	v.Press(kb.Tab)
	v.Press(kb.ArrowDown)
	v.Press(kb.Tab)
	v.Type("0.5")
	v.Press(kb.Enter)
	v.Until(`document.querySelector("#command").hidden && document.activeElement.id === "text"`)
	want := []Use{{Person: "2", Channel: "10", Command: "summarize", Options: map[string]string{
		"count": "12", "style": "d", "private": "true", "of": "2", "in": "10", "weight": "0.5",
	}}}
	if diff := cmp.Diff(want, v.w.uses()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}

	v.Type("/persona set ") // typed out, it opens too
	v.Until(`document.activeElement.name === "option-name"`)
	v.Press(kb.Escape)
	v.Until(`document.querySelector("#command").hidden && document.activeElement.id === "text"`)

	v.Type("/status\n\n") // no options: Enter picks, Enter runs
	v.Until(`document.querySelector("#command").hidden && document.activeElement.id === "text"`)
	v.Type("/chat\n")
	v.Type("what does @bob say?\n")
	v.Until(`document.querySelector("#command").hidden && document.activeElement.id === "text"`)
	want = append(want,
		Use{Person: "2", Channel: "10", Command: "status", Options: map[string]string{}},
		Use{Person: "2", Channel: "10", Command: "chat", Options: map[string]string{"prompt": "what does <@3> say?"}})
	if diff := cmp.Diff(want, v.w.uses()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if said := v.w.said("10"); len(said) > 0 {
		t.Errorf("commands were said aloud: %q", said)
	}
}

// The latest message of one's own is edited with the arrow up; Escape leaves it
// as it is.
func testEdit(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Type("@bob I was rong\n")
	v.count("#log > li[id]", 1)
	v.w.answer("oh")
	v.count("#log > li[id]", 2)
	v.Press(kb.ArrowUp)
	v.shows("#context", "Editing your message")
	v.box("@Bob I was rong")
	v.Press(kb.Escape)
	v.box("")
	v.Press(kb.ArrowUp)
	for range len("rong") {
		v.Press(kb.Backspace)
	}
	v.Type("wrong\n")
	v.shows("#log .body", "@Bob I was wrong (edited)")
	if said := v.w.said("10"); said[0] != "<@3> I was wrong" {
		t.Errorf("said %q", said)
	}

	v.Press("2", chromedp.ModifierAlt)
	v.Press(kb.ArrowUp) // Bob has said nothing
	v.Until(`document.querySelector("#context").hidden`)
}

// One's own messages can be deleted, after being asked, and nobody else's.
func testDelete(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.w.answer("hello")
	v.Type("one\n")
	v.Type("two\n")
	v.count("#log > li[id]", 3)
	v.count("#log .delete", 2)

	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#log > li[id]:last-child").focus()`))
	v.Click("#log > li[id]:last-child .delete")
	v.shows("#log .delete", "Really delete?")
	v.Click("#log > li[id]:last-child .delete")
	v.count("#log > li[id]", 2)
	v.Press("2", chromedp.ModifierAlt)
	v.Press(kb.ArrowUp, chromedp.ModifierCtrl)
	v.Type("I saw that\n")
	v.shows("#log .above", "one")
	v.Press("1", chromedp.ModifierAlt)

	v.Press(kb.ArrowUp, chromedp.ModifierCtrl)
	v.Press(kb.ArrowUp, chromedp.ModifierCtrl) // a reply to what is deleted is none
	v.shows("#context", "Replying to Ann")
	v.Press(kb.Tab, chromedp.ModifierShift) // to the button that cancels the reply
	v.Press(kb.Tab, chromedp.ModifierShift)
	v.Until(`document.activeElement.matches("#log > li")`)
	v.Press(kb.ArrowUp)
	v.Press(kb.Delete)
	v.Press(kb.Enter)
	v.count("#log > li[id]", 2)
	v.shows("#log .above", "was deleted")
	v.Until(`document.querySelector("#context").hidden && document.activeElement.id === "text"`)
	if said := v.w.said("10"); !cmp.Equal(said, []string{"hello", "I saw that"}) {
		t.Errorf("left: %q", said)
	}
}

// Direct messages are everyone's own.
func testDirectMessage(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Click("#places ul:last-child button")
	v.Until(`document.querySelector("#text").placeholder === "Message @Troupe"`)
	v.shows("#empty", "Talk to Troupe")
	v.Type("a secret\n")
	v.shows("#log .body", "a secret")
	v.Press("2", chromedp.ModifierAlt) // Bob has no direct channel yet
	v.shows("#place", "general")
	v.Never(`document.querySelector("#log").innerText.includes("secret")`)
	v.Click("#places ul:last-child button")
	v.shows("#empty", "Talk to Troupe")
	v.Press("1", chromedp.ModifierAlt)
	v.shows("#log .body", "a secret")
}

// What is not granted is told, and what was written is not lost.
func testRefusal(t *testing.T, b *browsertest.Browser) {
	v := come(t, b, newFakeWorld())
	v.Expect("422") // the browser itself tells of an answer that is no success
	v.w.refuse("slow mode is on, wait 5 s")
	v.Type("hello\n")
	v.shows("#problem", "Slow mode is on, wait 5 s.")
	v.box("hello")
	v.w.refuse("")
	v.Press(kb.Enter)
	v.shows("#log .body", "hello")
	v.Until(`document.querySelector("#problem").hidden`)
}

// Nothing that people can write, name or send does anything in the page.
func testHostile(t *testing.T, b *browsertest.Browser) {
	const evil = `<img src=x onerror="hacked = 1"><script>hacked = 1</script>`
	w := newFakeWorld()
	w.overview.People = append(w.overview.People, Person{ID: "5", Name: evil})
	w.overview.Guilds[0].Name = evil
	w.overview.Channels[0].Topic = evil
	w.overview.Channels[1].Name = evil
	w.overview.Commands = append(w.overview.Commands, Command{Name: "zzz", Description: evil, Options: []Option{
		{Name: "a", Description: evil, Kind: OptionText, Choices: []Choice{{Name: evil, Value: evil}}},
		{Name: "b", Description: `" onfocus="hacked = 1`, Kind: OptionText},
	}})
	v := come(t, b, w)
	author := w.overview.People[3]
	for _, text := range []string{
		evil, "`" + evil + "`", "```" + evil + "\n" + evil + "\n```", "[x](javascript:hacked=1)", `[x](https://a.b/" onclick="hacked=1)`,
		"<javascript:hacked=1>", "||" + evil + "||", "> " + evil, "# " + evil, `<:a" onload="hacked=1:1>`,
	} {
		w.post(Message{
			Channel: "10", Author: author, Text: text,
			Reply: &Quote{ID: "1", Name: evil, Text: evil}, Files: []File{{ID: `"><script>`, Name: evil, Type: evil}},
		})
	}
	w.types(author)
	v.count("#log > li[id]", 10)
	v.shows("#typing", "onerror")
	v.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("#log .body *").forEach((el) => el.click())`))
	v.Click("#text")
	v.Type("@<im")
	v.shows("#suggest", "onerror")
	v.Press("\b\b\b\b")
	v.Type("/zzz\n")
	v.Press(kb.Tab)
	v.Until(`document.activeElement.name === "option-b"`)
	v.Never(`"hacked" in window || document.querySelector("main img, main script, [onerror], [onclick], [onload], [onfocus]") || location.href !== ` + "`" + v.url + "/`")
}
