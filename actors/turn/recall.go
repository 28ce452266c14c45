package turn

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"troupe/actors/fence"
	"troupe/messages"
)

// A memory is what an analyzer concluded, as a prompt may tell it.
type memory struct {
	text    string // with where and when it is from
	always  bool   // it goes before all that is not
	matters int    // how much it has to do with the question
	from    []messages.MessageID
}

// origins are the messages that what a prompt recalls is from.
type origins struct {
	facts, lore []messages.MessageID
	sums        []messages.MessageID // the first and the last of each summary
}

// audience returns who reads the answer. Where the guild is not known nobody is
// taken to see more than this channel.
func (f *frame) audience(t *messages.Trigger) messages.Audience {
	a := messages.Audience{Guild: t.Guild, Channel: t.Channel}
	if g := f.guild; g != nil && g.Known {
		a.Parent, a.Open = g.Parent, g.Open
	}
	return a
}

// facts tells what is remembered of the asker and may be told here: what matters
// always, and what has to do with the question, which all has that is about them.
func (f *frame) facts(t *messages.Trigger, about topic, room int) string {
	if len(f.user.Facts) == 0 {
		return ""
	}
	here, mine := f.audience(t), personal(t.Text)
	var all []memory
	for i := range f.user.Facts {
		fact := &f.user.Facts[i]
		if !here.MayHear(fact.Guild, fact.Channel) {
			continue
		}
		told := fact.About + " " + fact.Text
		matters := about.matters(told) + about.resembles(told)
		if fact.Always || mine || matters > 0 {
			all = append(all, memory{
				text: f.item(fact.Text, toldAt(fact.Channel, t.Channel, fact.Told)), always: fact.Always, matters: matters, from: sources(fact.Message),
			})
		}
	}
	asker := strings.ReplaceAll(f.name(messages.Line{Author: t.Asker.ID, Name: t.Asker.Name}), "`", "'")
	text, from := f.recall("What "+asker+", who asks, has told you (do not mention it unless it helps):\n", all, room)
	f.origins.facts = distinct(from)
	return text
}

// lore tells what the guild likes to remember and may be told here, if the question
// asks for such, or as far as it has to do with it.
func (f *frame) lore(t *messages.Trigger, about topic, room int) string {
	if f.guild == nil || len(f.guild.Lore) == 0 {
		return ""
	}
	here, asked := f.audience(t), past.touches(about.words)
	var all []memory
	for i := range f.guild.Lore {
		l := &f.guild.Lore[i]
		if !here.MayHear(t.Guild, l.Channel) { // its actor has seen to that; what is told cannot be taken back
			continue
		}
		if matters := about.matters(l.Text) + about.resembles(l.Text); asked || matters > 0 {
			all = append(all, memory{
				text: f.item(l.Text, toldAt(l.Channel, t.Channel, l.Told)), matters: matters, from: sources(l.Message),
			})
		}
	}
	text, from := f.recall("What this server likes to remember:\n", all, room)
	f.origins.lore = distinct(from)
	return text
}

// sums tells what was said in the channel before what is remembered of it line by
// line. A summary that begins with what the asker has cleared is left out as a whole:
// nobody can tell what of it is from there.
func (f *frame) sums(about topic, room int) (text string) {
	if len(f.window.Chunks) == 0 {
		return ""
	}
	var all []memory
	for i := range f.window.Chunks {
		c := &f.window.Chunks[len(f.window.Chunks)-1-i]
		if c.From >= f.user.Cleared {
			all = append(all, memory{
				text: f.item(c.Text, saidBetween(c.From.Time(), c.To.Time())), matters: about.matters(c.Text) + about.resembles(c.Text), from: []messages.MessageID{c.From, c.To},
			})
		}
	}
	text, f.origins.sums = f.recall("Earlier in this channel, in short:\n", all, room)
	return text
}

// recall tells as many of some memories as there is room for, each of them whole,
// and what those are from. Those that matter most have room first, and of equals the
// newest, which come first. They are told oldest first, as what was said is.
func (f *frame) recall(head string, all []memory, room int) (text string, from []messages.MessageID) {
	left := room - f.tokens(head+fence.Around(""))
	var kept []int
	for _, i := range byWorth(all) {
		if cost := f.tokens(all[i].text); cost <= left {
			kept, left = append(kept, i), left-cost
		}
	}
	for len(kept) > 0 {
		told := slices.Sorted(slices.Values(kept))
		slices.Reverse(told)
		var lines []string
		from = nil
		for _, i := range told {
			lines, from = append(lines, all[i].text), append(from, all[i].from...)
		}
		if text = head + fence.Around(strings.Join(lines, "\n")) + "\n"; f.tokens(text) <= room {
			return text, from
		}
		kept = kept[:len(kept)-1] // a longer fence
	}
	return "", nil
}

// byWorth returns the numbers of memories, those first that are to have room first.
func byWorth(all []memory) (order []int) {
	for i := range all {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if all[i].always != all[j].always {
			if all[i].always {
				return -1
			}
			return 1
		}
		return cmp.Compare(all[j].matters, all[i].matters)
	})
	return order
}

// item returns a memory as the model is shown it. What has several lines is indented,
// so that none of it looks like another.
func (f *frame) item(text, whence string) string {
	return "- " + strings.TrimSpace(fence.Hanging(f.readable(text))) + " (" + whence + ")"
}

// toldAt says where and when something was told, in UTC. Another channel is written
// as Discord shows it to people by its name (Discord documentation, Reference:
// Message Formatting).
func toldAt(channel, here messages.ChannelID, told time.Time) string {
	when := " on " + told.UTC().Format(time.DateOnly)
	if channel == here {
		return "told" + when
	}
	return "told in <#" + channel.String() + ">" + when
}

// saidBetween says when something was said, in UTC.
func saidBetween(from, to time.Time) string {
	first, last := from.UTC().Format(time.DateOnly), to.UTC().Format(time.DateOnly)
	if first == last {
		return "said on " + first
	}
	return "said from " + first + " to " + last
}

// sources returns a message as what something is from; none for what was told by
// command.
func sources(message messages.MessageID) []messages.MessageID {
	if message == 0 {
		return nil
	}
	return []messages.MessageID{message}
}

// distinct names each message once: several things may be from one.
func distinct(of []messages.MessageID) []messages.MessageID {
	slices.Sort(of)
	return slices.Compact(of)
}
