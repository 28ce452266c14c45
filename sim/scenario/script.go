package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// A Script is what happens in a scenario, and what is to be seen of it. It is
// never changed once made.
type Script struct {
	name  string
	lines []line
}

// A line is one line of a script, with the transcript that stands below it.
type line struct {
	text       string
	step       step // zero for a comment, an empty line and what is inside of a block
	transcript []string
}

// A step is something to be done.
type step struct {
	number int // of its line
	action action
}

// An action is what one line of a script, or one block, does to the stage. Its
// error is a mistake of the script's: what the world refuses is to be seen in the
// transcript.
type action interface {
	do(*stage) error
}

// An Error says what is wrong with a script, and where.
type Error struct {
	File string
	Line int
	Text string // what is wrong, and what is allowed
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// Parse reads a script. name is the file that it is from. The error is an
// [*Error].
func Parse(name, text string) (*Script, error) {
	p := parser{script: &Script{name: name}}
	for number, text := range strings.Split(strings.TrimRight(text, " \t\r\n"), "\n") {
		if err := p.add(number+1, strings.TrimRight(text, " \t\r")); err != nil {
			return nil, &Error{name, number + 1, err.Error()}
		}
	}
	if p.block != nil {
		return nil, &Error{name, p.begun, "this block has no end: close it with a line that says end"}
	}
	return p.script, nil
}

// Format returns the script as it is written, transcript included.
func (s *Script) Format() string {
	var b strings.Builder
	for _, l := range s.lines {
		b.WriteString(l.text + "\n")
		for _, seen := range l.transcript {
			b.WriteString(seen + "\n")
		}
	}
	return b.String()
}

// bare returns the script without its transcript.
func (s *Script) bare() *Script {
	bare := &Script{name: s.name, lines: slices.Clone(s.lines)}
	for i := range bare.lines {
		bare.lines[i].transcript = nil
	}
	return bare
}

// A parser makes a script of lines.
type parser struct {
	script *Script
	block  *together // that is being read; nil for none
	begun  int       // its first line
}

// add takes the next line.
func (p *parser) add(number int, text string) error {
	if text != "" && (text[0] == ' ' || text[0] == '\t') {
		return p.seen(text)
	}
	l := line{text: text}
	switch {
	case text == "" || text[0] == '#':
	case text == "together":
		if p.block != nil {
			return errNested
		}
		p.block, p.begun = &together{}, number
	case text == "end":
		if p.block == nil {
			return errNoBlock
		}
		l.step, p.block = step{number, p.block}, nil
	default:
		a, err := parseAction(&cursor{rest: text})
		if err != nil {
			return err
		}
		if p.block == nil {
			l.step = step{number, a}
		} else if err := p.block.add(step{number, a}); err != nil {
			return err
		}
	}
	p.script.lines = append(p.script.lines, l)
	return nil
}

// seen takes a line of a transcript.
func (p *parser) seen(text string) error {
	n := len(p.script.lines)
	if n == 0 || p.script.lines[n-1].step.action == nil {
		return errStray
	}
	above := &p.script.lines[n-1]
	above.transcript = append(above.transcript, text)
	return nil
}
