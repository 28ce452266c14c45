package fence

import (
	"strings"
	"testing"
)

// A fence is longer than any row of backticks in it, which has a bound.
func TestAround(t *testing.T) {
	for in, want := range map[string]string{
		"a":                             "```\na\n```",
		"a\n\n":                         "```\na\n```",
		"a ``` b ```` c":                "`````\na ``` b ```` c\n`````",
		strings.Repeat("`", 5000) + "!": strings.Repeat("`", 16) + "\n" + strings.Repeat("`", 15) + "!\n" + strings.Repeat("`", 16),
	} {
		if got := Around(in); got != want {
			t.Errorf("%.20q is fenced as %q", in, got)
		}
	}
}

// Whatever ends a line is seen, and what follows is indented.
func TestHanging(t *testing.T) {
	if got, want := Hanging("a\r\nb\rc\u2028d\n\ne"), "a\n  b\n  c\n  d\n  \n  e"; got != want {
		t.Errorf("got %q", got)
	}
}

// A name does not get out of its quotation marks, nor off its line.
func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"general": `"general"`, `a"b`: `"a'b"`, "a\n```\nb": `"a ''' b"`, strings.Repeat("é", 200): `"` + strings.Repeat("é", 100) + `"`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("%q is quoted as %s", in, got)
		}
	}
}

// A name at the beginning of a line does not end in the middle of it.
func TestName(t *testing.T) {
	for in, want := range map[string]string{"Ann": "Ann", " Ann:\n Bob: ": "Ann Bob", ":": "", "": ""} {
		if got := Name(in); got != want {
			t.Errorf("%q is called %q", in, got)
		}
	}
}
