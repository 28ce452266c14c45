package turn

import (
	"testing"

	"troupe/messages"
)

// Only what is known well enough, and is not as most is, shapes an answer; the
// language only where the question does not tell it.
func TestStyle(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		profile messages.Profile
		want    string
	}{
		{"nothing", "ok?", messages.Profile{}, ""},
		{"too little", "ok?", messages.Profile{Messages: 7, Brief: true, Casual: true, Language: "de"}, ""},
		{"as most", "what is the plan?", messages.Profile{Messages: 99, Words: 12, Topics: []string{"go"}}, ""},
		{"brief", "what is the plan?", messages.Profile{Messages: 8, Brief: true}, "About who asks: They write briefly: answer as briefly as the matter allows.\n"},
		{"lengthy", "what is the plan?", messages.Profile{Messages: 8, Lengthy: true}, "About who asks: They like detail.\n"},
		{"casual", "what is the plan?", messages.Profile{Messages: 8, Casual: true}, "About who asks: They write casually.\n"},
		{"a short question", "was ist das?", messages.Profile{Messages: 8, Language: "de"}, "About who asks: They mostly write in German.\n"},
		{"one of signs", "1 + 1 = ?", messages.Profile{Messages: 8, Language: "ru"}, "About who asks: They mostly write in Russian.\n"},
		{"one that tells", "was ist das da?", messages.Profile{Messages: 8, Language: "fr"}, ""},
		{"one without spaces", "これは何ですか?", messages.Profile{Messages: 8, Language: "en"}, ""},
		{"no known language", "ok?", messages.Profile{Messages: 8, Language: "xx"}, ""},
		{
			"all", "ok?",
			messages.Profile{Messages: 8, Brief: true, Casual: true, Language: "ja"},
			"About who asks: They write briefly: answer as briefly as the matter allows. They write casually. They mostly write in Japanese.\n",
		},
	}
	for _, tt := range tests {
		if got := styleOf(&tt.profile, tt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// What was written where not all who read the answer may read shapes none.
func TestStyleByPlace(t *testing.T) {
	f := recalls()
	f.user.Said = append(wrote(7, messages.SaidNote{Guild: 5, Channel: 12, Words: 2}), wrote(9, messages.SaidNote{Guild: 5, Channel: 13, Words: 2})...)
	if got := f.style(asksOf("why?")); got != "" {
		t.Errorf("of what is said elsewhere: %q", got)
	}
	f.user.Said = append(f.user.Said, messages.SaidNote{Guild: 5, Channel: 10, Words: 2})
	if got := f.style(asksOf("why?")); got == "" {
		t.Error("of what is said where all may read: nothing")
	}
}

// Each language that the analyzer knows has a name of its own.
func TestLanguageName(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range []string{"en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "ko", "zh", "ru"} {
		if name := languageName(code); name == "" || seen[name] {
			t.Errorf("%s is called %q", code, name)
		} else {
			seen[name] = true
		}
	}
}

// A question that stands alone does not, if its answer is to be like its asker
// writes: nobody else is given that, and they are not given another's. What is
// remembered makes no such difference, since it does not enter.
func TestStyledIsNotAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		user  messages.UserContext
		alone bool
	}{
		"nothing known": {messages.UserContext{}, true},
		"facts":         {messages.UserContext{Facts: []messages.Fact{{Text: "they like recursion", Always: true, Channel: 1, Told: noon}}}, true},
		"style":         {messages.UserContext{Said: wrote(8, messages.SaidNote{Channel: 1, Words: 2})}, false},
	} {
		s := aloneState()
		s.userKnown(&tt.user)
		why := s.bypass()
		p, _ := s.prompt()
		if got := why == "" && s.reuse.key != "" && len(p.Turns) == 1 && p.Turns[0].Text == "what is recursion?"; got != tt.alone {
			t.Errorf("%s: bypassed for %q, key %q, prompt:\n%s", name, why, s.reuse.key, show(p))
		}
		s.reuse.key = "kept"
		if s.reused(&messages.CachedAnswer{Text: "because", Made: noon}, noon); s.decided() != tt.alone {
			t.Errorf("%s: the answer of the cache is given: %v", name, s.decided())
		}
	}
}
