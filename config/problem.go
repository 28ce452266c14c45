package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// maxShown bounds a text that is repeated in an error, in bytes. A token or a
// key that stands where it does not belong is longer, and must not be shown.
const maxShown = 24

// An origin is where a value comes from; the zero one is the default.
type origin struct {
	file string
	line int
	env  string
}

func (o origin) String() string {
	switch {
	case o.env != "":
		return "environment " + o.env
	case o.file != "":
		return fmt.Sprintf("%s:%d", o.file, o.line)
	}
	return "default"
}

// Invalid is the error of a configuration that cannot be used. It holds no
// secret.
type Invalid struct {
	Problems []string // a line each: where, what, and what is allowed
}

func (e *Invalid) Error() string { return strings.Join(e.Problems, "\n") }

// A problem is one thing that is wrong.
type problem struct {
	at   origin
	text string
}

// invalid returns the error of problems, those of the file first and in its
// order; nil if there are none.
func invalid(problems []problem) error {
	if len(problems) == 0 {
		return nil
	}
	line := func(p problem) int {
		if p.at.file == "" {
			return math.MaxInt
		}
		return p.at.line
	}
	slices.SortStableFunc(problems, func(a, b problem) int { return cmp.Compare(line(a), line(b)) })
	e := &Invalid{}
	for _, p := range problems {
		e.Problems = append(e.Problems, p.String())
	}
	return e
}

func (p problem) String() string {
	switch {
	case p.at.file != "" && p.at.line > 0:
		return "config " + p.at.String() + ": " + p.text
	case p.at.file != "":
		return "config " + p.at.file + ": " + p.text
	case p.at.env != "":
		return p.at.String() + ": " + p.text
	}
	return "config: " + p.text
}

// misfit returns the problem of a value that is not allowed.
func (k *key) misfit(at origin, texts []string) problem {
	return problem{at, fmt.Sprintf("%s is %s: want %s", k.path, k.shown(texts), k.want())}
}

// shown names a value in an error.
func (k *key) shown(texts []string) string {
	switch {
	case k.isSecret():
		return "malformed"
	case len(texts) == 1:
		return shown(texts[0])
	case len(texts) <= 4 && !slices.ContainsFunc(texts, func(s string) bool { return len(s) > maxShown }):
		return fmt.Sprintf("%q", texts)
	}
	return fmt.Sprintf("a list of %d", len(texts))
}

// shown quotes a text, unless it is so long that it could be a secret.
func shown(text string) string {
	if len(text) > maxShown {
		return fmt.Sprintf("a text of %d bytes", len(text))
	}
	return fmt.Sprintf("%q", text)
}
