package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"troupe/messages"
)

// fits is Discord's bound of descriptions, and of choices.
func fits(text string) bool { return text != "" && utf8.RuneCountInString(text) <= 100 }

// What is registered keeps to Discord's bounds (Discord documentation,
// Application Commands).
func TestListFitsDiscord(t *testing.T) {
	name := regexp.MustCompile(`^[-_a-z0-9]{1,32}$`)
	all := All(testPersonas())
	var seen []string
	for _, c := range all {
		if !name.MatchString(c.Name) || slices.Contains(seen, c.Name) || !fits(c.Description) || len(c.Options) > 25 {
			t.Errorf("command %+v", c)
		}
		seen = append(seen, c.Name)
		optional := false
		for _, o := range c.Options {
			if !name.MatchString(o.Name) || !fits(o.Description) || o.Required && optional || len(o.Choices) > 25 {
				t.Errorf("/%s: option %+v", c.Name, o)
			}
			optional = optional || !o.Required
			for _, choice := range o.Choices {
				if !fits(choice.Name) || !fits(choice.Value) {
					t.Errorf("/%s: choice %+v", c.Name, choice)
				}
			}
		}
	}
	if want := []string{"chat", "persona", "clear", "status", "help"}; !slices.Equal(seen, want) {
		t.Errorf("there are %v", seen)
	}
}

func TestPrivate(t *testing.T) {
	for name, want := range map[string]bool{
		"chat": false, "status": true, "clear": true, "help": true, "persona": true, "persona show": true, "dance": true, "": true,
	} {
		if Private(name) != want {
			t.Errorf("Private(%q) = %v", name, !want)
		}
	}
}

// No answer is too long for a message, whatever the others tell.
func TestAnswersAreBounded(t *testing.T) {
	var long []Persona
	for i := range 24 {
		long = append(long, Persona{fmt.Sprint("p", i), "wordy", strings.Repeat("😀", 100)})
	}
	f := testFacts()
	f.personas, f.entries = long, entries(long)
	for _, u := range []*messages.CommandUsed{used("persona"), used("help"), used("persona", "name", "nobody"), used(strings.Repeat("x", 5000))} {
		s := &state{facts: *f, open: map[messages.InteractionID]*open{}}
		_, o := s.begin(u, noon)
		for _, q := range o.plan.asks {
			s.answered(u.Interaction.ID, q.to, answer{}, noon)
		}
		if units(o.text) > maxText || o.text == "" {
			t.Errorf("%s: %d characters", u.Name, units(o.text))
		}
	}
}

func TestFaultOf(t *testing.T) {
	c := &messages.Command{Name: "paint", Options: []messages.CommandOption{
		{Name: "what", Required: true, MaxLength: 5},
		{Name: "how", Choices: []messages.Choice{{Name: "In oil", Value: "oil"}}},
	}}
	tests := []struct {
		options map[string]string
		want    string // a part of it
	}{
		{map[string]string{"what": "a cat"}, ""},
		{map[string]string{"what": "ünïcö", "how": "oil"}, ""},
		{map[string]string{"how": "oil"}, "needs the option `what`"},
		{map[string]string{"what": "a horse"}, "5 characters"},
		{map[string]string{"what": "cat", "how": "In oil"}, "one of these: `oil`"},
		{map[string]string{"what": "cat", "where": "here"}, "other options"},
	}
	for _, tt := range tests {
		got := faultOf(c, tt.options)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%v: %q", tt.options, got)
		}
	}
}

func TestPublicName(t *testing.T) {
	for part, want := range map[string]string{
		"channel/123": "channel", "router/gemini": "router/gemini", "outbox": "outbox", "channel/1/turn/2": "channel", "": "",
	} {
		if got := publicName(part); got != want {
			t.Errorf("%q is told as %q", part, got)
		}
	}
}

// What is cut fits, ends with a line where there is one, and is the beginning
// of what there was.
func FuzzBounded(f *testing.F) {
	for _, s := range []string{"", "short", strings.Repeat("line\n", 1000), strings.Repeat("😀", 1500), strings.Repeat("\xff", 3000), "\n" + strings.Repeat("x", 3000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := bounded(s)
		if units(got) > maxText {
			t.Fatalf("%d characters", units(got))
		}
		if units(s) <= maxText {
			if got != s {
				t.Fatal("what fits is changed")
			}
			return
		}
		kept, cut := strings.CutSuffix(got, "\n…")
		if !cut || !strings.HasPrefix(s, kept) {
			t.Fatalf("ends in %q", got[len(got)-10:])
		}
		rest := strings.TrimPrefix(s, kept)
		if strings.Contains(strings.TrimPrefix(kept, "\n"), "\n") && rest[0] != '\n' {
			t.Fatal("cut within a line")
		}
	})
}

func TestShort(t *testing.T) {
	for n, want := range map[int]string{0: "0", 9_999: "9999", 10_000: "10k", 250_000: "250k", 1_048_576: "1.0M"} {
		if got := short(n); got != want {
			t.Errorf("%d is shown as %s", n, got)
		}
	}
}
