package persona

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFind(t *testing.T) {
	for name, want := range map[string]string{
		"helpful": "helpful", " Pirate ": "pirate", "ROAST": "roast", "tutor": "tutor", "concise": "concise",
		"": "", "pirat": "", "help": "",
	} {
		if p, ok := Find(name); p.Name != want || ok != (want != "") {
			t.Errorf("Find(%q) = %q, %v", name, p.Name, ok)
		}
	}
	if Names()[0] != Default {
		t.Errorf("the first is %s", Names()[0])
	}
}

// Each persona is a name of its own, is told what all are told, and fits the
// places where Discord shows it.
func TestAll(t *testing.T) {
	var seen []string
	for _, p := range All() {
		if p.Name != strings.ToLower(p.Name) || strings.ContainsAny(p.Name, " \n") || slices.Contains(seen, p.Name) {
			t.Errorf("name %q", p.Name)
		}
		seen = append(seen, p.Name)
		if !strings.HasPrefix(p.Prompt, house) || len(p.Prompt) < len(house)+80 {
			t.Errorf("%s: the prompt is not whole", p.Name)
		}
		if p.Mood == "" || p.About == "" || utf8.RuneCountInString(p.About) > 100 { // of a choice in a menu
			t.Errorf("%s: mood %q, about %q", p.Name, p.Mood, p.About)
		}
	}
}
