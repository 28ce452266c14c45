package outbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// A storm is a random time in a channel.
type storm struct {
	*world
	r      *rand.Rand
	faults bool
	texts  map[messages.MessageID]string // what is to stand in the channel
	askers map[messages.MessageID]uint64 // who waits for it
}

func newStorm(t *testing.T, seed uint64, faults bool) *storm {
	s := &storm{
		world: newWorld(t), r: rand.New(rand.NewPCG(seed, 1)), faults: faults,
		texts: map[messages.MessageID]string{}, askers: map[messages.MessageID]uint64{},
	}
	for _, w := range []*window{s.posts, s.edits} {
		w.limit, w.length = 1+s.r.IntN(8), time.Duration(500+s.r.IntN(6000))*ms
		if s.r.IntN(5) == 0 {
			w.limit = 0
		}
	}
	s.mute = s.r.IntN(2) == 0
	s.way = func() time.Duration { return time.Duration(10+s.r.IntN(150)) * ms }
	s.disk = func() time.Duration { return time.Duration(s.r.IntN(40)) * ms }
	if faults {
		s.fault, s.refuse = s.anyFault, s.anyRefusal
	}
	return s
}

// anyFault lets a request fail now and then: before it has done its work or
// after that.
func (s *storm) anyFault(what any) any {
	switch s.r.IntN(12) {
	case 0:
		return failure(messages.CauseOverloaded, messages.RetryBackoff)
	case 1:
		s.do(what, s.now)
		return failure(messages.CauseUnreachable, messages.RetryBackoff)
	case 2:
		return &messages.Limited{Wait: time.Duration(s.r.IntN(4000)) * ms, What: "bucket"}
	}
	return nil
}

func (s *storm) anyRefusal(any) error {
	if s.r.IntN(15) == 0 {
		return &messages.Refused{Reason: messages.RefusedDeadline, RetryAfter: time.Duration(s.r.IntN(2000)) * ms}
	}
	return nil
}

// text returns some answer: short, long, or too long.
func (s *storm) text() string {
	switch s.r.IntN(6) {
	case 0:
		return markdown(s.r) + markdown(s.r)
	case 1:
		return paragraphs(1 + s.r.IntN(7))
	}
	return words(1 + s.r.IntN(100))
}

// ask lets one person ask something at some time, and see the answer grow.
func (s *storm) ask(i int) {
	r := reply1(i)
	text := s.text()
	at := time.Duration(s.r.IntN(10_000)) * ms
	if s.r.IntN(2) == 0 { // with others, at about the same time
		crowd := s.r.IntN(2)
		r.Share = fmt.Sprint("share ", crowd)
		text = words(50 + crowd)
		at = time.Duration(2000+3000*crowd+s.r.IntN(100)) * ms
	} else if s.r.IntN(6) == 0 {
		r.Interaction.ID, r.ReplyTo = messages.InteractionID(i), 0
	}
	s.texts[r.Trigger], s.askers[r.Trigger] = strings.TrimSpace(text), uint64(i)
	wanted := func(f func()) func() {
		return func() {
			if _, ok := s.texts[r.Trigger]; ok {
				f()
			}
		}
	}
	if s.r.IntN(4) > 0 {
		s.at(at, wanted(func() { s.open(r) }))
		if s.r.IntN(4) > 0 {
			for n := 0; n < len(text); n += 1 + s.r.IntN(300) {
				at += time.Duration(s.r.IntN(200)) * ms
				s.at(at, wanted(func() { s.grow(r.Trigger, strings.ToValidUTF8(text[:n], "")) }))
			}
		}
	}
	at += time.Duration(s.r.IntN(1000)) * ms
	s.at(at, wanted(func() { s.finish(uint64(i), r, text) }))
	switch s.r.IntN(10) {
	case 0:
		s.at(at+time.Duration(s.r.IntN(300))*ms, wanted(func() {
			s.finish(uint64(1000+i), r, text)
		}))
	case 1:
		s.at(at+time.Duration(s.r.IntN(2000)-1500)*ms, func() {
			if s.answers[uint64(i)] == nil {
				delete(s.texts, r.Trigger)
				s.cancel(r, true)
			}
		})
	}
}

// check compares what is in the channel with what is to be there.
func (s *storm) check() {
	s.t.Helper()
	claimed := map[messages.MessageID]string{} // by whom
	for id, text := range s.texts {
		posted, ok := s.answers[s.askers[id]].(*messages.ReplyPosted)
		if !ok {
			s.t.Errorf("%v: %v", id, outcome(s.answers[s.askers[id]]))
			continue
		}
		claim := fmt.Sprint(id)
		if posted.Merged {
			claim = "several"
		}
		for _, part := range posted.Parts {
			if other := claimed[part]; other != "" && other != claim {
				s.t.Errorf("%v is the answer to %v and to %v", part, other, claim)
			}
			claimed[part] = claim
		}
		s.stands(id, text, posted)
	}
	for _, m := range s.said {
		if !m.deleted && claimed[m.id] == "" {
			s.t.Errorf("%d %q to %v is left", m.id, brief(m.text), m.replyTo)
		}
	}
}

// stands checks that the parts of an answer hold the text.
func (s *storm) stands(id messages.MessageID, text string, posted *messages.ReplyPosted) {
	s.t.Helper()
	var got []content
	for _, part := range posted.Parts {
		m := s.find(part)
		if m == nil {
			s.t.Errorf("%v: part %v is not there", id, part)
			return
		}
		got = append(got, content{m.text, m.file})
	}
	who := ""
	if posted.Merged {
		if !strings.Contains(got[0].text, fmt.Sprintf("<@%d>", id)) {
			s.t.Errorf("%v is not named", id)
		}
		who = got[0].text[:strings.LastIndex(got[0].text, ">")+2]
	}
	var want []content
	for _, c := range whole(who, text) {
		want = append(want, content{strings.TrimSpace(c.text), c.file})
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(content{})); diff != "" {
		s.t.Errorf("%v: %s", id, diff)
	}
	var joined []string
	for _, c := range got {
		joined = append(joined, c.text)
	}
	if got[0].file == "" && bare(strings.Join(joined, "\n")) != bare(who+text) {
		s.t.Errorf("%v: the parts do not hold the text", id)
	}
}

// Whatever grows, is finished and cancelled at once, whatever fails and whatever
// the limits are: in the end exactly the text of each answer is in the channel,
// once, and nothing else. Where nothing fails, no limit is passed.
func TestStorm(t *testing.T) {
	for seed := range uint64(40) {
		for _, faults := range []bool{false, true} {
			s := newStorm(t, seed, faults)
			for i := 1; i <= 1+s.r.IntN(30); i++ {
				s.ask(i)
			}
			s.run(time.Hour)
			s.check()
			if !faults && s.posts.passed+s.edits.passed > 0 {
				t.Errorf("%d posts and %d edits too many", s.posts.passed, s.edits.passed)
			}
			if len(s.s.order)+len(s.s.replies)+len(s.s.flights)+len(s.s.writes) != 0 || !s.s.wake.IsZero() {
				t.Errorf("something is left: %d replies", len(s.s.order))
			}
			if t.Failed() {
				t.Fatalf("seed %d, faults %v, limits %+v, %+v:\n%s", seed, faults, s.posts, s.edits, strings.Join(s.log, "\n"))
			}
		}
	}
}

// However often the outbox forgets everything, the turns that ask again end with
// one answer each, those of a crowd too.
func TestStormOfCrashes(t *testing.T) {
	for seed := range uint64(40) {
		s := newStorm(t, seed, true)
		s.mute = false // else what a known nonce brings back cannot be told from what was posted
		s.posts.limit = 1 + s.r.IntN(6)
		crowd := s.r.IntN(30)
		texts := make([]string, 8+crowd)
		for i := range texts {
			// A part that was on its way at a crash is not found if the end needs none.
			for texts[i] == "" || whole("", texts[i])[0].file != "" {
				texts[i] = s.text()
			}
			if i >= 8 {
				texts[i] = words(80)
			}
			s.texts[reply1(i+1).Trigger] = strings.TrimSpace(texts[i])
		}
		for life := range 1 + s.r.IntN(4) {
			begin := time.Duration(life) * 3 * time.Second
			s.at(begin, func() { s.live(life, begin, texts) })
		}
		s.run(time.Hour)
		s.check()
		for id, n := range s.reached() {
			if n != 1 {
				t.Errorf("%v is answered %d times", id, n)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, strings.Join(s.log, "\n"))
		}
	}
}

// live begins the life of a new instance, in which all that has no outcome is
// asked for.
func (s *storm) live(life int, begin time.Duration, texts []string) {
	instance := newState(room, messages.NonceLife)
	s.s = instance
	alive := func(f func()) func() {
		return func() {
			if s.s == instance {
				f()
			}
		}
	}
	for i, text := range texts {
		r := reply1(i + 1)
		if s.answers[s.askers[r.Trigger]] != nil && s.r.IntN(2) == 0 {
			continue // its outcome is kept
		}
		delete(s.askers, r.Trigger)
		at := begin + time.Duration(s.r.IntN(3000))*ms
		if i >= 8 {
			r.Share = "crowd"
			at = begin + time.Duration(s.r.IntN(300))*ms
		}
		r.Again, r.Shared = life > 0, s.sharedBefore(r.Trigger)
		s.at(at, alive(func() {
			r.Parts = s.stored(r.Trigger)
			s.open(r)
			s.grow(r.Trigger, strings.ToValidUTF8(text[:len(text)/2], ""))
		}))
		s.at(at+time.Duration(s.r.IntN(2000))*ms, alive(func() {
			s.askers[r.Trigger] = uint64(1 + 100*life + i)
			s.finish(s.askers[r.Trigger], r, text)
		}))
	}
}

// sharedBefore returns the message that was to answer a trigger with others, as
// the journal has it.
func (s *storm) sharedBefore(trigger messages.MessageID) (last messages.KeepShared) {
	for _, what := range s.kept {
		if m, ok := what.(*messages.KeepShared); ok && slices.Contains(m.Covers, trigger) {
			last = *m
		}
	}
	return last
}
