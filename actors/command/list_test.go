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

var listName = regexp.MustCompile(`^[-_a-z0-9]{1,32}$`)

// What is registered keeps to Discord's bounds (Discord documentation,
// Application Commands).
func TestListFitsDiscord(t *testing.T) {
	all := All(testPersonas())
	var seen []string
	for _, c := range all {
		if !listName.MatchString(c.Name) || slices.Contains(seen, c.Name) || !fits(c.Description) || len(c.Subcommands) > 25 {
			t.Errorf("command %+v", c)
		}
		if len(c.Subcommands) > 0 && len(c.Options) > 0 {
			t.Errorf("/%s has options beside its subcommands", c.Name)
		}
		seen = append(seen, c.Name)
		optionsFit(t, c.Name, c.Options)
		for _, sub := range c.Subcommands {
			if name := c.Name + " " + sub.Name; !listName.MatchString(sub.Name) || slices.Contains(seen, name) || !fits(sub.Description) {
				t.Errorf("/%s", name)
			} else {
				seen = append(seen, name)
			}
			optionsFit(t, c.Name+" "+sub.Name, sub.Options)
		}
	}
	if want := []string{
		"chat", "persona", "clear", "memory", "memory view", "memory forget", "memory edit", "memory on", "memory off",
		"privacy", "privacy view", "privacy export", "privacy delete", "privacy choose",
		"lore", "lore view", "lore forget", "lore on", "lore off", "status", "help",
	}; !slices.Equal(seen, want) {
		t.Errorf("there are %v", seen)
	}
}

func optionsFit(t *testing.T, command string, options []messages.CommandOption) {
	t.Helper()
	optional := len(options) > 25
	for _, o := range options {
		if !listName.MatchString(o.Name) || !fits(o.Description) || o.Required && optional || len(o.Choices) > 25 {
			t.Errorf("/%s: option %+v", command, o)
		}
		optional = optional || !o.Required
		for _, choice := range o.Choices {
			if !fits(choice.Name) || !fits(choice.Value) {
				t.Errorf("/%s: choice %+v", command, choice)
			}
		}
	}
}

func TestPrivate(t *testing.T) {
	for name, want := range map[string]bool{
		"chat": false, "status": true, "clear": true, "help": true, "persona": true, "persona show": true, "dance": true, "": true,
		"memory view": true, "privacy export": true, "lore": true,
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
	c := &messages.Subcommand{Name: "paint", Options: []messages.CommandOption{
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
