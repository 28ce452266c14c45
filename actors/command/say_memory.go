package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"troupe/messages"
)

func sayMemory(known *messages.Facts, page int) string {
	l := listing{head: "**What I remember of you**", view: "/memory view"}
	for _, f := range known.Facts {
		l.items = append(l.items, sayFact(&f))
	}
	foot := []string{""}
	if l.items == nil {
		l.items = []string{"Nothing."}
	} else {
		foot = append(foot, "To change something: `/memory edit`. To have it forgotten: `/memory forget`, or delete the message that it is from.", "")
	}
	if known.Consent.Profile {
		foot = append(foot, "**How you write**", sayProfile(&known.Profile), "")
	}
	l.foot = strings.Join(append(foot, sayChoices(&known.Consent)...), "\n")
	return l.page(page)
}

func sayFact(f *messages.Fact) string {
	source := "in your own words"
	if f.Message != 0 {
		source = link(f.Guild, f.Channel, f.Message)
	}
	told := ""
	if !f.Told.IsZero() {
		told = at(f.Told)
	}
	return "- " + numberOf(f.Key) + " " + several(" · ", quoted(f.Text, maxFact), source, told)
}

// sayProfile says how somebody writes.
func sayProfile(p *messages.Profile) string {
	if p.Messages == 0 {
		return "I do not know that yet."
	}
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if p.Language != "" {
		add("mostly in %s", code(p.Language))
	}
	if p.Words > 0 {
		add("%s in a message", plural(p.Words, "word", "words"))
	}
	switch {
	case p.Brief:
		add("briefly")
	case p.Lengthy:
		add("at length")
	}
	if p.Casual {
		add("as one speaks")
	}
	if len(p.Topics) > 0 {
		var topics []string
		for _, t := range p.Topics[:min(len(p.Topics), maxListed)] {
			topics = append(topics, code(t))
		}
		add("often about %s", strings.Join(topics, ", "))
	}
	if len(p.Hours) > 0 {
		add("mostly at these hours, in UTC: %s", sayHours(p.Hours))
	}
	if p.Rhythm > 0 {
		add("about %s after your last message", p.Rhythm.Round(time.Second))
	}
	if parts == nil {
		return "From " + plural(p.Messages, "message", "messages") + ": too few to tell anything by."
	}
	return "From " + plural(p.Messages, "message", "messages") + ": " + several(", ", parts...) + "."
}

// sayHours says hours of the day: those that follow each other together.
func sayHours(hours []int) string {
	hours = slices.Sorted(slices.Values(hours))
	var parts []string
	for i := 0; i < len(hours); {
		end := i
		for end+1 < len(hours) && hours[end+1] <= hours[end]+1 {
			end++
		}
		parts = append(parts, fmt.Sprintf("%d–%d", hours[i], hours[end]+1))
		i = end + 1
	}
	return strings.Join(parts, ", ")
}

func sayNoNumber(view, number string) string {
	return code(number) + " is no number of a thing that I keep. `" + view + "` shows them, each with its number."
}

func sayNoText(number string) string {
	return "There is nothing in `text`. Please say how it is, or have it forgotten: " + code("/memory forget number:"+number) + "."
}

func sayForgotten(key string, n int) string {
	switch {
	case key == "" && n == 0:
		return "There was nothing that I remembered of you."
	case key == "":
		return "Forgotten: " + plural(n, "thing", "things") + " that I remembered of you.\n" +
			"-# While memory is on I may learn more. `/memory off` ends that."
	case n == 0:
		return sayNoFact(key)
	}
	return "Forgotten: " + numberOf(key) + "."
}

func sayNoFact(key string) string {
	return "I remember nothing of you under the number " + numberOf(key) + ". `/memory view` shows what I do."
}

func sayEdited(key, text string, err error) string {
	switch {
	case unknown(err):
		return sayNoFact(key)
	case err != nil:
		return sayNotKept()
	}
	return "Noted: " + numberOf(key) + " " + quoted(text, maxFact) +
		"\n-# It no longer goes with the message that it was from: it stays until you have it forgotten."
}

// unknown reports whether there is no such thing as what was to be changed.
func unknown(err error) bool {
	r, ok := errors.AsType[*messages.Refused](err)
	return ok && r.Reason == messages.RefusedUnknown
}

func sayNotSeen() string {
	return "I could not look that up just now. Please try again in a minute."
}

func sayNotKept() string {
	return "I could not write that down, so it may not hold. Please try again in a minute."
}
