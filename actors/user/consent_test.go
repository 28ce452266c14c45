package user

import (
	"strings"
	"testing"
	"unicode/utf8"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// What a person said is analysed as far as they consent to it.
func TestPieces(t *testing.T) {
	const memory, behaviour = messages.AnalyzerMemory, messages.AnalyzerBehaviour
	tests := []struct {
		name    string
		consent messages.Consent
		text    string
		want    []messages.Analyzer
	}{
		{"nothing was chosen", messages.Consent{}, "hi", nil},
		{"both", messages.Consent{Memory: true, Profile: true}, "hi", []messages.Analyzer{memory, behaviour}},
		{"one", messages.Consent{Profile: true}, "hi", []messages.Analyzer{behaviour}},
		{"private", messages.Consent{Memory: true, Profile: true, Private: true}, "hi", nil},
		{"after the bound", messages.Consent{Memory: true, After: 99}, "hi", []messages.Analyzer{memory}},
		{"at the bound", messages.Consent{Memory: true, After: 100}, "hi", nil},
		{"blank", messages.Consent{Memory: true}, " \n", nil},
	}
	for _, tt := range tests {
		s := &state{consent: tt.consent}
		var got []messages.Analyzer
		for _, p := range s.pieces(&messages.Said{Guild: 7, Channel: 5, Message: 100, Person: 42, Text: tt.text}) {
			got = append(got, p.Analyzer)
			want := messages.Piece{Analyzer: p.Analyzer, Owner: "user/42", Guild: 7, Channel: 5, From: 100, To: 100, Person: 42, Text: tt.text}
			if p != want {
				t.Errorf("%s: %+v", tt.name, p)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestPieceIsBounded(t *testing.T) {
	s := &state{consent: messages.Consent{Memory: true}}
	text := s.pieces(&messages.Said{Message: 1, Text: "x" + strings.Repeat("é", 3000)})[0].Text
	if !utf8.ValidString(text) || len(text) != messages.MaxPieceText-1 {
		t.Errorf("%d bytes", len(text))
	}
}

// A consent that ends has ended at once, one that begins when it is kept.
func TestChoose(t *testing.T) {
	all := messages.Consent{Memory: true, Profile: true}
	tests := []struct {
		what       string
		yes        bool
		from       messages.Consent
		once, kept messages.Consent
	}{
		{messages.ConsentMemory, true, messages.Consent{}, messages.Consent{}, messages.Consent{Memory: true}},
		{messages.ConsentMemory, false, all, messages.Consent{Profile: true}, messages.Consent{Profile: true}},
		{messages.ConsentProfile, false, all, messages.Consent{Memory: true}, messages.Consent{Memory: true}},
		{messages.ConsentPrivate, true, messages.Consent{}, messages.Consent{Private: true}, messages.Consent{Private: true}},
		{messages.ConsentPrivate, false, messages.Consent{Private: true}, messages.Consent{Private: true}, messages.Consent{}},
	}
	for _, tt := range tests {
		s := &state{consent: tt.from}
		n, ok := s.choose(&messages.SetConsent{What: tt.what, Yes: tt.yes})
		if !ok || s.consent != tt.once {
			t.Errorf("%s %v: at once %+v", tt.what, tt.yes, s.consent)
		}
		if s.chose(n); s.consent != tt.kept {
			t.Errorf("%s %v: then %+v", tt.what, tt.yes, s.consent)
		}
		again := &state{consent: messages.Consent{}}
		again.load(map[string]string{n.key: n.value})
		if want := n.value == "1"; *again.consented(tt.what) != want {
			t.Errorf("%s %v: recalled as %+v", tt.what, tt.yes, again.consent)
		}
	}
	s := &state{}
	if _, ok := s.choose(&messages.SetConsent{What: "mood"}); ok {
		t.Error("a choice is taken that there is not")
	}
	s.choose(&messages.SetConsent{What: messages.ConsentMemory})
	s.load(map[string]string{"consent/memory": "1", "consent/profile": "1", "after": "100"})
	if want := (messages.Consent{Profile: true, After: 100}); s.consent != want {
		t.Errorf("what ended before it was loaded: %+v", s.consent)
	}
}

// Nothing is learned without consent, or of what was to be deleted.
func TestLearn(t *testing.T) {
	m := &messages.Learned{
		Facts: []messages.Fact{fact(1, "home", "Oslo"), fact(2, "job", "nurse"), {About: "tea", Text: strings.Repeat("é", 400), Told: noon}, fact(3, "empty", "")},
		Said:  []messages.SaidNote{{Message: 1 << 22}, {Message: 2 << 22}},
	}
	tests := []struct {
		name        string
		consent     messages.Consent
		facts, said int
	}{
		{"nothing was chosen", messages.Consent{}, 0, 0},
		{"all", messages.Consent{Memory: true, Profile: true}, 3, 2},
		{"memory", messages.Consent{Memory: true}, 3, 0},
		{"private", messages.Consent{Memory: true, Profile: true, Private: true}, 0, 0},
		{"later ones", messages.Consent{Memory: true, Profile: true, After: 1 << 22}, 2, 1},
	}
	for _, tt := range tests {
		s := &state{consent: tt.consent}
		k := s.learn(m)
		if len(k.facts) != tt.facts || len(k.said) != tt.said {
			t.Errorf("%s: learns %+v", tt.name, k)
		}
		for _, f := range k.facts {
			if utf8.RuneCountInString(f.Text) > maxFactText {
				t.Errorf("a fact of %d bytes", len(f.Text))
			}
		}
	}
}

// What is known enters a prompt only by consent, and makes it the person's own.
func TestContextByConsent(t *testing.T) {
	s := &state{user: 42, consent: messages.Consent{Memory: true, Profile: true}}
	s.known = s.learn(&messages.Learned{Facts: []messages.Fact{fact(1, "home", "Oslo")}, Said: []messages.SaidNote{{Message: 1}}})
	if c := s.context(5); len(c.Facts) != 1 || len(c.Said) != 1 || c.Digest != "known 42;" {
		t.Errorf("with consent: %+v", c)
	}
	s.consent = messages.Consent{Memory: true, Profile: true, Private: true, After: 7}
	if d := cmp.Diff(&messages.UserContext{Cleared: 7, Digest: "cleared 7;"}, s.context(5)); d != "" {
		t.Error(d)
	}
	if f := s.facts(); f.Facts != nil || f.Profile.Messages != 0 || f.Consent != s.consent {
		t.Errorf("shows %+v", f)
	}
}
