package chaos

import (
	"fmt"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A Wrong is a kind of breach of what is promised.
type Wrong string

// The kinds of breach.
const (
	Lost         Wrong = "lost"          // no outcome that anybody could see
	Doubled      Wrong = "doubled"       // more than one
	OutOfOrder   Wrong = "out of order"  // before what the same person asked earlier in the channel had its outcome
	WrongChannel Wrong = "wrong channel" // than it was asked in
	CutOff       Wrong = "cut off"       // not the whole answer
	Orphan       Wrong = "orphan"        // a message that is part of no outcome
	Unexplained  Wrong = "unexplained"   // a refusal that no fault explains
	NotCancelled Wrong = "not cancelled" // the question was deleted in good time
	Damage       Wrong = "damage"        // to the store, or the bot does not start or stop as it should
)

// Wrongs returns all kinds of breach.
func Wrongs() []Wrong {
	return []Wrong{Lost, Doubled, OutOfOrder, WrongChannel, CutOff, Orphan, Unexplained, NotCancelled, Damage}
}

// A Breach is one case in which a promise was not kept.
type Breach struct {
	Wrong   Wrong
	Ask     *Ask               // nil if it is about none
	Before  *Ask               // of one that is out of order: the one before
	Message messages.MessageID // 0 if it is about none
	Detail  string
}

// An Outcome is what became of a question.
type Outcome string

// The outcomes.
const (
	Answered  Outcome = "answered"
	ToldCut   Outcome = "answered, said to be cut off" // since the stream was cut again and again
	Refused   Outcome = "refused"
	Cancelled Outcome = "cancelled" // deleted, without an answer that stays
	Dead      Outcome = "dead"      // a command that was not acknowledged in time, since a fault was in the way
	None      Outcome = "none"
)

// A Verdict is what [Check] finds.
type Verdict struct {
	Breaches []Breach
	Outcomes map[Outcome]int
	Refusals map[string]int // by reason and what explains it
	Joint    int            // questions that one message answers together with others
}

// Count returns the breaches of a kind.
func (v *Verdict) Count(w Wrong) (n int) {
	for _, b := range v.Breaches {
		if b.Wrong == w {
			n++
		}
	}
	return n
}

// Tell describes a breach so that it can be looked into: what was asked, what is
// in the channel of it, and which faults were given meanwhile.
func (r *Record) Tell(b Breach) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: %s\n", b.Wrong, b.Detail)
	for _, a := range []*Ask{b.Before, b.Ask} {
		if a != nil {
			r.tellAsk(&s, a)
		}
	}
	return s.String()
}

// tellAsk describes a question and what has come of it.
func (r *Record) tellAsk(s *strings.Builder, a *Ask) {
	fmt.Fprintf(s, "  asked %s: %s by %v in %v, %v as %s\n", clock(a.At), a.Trigger, a.Asker, a.Channel, a.Tag, a.Kind)
	if len(a.Edits) > 0 {
		fmt.Fprintf(s, "  edited: %s\n", strings.Join(a.Edits, " "))
	}
	if !a.Deleted.IsZero() {
		fmt.Fprintf(s, "  deleted %s\n", clock(a.Deleted))
	}
	last := r.tellEvents(s, a)
	for i := range r.Given {
		if g := &r.Given[i]; g.during(a.At.Add(-5*time.Second), last.Add(5*time.Second)) {
			fmt.Fprintf(s, "  fault %s-%s: %s %s, %d calls\n", clock(g.From), clock(g.To), g.Fault, g.What, len(g.Hits))
		}
	}
}

// tellEvents writes what has become of an ask's messages, and returns when it
// did last.
func (r *Record) tellEvents(s *strings.Builder, a *Ask) (last time.Time) {
	last = a.At
	x := index(r)
	lines := 0
	for _, e := range r.Events {
		if e.Message.Author != r.Bot || !x.concerns(&e.Message, a) {
			continue
		}
		last = e.At
		if lines++; lines <= 40 {
			fmt.Fprintf(s, "  %s %s %v nonce %q: %s\n", clock(e.At), eventName(e), e.Message.ID, e.Message.Nonce, brief(e.Message.Content))
		}
	}
	return last
}

func clock(t time.Time) string { return t.Format("15:04:05.000") }

// brief shows how a text begins and ends.
func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= 90 {
		return text
	}
	return text[:50] + " ... " + text[len(text)-35:]
}

func eventName(e Event) string {
	switch e.Kind {
	case discordsim.MessageCreated:
		return "posted"
	case discordsim.MessageDeleted:
		return "deleted"
	case discordsim.MessageEdited, discordsim.TypingStarted, discordsim.WorldChanged:
	}
	return "edited"
}
