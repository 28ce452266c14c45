package turn

import (
	"errors"
	"strings"
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A reuser is a cast with a cache. The turn has the word after 100 ms, and the
// window after a time.
type reuser struct {
	*cast
	q      messages.Question
	answer any // of the cache; nil for none
	window time.Duration
	lines  []messages.Line
	cache  *actortest.Probe
}

func newReuser(e actortest.Engine) *reuser {
	r := &reuser{cast: newCast(e), answer: &messages.CachedAnswer{}, q: messages.Question{Trigger: messages.Trigger{
		ID: 7, Channel: 1, Guild: 2, Asker: messages.User{ID: ann, Name: "Ann"}, Text: "what is recursion?",
	}}}
	r.cache = e.Fake(func(c *actor.Context) {
		if _, asked := c.Message().(*messages.GetAnswer); asked && r.answer != nil {
			c.Respond(r.answer)
		}
	})
	r.channel = e.Fake(func(c *actor.Context) {
		switch c.Message().(type) {
		case *messages.GetWord:
			later(c, 100*time.Millisecond, &messages.Word{Trigger: r.q.Trigger})
		case *messages.GetWindow:
			later(c, r.window, &messages.Window{Lines: r.lines})
		}
	})
	r.cfg.Cache, r.cfg.Channel = r.cache.PID, r.channel.PID
	return r
}

// play lets the turn end. It returns what the channel and the outbox were told at
// the end.
func (r *reuser) play(t *testing.T) (*messages.TurnEnded, *messages.FinishReply) {
	t.Helper()
	r.start(func(q *messages.Question) { *q = r.q })
	told := r.outcome(t)
	var finished []*messages.FinishReply
	for _, m := range r.outbox.Take() {
		if f, ok := m.(*messages.Deliver).Message.(*messages.FinishReply); ok {
			finished = append(finished, f)
		}
	}
	if len(finished) != 1 {
		t.Fatalf("finished %d times", len(finished))
	}
	return told, finished[0]
}

// prompts returns what the model was asked.
func (r *reuser) prompts() (all []string) {
	for _, m := range r.joins.Take() {
		if j, ok := m.(*messages.Join); ok && j.Job.Kind == "generate" {
			all = append(all, j.Key)
		}
	}
	return all
}

// An answer that is there already is given with a line that says so, without the
// model, and though what was said before is not known yet. The cache is told in
// which messages it stands now.
func TestReuse(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		r := newReuser(e)
		made := time.Now().Add(-4 * time.Minute)
		r.answer, r.window = &messages.CachedAnswer{Text: "It calls itself.", Made: made}, time.Hour
		began := time.Now()
		told, finished := r.play(t)
		if finished.Text != "It calls itself." || finished.Note != reuseNote(made) || told.Answer != "It calls itself." {
			t.Errorf("said %q with %q, told %q", finished.Text, finished.Note, told.Answer)
		}
		if n := len(r.prompts()); n != 0 {
			t.Errorf("the model was asked %d times", n)
		}
		if took := time.Since(began); took > time.Minute+200*time.Millisecond {
			t.Errorf("answered after %v", took-time.Minute)
		}
		asked := r.cache.Take()
		if len(asked) != 1 {
			t.Fatalf("the cache hears %v", asked)
		}
		key := asked[0].(*messages.GetAnswer).Key
		want := &messages.KeepAnswer{Key: key, Text: "It calls itself.", Made: made, Reused: true, Channel: 1, Messages: []messages.MessageID{7, 70}}
		if d := cmp.Diff(want, told.Keep); d != "" {
			t.Error(d)
		}
		if !strings.HasPrefix(finished.Reply.Share, "1/"+key+"/") {
			t.Errorf("shared as %q", finished.Reply.Share)
		}
	})
}

// Where there is no answer, or nobody who knows, the model is asked the question
// and nothing else; and the answer is for the cache.
func TestReuseNot(t *testing.T) {
	for name, answer := range map[string]any{
		"none": &messages.CachedAnswer{}, "late": nil, "crashed": &actors.Failed{}, "refused": &messages.Refused{},
	} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				r := newReuser(e)
				r.answer, r.lines = answer, []messages.Line{{ID: 1, Author: 9, Name: "Bob", Text: "a secret"}}
				told, finished := r.play(t)
				if finished.Text != "because" || finished.Note != "" {
					t.Errorf("said %q with %q", finished.Text, finished.Note)
				}
				key := r.cache.Take()[0].(*messages.GetAnswer).Key
				want := &messages.KeepAnswer{Key: key, Text: "because", Channel: 1, Messages: []messages.MessageID{7, 70}}
				if told.Keep != nil {
					want.Made, want.Weight = told.Keep.Made, told.Keep.Weight
					if told.Keep.Renew == nil {
						t.Error("it cannot be made anew")
					}
					told.Keep.Renew = nil // not to be compared
				}
				if d := cmp.Diff(want, told.Keep); d != "" {
					t.Error(d)
				}
				if age := time.Since(want.Made); age > time.Minute || age < time.Minute-time.Second {
					t.Errorf("made %v ago", age)
				}
			})
		})
	}
}

func bypassed(why string) []any { return []any{&messages.AnswerBypassed{Why: why}} }

// What is not to be reused is not asked of the cache, which is told why, nor is its
// answer for it.
func TestBypass(t *testing.T) {
	tests := []struct {
		name   string
		change func(*reuser)
		heard  []any
		keeps  bool
	}{
		{
			"a question that refers to something",
			func(r *reuser) { r.q.Trigger.Text = "what is that?" },
			bypassed(messages.BypassContext), false,
		},
		{
			"one that names who asks it",
			func(r *reuser) { r.q.Trigger.Text = "what is ann" },
			bypassed(messages.BypassContext), false,
		},
		{
			"one that names somebody who spoke",
			func(r *reuser) {
				r.lines, r.slow = []messages.Line{{ID: 1, Author: 9, Name: "the Recursion", Text: "hi"}}, 10*time.Millisecond
			},
			bypassed(messages.BypassContext), false,
		},
		{
			"one that is asked anew",
			func(r *reuser) { r.q.Trigger.Revision = 1 },
			bypassed(messages.BypassRevised), true,
		},
		{
			"nobody knows the guild",
			func(r *reuser) { r.cfg.Guilds = r.e.Probe().PID },
			bypassed(messages.BypassUnknown), false,
		},
		{
			"nobody knows the asker",
			func(r *reuser) { r.cfg.Users = r.e.Probe().PID },
			bypassed(messages.BypassUnknown), false,
		},
		{
			"an asker who asks too fast",
			func(r *reuser) { r.admit = &messages.Failure{Cause: messages.CauseUserRate} },
			nil, false,
		},
		{
			"one that has its answer",
			func(r *reuser) { r.q.Trigger.Final = "42" },
			nil, false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				r := newReuser(e)
				r.answer = &messages.CachedAnswer{Text: "wrong", Made: time.Now()}
				tt.change(r)
				told, finished := r.play(t)
				if d := cmp.Diff(tt.heard, r.cache.Take()); d != "" {
					t.Error(d)
				}
				if finished.Text == "wrong" || (told.Keep != nil) != tt.keeps {
					t.Errorf("said %q, kept %v", finished.Text, told.Keep)
				}
			})
		})
	}
}

// Somebody's name that comes to light after the cache was asked makes the question
// one about them, whatever the cache has.
func TestNameComesLate(t *testing.T) {
	s := aloneState()
	s.frame.window.Lines = []messages.Line{{ID: 1, Author: 9, Name: "Recursion", Text: "hi"}}
	s.reused(&messages.CachedAnswer{Text: "wrong", Made: noon}, noon)
	p, _ := s.prompt()
	if s.decided() || len(p.Turns) != 2 || s.reuse.key != "" {
		t.Errorf("decided %v, %d turns, key %q", s.decided(), len(p.Turns), s.reuse.key)
	}
}

// aloneState has all that a key takes.
func aloneState() state {
	s := asked(func(q *messages.Question) { q.Trigger.Text = "what is recursion?" })
	s.reuse.alone = true
	s.context.Await(ofUser, noon)
	s.context.Answer(ofUser, noon)
	s.frame.persona = "p"
	s.reuse.key = s.frame.reuseKey(&s.trigger)
	return s
}

// Only an answer that is whole, and nothing but text, is kept.
func TestKeeps(t *testing.T) {
	for name, result := range map[string]any{
		"":              &messages.Generation{Text: "because"},
		"cut":           &messages.Generation{Text: "because", Cut: true},
		"too long":      &messages.Generation{Text: "because", Truncated: true},
		"with a note":   &messages.Generation{Text: "because", Note: "-# hm"},
		"with pictures": &messages.Generation{Text: "because", Files: make([]messages.File, 1)},
		"empty":         &messages.Generation{Text: " "},
		"failed":        &messages.Failure{Cause: messages.CauseSafety},
		"broken":        errors.New("hm"),
	} {
		s := aloneState()
		s.generated(result, noon)
		s.result(result, noon)
		s.parts = []messages.MessageID{70}
		if kept := s.keeps(); (kept != nil) != (name == "") {
			t.Errorf("an answer %s: kept %v", name, kept)
		}
	}
}

// A place is where a question is asked, and as whom the bot answers there.
type place struct {
	channel messages.ChannelID
	guild   messages.GuildID
	public  bool
	model   string
	persona string
	text    string
}

func (p place) key() string {
	f := &frame{model: p.model, persona: p.persona, budget: 1000, tokens: words}
	if p.guild != 0 {
		f.guild = &messages.GuildContext{Known: true, Public: p.public, Name: "never in a key", Emojis: []string{"<:x:1>"}}
	}
	return f.reuseKey(&messages.Trigger{Channel: p.channel, Guild: p.guild, Text: p.text, Asker: messages.User{ID: 1, Name: "nor this"}})
}

// Two questions have one key if one may have the answer to the other, and only
// then.
func TestReuseKey(t *testing.T) {
	base := place{channel: 1, guild: 2, public: true, model: "m", persona: "p", text: "what is recursion?"}
	tests := []struct {
		name   string
		change func(*place)
		same   bool
	}{
		{"written otherwise", func(p *place) { p.text = "What is  Recursion" }, true},
		{"in another channel", func(p *place) { p.channel = 9 }, true},
		{"in another guild", func(p *place) { p.guild = 9 }, false},
		{"in a direct message", func(p *place) { p.guild = 0 }, false},
		{"where not everybody may look", func(p *place) { p.public = false }, false},
		{"of another model", func(p *place) { p.model = "n" }, false},
		{"of another persona", func(p *place) { p.persona = "q" }, false},
		{"another question", func(p *place) { p.text = "what is a monad?" }, false},
		{"a persona that looks like part of the question", func(p *place) { p.persona, p.text = "pwhat", "is recursion?" }, false},
	}
	for _, tt := range tests {
		other := base
		tt.change(&other)
		if got := base.key() == other.key(); got != tt.same {
			t.Errorf("%s: the same %v", tt.name, got)
		}
	}
	private := base
	private.public = false
	elsewhere := private
	elsewhere.channel = 9
	if private.key() == elsewhere.key() {
		t.Error("what is asked where not everybody may look leaves it")
	}
}

// Whatever is asked, wherever: an answer never reaches another guild, another
// direct message, a channel that not everybody may see or one of the others from
// there, nor another persona, model or question.
func FuzzReuseKey(f *testing.F) {
	f.Add("what is recursion?", "What is recursion", "p", "p", uint8(0b00_01_10_01), uint8(0b01_01_10_01))
	f.Add("a", "b", "pa", "p", uint8(3), uint8(255))
	f.Fuzz(func(t *testing.T, text1, text2, persona1, persona2 string, where1, where2 uint8) {
		at := func(where uint8, text, persona string) place {
			return place{
				channel: messages.ChannelID(1 + where&3), guild: messages.GuildID(where >> 2 & 3), public: where>>4&1 == 1,
				model: string('a' + rune(where>>5&1)), persona: persona, text: text,
			}
		}
		a, b := at(where1, text1, persona1), at(where2, text2, persona2)
		reaches := a.guild == b.guild && (a.channel == b.channel && (a.guild == 0 || a.public == b.public) ||
			a.guild != 0 && a.public && b.public)
		sameness := func(text string) string { return (&messages.Trigger{Text: text}).Sameness() }
		want := reaches && a.model == b.model && a.persona == b.persona && sameness(text1) == sameness(text2)
		if got := a.key() == b.key(); got != want {
			t.Errorf("%+v and %+v: one key %v", a, b, got)
		}
	})
}
